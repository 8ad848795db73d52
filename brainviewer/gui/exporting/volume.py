"""Takes the 3D view out of the window: to the clipboard, and as a film of one turn."""

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
from brainviewer.app.exporting.turntable import SavedTurntable, TurntableRequest
from brainviewer.app.exporting.volume_pictures import pixels_of_picture, volume_figure
from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.exporting.turntable_dialog import TurntableDialog
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.widgets import call
from brainviewer.painting.figure import figure_image
from brainviewer.painting.volume.render_request import RenderRequest

_COPY = "copy"
_COPIED_AT = 2
"""Pixels of a copy for each point of the screen."""
_SMALLEST = 300
"""Points of the shorter side of a copy, however small the pane is."""


class VolumeExport:
    """Draws what the 3D view shows anew, in the background.

    window : the parent of the dialog. wanted : whether a dialog is accepted; it is about the study
        that is open.
    """

    def __init__(
        self,
        session: Session,
        volume: VolumePane,
        window: QWidget,
        wanted: Callable[[TurntableDialog], bool],
    ) -> None:
        self._session, self._volume = session, volume
        self._window, self._wanted = window, wanted
        self._folder: Path | None = None

    def copy(self) -> None:
        """Put the 3D view with its legend on the clipboard, at twice the size of the screen."""
        with errors_told(self._session):
            shown = self._shown()
            width, height = self._volume.image.width(), self._volume.image.height()
            larger = max(1.0, _SMALLEST / min(width, height)) * _COPIED_AT
            pixels = round(width * larger), round(height * larger)
            figure, scale = volume_figure(shown, pixels, _COPIED_AT)

            def work(report: Report) -> QImage:
                size = pixels_of_picture(figure, scale)

                def waiting(part: float) -> None:
                    report(part, "Drawing the 3D view")

                image = self._draw("it was not copied", shown, size, waiting)
                return figure_image(replace(figure, volume_image=image), scale)

            copied = partial(self._copied, shown.study)
            self._session.jobs.start(_COPY, work, copied, self._session.notices.fail)

    def ask_turn(self) -> None:
        """Let the user choose, then save a film of one turn; without a study, nothing happens."""
        if self._session.state.solid_study is None:
            return
        with errors_told(self._session):
            self._shown()
            dialog = TurntableDialog(self._window, self._folder)
            if self._wanted(dialog):
                self._folder = dialog.request.path.parent
                self.save_turn(dialog.request, dialog.pixels)

    def save_turn(self, request: TurntableRequest, size: tuple[int, int]) -> None:
        """Save a film in the background; a notice says where, or why not.

        size : width and height of the 3D view in pixels.
        """
        request.check()
        figure, scale = volume_figure(self._shown(), size)
        draw = partial(self._draw, f"'{shown_text(request.path.name)}' was not saved")
        self._session.exports.add_turntable(request, figure, scale, draw, self._tell)

    def shown_or_none(self) -> RenderRequest | None:
        """What is shown; None where there is no 3D view."""
        shown = self._volume.shown
        return None if self._volume.failure or shown.study is None else shown

    def _shown(self) -> RenderRequest:
        """What is shown. Raises BrainViewerError if there is no 3D view."""
        self._session.correction.settle()
        shown = self._volume.shown
        if self._volume.failure or shown.study is None:
            raise BrainViewerError("There is no 3D view.", self._volume.failure)
        return shown

    def draw(
        self, shown: RenderRequest, size: tuple[int, int], waiting: Callable[[float], None]
    ) -> NDArray[np.uint8]:
        """Draw in a size in pixels; see ``Draw``. For any thread.

        Raises BrainViewerError once another study is open: each image would be of one in turn.
        """
        return self._draw("", shown, size, waiting)

    def _draw(
        self,
        lost: str,
        shown: RenderRequest,
        size: tuple[int, int],
        waiting: Callable[[float], None],
    ) -> NDArray[np.uint8]:
        """See ``draw``. lost : what another study makes of what it is drawn for."""
        if shown.study is not self._session.state.solid_study:
            so = f", so {lost}" if lost else ""
            raise BrainViewerError(
                f"Another study was opened before the 3D view was drawn{so}.",
                "Open the study again, and wait until it is done.",
            )
        return self._volume.render_image(*size, waiting, shown)

    def _copied(self, study: Study | None, image: QImage) -> None:
        """study : that is in the image; another one may be open by now."""
        with errors_told(self._session):
            with audited(Action.COPIED, study, facts={"kind": "3D view"}):
                QGuiApplication.clipboard().setImage(image)
            self._session.notices.tell("The 3D view was copied.")

    def _tell(self, saved: SavedTurntable) -> None:
        folder = saved.path.absolute().parent
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        said = " ".join((f"The turn was saved as {saved.path.name} in {folder}.", *saved.notices))
        self._session.notices.show(Notice(shown_text(said), offers=(Offer("Show folder", show),)))
