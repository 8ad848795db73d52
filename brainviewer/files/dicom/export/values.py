"""Values as DICOM allows them (PS3.5, 6.2), made from what a source says or a user types.

Words are shortened; numbers and dates that do not fit are left out, since others would take their
place.
"""

import re

from brainviewer.core.headers.dicom_source import day_of

LONGEST = 64
"""Characters of a long string, of a group of a name, and of a UID."""
GROUPS, COMPONENTS = 3, 5
"""Of a name: as Latin letters, ideographs and sounds; family, given, middle, prefix, suffix."""
_FIRST_YEAR = 1800
_DAY = re.compile(r"\d{8}|\d{4}\.\d{2}\.\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?", re.ASCII)
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+", re.ASCII)


def words(text: str, longest: int = LONGEST) -> str:
    """A text of one line; every kind of space is a space."""
    plain = (c if c.isprintable() and c != "\\" else " " * c.isspace() for c in text)
    return "".join(plain)[:longest].strip()


def identifier(text: str, longest: int = LONGEST) -> str:
    """The same text, or none."""
    text = text.strip()
    return text if words(text, longest) == text else ""


def person_name(text: str) -> str:
    """A name, whose groups stand between ``=`` and their components between ``^``."""
    groups = [_group(group) for group in text.split("=")[:GROUPS]]
    return "=".join(groups).rstrip("=")


def _group(text: str) -> str:
    *parts, last = words(text, len(text)).split("^", COMPONENTS - 1)
    return "^".join([*parts, last.replace("^", " ")])[:LONGEST].rstrip("^ ")


def day(text: str) -> str:
    """A date as YYYYMMDD."""
    found = day_of(text) if _DAY.fullmatch(text) else None
    return f"{found:%Y%m%d}" if found is not None and found.year >= _FIRST_YEAR else ""


def time_of_day(text: str) -> str:
    """A time as HHMMSS.FFFFFF, or a part of it."""
    return text if _TIME.fullmatch(text) else ""


def is_uid(text: str) -> bool:
    """Whether it is a UID as it must be (PS3.5, 9.1)."""
    return len(text) <= LONGEST and _UID.fullmatch(text) is not None
