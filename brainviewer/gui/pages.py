"""Pages to read: keys and mouse, the model card, about."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from brainviewer import __version__
from brainviewer.core.errors import ModelError
from brainviewer.gui.actions import shortcut_rows

MOUSE = (
    ("Wheel", "Next slice; over the 3D view: size"),
    ("Ctrl + wheel, right drag", "Zoom"),
    ("Middle drag, Space + drag", "Pan"),
    ("Left drag", "The chosen tool"),
    ("Double click", "One large pane, and back"),
    ("↑ ↓  Page ↑ ↓  Home End", "Slices"),
    ("3D: left drag", "Rotate"),
    ("3D: right drag", "Opacity and contrast"),
)


class Page(QDialog):
    """Markdown in a window of its own; Escape closes it."""

    def __init__(self, title: str, markdown: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(720, 640)
        text = QTextBrowser()
        text.setOpenExternalLinks(True)
        text.document().setDocumentMargin(20)
        text.setMarkdown(markdown)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(text)


def shortcuts_text() -> str:
    """Keys and mouse as Markdown."""
    keys = "\n".join(f"| {key} | {text} |" for key, text in shortcut_rows())
    mouse = "\n".join(f"| {hand} | {text} |" for hand, text in MOUSE)
    return (
        f"## Mouse\n\n| Hand | What it does |\n|---|---|\n{mouse}\n\n"
        f"## Keys\n\n| Key | What it does |\n|---|---|\n{keys}\n"
    )


def about_text() -> str:
    """About BrainViewer as Markdown."""
    return (
        f"## BrainViewer {__version__}\n\n"
        "A viewer for brain-tumour MR that finds the tumour, types it and says how sure it is.\n\n"
        "**Research use only, not for diagnosis.**\n\n"
        "Apache License 2.0. Built with Qt (PySide6), VTK, pyqtgraph, NumPy, nibabel, SimpleITK, "
        "OpenCV, TensorFlow and ONNX Runtime. Nothing leaves this computer.\n\n"
        "The demo study is synthetic, made from the ICBM 152 tissue maps.\n"
    )


def card_text(model_id: str) -> tuple[str, str]:
    """Title and Markdown of a model's page; of the model that is used without an id.

    Raises ModelError if there is none.
    """
    from brainviewer.inference.registry import DEFAULT_MODEL, model

    card = model(model_id or DEFAULT_MODEL)
    try:
        text = (card.folder / "README.md").read_text("utf-8")
    except OSError:
        raise ModelError(
            f"The page of the model {card.id} is missing.", "Install the model again."
        ) from None
    return f"{card.name} {card.version}", text
