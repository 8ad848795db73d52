"""The open study as it is worked on, as a session keeps it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from brainviewer import __version__
from brainviewer.app.opening.dicom.saved_series import series_key
from brainviewer.app.saved_session.places import sources_of_session
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.correction.kept import KeptCorrection
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.saved_session import (
    ImageReference,
    SavedPrior,
    SavedResults,
    SavedSession,
    SavedStudy,
)
from brainviewer.core.study import Study
from brainviewer.core.view.saved_camera import SavedLooks
from brainviewer.core.view.saved_view import SavedView

if TYPE_CHECKING:
    from brainviewer.app.correction.correction import SegmentationCorrection


def new_id() -> str:
    """An id that no session has."""
    return uuid4().hex


def now() -> str:
    """The time in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def saved_view(state: ViewState, looks: SavedLooks) -> SavedView | None:
    """How the open study is looked at; None without one. looks : of the panes."""
    if state.study is None:
        return None
    x, y, z = (float(value) for value in state.cursor)
    return SavedView(
        (x, y, z),
        state.active,
        state.plane,
        dict(state.windows),
        dict(state.presets),
        dict(state.colour_maps),
        state.overlays,
        state.hanging,
        state.reformation,
        replace(looks, original_grids=state.original_grids.wanted),
    )


def saved_study(study: Study, paths: Sequence[Path], folder: Path) -> SavedStudy:
    """A study and where it was opened from. folder : of the session."""
    labels = study.segmentation
    return SavedStudy(
        study.content_hash,
        {
            m: ImageReference(v.sha256, v.file_name, series_key(v.series))
            for m, v in study.volumes.items()
        },
        None if labels is None else ImageReference("", labels.file_name),
        sources_of_session(paths, folder),
        study.grid.shape,
        tuple(float(value) for value in study.grid.affine.ravel()),
    )


def saved_results(state: ViewState, base: TumourFinding | None) -> SavedResults:
    """What was found and answered; nothing that is being computed. base : see ``SavedResults``."""
    finding = state.finding if state.finding_status is Status.DONE else None
    status, answer = state.classification_status, state.classification
    if finding is None and (state.study is None or not state.study.is_image2d):
        return SavedResults()
    image_test = state.occlusion is not None and state.occlusion.original.is_image2d
    if answer is None or status not in (Status.DONE, Status.STALE) or image_test:
        return SavedResults(finding, base)
    return SavedResults(finding, base, answer, status.value, state.classification_message)


def session_of(
    state: ViewState,
    correction: "SegmentationCorrection",
    paths: Sequence[Path],
    folder: Path,
    session_id: str,
    looks: SavedLooks,
    prior: SavedPrior | None,
) -> SavedSession:
    """All of it at this moment; on the main thread. paths : see ``Documents.opened_as``."""
    study = state.unedited
    assert study is not None
    kept: KeptCorrection | None = correction.kept
    return SavedSession(
        session_id,
        new_id(),
        now(),
        __version__,
        saved_study(study, paths, folder),
        saved_view(state, looks),
        state.annotations,
        kept,
        saved_results(state, correction.base),
        state.age_years,
        state.report_text,
        prior,
        state.feedback,
    )
