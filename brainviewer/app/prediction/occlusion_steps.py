"""What is hidden in an occlusion test, step by step: every change makes a new value."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.prediction.occlusion_edit import Fill, Mask

_MOST_BYTES = 256 * 1024**2
_MOST_STEPS = 100


@dataclass(frozen=True, eq=False)
class Step:
    """What is hidden, and with what. Eight pixels or voxels of the region share a byte."""

    shape: tuple[int, ...]
    packed: NDArray[np.uint8]
    fill: Fill = Fill.SURROUNDINGS

    @classmethod
    def of(cls, region: Mask, fill: Fill) -> "Step":
        """A region of any shape, and its filling."""
        return cls(region.shape, np.packbits(region), fill)

    @property
    def region(self) -> Mask:
        """What is hidden, unpacked anew."""
        count = int(np.prod(self.shape))
        return np.unpackbits(self.packed, count=count).view(bool).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Steps:
    """What was hidden at first (nothing), after a stroke, after the next, and so on.

    position : of the step that is shown.
    """

    steps: tuple[Step, ...]
    position: int = 0

    @classmethod
    def begin(cls, shape: tuple[int, ...]) -> "Steps":
        """Nothing is hidden yet. shape : of the regions."""
        return cls((Step.of(np.zeros(shape, bool), Fill.SURROUNDINGS),))

    @cached_property
    def region(self) -> Mask:
        """What is hidden, of the shape of the image or the study."""
        return self.steps[self.position].region

    @property
    def fill(self) -> Fill:
        """What it is filled with."""
        return self.steps[self.position].fill

    @cached_property
    def edited(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.steps[self.position].packed.any())

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to be taken back."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back that can be had again."""
        return self.position + 1 < len(self.steps)

    def painted(self, region: Mask) -> "Steps":
        """With another region; what was taken back before is gone."""
        return self._with(Step.of(region, self.fill))

    def filled(self, fill: Fill) -> "Steps":
        """With another filling: a step of its own where something is hidden."""
        here = replace(self.steps[self.position], fill=fill)
        if self.edited:
            return self._with(here)
        return replace(self, steps=(*self.steps[: self.position], here))

    def cleared(self) -> "Steps":
        """With nothing hidden; can be taken back."""
        return self.painted(np.zeros_like(self.region)) if self.edited else self

    def moved(self, by: int) -> "Steps":
        """``by`` steps further, or back; held inside."""
        position = min(max(self.position + by, 0), len(self.steps) - 1)
        return replace(self, position=position) if position != self.position else self

    def _with(self, step: Step) -> "Steps":
        most = max(2, min(_MOST_STEPS, _MOST_BYTES // max(step.packed.nbytes, 1)))
        steps = (*self.steps[: self.position + 1], step)[-most:]
        return replace(self, steps=steps, position=len(steps) - 1)
