"""Names of files and folders are shown as they are: no markup, no keys, no control codes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QMenu,
    QMessageBox,
    QWidget,
)

from brainviewer.app.opening.image2d import open_image2d
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.study.folder import Assignment
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.dialogs.questions import plain_box
from brainviewer.gui.dialogs.sequences import SequencesDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.outside_text import as_tip, in_title, on_button
from brainviewer.gui.theme import apply_theme
from brainviewer.painting.footer import provenance_lines
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window
NAME = "<b>Doe & <img src=x>\x1b[31m\nJane[*]"
"""As a folder or a file may be called; what stands there when it is shown is READ."""
READ = "<b>Doe & <img src=x>\N{REPLACEMENT CHARACTER}[31m Jane[*]"


def seen(html_or_text: str) -> str:
    """What Qt shows of a tool tip."""
    if not html_or_text.startswith("<span>"):
        return html_or_text
    document = QTextDocument()
    document.setHtml(html_or_text)
    return document.toPlainText()


def check(text: str, where: object, plain: bool) -> int:
    """That a text that holds the name shows it as it is; how often it did."""
    if "Doe" not in text:
        return 0
    assert READ in (text if plain else seen(text)), where
    return 1


def check_all(widget: QWidget) -> int:
    """All texts and tool tips of a widget and what is in it."""
    found = 0
    for one in (widget, *widget.findChildren(QWidget)):
        found += check(one.toolTip(), one, False)
        if isinstance(one, QLabel):
            plain = one.textFormat() == Qt.TextFormat.PlainText
            assert plain or "Doe" not in one.text(), one.text()
            found += check(one.text(), one, plain)
        if isinstance(one, QAbstractButton):
            found += check(one.text().replace("&&", "&"), one, True)
            assert "Doe" not in one.text() or "&&" in one.text()
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            for row in range(one.model().rowCount()):
                index = one.model().index(row, 0)
                found += check(str(index.data() or ""), one, True)
                found += check(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""), one, False)
        if isinstance(one, QMenu):
            for action in one.actions():
                found += check(action.text().replace("&&", "&"), one, True)
                found += check(action.toolTip(), one, False)
    return found


@pytest.fixture
def named(study: Study) -> Study:
    volumes = {m: replace(v, file_name=NAME) for m, v in study.volumes.items()}
    return replace(study, name=NAME, volumes=volumes)


def test_a_study(window: MainWindow, session: Session, named: Study, tmp_path: Path) -> None:
    session.settings.remember_study([tmp_path / NAME])
    session.notices.tell(str(BrainViewerError(f"'{NAME}' is damaged.", "Copy it again.")), "error")
    x, y, z = named.grid.centre.tolist()
    show_study(session, named)
    session.annotations.add(Annotation(Kind.TEXT, Plane.AXIAL, ((x, y, z),), Modality.FLAIR, NAME))
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    QApplication.processEvents()
    assert check_all(window) >= 6
    assert window.windowTitle().startswith(in_title(NAME))
    assert "[*][*]" in window.windowTitle()


def test_single_images(window: MainWindow, session: Session, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.png"
    Image.fromarray(np.arange(400, dtype=np.uint8).reshape(20, 20)).save(path)
    session.state.image_series = (path, path)
    show_study(session, replace(open_image2d(path), name=NAME))
    session.state.series_changed.emit()
    tips = [
        str(view.model().index(row, 0).data(Qt.ItemDataRole.ToolTipRole))
        for view in window.findChildren(QAbstractItemView)
        if view.model() is not None
        for row in range(view.model().rowCount())
        if "Doe" in str(view.model().index(row, 0).data())
    ]
    assert [seen(tip) for tip in tips] == [f"{READ}.png"] * 2


def test_the_welcome_page(window: MainWindow, session: Session, tmp_path: Path) -> None:
    session.settings.remember_study([tmp_path / NAME])
    window.hide()
    window.show()
    QApplication.processEvents()
    texts = [b.text() for b in window.findChildren(QAbstractButton) if "Doe" in b.text()]
    assert texts == [on_button(NAME)]


def test_dialogs(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(b"no image")
    asked = SequencesDialog(Assignment({}, unknown=(file,)), window)
    assert READ in [label.text() for label in asked.findChildren(QLabel)]
    folder = tmp_path / "sub <b>Doe & [*]"
    folder.mkdir()

    def nothing(_: object) -> None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")

    export = ExportDialog(window.session.state, nothing, window, folder=folder)
    assert folder.name in seen(export.file_name.toolTip())
    for dialog in (asked, export):
        dialog.deleteLater()


def test_messages(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_box(NAME, window).textFormat() == Qt.TextFormat.PlainText
    session = window.session
    session.faults.report(BrainViewerError(f"'{NAME}' is damaged."))
    texts = [label for label in window.findChildren(QLabel) if "is damaged." in label.text()]
    assert [label.textFormat() for label in texts] == [Qt.TextFormat.PlainText]
    assert READ in texts[0].text()


def test_buttons_of_dialogs_are_words_alone(qapp: QApplication, window: MainWindow) -> None:
    """Without a desktop, Qt draws pictures of its own on them, which no theme colours."""
    apply_theme(qapp, "dark")
    box = plain_box("Leave the study?", window)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.show()
    assert [button.icon().isNull() for button in box.buttons()] == [True]
    box.close()


def test_a_notice_is_one_line(window: MainWindow, session: Session) -> None:
    session.notices.tell(f"In {NAME}, fluid is dark.")
    texts = [label.text() for label in window.findChildren(QLabel) if "fluid" in label.text()]
    assert texts == [f"In {READ}, fluid is dark."]


def test_names_that_are_written_on_an_image(named: Study) -> None:
    (said,) = provenance_lines(named, (), None, None, identify=True)[:1]
    assert READ in said


def test_a_tip_keeps_its_lines() -> None:
    assert as_tip("a & b\nc") == "a & b\nc"
    assert seen(as_tip("<b>a</b>\nb & c")) == "<b>a</b>\nb & c"
