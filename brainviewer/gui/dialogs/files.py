"""Dialogs for files: studies, images and annotations to open, annotations to save."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Study
from brainviewer.files.annotation_file import OtherStudy
from brainviewer.files.image2d.folder import DICOM_SUFFIXES, PICTURE_SUFFIXES
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, ask

_STUDIES = "NIfTI (*.nii *.nii.gz);;All files (*)"
_ENDINGS = sorted(PICTURE_SUFFIXES | DICOM_SUFFIXES)
_PICTURES = f"Pictures ({' '.join(f'*{ending}' for ending in _ENDINGS)});;All files (*)"
_MARKS = "BrainViewer annotations (*.json)"


class FileDialogs:
    """Asks for files, then opens or saves them.

    window : the parent of the dialogs.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self._folder = ""

    def _start_folder(self) -> str:
        """Where a dialog begins: in the folder that was used last, or that held the last study."""
        recent = [Path(entry[0]) for entry in self._session.settings.recent]
        places = [Path(self._folder)] if self._folder else []
        for place in (*places, *(path.parent for path in recent)):
            if is_folder(place):
                return str(place)
        return ""

    def open(self, paths: list[Path]) -> None:
        """Open a study or images; dialogs begin beside them from then on."""
        self._folder = str(paths[0].parent)
        self._session.documents.open(paths)

    def open_folder(self) -> None:
        """Ask for a folder with a study or with pictures, and open it."""
        start = self._start_folder()
        if folder := QFileDialog.getExistingDirectory(self._window, "Open study folder", start):
            self.open([Path(folder)])

    def open_files(self) -> None:
        """Ask for the files of a study and open them."""
        title, start = "Open the files of one study", self._start_folder()
        files, _ = QFileDialog.getOpenFileNames(self._window, title, start, _STUDIES)
        if files:
            self.open([Path(f) for f in files])

    def open_images(self) -> None:
        """Ask for single pictures and open them."""
        start = self._start_folder()
        files, _ = QFileDialog.getOpenFileNames(self._window, "Open pictures", start, _PICTURES)
        if files:
            self.open([Path(f) for f in files])

    def open_annotations(self) -> None:
        """Ask for a file of annotations and show them."""
        start, study = self._start_folder(), self._session.state.study
        path, _ = QFileDialog.getOpenFileName(self._window, "Open annotations", start, _MARKS)
        if path and self._still(study, "no annotations were opened"):
            self._try(lambda: self._open_annotations(Path(path), study))

    def _open_annotations(self, path: Path, study: Study | None) -> None:
        try:
            self._session.annotations.open(path)
        except OtherStudy as error:
            wanted = ask(
                self._window, error.message, "Show them on this study all the same?", "Show them"
            )
            if wanted and self._still(study, "no annotations were opened"):
                self._session.annotations.open(path, other_study=True)

    def save_annotations(self) -> None:
        """Ask for a place and save the annotations there."""
        start, study = (
            str(Path(self._start_folder()) / "annotations.json"),
            self._session.state.study,
        )
        path, _ = QFileDialog.getSaveFileName(self._window, "Save annotations", start, _MARKS)
        if path and self._still(study, "no annotations were saved"):
            self._try(lambda: self._session.annotations.save(Path(path)))

    def _still(self, study: Study | None, undone: str) -> bool:
        """Whether the study that a dialog was about is still open; if not, that is said."""
        if self._session.state.study is study:
            return True
        self._session.notices.tell(ANOTHER_STUDY.format(undone), "caution")
        return False

    def _try(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except BrainViewerError as error:
            self._session.notices.fail(error)


def is_folder(path: Path) -> bool:
    """Whether a folder is there and can be looked into."""
    try:
        return path.is_dir()
    except OSError:
        return False
