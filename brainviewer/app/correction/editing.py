"""How the segmentation is edited, and the labels as they are while it is."""

from dataclasses import dataclass, replace
from typing import Any

from brainviewer.core.correction.steps import WHOLE, Labels
from brainviewer.core.segments import LesionPart

SMALLEST_MM, LARGEST_MM = 1.0, 60.0


@dataclass(frozen=True, eq=False)
class Editing:
    """The state of the editing.

    labels : (i, j, k) uint8 on the study's grid, changed in place; the finding follows a little
        later. None before anything was edited.
    parted : they tell the parts of the lesion apart.
    part : what is painted, where parts are told apart.
    diameter_mm : of the brush. ball : it paints in neighbouring slices, too.
    similar : it paints only what is as bright as where the stroke began, on that sequence.
    over : the part that alone is painted over (0 : what is outside of the lesion); None for all.
    drawing : a stroke is under way; what is slow waits for its end, when the finding follows again.
    can_undo, can_redo : there is a step to take back, or to make again.
    """

    labels: Labels | None = None
    parted: bool = False
    part: LesionPart = LesionPart.OEDEMA
    diameter_mm: float = 10.0
    ball: bool = False
    similar: bool = False
    over: int | None = None
    drawing: bool = False
    can_undo: bool = False
    can_redo: bool = False

    def chosen(self, **options: Any) -> "Editing":
        """With other options; the brush is held between the smallest and the largest."""
        if "diameter_mm" in options:
            held = min(max(float(options["diameter_mm"]), SMALLEST_MM), LARGEST_MM)
            options["diameter_mm"] = held
        return replace(self, **options)

    @property
    def value(self) -> int:
        """The label that is painted."""
        return int(self.part) if self.parted else WHOLE
