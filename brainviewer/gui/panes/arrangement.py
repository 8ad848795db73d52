"""Where the panes of a layout lie: as large as the room allows, with no empty place."""

from collections.abc import Sequence

from PySide6.QtCore import QRect

from brainviewer.core.hanging.hanging import Form

GAP = 2
_LARGE_PLANE = 0.58
"""Fraction of the width that the first of three planes takes."""


def pane_rectangles(form: Form, rows: Sequence[int], width: int, height: int) -> list[QRect]:
    """The places of panes in an area of width × height pixels, row by row.

    rows : how many panes there are in each row; only a ``GRID`` has several rows.
    """
    if form is Form.GRID:
        return [
            QRect(x, y, w, h)
            for count, (y, h) in zip(rows, _parts(height, len(rows)), strict=True)
            for x, w in _parts(width, count)
        ]
    count = sum(rows)
    if form is Form.ONE_AND_TWO and count == 3:
        return _one_and_two(width, height, round(width * _LARGE_PLANE))
    choices = [_grid(width, height, count, 1), _grid(width, height, 1, count)]
    if count == 3:
        choices.append(_one_and_two(width, height, (width - GAP) // 2))
    elif count == 4:
        choices = [_grid(width, height, 2, 2)]
    return max(choices, key=lambda places: min(min(r.width(), r.height()) for r in places))


def _grid(width: int, height: int, columns: int, rows: int) -> list[QRect]:
    return [QRect(x, y, w, h) for y, h in _parts(height, rows) for x, w in _parts(width, columns)]


def _one_and_two(width: int, height: int, left: int) -> list[QRect]:
    """One as high as the area, two beside it."""
    right = left + GAP
    beside = [QRect(right, y, width - right, h) for y, h in _parts(height, 2)]
    return [QRect(0, 0, left, height), *beside]


def _parts(length: int, count: int) -> list[tuple[int, int]]:
    """Where the parts of a side begin, and how long they are; the last takes what is left."""
    part = (length - GAP * (count - 1)) // count
    starts = [n * (part + GAP) for n in range(count)]
    return [(at, part if n < count - 1 else length - at) for n, at in enumerate(starts)]
