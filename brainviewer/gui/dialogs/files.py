"""Dialogs for files: studies, images and annotations to open, annotations to save."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from brainviewer.app.session import Session
from brainviewer.core.study import Study
from brainviewer.files.annotation_file import OtherStudy
from brainviewer.files.image2d.folder import DICOM_SUFFIXES, IMAGE_SUFFIXES
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, ask, errors_told
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.dialogs.session_files import SessionDialogs

_STUDIES = "NIfTI (*.nii *.nii.gz);;All files (*)"
_ENDINGS = sorted(IMAGE_SUFFIXES | DICOM_SUFFIXES)
_IMAGES = f"Images ({' '.join(f'*{ending}' for ending in _ENDINGS)});;All files (*)"
_SEGMENTATION = FileKind("NIfTI", (".nii.gz", ".nii"))
_ANNOTATIONS = FileKind("BrainViewer annotations", (".json",))
_TABLE = FileKind("Tables with commas", (".csv",))


class FileDialogs:
    """Asks for files, then opens or saves them.

    window : the parent of the dialogs. sessions : the same for sessions.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self._folder = ""
        self.sessions = SessionDialogs(session, window, self._start_folder)

    def _start_folder(self) -> str:
        """Where a dialog begins: in the folder that was used last, or that held the last study."""
        places = [Path(entry[0]).parent for entry in self._session.settings.recent]
        if self._folder:
            places.insert(0, Path(self._folder))
        return next((str(place) for place in places if there_is(place, Path.is_dir)), "")

    def open(self, paths: list[Path]) -> None:
        """Open a study or images; dialogs begin beside them from then on."""
        self._folder = str(paths[0].parent)
        self._session.documents.open(paths)

    def open_folder(self) -> None:
        """Ask for a folder with a study or with images, and open it."""
        start = self._start_folder()
        if folder := QFileDialog.getExistingDirectory(self._window, "Open study folder", start):
            self.open([Path(folder)])

    def open_files(self) -> None:
        """Ask for the files of a study and open them."""
        self._open_several("Open the files of one study", _STUDIES)

    def open_images(self) -> None:
        """Ask for single images and open them."""
        self._open_several("Open images", _IMAGES)

    def _open_several(self, title: str, kinds: str) -> None:
        start = self._start_folder()
        files, _ = QFileDialog.getOpenFileNames(self._window, title, start, kinds)
        if files:
            self.open([Path(f) for f in files])

    def open_annotations(self) -> None:
        """Ask for a file of annotations and show them."""
        start, study = self._start_folder(), self._session.state.study
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open annotations", start, _ANNOTATIONS.filter
        )
        if path and self._still(study, "no annotations were opened"):
            with errors_told(self._session):
                self._open_annotations(Path(path), study)

    def _open_annotations(self, path: Path, study: Study | None) -> None:
        try:
            self._session.annotations.open(path)
        except OtherStudy as error:
            question = "Show them on this study all the same?"
            wanted = ask(self._window, error.message, question, "Show them")
            if wanted and self._still(study, "no annotations were opened"):
                self._session.annotations.open(path, other_study=True)

    def save_annotations(self) -> None:
        """Ask for a place and save the annotations there."""
        start, study = Path(self._start_folder()) / "annotations.json", self._session.state.study
        path = ask_place(self._window, "Save annotations", start, _ANNOTATIONS)
        if path and self._still(study, "no annotations were saved"):
            with errors_told(self._session):
                self._session.annotations.save(path)

    def export_annotations(self) -> None:
        """Ask for a place and write the table of annotations there."""
        start, study = Path(self._start_folder()) / "annotations.csv", self._session.state.study
        path = ask_place(self._window, "Export annotations as CSV", start, _TABLE)
        if path and self._still(study, "no annotations were exported"):
            with errors_told(self._session):
                self._session.tables.export(path)

    def save_segmentation(self) -> None:
        """Ask for a place and save the segmentation of the lesion there."""
        start, study = Path(self._start_folder()) / "segmentation.nii.gz", self._session.state.study
        path = ask_place(self._window, "Save segmentation", start, _SEGMENTATION)
        if path and self._still(study, "no segmentation was saved"):
            self._session.correction_tools.save(path)

    def _still(self, study: Study | None, undone: str) -> bool:
        """Whether the study that a dialog was about is still open; if not, that is said."""
        if self._session.state.study is study:
            return True
        self._session.notices.tell(ANOTHER_STUDY.format(undone), "caution")
        return False


def there_is(path: Path, kind: Callable[[Path], bool]) -> bool:
    """Whether a path is of a kind, such as ``Path.is_dir``; no path that cannot be is."""
    try:
        return kind(path)
    except (OSError, ValueError):
        return False  # too long or otherwise unusable
