"""An account, and what its name may be."""

import unicodedata
from dataclasses import dataclass

from brainviewer.core.accounts.look_alikes import mixes_alphabets
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader

LONGEST_NAME = 64
_BESIDE_LETTERS = frozenset(" .-_'")
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_UNSEEN |= frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Letters and marks that are not seen (Unicode's Default_Ignorable_Code_Point): two names that
look alike would be two readers."""


@dataclass(frozen=True)
class Account:
    """An account as it is kept, without its password.

    enabled : whether its reader may sign in. one_time : its password must be changed first.
    created, last_sign_in : UTC, ISO 8601; empty where there was none.
    failures : wrong passwords since the last sign-in.
    """

    reader: Reader
    enabled: bool
    one_time: bool
    created: str
    last_sign_in: str = ""
    failures: int = 0


class AccountError(BrainViewerError):
    """An account cannot be made, changed or used."""


def clean_name(text: str) -> str:
    """A name as it is kept: NFKC, spaces trimmed and single.

    Raises AccountError if it is empty or too long, holds anything but letters, digits and spaces,
    points, hyphens, underscores and apostrophes between them, or mixes alphabets in a word.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise AccountError("A name has 1 to 64 characters.", "Choose another name.")
    marks = (unicodedata.category(c).startswith("M") for c in name)
    allowed = all(
        c.isalnum() or c in _BESIDE_LETTERS or mark for c, mark in zip(name, marks, strict=True)
    )
    if not (allowed and name[0].isalnum() and _UNSEEN.isdisjoint(name)):
        said = "A name begins with a letter or a digit and has letters, digits, spaces and . - _ '."
        raise AccountError(said, "Choose another name.")
    if mixes_alphabets(name):
        said = "A word in this name mixes letters of several alphabets, which look like each other."
        raise AccountError(said, "Write it in one alphabet.")
    return name


def name_key(text: str) -> str:
    """What is equal for names that differ only in case, spaces at the ends and way of writing."""
    text = text.encode("utf-8", "replace").decode()  # half characters, which nobody can type
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
