"""A layout as JSON holds it, written and read with suspicion."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from brainviewer.core.errors import SENSELESS
from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.hanging.hanging import MOST_COLUMNS, MOST_ROWS, Form, Hanging, Linked
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality

_MOST_WINDOWS = 8


def hanging_record(hanging: Hanging) -> dict[str, Any]:
    """What ``hanging_of`` reads."""
    return {
        "name": hanging.name,
        "form": hanging.form.value,
        "columns": hanging.columns,
        "panes": [_content_record(one) for one in hanging.panes],
        "windows": [_content_record(one) for one in hanging.windows],
        "linked": asdict(hanging.linked),
        "chosen": hanging.chosen,
    }


def hanging_of(record: Any) -> Hanging:
    """The layout of a record. Raises ValueError if it is none."""
    try:
        panes = tuple(_content_of(one) for one in _list(record["panes"]))
        windows = tuple(_content_of(one) for one in _list(record.get("windows", [])))
        form, columns = Form(record["form"]), _number(record.get("columns", 1), MOST_COLUMNS)
        chosen = _number(record.get("chosen", 0), MOST_ROWS * MOST_COLUMNS + _MOST_WINDOWS)
        name = record.get("name", "")
        linked = Linked(**{
            one.name: _flag(record.get("linked", {}).get(one.name, one.default))
            for one in fields(Linked)
        })  # fmt: skip
    except SENSELESS:
        raise ValueError("no layout") from None
    rows = -(-len(panes) // max(columns, 1))
    too_many = len(panes) > MOST_ROWS * MOST_COLUMNS or len(windows) > _MOST_WINDOWS
    bad_grid = form is Form.GRID and not (columns and 1 <= rows <= MOST_ROWS)
    if too_many or bad_grid or not isinstance(name, str):
        raise ValueError("no layout")
    return Hanging(panes, form, max(columns, 1), windows, linked, chosen, name)


def _content_record(content: PaneContent) -> dict[str, str]:
    record = {"show": content.kind.value}
    if content.modality is not None:
        record["sequence"] = content.modality.value
    if content.plane is not None:
        record["plane"] = content.plane.value
    return record


def _content_of(record: Mapping[str, Any]) -> PaneContent:
    sequence, plane = record.get("sequence"), record.get("plane")
    modality = None if sequence is None else Modality(sequence)
    if modality is not None and modality not in SEQUENCES:
        raise ValueError("no sequence of a study")
    return PaneContent(PaneKind(record["show"]), modality, None if plane is None else Plane(plane))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _number(value: Any, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError("no layout")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value
