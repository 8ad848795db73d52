"""Whose study a folder holds and when it was made, as far as the names of folders say."""

import re
from datetime import date
from pathlib import Path

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_BRATS = re.compile(r"(BraTS[A-Za-z0-9]*(?:-[A-Z]+)?-\d{5})-(\d{3})", re.IGNORECASE)
"""Since 2023 the collections of BraTS number the patient, and then the time point."""
_TIME = re.compile(
    r"(?:ses|visit|week|month|year|day|time|tp|timepoint|baseline|scan|follow|exam)[^a-z]*.*|\d{1,3}",
    re.IGNORECASE,
)


def patient_and_study(folder: Path) -> tuple[str, str]:
    """The patient that a study's folder is named after, and what the name says of the study.

    ``sub-01/ses-2`` is the study ses-2 of sub-01, and ``Miller/2024-05-17`` that of a day. A name
    that says no more is that of the patient; the second is empty then.
    """
    place, study = _place_and_study(folder)
    return place.name, study


def patient_folder(folder: Path) -> Path:
    """What tells the patient of a study's folder from all others: where the studies of it lie.

    It need not exist: of ``/data/Miller 2024-05-17`` and its neighbours it is ``/data/Miller``.
    Each collection numbers its patients, so that one name in two places is of two.
    """
    return _place_and_study(folder)[0]


def _place_and_study(folder: Path) -> tuple[Path, str]:
    name, above = folder.name, folder.parent
    if brats := _BRATS.fullmatch(name):
        return above / brats[1], brats[2]
    if _TIME.fullmatch(name) and above.name:
        return above, name
    if found := _dated(name):
        rest = (name[: found.start()].rstrip(" -_.") + name[found.end() :]).strip(" -_.")
        return (above / rest, found[0]) if rest else (above if above.name else folder, name)
    return folder, ""


def day_of(folder: Path) -> date | None:
    """The day in the name of a study's folder; None if there is none that can be."""
    found = _dated(folder.name)
    return None if found is None else _day(found)


def _dated(name: str) -> "re.Match[str] | None":
    found = [match for match in _DATE.finditer(name) if _day(match) is not None]
    return found[0] if len(found) == 1 else None  # of two, which?


def _day(match: "re.Match[str]") -> date | None:
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
