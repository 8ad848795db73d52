"""What if I edit it? An image, what is painted over in it, and what became of the answer.

Immutable: every change makes a new occlusion test. The file, the annotations and the answer for the
image itself are not touched.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask, Pixels, paint_over
from brainviewer.app.status import Status
from brainviewer.core.findings.classification import Classification
from brainviewer.core.luma import luma
from brainviewer.core.study import Modality, Study

_BRUSH = 0.06  # of the longest side
_LARGEST_BRUSH = 0.25
_MOST_BYTES = 256 * 1024**2
_MOST_STEPS = 100


@dataclass(frozen=True, eq=False)
class Step:
    """What is painted over, as (rows, columns) bool, and with what."""

    region: Mask
    fill: Fill = Fill.SURROUNDINGS


@dataclass(frozen=True, eq=False)
class OcclusionTest:
    """One frame of an image that is painted over.

    original : the image; ``before`` is its answer.
    steps : what was painted over at first (nothing), after a stroke, after the next, and so on;
        ``position`` is the one that is shown.
    brush : diameter in pixels of the image.
    after : answer for the edited image; None until it is there, and where nothing is edited.
    status, message : how that answer stands, and why it failed.
    """

    original: Study
    frame: int
    before: Classification
    steps: tuple[Step, ...]
    brush: int
    position: int = 0
    after: Classification | None = None
    comparison: Comparison | None = None
    status: Status = Status.NOT_RUN
    message: str = ""

    @classmethod
    def of(cls, study: Study, frame: int, before: Classification) -> "OcclusionTest":
        """Nothing is painted over yet."""
        columns, rows, _ = study.grid.shape
        brush = max(3, round(_BRUSH * max(rows, columns)))
        return cls(study, frame, before, (Step(np.zeros((rows, columns), bool)),), brush)

    @property
    def region(self) -> Mask:
        """(rows, columns) bool: what is painted over."""
        return self.steps[self.position].region

    @property
    def fill(self) -> Fill:
        """What it is painted over with."""
        return self.steps[self.position].fill

    @property
    def edited(self) -> bool:
        """Whether anything is painted over."""
        return bool(self.region.any())

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to be taken back."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back that can be had again."""
        return self.position + 1 < len(self.steps)

    @property
    def largest_brush(self) -> int:
        """Diameter in pixels of the image."""
        columns, rows, _ = self.original.grid.shape
        return max(4, round(_LARGEST_BRUSH * max(columns, rows)))

    def painted(self, region: Mask) -> "OcclusionTest":
        """With another region; what was taken back before is gone."""
        return self._with(Step(region, self.fill))

    def filled(self, fill: Fill) -> "OcclusionTest":
        """With another filling: a step of its own where something is painted over."""
        if self.edited:
            return self._with(Step(self.region, fill))
        empty = replace(self.steps[self.position], fill=fill)
        return replace(self, steps=(*self.steps[: self.position], empty))

    def cleared(self) -> "OcclusionTest":
        """With nothing painted over; can be taken back."""
        return self.painted(np.zeros_like(self.region))

    def moved(self, by: int) -> "OcclusionTest":
        """``by`` steps further, or back; held inside."""
        return replace(self, position=min(max(self.position + by, 0), len(self.steps) - 1))

    def with_brush(self, diameter: int) -> "OcclusionTest":
        """With another brush, held between one pixel and the largest."""
        return replace(self, brush=min(max(diameter, 1), self.largest_brush))

    def _with(self, step: Step) -> "OcclusionTest":
        most = max(2, min(_MOST_STEPS, _MOST_BYTES // max(step.region.nbytes, 1)))
        steps = (*self.steps[: self.position + 1], step)[-most:]
        return replace(self, steps=steps, position=len(steps) - 1)


def painted_over(test: OcclusionTest) -> tuple[Pixels, Study]:
    """The edited frame as the model sees it, and the image with it to be shown.

    Raises BrainViewerError as ``paint_over``.
    """
    study, frame = test.original, test.frame
    volume = study.volumes[Modality.IMAGE]
    pixels: Pixels = study.image_pixels(frame)
    if volume.data.dtype in (np.uint8, np.uint16):
        pixels = pixels.astype(volume.data.dtype if pixels.ndim == 2 else np.uint8)
    region = test.region
    done = paint_over(pixels, region, test.fill)
    data, rgb = volume.data.copy(), volume.rgb
    stored = data[:, :, frame].T  # a view: writing to it changes the frame
    if rgb is not None:
        rgb = rgb.copy()
        rgb[:, :, frame] = done.swapaxes(0, 1)
        stored[region] = _as(stored, luma(done[region]))
    else:
        before = volume.data[:, :, frame]
        turned = volume.shown is not None and volume.shown[0] > volume.shown[1]
        values = done[region].astype(np.float64)
        ends = float(before.min()) + float(before.max())
        stored[region] = _as(stored, ends - values if turned else values)
    edited = replace(volume, data=data, rgb=rgb)
    return done, replace(study, volumes={Modality.IMAGE: edited}, edited=True)


def _as(stored: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """Values in the number type of the stored ones."""
    if np.issubdtype(stored.dtype, np.integer):
        kind = np.iinfo(stored.dtype)
        values = np.clip(np.rint(values), kind.min, kind.max)
    done: NDArray[Any] = values.astype(stored.dtype)
    return done
