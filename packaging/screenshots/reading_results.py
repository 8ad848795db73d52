"""What comes out of a reading, by mouse and keys: report, images, and a session to go on with.

All raise AssertionError where something is not as a user would expect.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from hands import CTRL, Hands
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from brainviewer.app.saved_session.snapshot import saved_view
from brainviewer.core.annotation.kinds import Kind
from brainviewer.gui.dialogs.export import ExportDialog
from brainviewer.gui.exporting.slices_dialog import SlicesExportDialog
from brainviewer.gui.report.window import ReportWindow

Key = Qt.Key
READER = "A. Reader"
TEXTS = {
    "clinical": "First seizure.",
    "findings": "One lesion. It has grown since the prior.",
    "impression": "Glioma is probable.",
}
"""What is written into the report."""


@dataclass(frozen=True)
class Kept:
    """What a session must bring back. view : layout, windows, cursor, overlays, planes."""

    view: Any
    mask: bytes
    volume_ml: float
    annotations: tuple[Any, ...]
    subtype: str
    probabilities: dict[str, float]
    status: str
    opinion: str
    text: Any

    @classmethod
    def of(cls, hands: Hands) -> "Kept":
        """What the window holds now."""
        state = hands.session.state
        finding, answer = state.finding, state.classification
        return cls(
            saved_view(state, hands.session.saved.looks()),
            np.packbits(finding.mask).tobytes(),
            finding.measurements.volume_ml,
            state.annotations,
            answer.predicted,
            dict(answer.classes),
            str(state.classification_status),
            state.feedback.opinion if state.feedback else "",
            state.report_text,
        )


def report(hands: Hands, path: Path) -> None:
    """Write, save as PDF; it has the pages that were shown."""
    hands.press(Key.Key_D, CTRL)
    window = hands.window.parts.report.window
    assert isinstance(window, ReportWindow) and window.isVisible()
    for name, text in TEXTS.items():
        hands.write(window.editors[name], text)
    hands.write(window.reader, READER)
    hands.press(Key.Key_Tab)
    hands.wait(lambda: window.pages is not None and not hands.session.state.progress)
    hands.rest()
    assert window.pages is not None
    hands.take("reading-report", window)
    hands.name_in_dialog(path, lambda: hands.click_button(window, "Save as…"))
    hands.wait(lambda: any(path.name in sentence for sentence in hands.said))
    document = pypdfium2.PdfDocument(path)
    words = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert len(document) == len(window.pages), (len(document), len(window.pages))
    for text in (*TEXTS.values(), READER):
        assert text in words, f"{text} is not in the report"
    hands.leave(window)
    hands.dismiss()


def export_view(hands: Hands, path: Path) -> None:
    """What is seen, as an image that says where it came from."""

    def fill(dialog: QDialog) -> None:
        hands.write(dialog.file_name, str(path))
        hands.rest()
        hands.take("export", dialog)
        hands.click(dialog.export_button)

    hands.answer(ExportDialog, fill, lambda: hands.press(Key.Key_E, CTRL))
    hands.wait(lambda: path.is_file() and not hands.session.state.progress)
    with Image.open(path) as image:
        image.load()
        assert any("brainviewer" in str(said).lower() for said in image.text.values())
    hands.rest(0.5)
    hands.dismiss()


def export_key_images(hands: Hands, folder: Path) -> None:
    """All slices with a star, into a folder of their own."""

    def fill(dialog: QDialog) -> None:
        hands.write(dialog.target, str(folder))
        hands.rest()
        hands.take("export-slices", dialog)
        hands.click(dialog.export_button)

    hands.answer(SlicesExportDialog, fill, lambda: hands.choose("File", "Export", "Export slices…"))
    hands.wait(lambda: folder.is_dir() and not hands.session.state.progress)
    stars = [one for one in hands.session.state.annotations if one.kind is Kind.KEY_IMAGE]
    assert len(list(folder.glob("*.png"))) == len(stars) == 1
    hands.rest(0.5)
    hands.dismiss()


def save(hands: Hands, path: Path) -> Kept:
    """Save the session; what it must bring back."""
    hands.name_in_dialog(path, lambda: hands.press(Key.Key_S, CTRL))
    hands.wait(lambda: any(path.name in sentence for sentence in hands.said))
    assert path.is_file()
    hands.rest()
    hands.take_screen("session")
    hands.dismiss()
    return Kept.of(hands)


def is_back(hands: Hands, kept: Kept) -> None:
    """Wait for the session; all of it is there again."""
    state = hands.session.state
    hands.wait(lambda: state.study is not None and state.arriving is None)
    hands.wait(lambda: state.classification is not None and not state.progress)
    hands.settle()
    hands.take_screen("reading-reopened")
    now = Kept.of(hands)
    for name in Kept.__dataclass_fields__:
        assert getattr(now, name) == getattr(kept, name), f"{name} is not as it was left"
