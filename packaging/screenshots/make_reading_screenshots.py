"""The images of "A reading from a PACS" in the user guide, and a check that such a reading works.

    PYTHONPATH=. xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_reading_screenshots.py \\
        [FOLDER] [--theme light] [--from cd] [--results FOLDER] [--all]

Drives the real window through a whole reading: an Orthanc on this computer is searched, the study
is opened, compared with the prior, measured and classified, and the results are exported, sent back
and found there. From a CD the study is chosen in the list. Only the synthetic demo study is shown.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from make_screenshots import IN_GUIDE, Photographer
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from synthetic_node import (
    BEFORE,
    NOW,
    examinations,
    synthetic_node,
    write_cd,
    write_silent_study,
)

from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.study import Modality
from brainviewer.gui.dialogs.dicom_export import DicomExportDialog
from brainviewer.gui.dialogs.series import SeriesDialog
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.pacs.send_results import SendDialog
from brainviewer.pacs import client
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.node_changes import keep_node

RESULTS = {"SEG", "SR", "OT"}
WANTED = {"pacs", "series", "study-list", "prior", "exported", "send"}
"""The images of the guide."""


class Reader(Photographer):
    """A radiologist who reads in the window, and takes images on the way."""

    def __init__(self, folder: Path, theme: str, *, everything: bool) -> None:
        super().__init__(folder, theme)
        self._everything = everything
        self.said: list[str] = []
        self.session.state.noticed.connect(lambda notice: self.said.append(notice.text))

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save an image, if it is one of the guide's or all are wanted."""
        if self._everything or name in WANTED:
            super().take(name, of)

    def in_dialog(self, kind: type[QDialog], act: Callable[[QDialog], None]) -> None:
        """Do something in a modal dialog once it is there."""

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, kind):
                self.rest(0.5)
                act(dialog)
            else:
                QTimer.singleShot(50, look)

        QTimer.singleShot(50, look)

    def press(self, within: QWidget, words: str) -> None:
        """Click the button with these words."""
        (wanted,) = (
            one
            for one in within.findChildren(QPushButton)
            if one.text() == words and one.isVisible()
        )
        wanted.click()

    # -- a reading ----------------------------------------------------------------------------

    def search(self, patient_id: str) -> None:
        """Search the node for a patient."""
        self.window.actions_by_id["pacs"].trigger()
        pacs = self.window.parts.pacs.window
        pacs.form.patient_id.setText(patient_id)
        pacs.form.modality.clear()
        pacs.search()
        self.wait(lambda: pacs.table.rowCount() > 0)
        self.rest(0.5)

    def choose(self, uid: str) -> None:
        """Choose a study that was found."""
        pacs = self.window.parts.pacs.window
        pacs.table.selectRow([study.uid for study in pacs._found].index(uid))

    def until_classified(self) -> None:
        """Wait for the answer to the study that is opened."""
        state = self.session.state
        self.wait(lambda: state.study is not None and state.arriving is None)
        self.wait(lambda: state.classification_status is Status.DONE)
        self.dismiss()
        self.rest()

    def dismiss(self) -> None:
        """Read all notices."""
        bar = self.window.findChild(NoticeBar)
        while bar.sentences:
            bar._read()

    def measure(self) -> None:
        """Draw a ruler across the lesion."""
        session = self.session
        session.view.set_layout(Layout.ONE_LARGE)
        session.view.set_active(Modality.T1CE)
        session.view.go_to_tumour()
        self.rest(1.0)
        self.drag(Tool.RULER, QPoint(40, 95), QPoint(180, -5))
        session.annotations.select("")
        session.view.set_tool(Tool.WINDOW)
        self.rest()

    def show_prior(self) -> None:
        """Wait for the comparison, and take its image."""
        prior = self.session.prior
        self.wait(lambda: prior.beside is not None)
        self.window.parts.prior.bring_up()
        self.rest()
        self.take("prior", self.window.parts.prior.window)
        self.window.parts.prior.window.close()
        self.dismiss()

    def export(self, folder: Path) -> None:
        """Export all results as DICOM."""

        def fill(dialog: QDialog) -> None:
            dialog.folder.setText(str(folder))
            self.take("export-dicom", dialog)
            dialog.export_button.click()

        self.in_dialog(DicomExportDialog, fill)
        self.window.actions_by_id["export-dicom"].trigger()
        self.wait(lambda: folder.is_dir() and any("were saved" in one for one in self.said))
        self.rest(1.0)
        self.take("exported")

    def send(self) -> None:
        """Send them to the node that is proposed."""

        def accept(dialog: QDialog) -> None:
            self.take("send", dialog)
            dialog.send_button.click()

        self.in_dialog(SendDialog, accept)
        self.press(self.window.findChild(NoticeBar), "Send to PACS…")
        self.wait(lambda: any("sent to" in one for one in self.said))
        self.rest(1.0)
        self.take("sent")
        self.dismiss()


