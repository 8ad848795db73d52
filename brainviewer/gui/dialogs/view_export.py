"""Takes the current view out of the window: to a file, to paper, or to the clipboard."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.dicom_export.request import DicomExport, DicomExportRequest, DicomResults
from brainviewer.app.exporting.exports import (
    ExportRequest,
    ExportSubject,
    refuse_hidden,
    request_figure,
)
from brainviewer.app.notices import Notice, Offer
from brainviewer.app.report.study_figures import analysis_spec
from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.closing import ClosingDialog, unfinished
from brainviewer.gui.dialogs.dicom_export import DicomExportDialog
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.dialogs.printing import ask_and_print
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, accepted, errors_told
from brainviewer.gui.exporting.slices import SlicesExport
from brainviewer.gui.exporting.slices_dialog import SlicesExportDialog
from brainviewer.gui.exporting.surfaces import SurfacesExport
from brainviewer.gui.exporting.turntable_dialog import TurntableDialog
from brainviewer.gui.exporting.volume import VolumeExport
from brainviewer.gui.pacs.opener import send_results
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.widgets import call
from brainviewer.painting.figure import FigurePage, FigureSpec, figure_image
from brainviewer.painting.volume.render_request import RenderRequest

_VOLUME_SIZE = (800, 600)
_STALE = "The answer is not up to date, so the report leaves it out."
_DRAWING = 0.8
"""The fraction of an export that the drawing of the 3D view takes."""


class ViewExport:
    """Draws what the panes show anew, at the scale that is asked for. slices : many at once.

    surfaces : of the lesion in 3D. volume : copies of the 3D view, and films of it.
    """

    def __init__(
        self, session: Session, grid: PaneGrid, volume: VolumePane, window: QWidget
    ) -> None:
        self._session, self._grid, self._volume, self._window = session, grid, volume, window
        self._folder: Path | None = None
        self.slices = SlicesExport(session, window, self._wanted)
        self.surfaces = SurfacesExport(session, window)
        self.volume = VolumeExport(session, volume, window, self._wanted)
        session.reports.show_volume(self.volume.shown_or_none, self.volume.draw)

    def ask(self, subject: ExportSubject = ExportSubject.VIEW) -> None:
        """Let the user choose, then export in the background; without a study, nothing happens."""
        if self._session.state.study is None:
            return
        dialog = ExportDialog(
            self._session.state,
            self._preview,
            self._window,
            folder=self._folder,
            draw_later=self._preview_volume,
            volume=not self._volume.failure and self._session.state.solid_study is not None,
        )
        dialog.begin_with(self._session.settings)
        dialog.choose(subject)
        wanted = self._wanted(dialog)
        self._session.jobs.cancel("preview")
        if wanted:
            self._folder = dialog.request.path.parent
            self.save(dialog.request)

    def _wanted(
        self, dialog: ExportDialog | DicomExportDialog | SlicesExportDialog | TurntableDialog
    ) -> bool:
        """Whether a dialog is accepted; it is about the study that is open, and ends with it."""
        state = self._session.state
        study = state.study
        state.study_changed.connect(dialog.reject)
        state.facts_changed.connect(dialog.offer)
        try:
            wanted = accepted(dialog)
        finally:
            state.study_changed.disconnect(dialog.reject)
            state.facts_changed.disconnect(dialog.offer)
        if self._session.state.study is study:
            return wanted
        self._session.notices.tell(ANOTHER_STUDY.format("nothing was exported"), "caution")
        return False

    def save(self, request: ExportRequest) -> None:
        """Export in the background; a notice says where, or why not."""
        with errors_told(self._session):
            spec = self._figure(request, _nothing_yet(request.scale))
            draw = None
            if self._has_volume(request):
                draw = partial(self._volume_image, request, spec.volume)
            self._session.exports.add(spec, request, self._tell_where, draw)

    def ask_dicom(self) -> None:
        """The same for results as DICOM."""
        state = self._session.state
        if state.study is None:
            return
        with errors_told(self._session):
            refuse_hidden(state)
            self._ask_dicom(state)

    def _ask_dicom(self, state: ViewState) -> None:
        dialog = DicomExportDialog(state, self._window, folder=self._folder)
        if self._wanted(dialog):
            self._folder = dialog.request.folder.parent
            self.save_dicom(dialog.request)

    def save_dicom(self, request: DicomExportRequest) -> None:
        """Save results as DICOM in the background; a notice says where, or why not."""
        state = self._session.state
        if state.study is None:
            return
        refuse_hidden(state)
        self._session.correction.settle()
        # No answer goes out that is not of what is open now.
        fresh = state.classification_status is Status.DONE
        result = state.classification if fresh else None
        figures = [self._current_view()]
        if state.finding is not None and state.finding.found:
            figures.append(analysis_spec(state.study, state.finding, result))
        pictures = tuple(figures) if request.pictures else ()
        results = DicomResults(state.study, state.finding, result, pictures)
        stale = _STALE if request.report and state.classification is not result else ""
        node = self._session.pacs.retrieval.node_of(state.opened_from)
        self._session.exports.add_dicom(request, results, partial(self._tell_of_dicom, stale, node))

    def finished(self) -> bool:
        """Whether the window may close: what is being saved or sent is waited for.

        False if the user would rather stay, or if something could not be saved or sent.
        """
        return not unfinished(self._session) or accepted(ClosingDialog(self._session, self._window))

    def _tell_where(self, path: Path) -> None:
        folder = path.absolute().parent
        said = shown_text(f"The image was saved as {path.name} in {folder}.")
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        self._session.notices.show(Notice(said, offers=(Offer("Show folder", show),)))

    def _tell_of_dicom(self, stale: str, node: str, done: DicomExport) -> None:
        said = f"{len(done.files)} files were saved in {done.folder.absolute()}."
        if done.patient.made_up:
            said += f" The patient ID {done.patient.id} was made up."
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(done.folder.absolute())))
        text = shown_text(" ".join(filter(None, (said, stale, *done.notices))))
        offers = [Offer("Show folder", show)]
        if self._session.pacs.sending.offer(done, node):
            offers.append(Offer("Send to PACS…", call(send_results, self._session, self._window)))
        self._session.notices.show(Notice(text, offers=tuple(offers)))

    def copy(self) -> None:
        """Put the current view on the clipboard, at twice the size of the screen."""
        with errors_told(self._session):
            view = self._current_view()
            with audited(Action.COPIED, view.study, facts={"kind": "view"}):
                QGuiApplication.clipboard().setImage(figure_image(view, 2))
            self._session.notices.tell("The view was copied.")

    def print(self) -> None:
        """Let the user choose a printer, and print the current view on one page."""
        with errors_told(self._session):
            view = self._current_view()
            print_it = partial(audited, Action.PRINTED, view.study, facts={"kind": "view"})
            if ask_and_print(FigurePage(view), self._window, print_it):
                self._session.notices.tell("The view was sent to the printer.")

    def _current_view(self) -> FigureSpec:
        request = ExportRequest(heatmap=self._session.state.overlays.heatmap)
        return self._figure(request, _nothing_yet(1))

    def _figure(self, request: ExportRequest, volume_image: NDArray[np.uint8]) -> FigureSpec:
        self._session.correction.settle()
        arrangement = self._grid.arrangement()
        volume = volume_image if request.subject is not ExportSubject.TUMOUR_SLICE else None
        if request.subject is ExportSubject.VIEW:
            # What is on the screen; a file gets it drawn anew.
            volume = self._volume.image.pixels_shown if arrangement.volume is not None else None
        shown = self._volume.shown
        return request_figure(self._session.state, request, arrangement, volume, shown)

    def _has_volume(self, request: ExportRequest) -> bool:
        """Whether the 3D view is drawn for it."""
        there = self._grid.arrangement().volume is not None and not self._volume.failure
        in_view = request.subject is ExportSubject.VIEW and there
        return request.subject is ExportSubject.VOLUME or in_view

    def _volume_image(
        self, request: ExportRequest, shown: RenderRequest | None, report: Report
    ) -> NDArray[np.uint8]:
        """The 3D view at a request's scale; blocks, but can be cancelled at any moment.

        shown : what it showed when it was asked for.
        """

        def waiting(fraction: float) -> None:
            report(_DRAWING * fraction, "Drawing the 3D view")

        waiting(0.0)
        width, height = _VOLUME_SIZE
        if request.subject is ExportSubject.VIEW:
            width, height = self._volume.image.width(), self._volume.image.height()
        scale = request.scale
        return self._volume.render_image(width * scale, height * scale, waiting, shown)

    def _preview(self, request: ExportRequest) -> QImage:
        return figure_image(self._figure(request, _nothing_yet(1)), request.scale)

    def _preview_volume(
        self,
        request: ExportRequest,
        ready: Callable[[QImage], None],
        failed: Callable[[BrainViewerError], None],
    ) -> None:
        """Draw the preview in the background, since the 3D view may take a while."""
        spec = self._figure(request, _nothing_yet(request.scale))

        def work(report: Report) -> QImage:
            image = self._volume_image(request, spec.volume, report)
            return figure_image(replace(spec, volume_image=image), request.scale)

        self._session.jobs.start("preview", work, ready, failed)


def _nothing_yet(scale: int) -> NDArray[np.uint8]:
    """Stands for the 3D view until it is drawn."""
    return np.zeros((_VOLUME_SIZE[1] * scale, _VOLUME_SIZE[0] * scale, 3), np.uint8)
