"""What the window asks for before it opens or saves a file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMainWindow

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


class FileVerbs(QMainWindow):
    """The part of the window with dialogs for files; its actions call these."""

    session: Session
    _folder = ""

    def _start_folder(self) -> str:
        """Where a dialog begins: in the folder that was used last, or that held the last study."""
        recent = [Path(entry[0]) for entry in self.session.settings.recent]
        places = [Path(self._folder)] if self._folder else []
        for place in (*places, *(path.parent for path in recent)):
            if is_folder(place):
                return str(place)
        return ""

    def _open(self, paths: list[Path]) -> None:
        self._folder = str(paths[0].parent)
        self.session.documents.open(paths)

    def open_folder(self) -> None:
        """Ask for a folder with a study or with pictures, and open it."""
        start = self._start_folder()
        if folder := QFileDialog.getExistingDirectory(self, "Open study folder", start):
            self._open([Path(folder)])

    def open_files(self) -> None:
        """Ask for the files of a study and open them."""
        title, start = "Open the files of one study", self._start_folder()
        files, _ = QFileDialog.getOpenFileNames(self, title, start, _STUDIES)
        if files:
            self._open([Path(f) for f in files])

    def open_pictures(self) -> None:
        """Ask for single pictures and open them."""
        start = self._start_folder()
        files, _ = QFileDialog.getOpenFileNames(self, "Open pictures", start, _PICTURES)
        if files:
            self._open([Path(f) for f in files])

    def open_annotations(self) -> None:
        """Ask for a file of annotations and show them."""
        start, study = self._start_folder(), self.session.state.study
        path, _ = QFileDialog.getOpenFileName(self, "Open annotations", start, _MARKS)
        if path and self._still(study, "no annotations were opened"):
            self._try(lambda: self._open_annotations(Path(path), study))

    def _open_annotations(self, path: Path, study: Study | None) -> None:
        try:
            self.session.annotations.open(path)
        except OtherStudy as error:
            wanted = ask(self, error.message, "Show them on this study all the same?", "Show them")
            if wanted and self._still(study, "no annotations were opened"):
                self.session.annotations.open(path, other_study=True)

    def save_annotations(self) -> None:
        """Ask for a place and save the annotations there."""
        start, study = (
            str(Path(self._start_folder()) / "annotations.json"),
            self.session.state.study,
        )
        path, _ = QFileDialog.getSaveFileName(self, "Save annotations", start, _MARKS)
        if path and self._still(study, "no annotations were saved"):
            self._try(lambda: self.session.annotations.save(Path(path)))

    def _still(self, study: Study | None, undone: str) -> bool:
        """Whether the study that a dialog was about is still open; if not, that is said."""
        if self.session.state.study is study:
            return True
        self.session.notices.tell(ANOTHER_STUDY.format(undone), "caution")
        return False

    def _try(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except BrainViewerError as error:
            self.session.notices.tell(str(error), "error")


def is_folder(path: Path) -> bool:
    """Whether a folder is there and can be looked into."""
    try:
        return path.is_dir()
    except OSError:
        return False
