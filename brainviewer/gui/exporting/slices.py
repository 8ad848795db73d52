"""Takes many slices out of the window: key images, every n-th slice, cines, of a folder too."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QWidget

from brainviewer.app.exporting.batch import BatchEntry, said_of_batch
from brainviewer.app.exporting.series_figures import series_of_view
from brainviewer.app.exporting.slice_series import (
    SavedSeries,
    SeriesRequest,
    SliceChoice,
    said_of,
)
from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.exporting.slices_dialog import SlicesExportDialog
from brainviewer.gui.widgets import call
from brainviewer.painting.figure import figure_image


class SlicesExport:
    """Lets the user choose, then exports in the background.

    window : the parent of the dialog. wanted : whether a dialog is accepted; it is about the study
        that is open.
    """

    def __init__(
        self, session: Session, window: QWidget, wanted: Callable[[SlicesExportDialog], bool]
    ) -> None:
        self._session, self._window, self._wanted = session, window, wanted
        self._above: Path | None = None

    def ask(self) -> None:
        """Let the user choose, then export; without a study, nothing happens."""
        if self._session.state.study is None:
            return
        dialog = SlicesExportDialog(
            self._session.state, self._preview, self._window, above=self._above
        )
        if self._wanted(dialog):
            request, folder, ending = dialog.request, dialog.folder, dialog.ending
            self._above = request.target.parent
            with errors_told(self._session):
                if folder is None:
                    self.save(request)
                else:
                    self.save_folder(folder, request, ending)

    def save(self, request: SeriesRequest) -> None:
        """Export slices of the open study. Raises BrainViewerError if there are none."""
        request.check()
        self._session.correction.settle()
        figures = series_of_view(self._session.state, request)
        self._session.exports.add_series(request, figures, self._tell)

    def save_folder(self, folder: Path, request: SeriesRequest, ending: str) -> None:
        """Export slices of every study in a folder; see ``export_folder``."""
        request.check()
        self._session.exports.add_folder(
            folder,
            request,
            ending,
            self._session.engine.ready(),
            lambda entries: self._tell_of_folder(entries, request.target),
        )

    def _preview(self, request: SeriesRequest) -> tuple[QImage, int]:
        """The one that is nearest to the slice that is shown."""
        state = self._session.state
        figures = series_of_view(state, request)

        def apart(choice: SliceChoice) -> int:
            return abs(choice.index - state.slice_index(choice.plane))

        nearest = min(figures, key=lambda one: apart(one[0]))
        return figure_image(nearest[1], self._window.devicePixelRatioF()), len(figures)

    def _tell(self, saved: SavedSeries) -> None:
        self._show(said_of(saved), saved.files[0].absolute().parent)

    def _tell_of_folder(self, entries: list[BatchEntry], target: Path) -> None:
        self._show(said_of_batch(entries, target), target)

    def _show(self, said: str, folder: Path) -> None:
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        self._session.notices.show(Notice(shown_text(said), offers=(Offer("Show folder", show),)))
