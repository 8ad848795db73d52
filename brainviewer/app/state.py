"""What the window shows, observable and without a toolkit.

Changed on the main thread only, and only by the parts of ``Session``; everybody may read and
listen. What several signals tell of is changed by a method that emits them.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.correction.editing import Editing
from brainviewer.app.facts import (
    Fact,
    facts_of_annotations,
    facts_of_correction,
    facts_of_finding,
    facts_of_occlusion,
    facts_of_reformation,
    facts_of_result,
    facts_of_search,
    facts_of_study,
)
from brainviewer.app.location.lesion_location import LesionLocation
from brainviewer.app.opening.first_view import FirstView
from brainviewer.app.original_grids import OriginalGrids, Seen
from brainviewer.app.status import Progress, Status, progressed
from brainviewer.app.view_signals import ViewSignals
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import FeedbackRecord
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.hanging.hanging import BUILT_IN, Hanging
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.view.view_choice import Layout as Layout  # noqa: PLC0414 - told here, too
from brainviewer.core.view.view_choice import Tool as Tool  # noqa: PLC0414
from brainviewer.core.voi.voi_window import Window

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_steps import Steps
    from brainviewer.app.prediction.occlusion_test import OcclusionTest
    from brainviewer.app.prediction.study_occlusion import StudyOcclusion

log = logging.getLogger(__name__)


def _log_crash(error: BaseException) -> None:
    log.error("A listener failed unexpectedly.", exc_info=error)


@dataclass
class ViewState(ViewSignals):
    """Everything that is on the screen, in millimetres where it is a place.

    opened_from : the paths of the open study, where it was read from files.
    arriving : the folder that the rest of the open study still arrives in; None if it is whole.
    view_kept : it is a part of this study that was shown before, and nothing of the view jumps.
    exported : results were exported as DICOM, and can be sent.
    listed : whether the study list has rows to step through.
    image_series : images opened together; ``series_index`` is shown or on its way;
        ``series_unreadable`` cannot be read. Empty unless an image is open.
    cursor : (3,) mm, RAS+ (in an image: see ``Grid``); drives every pane and the 3D scene.
    active : the sequence that window, colour map and presets act on.
    hanging : the layout, and what each pane shows; see ``shown_hanging``.
    plane : the plane of the layouts that show one.
    turning : a hand is turning the planes at this moment.
    presets : the name of the preset that each window is, or ``OWN``.
    undrawable : ids of annotations whose drawing failed.
    selection : id of the selected annotation, or "".
    feedback : what the user said about this answer, now or when the study was open before.
    age_years : the patient's age where the user entered it.
    occlusion : what is hidden in the open image or study to see the answer change; ``study`` is
        the edited image then, and the study as it is; see ``shown_study``.
    crashed : told of an exception in a listener of one of the signals.
    """

    study: Study | None = None
    opened_from: tuple[Path, ...] = ()
    arriving: Path | None = None
    view_kept: bool = False
    exported: bool = False
    listed: bool = False
    image_series: tuple[Path, ...] = ()
    series_index: int = 0
    series_unreadable: frozenset[int] = frozenset()
    cursor: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    hanging: Hanging = BUILT_IN[Layout.FOUR_SEQUENCES]
    plane: Plane = Plane.AXIAL
    convention: Convention = Convention.RADIOLOGICAL
    active: Modality = Modality.FLAIR
    tool: Tool = Tool.WINDOW
    windows: Mapping[Modality, Window] = field(default_factory=dict)
    presets: Mapping[Modality, str] = field(default_factory=dict)
    colour_maps: Mapping[Modality, str] = field(default_factory=dict)
    overlays: Overlays = field(default_factory=Overlays)
    reformation: Reformation = PLAIN
    turning: bool = False
    playing: bool = False
    original_grids: OriginalGrids = field(default_factory=OriginalGrids)
    editing: Editing = field(default_factory=Editing)
    finding: TumourFinding | None = None
    finding_status: Status = Status.NOT_RUN
    location: LesionLocation = field(default_factory=LesionLocation)
    classification: Classification | None = None
    classification_status: Status = Status.NOT_RUN
    classification_message: str = ""
    feedback: FeedbackRecord | None = None
    age_years: float | None = None
    report_text: ReportText = field(default_factory=ReportText)
    occlusion: "OcclusionTest | StudyOcclusion | None" = None
    annotations: tuple[Annotation, ...] = ()
    undrawable: frozenset[str] = frozenset()
    selection: str = ""
    can_undo: bool = False
    can_redo: bool = False
    progress: tuple[Progress, ...] = ()
    engine_text: str = ""
    crashed: Callable[[BaseException], None] = _log_crash

    def show_study(self, study: Study, view: FirstView, age_years: float | None) -> None:
        """Show another study, with nothing of the one before but what ``view`` keeps."""
        self.study, self.age_years, self.view_kept = study, age_years, view.kept
        self.windows, self.presets, self.colour_maps = view.windows, view.presets, view.colour_maps
        if not view.kept:
            self.reformation = PLAIN
        # The annotations of the old study must not be drawn or measured on the new one.
        self.annotations, self.selection = (), ""
        if self.active not in study.volumes:
            self.active = study.modalities[0]
        self.show_finding(None, Status.NOT_RUN)
        self.show_classification(None, Status.NOT_RUN)
        self.cursor = view.cursor
        self.study_changed.emit()

    def show_finding(self, finding: TumourFinding | None, status: Status) -> None:
        """What was found of the lesion, and how that stands."""
        self.finding, self.finding_status = finding, status
        self.finding_changed.emit()
        self.facts_changed.emit()

    def show_classification(
        self, result: Classification | None, status: Status, message: str = ""
    ) -> None:
        """The prediction, how it stands, and why it is stale or missing."""
        self.classification, self.classification_status = result, status
        self.classification_message = message
        self.classification_changed.emit()
        self.facts_changed.emit()

    def show_occlusion(self, occlusion: "OcclusionTest | StudyOcclusion | None") -> None:
        """The occlusion test as it stands; None ends it."""
        self.occlusion = occlusion
        self.occlusion_changed.emit()
        self.facts_changed.emit()

    def show_progress(self, key: str, fraction: float | None, text: str) -> None:
        """How far a job is; a fraction of None: it has ended."""
        ran = bool(self.progress)
        self.progress = progressed(self.progress, key, fraction, text)
        self.progress_changed.emit()
        if bool(self.progress) is not ran:
            self.facts_changed.emit()

    def view(self, plane: Plane | None = None) -> SliceView:
        """The slice view of a plane of the open study's grid (its own plane by default).

        Raises LookupError if no study is open.
        """
        if self.study is None:
            raise LookupError("no study is open")
        return SliceView.of(self.study.grid, plane or self.plane, self.convention)

    def seen(self, modality: Modality) -> Seen:
        """A sequence of the open study, which there must be, as panes show it."""
        assert self.study is not None
        seen = self.original_grids.seen(self.study, self.finding, modality)
        test = self.occlusion
        return seen if test is None else test.seen(seen, modality)

    @property
    def selected(self) -> Annotation | None:
        """The selected annotation."""
        chosen = (one for one in self.annotations if one.id == self.selection)
        return next(chosen, None) if self.selection else None

    @property
    def annotatable(self) -> bool:
        """Whether annotations can be made and changed: on the common grid only."""
        return self.occlusion is None and not self.original_grids.shown(self.study)

    @property
    def correctable(self) -> bool:
        """Whether the segmentation can be edited: nobody looks for the lesion at this moment."""
        running = self.finding_status is Status.RUNNING or self.arriving is not None
        return self.solid_study is not None and not running and self.annotatable

    @property
    def corrects(self) -> bool:
        """Whether the left button edits the segmentation."""
        return self.tool.corrects and self.solid_study is not None

    @property
    def _edited(self) -> "ViewState | Steps | Editing":
        """What undo and redo act on: what the chosen tool edits."""
        if self.occlusion is not None:
            return self.occlusion.edits
        return self.editing if self.corrects else self

    @property
    def draws_elsewhere(self) -> bool:
        """Whether the chosen tool draws, but not on the original grids, which are shown."""
        draws = self.tool.kind is not None or self.tool.corrects
        return draws and self.original_grids.shown(self.study)

    @property
    def solid_study(self) -> Study | None:
        """The open study, if it has a third dimension to be looked at."""
        return None if self.study is not None and self.study.is_image2d else self.study

    @property
    def shown_hanging(self) -> Hanging:
        """What is on the screen: an image stands alone, whatever is chosen for studies."""
        image = self.study is not None and self.study.is_image2d
        return BUILT_IN[Layout.ONE_LARGE] if image else self.hanging

    @property
    def layout(self) -> Layout | None:
        """Which of the built-in layouts is chosen; None for another."""
        return self.hanging.layout

    @property
    def shown_plane(self) -> Plane:
        """The plane on the screen: an image has one only."""
        return self.plane if self.study is None else self.view().plane

    @property
    def unedited(self) -> Study | None:
        """The open study as it is in its files, whatever is painted over it."""
        return self.study if self.occlusion is None else self.occlusion.original

    @property
    def shown_study(self) -> Study | None:
        """The open study as panes show it: with what is hidden in a test."""
        test = self.occlusion
        return self.study if test is None else test.shown_study or self.study

    @property
    def shown_finding(self) -> TumourFinding | None:
        """What is left of the finding with what is hidden in a test."""
        test = self.occlusion
        return self.finding if test is None else test.shown_finding or self.finding

    @property
    def shown_result(self) -> Classification | None:
        """The answer for what is on the screen: for the edited image, if it is one."""
        test = self.occlusion
        return test.after if test is not None and test.edits.edited else self.classification

    def slice_index(self, plane: Plane | None = None) -> int:
        """The slice (from 0) of a plane in which the cursor lies."""
        return self.view(plane).index_of(self.cursor)

    @property
    def on_tumour_slice(self) -> bool:
        """Whether the cursor lies in the tumour slice."""
        found = None if self.study is None else self.finding
        return found is not None and found.index == self.slice_index(found.plane)

    @property
    def facts(self) -> frozenset[Fact]:
        """What holds now; enables actions and controls."""
        finding, result = self.finding, self.classification
        facts = {
            **facts_of_study(self.study, self.original_grids),
            **facts_of_finding(finding),
            **facts_of_reformation(self.study, self.reformation, self.shown_plane),
            **facts_of_result(result, self.shown_result),
            Fact.LISTED: self.listed,
            Fact.EXPORTED: self.exported,
            Fact.IMAGE_SERIES: len(self.image_series) > 1,
            **facts_of_search(self.study, finding, self.finding_status, self.arriving is None),
            Fact.CLASSIFIED: result is not None and self.classification_status is Status.DONE,
            Fact.FEEDBACK: self.feedback is not None,
            **facts_of_annotations(self.annotations, self.selected, finding),
            **facts_of_occlusion(self.study, finding, result, tested=self.occlusion is not None),
            Fact.UNDO: self._edited.can_undo,
            Fact.REDO: self._edited.can_redo,
            **facts_of_correction(self.editing, self.correctable, finding),
            Fact.RUNNING: bool(self.progress),
        }
        return frozenset(fact for fact, holds in facts.items() if holds)
