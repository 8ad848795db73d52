"""Exports in the background, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.dicom_export.export import export_dicom
from brainviewer.app.dicom_export.request import DicomExport, DicomExportRequest, DicomResults
from brainviewer.app.exporting.batch import BatchEntry, export_folder
from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.app.exporting.slice_series import (
    SavedSeries,
    SeriesRequest,
    SliceChoice,
    save_series,
)
from brainviewer.app.exporting.surfaces import SavedSurfaces, SurfaceRequest, save_surfaces
from brainviewer.app.exporting.turntable import SavedTurntable, TurntableRequest, save_turntable
from brainviewer.app.exporting.volume_pictures import Draw
from brainviewer.app.jobs import Jobs, Policy, Result
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.notices import Notices
from brainviewer.app.report.study_figures import export_figure
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.painting.figure import FigureSpec

if TYPE_CHECKING:
    from brainviewer.models.engine.runtimes import Runner

EXPORT = "export"
DrawVolume = Callable[[Report], NDArray[np.uint8]]
"""Draws the 3D view: (rows, columns, 3). Called in the job, since it may take a while."""


class Exports:
    """Saves figures; each of them, whatever is opened meanwhile."""

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, predictions: PredictionLog
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._predictions = predictions

    def add(
        self,
        figure: FigureSpec,
        request: ExportRequest,
        saved: Callable[[Path], object],
        draw_volume: DrawVolume | None = None,
    ) -> None:
        """Save a figure after those that were asked for before.

        saved : called with the path when the file is there; a notice says why not.
        draw_volume : draws the 3D view of the figure, where it is to have one.
        """

        def work(report: Report) -> None:
            ready = figure
            if draw_volume is not None:
                self._check_same(figure)
                ready = replace(figure, volume_image=draw_volume(report))
                self._check_same(figure)
            export_figure(ready, request.path, request.scale, report, request.width_mm)

        self._queue(work, lambda _: saved(request.path))

    def add_dicom(
        self,
        request: DicomExportRequest,
        results: DicomResults,
        saved: Callable[[DicomExport], object],
    ) -> None:
        """Save results as DICOM after what was asked for before; see ``add``."""
        self._queue(partial(export_dicom, request, results), saved)

    def add_series(
        self,
        request: SeriesRequest,
        figures: Sequence[tuple[SliceChoice, FigureSpec]],
        saved: Callable[[SavedSeries], object],
    ) -> None:
        """Save slices after what was asked for before; see ``add``."""
        self._queue(partial(save_series, request, figures), saved)

    def add_surfaces(
        self,
        request: SurfaceRequest,
        study: Study,
        finding: TumourFinding | None,
        saved: Callable[[SavedSurfaces], object],
    ) -> None:
        """Save surfaces of a lesion after what was asked for before; see ``add``."""
        self._queue(partial(save_surfaces, request, study, finding), saved)

    def add_turntable(
        self,
        request: TurntableRequest,
        figure: FigureSpec,
        scale: int,
        draw: Draw,
        saved: Callable[[SavedTurntable], object],
    ) -> None:
        """Save a turn of the 3D view after what was asked for before; see ``add``."""
        self._queue(partial(save_turntable, request, figure, scale, draw), saved)

    def add_folder(
        self,
        folder: Path,
        request: SeriesRequest,
        ending: str,
        engine: "Runner",
        saved: Callable[[list[BatchEntry]], object],
    ) -> None:
        """Save slices of every study in a folder; see ``export_folder``."""

        def find(study: Study, report: Report) -> TumourFinding:
            from brainviewer.app.prediction.recorded import find_tumour
            from brainviewer.models.segmentation.network import segmentation_network

            network = segmentation_network(engine)
            found = find_tumour(study, "lesion", network=network, report=report)
            self._predictions.finding(found, study)
            return found

        self._queue(partial(export_folder, folder, request, ending, find), saved)

    def _queue(self, work: Callable[[Report], Result], saved: Callable[[Result], object]) -> None:
        self._jobs.start(EXPORT, work, saved, self._notices.fail, policy=Policy.QUEUE)

    @property
    def unfinished(self) -> int:
        """How many exports run or wait."""
        return self._jobs.unfinished(EXPORT)

    def drop(self) -> None:
        """Save none of those that are not yet there."""
        self._jobs.drop(EXPORT)

    def _check_same(self, figure: FigureSpec) -> None:
        """The 3D view shows what is open now, and the words under it are of what was then."""
        if self._state.study is not figure.study:
            raise BrainViewerError(
                "Another study was opened before the 3D view was drawn, so it was not saved.",
                "Open the study again, and export before you go on.",
            )
