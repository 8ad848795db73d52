"""The actions that turn displays and planes, thicken slices, and play them; see ``table``."""

from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.core.reformation.slab import SlabMode
from brainviewer.gui.actions.action import Action, Choice

_TOOL = Choice("tool", lambda w, v: w.session.view.set_tool(v), lambda s: s.tool)
_ALONG = "Of the plane that is shown, in all its panes; the letters at the edges follow"


def _mode(mode: SlabMode) -> Action:
    return Action(
        f"slab-{mode.name.lower()}", f"Slab: {mode.value}", "", Fact.SEQUENCES,
        lambda w: w.session.reformations.set_slab_mode(mode),
        lambda s: s.reformation.slab is not None and s.reformation.slab.mode is mode,
    )  # fmt: skip


REFORMATION_ACTIONS: tuple[Action, ...] = (
    Action("rotate-right", "Rotate display right", "Ctrl+Right", Fact.STUDY,
           lambda w: w.session.reformations.rotate(1), tip=_ALONG),
    Action("rotate-left", "Rotate display left", "Ctrl+Left", Fact.STUDY,
           lambda w: w.session.reformations.rotate(-1), tip=_ALONG),
    Action("flip-sideways", "Flip display left to right", "Ctrl+Shift+H", Fact.STUDY,
           lambda w: w.session.reformations.flip(), tip=_ALONG),
    Action("flip-upside_down", "Flip display top to bottom", "Ctrl+Shift+V", Fact.STUDY,
           lambda w: w.session.reformations.flip(upside_down=True), tip=_ALONG),
    Action("upright", "Display the usual way round", "Ctrl+Shift+U", Fact.TURNED,
           lambda w: w.session.reformations.upright(),
           tip="Take back what was rotated and flipped"),
    _TOOL.action(Tool.TURN_PLANES, "Shift+X", Fact.COMMON_GRID,
                 tip="Drag round the cursor: the other two planes turn with the lines"),
    Action("straighten", "Planes of the study again", "Ctrl+Shift+X", Fact.OBLIQUE,
           lambda w: w.session.reformations.straighten(),
           tip="Take back how the planes were turned"),
    Action("slab", "Thick slices", "Shift+E", Fact.SEQUENCES,
           lambda w: w.session.reformations.toggle_slab(),
           lambda s: s.reformation.slab is not None,
           tip="Project what lies in front of and behind each slice on it, or single slices"),
    *(_mode(mode) for mode in SlabMode),
    Action("slab-thicker", "Thicker slab", "Shift+PgUp", Fact.SEQUENCES,
           lambda w: w.session.reformations.thicken(1)),
    Action("slab-thinner", "Thinner slab", "Shift+PgDown", Fact.SEQUENCES,
           lambda w: w.session.reformations.thicken(-1)),
    Action("cine", "Play slices", "Shift+L", Fact.SEVERAL_SLICES,
           lambda w: w.session.cine.toggle(), lambda s: s.playing,
           tip="Of the plane that is shown, again and again; Esc stops"),
    Action("cine-faster", "Play faster", "Ctrl+Shift+Up", Fact.SEVERAL_SLICES,
           lambda w: w.session.cine.change_speed(1)),
    Action("cine-slower", "Play slower", "Ctrl+Shift+Down", Fact.SEVERAL_SLICES,
           lambda w: w.session.cine.change_speed(-1)),
)  # fmt: skip

TURN_MENU: tuple[str, ...] = (
    "rotate-right", "rotate-left", "flip-sideways", "flip-upside_down", "-", "upright",
)  # fmt: skip
PLANES_MENU: tuple[str, ...] = (
    "tool-turn_planes", "straighten", "-", "slab", *(f"slab-{m.name.lower()}" for m in SlabMode),
    "slab-thicker", "slab-thinner", "-", "cine", "cine-faster", "cine-slower",
)  # fmt: skip
