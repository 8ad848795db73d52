"""The actions of two sequences in one pane."""

from brainviewer.app.facts import Fact
from brainviewer.core.view.fusion import FusionMode
from brainviewer.gui.actions.action import Action
from brainviewer.gui.window_parts import WindowParts


def _mode(mode: FusionMode, text: str, key: str, tip: str) -> Action:
    def toggle(window: WindowParts) -> None:
        view, state = window.session.view, window.session.state
        view.set_fusion(mode=None if state.overlays.fusion.mode is mode else mode)

    return Action(f"fusion-{mode.name.lower()}", text, key, Fact.COMMON_GRID, toggle,
                  lambda s: s.overlays.fusion.mode is mode, tip=tip)  # fmt: skip


FUSION_ACTIONS: tuple[Action, ...] = (
    _mode(FusionMode.BLEND, "Second sequence over each", "Ctrl+Shift+F",
          "In colours, as opaque as the Fusion section says"),
    _mode(FusionMode.ENHANCEMENT, "Enhancing map, T1ce − T1", "Ctrl+Shift+T",
          "What took up contrast agent, in colours over each sequence"),
    _mode(FusionMode.SWIPE, "Swipe between two sequences", "Ctrl+Shift+G",
          "The second on the right of a line that is dragged"),
    _mode(FusionMode.CHECKERBOARD, "Checkerboard of two sequences", "Shift+G",
          "Squares of both in turn: edges go on where the sequences fit"),
    _mode(FusionMode.BLINK, "Blink between two sequences", "Shift+B",
          "Both in turn: nothing jumps where the sequences fit"),
    _mode(FusionMode.DIFFERENCE, "Difference from the second sequence", "Ctrl+Shift+D",
          "Each in units of normal tissue, subtracted: red is brighter, blue darker"),
)  # fmt: skip
FUSION_MENU: tuple[str, ...] = tuple(action.id for action in FUSION_ACTIONS)
