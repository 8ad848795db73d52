"""What RANO calls a change of size, and which lesions it measures.

Sources: Wen et al., J Clin Oncol 2010;28:1963 (RANO), and Wen et al., J Clin Oncol 2023;41:5187
(RANO 2.0). A lesion is measurable with two perpendicular diameters of at least 10 mm, or twice the
slice thickness where slices are thicker than 5 mm, on two axial slices or more. The products of the
diameters of the target lesions are added up: of up to five lesions in 2010, of up to three in 2023.

Progression is 25 % more of the sum, or 40 % more volume, than the smallest measurement before (the
nadir); partial response is 50 % or 65 % less than the first one (the baseline); minor response, of
tumours that do not enhance, is 25 % or 40 % less. A new measurable lesion is progression.

Everything else that RANO asks for (confirmation, steroids, the patient's state, lesions that cannot
be measured, which examination after radiotherapy is the baseline) is not looked at.
"""

from dataclasses import dataclass
from enum import StrEnum

RANO, SIZE_ONLY = "RANO 2.0", "criteria on size only"
MOST_TARGETS = 3
"""Lesions whose products are added up (RANO 2.0)."""
MEASURABLE_MM, THICK_MM = 10.0, 5.0
LEAST_SLICES = 2
_ROUNDING = 1e-9


class Response(StrEnum):
    """What RANO 2.0 calls a change of size."""

    COMPLETE = "complete response"
    PARTIAL = "partial response"
    MINOR = "minor response"
    STABLE = "stable"
    PROGRESSION = "progression"


class Target(StrEnum):
    """The part of a tumour that is compared."""

    ENHANCING = "enhancing"
    LESION = "lesion"


@dataclass(frozen=True)
class Limits:
    """Fractions: more than the nadir is progression, less than the baseline is response."""

    progression: float
    minor: float
    partial: float


BY_PRODUCT, BY_VOLUME = Limits(0.25, 0.25, 0.50), Limits(0.40, 0.40, 0.65)


def least_diameter_mm(slice_spacing_mm: float) -> float:
    """What both diameters of a measurable lesion reach (RANO 2010)."""
    return MEASURABLE_MM if slice_spacing_mm <= THICK_MM else 2 * slice_spacing_mm


def response(
    current: float | None,
    baseline: float | None,
    nadir: float | None,
    limits: Limits,
    *,
    minor: bool,
    gone: bool = True,
) -> Response | None:
    """What RANO 2.0 calls a size; None where it cannot be told.

    current, baseline, nadir : of one measurement: now, first, and smallest before now; None where
        unknown. Without a baseline, progression alone can be told.
    minor : whether there is a minor response, which is one of tumours that do not enhance.
    gone : whether nothing is left where the size is 0; else it is too small to be measured.
    """
    if current is None or nadir is None:
        return None
    grown = current > 0 if nadir == 0 else current / nadir - 1 >= limits.progression - _ROUNDING
    if grown:
        return Response.PROGRESSION
    if not baseline:
        return None
    less = 1 - current / baseline
    if current == 0 and gone:
        return Response.COMPLETE
    if less >= limits.partial - _ROUNDING:
        return Response.PARTIAL
    if minor and less >= limits.minor - _ROUNDING:
        return Response.MINOR
    return Response.STABLE
