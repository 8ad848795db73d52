"""The actions that correct the segmentation, and their menu; see ``table``."""

from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.core.segments import LesionPart
from brainviewer.gui.actions.action import Action, Choice

_TOOL = Choice("tool", lambda w, v: w.session.view.set_tool(v), lambda s: s.tool)


def _part(part: LesionPart, key: str) -> Action:
    return Action(
        f"part-{part.key}", f"Paint {part.title.lower()}", key, Fact.DRAWN_PARTS,
        lambda w: w.session.correction.set(part=part), lambda s: s.editing.part is part,
    )  # fmt: skip


def _over(value: int | None, name: str, text: str) -> Action:
    return Action(
        f"over-{name}", text, "", Fact.CORRECTABLE,
        lambda w: w.session.correction.set(over=value), lambda s: s.editing.over == value,
    )  # fmt: skip


CORRECTION_ACTIONS: tuple[Action, ...] = (
    _TOOL.action(Tool.PAINT, "Ctrl+B", Fact.CORRECTABLE, "Correct",
                 "Paint the segmentation; Shift erases, the wheel sets the size of the brush"),
    _TOOL.action(Tool.LASSO, "Ctrl+J", Fact.CORRECTABLE,
                 tip="Draw around what belongs to the lesion; with Shift, what does not"),
    _TOOL.action(Tool.CUT, "Ctrl+K", Fact.SEGMENTED,
                 tip="Draw a line that cuts a piece off in this slice; with Shift, in all"),
    _TOOL.action(Tool.GROW, "Ctrl+G", Fact.CORRECTABLE,
                 tip="Click on a lesion that was not found; with Shift, remove a piece"),
    _part(LesionPart.ENHANCING, "Ctrl+7"), _part(LesionPart.NECROSIS, "Ctrl+8"),
    _part(LesionPart.OEDEMA, "Ctrl+9"),
    Action("brush-ball", "Brush as a ball", "Shift+N", Fact.CORRECTABLE,
           lambda w: w.session.correction.set(ball=not w.session.state.editing.ball),
           lambda s: s.editing.ball, tip="Paint in neighbouring slices, too"),
    Action("brush-similar", "Only similar grey", "Shift+U", Fact.CORRECTABLE,
           lambda w: w.session.correction.set(similar=not w.session.state.editing.similar),
           lambda s: s.editing.similar,
           tip="Paint only what is as bright as where the stroke begins"),
    _over(None, "everything", "Paint over everything"),
    _over(0, "outside", "Only outside the lesion"),
    *(_over(int(part), part.key, f"Only {part.title.lower()}") for part in LesionPart),
    Action("fill-holes", "Fill holes", "", Fact.SEGMENTED,
           lambda w: w.session.correction_tools.fill_holes(),
           tip="Fill what the lesion encloses with the chosen part"),
    Action("remove-islands", "Remove islands", "", Fact.SEGMENTED,
           lambda w: w.session.correction_tools.remove_islands(),
           tip="Remove pieces that are smaller than a ball 6 mm wide"),
    Action("smooth-lesion", "Smooth the segmentation", "", Fact.SEGMENTED,
           lambda w: w.session.correction_tools.smooth()),
    Action("interpolate", "Interpolate between slices", "", Fact.SEGMENTED,
           lambda w: w.session.correction_tools.interpolate(),
           tip="Fill the empty slices between those that are drawn in this plane"),
    Action("save-segmentation", "Save segmentation as…", "", Fact.SEGMENTED,
           lambda w: w.files.save_segmentation(), tip="Save lesion and parts as NIfTI"),
    Action("reset-segmentation", "Take what was found", "", Fact.CORRECTED,
           lambda w: w.session.correction.reset(), tip="The segmentation as it was found"),
    Action("clear-segmentation", "Start from nothing", "", Fact.SEGMENTED,
           lambda w: w.session.correction.clear(), tip="Remove the whole segmentation"),
)  # fmt: skip

OVER_ACTIONS: tuple[str, ...] = (
    "over-everything", "over-outside", *(f"over-{part.key}" for part in LesionPart),
)  # fmt: skip
CORRECTION_MENU: tuple[str, ...] = (
    "tool-paint", "tool-lasso", "tool-cut", "tool-grow", "-",
    "part-enhancing", "part-necrosis", "part-oedema", "-",
    "brush-ball", "brush-similar", "over>", "-",
    "fill-holes", "remove-islands", "smooth-lesion", "interpolate", "-",
    "reset-segmentation", "clear-segmentation", "-", "save-segmentation",
)  # fmt: skip
