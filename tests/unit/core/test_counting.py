"""One is one, and many are many."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import brainviewer
from brainviewer.core.counting import counted, listed, of_several


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("image",), "0 images"),
        (1, ("image",), "1 image"),
        (2, ("image",), "2 images"),
        (2832, ("image",), "2,832 images"),
        (1, ("copy", "copies"), "1 copy"),
        (3, ("copy", "copies"), "3 copies"),
    ],
)
def test_numbers_of_things(count: int, words: tuple[str, ...], said: str) -> None:
    assert counted(count, *words) == said


def test_names_in_a_sentence() -> None:
    assert listed(["FLAIR"]) == "FLAIR"
    assert listed(["FLAIR", "T1"]) == "FLAIR and T1"
    assert listed(iter(["FLAIR", "T1", "T2"])) == "FLAIR, T1 and T2"


@pytest.mark.parametrize(
    ("of_one", "of_many"),
    [
        ("Its pixels were compressed with loss.", "Their pixels were compressed with loss."),
        ("3 of its slices are short.", "3 of their slices are short."),
        ("It holds more than its pixels fill.", "They hold more than their pixels fill."),
        ("Voxels are oblong. It was resampled.", "Voxels are oblong. They were resampled."),
        ("By its header it shows 3 mm.", "By their headers they show 3 mm."),
        ("The file's sform is invalid.", "The files' sform is invalid."),
        ("It is not said how the patient lay.", "It is not said how the patient lay."),
        ("Each was scaled as it says.", "Each was scaled as it says."),
        ("The Italian fits; bits, items.", "The Italian fits; bits, items."),
    ],
)
def test_what_is_said_of_one_file_is_said_of_several(of_one: str, of_many: str) -> None:
    assert of_several(of_one) == of_many


NOBODY = ("it is not said", "as it says", "as if it were", "ask for it", "repeats it", "said: it")
"""Where "it" is no file."""


def sentences(*rooms: str) -> Iterator[tuple[Path, str]]:
    """Texts of more than one word that are no docstrings; values in them left out."""
    package = Path(brainviewer.__file__).parent
    for path in (file for room in rooms for file in sorted((package / room).rglob("*.py"))):
        tree = ast.parse(path.read_text("utf-8"))
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and " " in text and id(node) not in notes:
                yield path, text


def test_no_sentence_of_a_header_keeps_its_singular() -> None:
    """The header doctor says the same of all sequences that it holds for."""
    looked = 0
    for path, text in sentences("app/headers"):
        looked += bool(re.search(r"\b[Ii]ts?\b", text))
        left = of_several(text)
        for said in NOBODY:
            left = re.sub(re.escape(said), "", left, flags=re.I)
        assert not re.search(r"\b[Ii]ts?\b", left), (path, text)
    assert looked > 10


def test_no_notice_of_a_reader_keeps_its_singular() -> None:
    """Notices that begin with the file, which a study says of all sequences they hold for."""
    looked = 0
    for path, text in sentences("files/dicom", "files/nifti"):
        if re.match(r"(It|Its|Some of its|One of its) ", text):
            looked += 1
            left = of_several(text).replace("It is not said", "")
            assert not re.search(r"\b(It|[Ii]ts)\b", left), (path, text)
    assert looked > 15
