"""Read the table of the cases of a data folder: id, class, age, and perhaps patient and fold."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.headers.dicom_source import OLDEST
from brainviewer.training.labelled_data.collection import CLASSES
from brainviewer.training.labelled_data.tables import as_rows, read_lines

DAYS_PER_YEAR = 365.25

_COLUMNS = {
    "case": re.compile(r"(case_?(submitter_?)?)?id|case(_name)?|(cpm|brats)\w*id"),
    "class": re.compile(r"(glioma_|tumou?r_)?(class|label)(_label)?|(glioma|tumou?r)_type"),
    "years": re.compile(r"age(_at_\w+?)?(_in)?_(y|yr|yrs|years?)"),
    "days": re.compile(r"age(_at_\w+?)?(_in)?_(d|days?)"),
    "age": re.compile(r"age(_at_\w+)?"),
    "patient": re.compile(r"(patient|subject)(_?id|_name)?"),
    "fold": re.compile(r"(cv_)?fold"),
}
_NOT_KNOWN = {"", "na", "n/a", "nan", "none", "null", "unknown", "?", "-"}
_EXAMPLE = "Its first line must name the columns, for example: case_id,class,age_in_days."
# One study among several of a patient, as the challenges name them: BraTS19_TCIA02_179_1,
# BraTS-GLI-00027-000, CPM19_CBICA_AAB_1; and as BIDS does.
_VISIT = re.compile(r"((?:BraTS|CPM)\d*[-_]\w+?[-_]\w+)[-_]\d+|(sub-[^_]+)_ses-.+", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """What the table says about a case; ``line`` counts from 1, as editors do."""

    case_id: str
    code: str
    age_years: float | None
    patient: str
    fold: str
    line: int


def is_case_table(file: Path) -> bool:
    """Whether the first line of a table names the columns that labels need."""
    try:
        found = _columns(read_lines(file, _EXAMPLE)[0][1])
    except FileError:
        return False
    return {"case", "class"} <= found.keys()


def read_labels(file: Path, classes: Sequence[str] = CLASSES) -> list[Label]:
    """Read a table of labels, with any of the usual delimiters, ends of line and encodings.

    The column of the age says its unit (``age_years``, ``age_in_days``); one that is only called
    ``age`` is in years if nobody would be older than 120, else in days.

    Raises FileError that names the row if it says something that cannot be, if a case stands in it
    twice, or if one patient is in two folds.
    """
    lines = read_lines(file, _EXAMPLE)
    columns = _columns(lines[0][1])
    for needed, words in (("case", "the case's id"), ("class", "the class")):
        if needed not in columns:
            raise FileError(f"{file.name} has no column for {words}.", _EXAMPLE)
    rows = as_rows(file, lines)
    if not rows:
        raise FileError(f"{file.name} names no case.", "Add a line for each case.")
    unit = _unit(columns, rows, file.name)
    labels = [_label(row, columns, unit, classes, line, file.name) for line, row in rows]
    _check_folds(labels, file.name)
    return labels


def patient_of(case_id: str) -> str:
    """Whose study it is, by the naming of the challenges and of BIDS; else the id itself."""
    match = _VISIT.fullmatch(case_id)
    return (match[1] or match[2]) if match else case_id


def _label(
    row: Mapping[str, str],
    columns: Mapping[str, str],
    unit: str,
    classes: Sequence[str],
    line: int,
    name: str,
) -> Label:
    cells = {kind: row[column].strip() for kind, column in columns.items()}
    case_id, code = cells["case"], cells["class"]
    where = f"row {line} of {name}"
    if not case_id or case_id in (".", "..") or re.search(r'[/\\:*?"<>|]', case_id):
        said = f"'{case_id}' is no name of a folder" if case_id else "there is no case id"
        raise FileError(f"In {where} {said}.", "Write the name of the case's folder there.")
    if code.lower() in _NOT_KNOWN:
        code = ""
    known = {"": "", **{c.lower(): c for c in classes}}
    if code.lower() not in known:
        raise FileError(
            f"The case {case_id} ({where}) has the class '{code}', which is not known.",
            f"Use {', '.join(classes)}, or leave the cell empty.",
        )
    age = _age_years(cells[unit], columns[unit], unit, f"{case_id} ({where})") if unit else None
    patient = cells.get("patient") or patient_of(case_id)
    return Label(case_id, known[code.lower()], age, patient, cells.get("fold", ""), line)


def _age_years(text: str, column: str, unit: str, case: str) -> float | None:
    if text.lower() in _NOT_KNOWN:
        return None
    age, in_days = _number(text), unit == "days"
    advice = "Put it right, or leave the cell empty."
    if age is None:
        said, advice = f"'{text}', which is no number", "Write a number, or leave the cell empty."
    elif age < 0:
        said = f"negative ({text})"
    elif in_days == (age <= OLDEST):
        other, name = ("years", "age_years") if in_days else ("days", "age_in_days")
        said = f"{text} {unit}, which looks like {other}"
        advice = f"Give {unit}, or call the column '{column}' {name}."
    elif in_days and age > OLDEST * DAYS_PER_YEAR:
        said = f"{text} days, which is {age / DAYS_PER_YEAR:.0f} years"
    else:
        return age / DAYS_PER_YEAR if in_days else age
    raise FileError(f"The age of the case {case} is {said}.", advice)


def _unit(columns: dict[str, str], rows: Sequence[tuple[int, Mapping[str, str]]], name: str) -> str:
    """Which column holds the age, ``years`` or ``days``; empty if there is none."""
    given = [unit for unit in ("years", "days") if unit in columns]
    if given:
        return given[0]
    if "age" not in columns:
        return ""
    column = columns["age"]
    ages = [age for _, row in rows if (age := _number(row[column].strip())) is not None]
    old = [age > OLDEST for age in ages]
    if any(old) and not all(old):
        raise FileError(
            f"The column '{column}' of {name} does not say whether ages are in years or in days.",
            "Call it age_years or age_in_days.",
        )
    unit = "days" if any(old) else "years"
    columns[unit] = column
    return unit


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _check_folds(labels: Sequence[Label], name: str) -> None:
    """Every case stands in the table once, and every patient in one fold."""
    cases: dict[str, Label] = {}
    patients: dict[str, Label] = {}
    for label in labels:
        before = cases.setdefault(label.case_id, label)
        fellow = patients.setdefault(label.patient, label)
        if fellow.fold != label.fold and fellow.fold and label.fold:
            raise FileError(
                f"The patient {label.patient} is in two folds, {fellow.fold} and {label.fold} "
                f"(rows {fellow.line} and {label.line} of {name}).",
                "Put all studies of a patient into one fold.",
            )
        if before is not label:
            raise FileError(
                f"The case {label.case_id} stands in {name} twice (rows {before.line} and "
                f"{label.line}).",
                "Keep one of the rows.",
            )
    without = [label for label in labels if label.code and not label.fold]
    if without and any(label.fold for label in labels):
        raise FileError(
            f"The case {without[0].case_id} (row {without[0].line} of {name}) has no fold, but "
            "others have one.",
            "Give every labelled case a fold, or leave the column out.",
        )


def _columns(header: Sequence[str]) -> dict[str, str]:
    """What is known about a case, to the name of the column that says it."""
    found: dict[str, str] = {}
    for name in header:
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        for kind, pattern in _COLUMNS.items():
            if pattern.fullmatch(plain):
                found.setdefault(kind, name)
    if "case" not in found and "patient" in found:
        found["case"] = found.pop("patient")
    return found
