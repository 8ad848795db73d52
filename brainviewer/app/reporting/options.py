"""What goes into a report, and from what it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import FeedbackRecord
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Convention
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.report.pages import Paper
from brainviewer.painting.volume.render_request import RenderRequest

if TYPE_CHECKING:  # the arithmetic behind it is imported where it is done
    from brainviewer.app.prior.comparison import Comparison


class Identity(StrEnum):
    """What a report says of who the patient is."""

    NOTHING = "nothing"
    """No name, no ID, no date of birth or examination, no name of a study or of a file."""
    ID = "id"
    """The patient's ID, and the day of the examination."""
    FULL = "full"
    """Name, ID, birth date, sex, day and description of the examination; names of files."""


class ReportPart(StrEnum):
    """What may be left out, in the order of the report."""

    SEQUENCES = "Sequences"
    TUMOUR_SLICE = "Tumour slice"
    VOLUME = "3D view"
    MEASUREMENTS = "Measurements"
    CHANGE = "Change since the prior"
    KEY_IMAGES = "Key images"
    PREDICTION = "Prediction"
    FEEDBACK = "Your feedback"
    MODELS = "Facts about the models"
    SIGNATURE = "Signature line"


@dataclass(frozen=True)
class ReportOptions:
    """How the user wants the report. reader : the name on the line to sign on."""

    identity: Identity = Identity.NOTHING
    parts: frozenset[ReportPart] = frozenset(ReportPart)
    paper: Paper = Paper.A4
    reader: str = ""


@dataclass(frozen=True, eq=False)
class ReportSources:
    """All that is known of a study.

    finding : with the location of the lesion, where that is known. searched : it is looked for now.
    result : the prediction, if it is of what is open now. result_note : else why it is left out.
    compared : with priors. compared_note : what must be said of it, or why it is left out.
    prior_drawn : the prior that is shown, with the annotations that were kept for it.
    frame : of an image with several, from 0.
    volume : what the 3D view shows, with its image (rows, columns, 3); None where there is none.
    volume_note : why there is none though it is wanted.
    """

    study: Study
    finding: TumourFinding | None = None
    result: Classification | None = None
    result_note: str = ""
    feedback: FeedbackRecord | None = None
    annotations: tuple[Annotation, ...] = ()
    compared: "Comparison | None" = None
    compared_note: str = ""
    prior_drawn: tuple[Study, tuple[Annotation, ...]] | None = None
    text: ReportText = field(default_factory=ReportText)
    windows: Mapping[Modality, Window] = field(default_factory=dict)
    colour_maps: Mapping[Modality, str] = field(default_factory=dict)
    convention: Convention = Convention.RADIOLOGICAL
    overlays: Overlays = field(default_factory=lambda: Overlays(segmentation=False))
    frame: int | None = None
    searched: bool = False
    volume: tuple[RenderRequest, NDArray[np.uint8]] | None = None
    volume_note: str = ""
