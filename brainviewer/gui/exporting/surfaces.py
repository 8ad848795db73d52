"""Saves the lesion and its parts as surfaces, in the background."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from brainviewer.app.exporting.exports import refuse_hidden
from brainviewer.app.exporting.surfaces import (
    SavedSurfaces,
    SurfaceRequest,
    said_of_surfaces,
    wanted_regions,
)
from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.core.findings.lesion_regions import Masks
from brainviewer.core.shown_text import shown_text
from brainviewer.files.surfaces.writer import GLB, OBJ, PLY, STL, surface_files
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, ask, errors_told
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.widgets import call

_KINDS = (
    FileKind("glTF, all parts with their colours", (GLB,)),
    FileKind("OBJ, all parts with their colours", (OBJ,)),
    FileKind("STL, a file for each part", (STL,)),
    FileKind("PLY, a file for each part", (PLY,)),
)


class SurfacesExport:
    """Asks where, then saves. window : the parent of the dialogs."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self._folder = Path.home()

    def ask(self) -> None:
        """Let the user name a file, and save the surfaces; a notice says where, or why not."""
        state = self._session.state
        study = state.study
        if study is None:
            return
        with errors_told(self._session):
            refuse_hidden(state)
            start = self._folder / f"lesion{GLB}"
            masks = wanted_regions(study, state.finding, SurfaceRequest(start))
            path = ask_place(self._window, "Save surfaces", start, *_KINDS)
            if path is None or not self._may_replace(path, masks):
                return
            if state.study is not study:
                self._session.notices.tell(ANOTHER_STUDY.format("nothing was saved"), "caution")
                return
            self._folder = path.parent
            self.save(SurfaceRequest(path))

    def save(self, request: SurfaceRequest) -> None:
        """Save in the background what is asked for of the open study."""
        state = self._session.state
        if state.study is None:
            return
        self._session.correction.settle()
        self._session.exports.add_surfaces(request, state.study, state.finding, self._tell)

    def _may_replace(self, path: Path, masks: Masks) -> bool:
        """Whether files may be written that the dialog of the system did not ask about."""
        files = surface_files(path, list(masks))
        there = [file.name for file in files if file != path and file.exists()]
        question = "Files of these names are there already."
        what = f"Replace {shown_text(', '.join(there))}?"
        return not there or ask(self._window, what, question, "Replace")

    def _tell(self, saved: SavedSurfaces) -> None:
        folder = saved.files[0].absolute().parent
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        said = f"{said_of_surfaces(saved)[:-1]} in {shown_text(str(folder))}."
        self._session.notices.show(Notice(said, offers=(Offer("Show folder", show),)))
