"""What if I edit it? An image, what is painted over in it, and what became of the answer.

Immutable: every change makes a new occlusion test. The file, the annotations and the answer for the
image itself are not touched.
"""

from dataclasses import dataclass, replace

import numpy as np

from brainviewer.app.original_grids import Seen
from brainviewer.app.prediction.frame_class import of_frame
from brainviewer.app.prediction.occlusion_edit import (
    Comparison,
    Pixels,
    paint_over,
    what_if,
)
from brainviewer.app.prediction.occlusion_steps import Steps
from brainviewer.app.status import Status
from brainviewer.core.errors import Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.luma import luma
from brainviewer.core.number_type import in_number_type
from brainviewer.core.study import Modality, Study
from brainviewer.models.engine.engine import Engine

_BRUSH = 0.06  # of the longest side
_LARGEST_BRUSH = 0.25


@dataclass(frozen=True, eq=False)
class OcclusionTest:
    """One frame of an image that is painted over.

    original : the image; ``before`` is its answer.
    edits : what is painted over, step by step.
    brush : diameter in pixels of the image.
    after : answer for the edited image; None until it is there, and where nothing is edited.
    status, message : how that answer stands, and why it failed.
    """

    original: Study
    frame: int
    before: Classification
    edits: Steps
    brush: int
    after: Classification | None = None
    comparison: Comparison | None = None
    status: Status = Status.NOT_RUN
    message: str = ""

    @classmethod
    def of(cls, study: Study, frame: int, before: Classification) -> "OcclusionTest":
        """Nothing is painted over yet."""
        columns, rows, _ = study.grid.shape
        brush = max(3, round(_BRUSH * max(rows, columns)))
        return cls(study, frame, before, Steps.begin((rows, columns)), brush)

    unit = "px"
    """Of the brush."""

    @property
    def smallest_brush(self) -> int:
        """Diameter in pixels of the image."""
        return 1

    @property
    def largest_brush(self) -> int:
        """Diameter in pixels of the image."""
        columns, rows, _ = self.original.grid.shape
        return max(4, round(_LARGEST_BRUSH * max(columns, rows)))

    @property
    def shown_study(self) -> Study | None:
        """What panes show instead of the open study: it is the edited image itself."""
        return None

    @property
    def shown_finding(self) -> TumourFinding | None:
        """An image has no finding."""
        return None

    def seen(self, seen: Seen, modality: Modality) -> Seen:
        """What panes show of the image: as the state has it."""
        return seen

    def with_edits(self, edits: Steps) -> "OcclusionTest":
        """With other steps."""
        return replace(self, edits=edits)

    def settled(self) -> "OcclusionTest":
        """As it is: the edited image is put before the eyes whole."""
        return self

    def compared_with(self, before: Classification) -> "OcclusionTest":
        """With another answer for the image itself."""
        return replace(self, before=before)

    def with_brush(self, diameter: int) -> "OcclusionTest":
        """With another brush, held between one pixel and the largest."""
        return replace(self, brush=min(max(diameter, 1), self.largest_brush))

    def make(self, report: Report) -> tuple[Pixels, Study]:
        """See ``painted_over``."""
        report(0.0, "Filling what was painted over")
        return painted_over(self)

    def ask(
        self, made: tuple[Pixels, Study], engine: Engine, report: Report
    ) -> tuple[Classification, Comparison]:
        """The answer for the edited frame, and what became of it; errors as ``what_if``."""
        after, comparison = what_if(made[0], self.before, engine, report)
        return of_frame(after, self.original, self.frame), comparison


def painted_over(test: OcclusionTest) -> tuple[Pixels, Study]:
    """The edited frame as the model sees it, and the image with it to be shown.

    Raises BrainViewerError as ``paint_over``.
    """
    study, frame = test.original, test.frame
    volume = study.volumes[Modality.IMAGE]
    pixels: Pixels = study.image_pixels(frame)
    if volume.data.dtype in (np.uint8, np.uint16):
        pixels = pixels.astype(volume.data.dtype if pixels.ndim == 2 else np.uint8)
    region = test.edits.region
    done = paint_over(pixels, region, test.edits.fill)
    data, rgb = volume.data.copy(), volume.rgb
    stored = data[:, :, frame].T  # a view: writing to it changes the frame
    if rgb is not None:
        rgb = rgb.copy()
        rgb[:, :, frame] = done.swapaxes(0, 1)
        stored[region] = in_number_type(luma(done[region]), stored.dtype)
    else:
        before = volume.data[:, :, frame]
        turned = volume.shown is not None and volume.shown[0] > volume.shown[1]
        values = done[region].astype(np.float64)
        ends = float(before.min()) + float(before.max())
        stored[region] = in_number_type(ends - values if turned else values, stored.dtype)
    edited = replace(volume, data=data, rgb=rgb)
    return done, replace(study, volumes={Modality.IMAGE: edited}, edited=True)
