"""A lesion's measurements as plain data, and these data in words for a terminal.

Slices count from 0 in the data and from 1 in the words.
"""

from collections.abc import Mapping
from typing import Any

from brainviewer.core.findings import Diameters, Measurements, Point

Row = tuple[str, str]
_LEAST_ML = 0.1


def measurements_record(taken: Measurements | None, oriented: bool = True) -> dict[str, Any] | None:
    """Volumes in mL, lengths in mm, end points (x, y, z) in mm, RAS+; None if none were taken.

    oriented : whether the study says how the patient lay; without it no place is told.
    """
    if taken is None:
        return None
    return {
        "volume_ml": _rounded(taken.volume_ml),
        "enhancing_ml": _rounded(taken.enhancing_ml),
        "lesion": _diameters(taken.lesion, oriented),
        "enhancing": _diameters(taken.enhancing, oriented),
        "side": taken.side.value if taken.side and oriented else None,
        "midline_mm": _rounded(taken.midline_mm) if oriented else None,
    }


def measurement_rows(record: Mapping[str, Any] | None) -> list[Row]:
    """Names and values; none without measurements."""
    if record is None:
        return []
    rows = [("Volume", f"{record['volume_ml']:.1f} mL")]
    if record["enhancing_ml"] is not None:
        rows.append(("Enhancing", _volume(record["enhancing_ml"])))
    if record["lesion"]:
        rows.append(("Diameters of the lesion", _diameters_text(record["lesion"])))
    if record["enhancing"]:
        found = record["enhancing"]
        measurable = "measurable" if found["measurable"] else "not measurable (below 10 mm)"
        rows.append(("Diameters, enhancing", f"{_diameters_text(found)}, {measurable}"))
    if record["side"] is not None:
        rows.append(("Side", record["side"]))
    if record["midline_mm"] is not None:
        rows.append(("From the midline", f"{record['midline_mm']:.0f} mm"))
    return rows


def slices_text(slices: Mapping[str, int]) -> str:
    """The slice with the largest area in each plane."""
    return ", ".join(f"{plane} {index + 1}" for plane, index in slices.items())


def _diameters(found: Diameters | None, oriented: bool) -> dict[str, Any] | None:
    if found is None:
        return None

    def ends(of: tuple[Point, Point]) -> list[list[float | None]] | None:
        return [[_rounded(x) for x in end] for end in of] if oriented else None

    return {
        "index": found.index,
        "longest_mm": _rounded(found.longest_mm),
        "perpendicular_mm": _rounded(found.perpendicular_mm),
        "product_mm2": _rounded(found.product_mm2),
        "measurable": found.measurable,
        "longest_ends_mm": ends(found.longest_ends),
        "perpendicular_ends_mm": ends(found.perpendicular_ends),
    }


def _diameters_text(found: Mapping[str, Any]) -> str:
    return (
        f"{found['longest_mm']:.0f} × {found['perpendicular_mm']:.0f} mm, "
        f"{found['product_mm2']:.0f} mm², slice {found['index'] + 1}"
    )


def _volume(millilitres: float) -> str:
    if millilitres == 0:
        return "none"
    return f"{millilitres:.1f} mL" if millilitres >= _LEAST_ML else f"below {_LEAST_ML} mL"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
