"""The patient of an image: from its folder, a column of a table, or a pattern in its name."""

import re
from collections.abc import Mapping
from pathlib import PurePath

from brainviewer.core.errors import FileError

_COLUMN = re.compile(r"(patient|subject)(_?id|_name)?")
_ADVICE = (
    r"Give a regular expression that finds the patient in a path, such as '(P\d+)_': what is in "
    "brackets names the patient, else all that it finds."
)


def folder_patient(inside: PurePath) -> str:
    """The folder that an image lies in below that of its class; empty without one.

    inside : path from the folder of the class.
    """
    return inside.parts[0] if len(inside.parts) > 1 else ""


def row_patient(row: Mapping[str, str]) -> str:
    """What a row of a table says in a column such as ``patient`` or ``subject_id``."""
    return next((cell for name, cell in row.items() if cell and _COLUMN.fullmatch(name)), "")


def read_pattern(text: str) -> re.Pattern[str]:
    """The pattern that names the patient; raises FileError if it is none."""
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError):
        raise FileError(f"'{text}' is no pattern.", _ADVICE) from None


def named_patient(pattern: re.Pattern[str], name: str) -> str:
    """The patient that a pattern finds in the path of an image; empty if it finds none."""
    found = pattern.search(name)
    if found is None:
        return ""
    return "|".join(filter(None, found.groups())) or found[0]


def never_found(pattern: re.Pattern[str], name: str) -> FileError:
    """What to raise for a pattern that finds no patient in any path, such as ``name``."""
    return FileError(f"'{pattern.pattern}' names no patient in '{name}'.", _ADVICE)
