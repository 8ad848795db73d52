"""The name of a file that is saved: its ending, and what it would replace."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from brainviewer.gui.dialogs import questions
from brainviewer.gui.dialogs.save_place import FileKind, ask_place, with_ending

PDF, HTML = FileKind("PDF", (".pdf",)), FileKind("Page", (".html", ".htm"))
NIFTI = FileKind("NIfTI", (".nii.gz", ".nii"))


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("a", PDF, "a.pdf"),
        ("a", HTML, "a.html"),
        ("a.b", PDF, "a.b.pdf"),
        ("a.HTM", PDF, "a.HTM"),  # what is typed counts more than the list of kinds
        ("report.pdf", PDF, "report.pdf"),
        ("report.pdf", HTML, "report.html"),  # nobody typed the proposed name
        ("other.pdf", HTML, "other.pdf"),
        (".pdf", HTML, ".pdf"),
    ],
)
def test_ending(typed: str, kind: FileKind, name: str) -> None:
    assert with_ending(Path("x", typed), kind, (PDF, HTML), "report.pdf") == Path("x", name)


@pytest.mark.parametrize("typed", ["a.nii.gz", "a.nii", "A.NII.GZ"])
def test_ending_of_two_parts(typed: str) -> None:
    assert with_ending(Path(typed), NIFTI, (NIFTI,), "").name == typed
    assert with_ending(Path("a.gz"), NIFTI, (NIFTI,), "").name == "a.gz.nii.gz"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked about replacing; the answer is no."""
    said: list[str] = []
    monkeypatch.setattr(questions, "ask", lambda _, what, *__: bool(said.append(what)))
    return said


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | str], None]:
    def chosen(path: Path | str) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), PDF.filter))

    return chosen


def test_what_the_ending_makes_of_a_name_is_asked_about(
    qtbot, asked: list[str], choose: Callable[[Path | str], None], tmp_path: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    (tmp_path / "there.pdf").touch()
    choose(tmp_path / "there")
    assert ask_place(parent, "Save", tmp_path / "report.pdf", PDF, HTML) is None
    assert asked == ["Replace there.pdf?"]
    choose(tmp_path / "there.pdf")  # the dialog has asked
    assert ask_place(parent, "Save", tmp_path / "report.pdf", PDF) == tmp_path / "there.pdf"
    choose(tmp_path / "new")
    assert ask_place(parent, "Save", tmp_path / "report.pdf", PDF) == tmp_path / "new.pdf"
    choose("")
    assert ask_place(parent, "Save", tmp_path / "report.pdf", PDF) is None
    assert len(asked) == 1
