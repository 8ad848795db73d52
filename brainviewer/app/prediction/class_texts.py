"""What the classes of the image model are, in words (``resources/help/classes``)."""

from dataclasses import dataclass

from brainviewer.assets import resources
from brainviewer.core.errors import BrainViewerError, FileError

CODES = ("glioma", "meningioma", "pituitary", "none")


@dataclass(frozen=True)
class ClassText:
    """A class explained.

    summary : one sentence.
    markdown : all of it, with the title, in Markdown.
    """

    code: str
    title: str
    summary: str
    markdown: str


def class_text(code: str) -> ClassText:
    """The text of one class; raises BrainViewerError if there is none, FileError if it is lost."""
    if code not in CODES:
        raise BrainViewerError(
            f"There is no class called {code}.", f"Choose one of: {', '.join(CODES)}."
        )
    try:
        text = (resources() / "help" / "classes" / f"{code}.md").read_text(encoding="utf-8")
    except OSError:
        raise FileError(
            f"The text about the class {code} is missing.", "Install BrainViewer again."
        ) from None
    title, summary, *_ = text.split("\n\n")
    return ClassText(code, title.removeprefix("# "), " ".join(summary.split()), text)


def class_texts() -> list[ClassText]:
    """The texts of all classes."""
    return [class_text(code) for code in CODES]
