"""What the window asks for before it opens or saves a file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMainWindow

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.files.picture_folder import DICOM_SUFFIXES, PICTURE_SUFFIXES

_STUDIES = "NIfTI (*.nii *.nii.gz);;All files (*)"
_ENDINGS = sorted(PICTURE_SUFFIXES | DICOM_SUFFIXES)
_PICTURES = f"Pictures ({' '.join(f'*{ending}' for ending in _ENDINGS)});;All files (*)"
_MARKS = "BrainViewer annotations (*.json)"


class FileVerbs(QMainWindow):
    """The part of the window with dialogs for files; its actions call these."""

    session: Session

    def open_folder(self) -> None:
        """Ask for a folder with a study or with pictures, and open it."""
        if folder := QFileDialog.getExistingDirectory(self, "Open study folder"):
            self.session.open([Path(folder)])

    def open_files(self) -> None:
        """Ask for the files of a study and open them."""
        files, _ = QFileDialog.getOpenFileNames(self, "Open the files of one study", "", _STUDIES)
        if files:
            self.session.open([Path(f) for f in files])

    def open_pictures(self) -> None:
        """Ask for single pictures and open them."""
        files, _ = QFileDialog.getOpenFileNames(self, "Open pictures", "", _PICTURES)
        if files:
            self.session.open([Path(f) for f in files])

    def open_annotations(self) -> None:
        """Ask for a file of annotations and show them."""
        path, _ = QFileDialog.getOpenFileName(self, "Open annotations", "", _MARKS)
        if path:
            self._try(lambda: self.session.open_annotations(Path(path)))

    def save_annotations(self) -> None:
        """Ask for a place and save the annotations there."""
        path, _ = QFileDialog.getSaveFileName(self, "Save annotations", "annotations.json", _MARKS)
        if path:
            self._try(lambda: self.session.save_annotations(Path(path)))

    def _try(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except BrainViewerError as error:
            self.session.notice(str(error), "error")