def read_from_node(reader: Reader, node: DimseNode) -> None:
    """Search, open, compare with the prior."""
    reader.search("")
    reader.choose(NOW.study_uid)
    reader.take("pacs", reader.window.parts.pacs.window)
    reader.window.parts.pacs.window.open_button.click()
    reader.until_classified()
    reader.take("retrieved")
    reader.search(NOW.patient_id)
    reader.choose(BEFORE.study_uid)
    reader.window.parts.pacs.window.compare_button.click()
    reader.show_prior()


def read_from_cd(reader: Reader, cd: Path) -> None:
    """List the CD, open the newer study, compare with the older one."""
    studies = reader.window.parts.studies.window
    studies.show_folder(cd)
    rows = reader.session.studies
    reader.wait(lambda: not rows.filling and all(row.entry is not None for row in rows.shown))
    reader.rest(1.0)
    reader.take("study-list", studies)
    newest = max(range(len(rows.shown)), key=lambda place: rows.shown[place].listed.day)
    studies.table.selectRow(newest)
    studies.open_current()
    reader.until_classified()
    reader.window.actions_by_id["study-list"].trigger()
    studies.table.selectRow(1 - newest)
    studies.compare_current()
    reader.show_prior()


def show_series(reader: Reader, folder: Path) -> None:
    """Open series that do not say what they are, and look at what is asked."""
    write_silent_study(folder)

    def look(dialog: QDialog) -> None:
        reader.take("series", dialog)
        dialog.reject()

    reader.in_dialog(SeriesDialog, look)
    reader.session.documents.open([folder])
    reader.wait(lambda: not reader.session.state.progress)


@contextmanager
def removed(results: Path) -> Iterator[None]:
    """A folder that is not there before, nor afterwards. Raises FileExistsError."""
    if results.exists():
        raise FileExistsError(f"{results} is there already: name another folder with --results")
    try:
        yield
    finally:
        shutil.rmtree(results, ignore_errors=True)


def make(folder: Path, theme: str, source: str, results: Path, *, everything: bool) -> None:
    """One whole reading. Raises AssertionError if the results do not arrive at the node.

    results : where they are exported, which an image shows; there must be nothing yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reading-") as above:
        place = Path(above)
        files = examinations(place / "written")
        with synthetic_node(place, files if source == "pacs" else []) as node:
            reader = Reader(folder, theme, everything=everything)
            keep_node(node)
            if source == "pacs":
                read_from_node(reader, node)
            else:
                write_cd(place / "cd", files)
                read_from_cd(reader, place / "cd")
            reader.measure()
            reader.take("measured")
            with removed(results):
                reader.export(results)
                reader.send()
            found = client.find_series(node, NOW.study_uid)
            there = {one.modality for one in found}
            assert there >= RESULTS, there
            reader.search(NOW.patient_id)
            reader.take("found-there", reader.window.parts.pacs.window)
            print(reader.said[-1], "On the node:", ", ".join(sorted(there)))
            reader.window.parts.pacs.window.close()
            if source == "cd":
                show_series(reader, place / "silent")
            reader.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    parser.add_argument("--from", dest="source", default="pacs", choices=("pacs", "cd"))
    parser.add_argument("--results", type=Path, default=Path("/tmp/results"))
    parser.add_argument("--all", action="store_true", help="also those that are not in the guide")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        folder = chosen.folder or IN_GUIDE[chosen.theme]
        make(folder, chosen.theme, chosen.source, chosen.results, everything=chosen.all)


if __name__ == "__main__":
    main()
