"""Whether a lesion shows a sign of a tumour that is no glioma, so that no subtype must be told.

The bounds are a radiologist's, for the descriptors of ``imaging.measure.lesion_signs``. Sizes and
lengths there are relative to the edge of a cube of the brain's volume, about 110 mm.
"""

import math
from collections.abc import Mapping

# Two may be a glioblastoma of two centres, which the detector's own notice makes doubtful enough.
_SEVERAL = 3
_SEVERAL_IN_FOSSA = 2
# A ball of 16 mm. Half a ball on the brain's surface has about two fifths of its own on it.
_MASS, _BROAD, _FILLED, _UNEVEN = 0.115, 0.3, 0.9, 0.6
# 5 mL, that fill an ellipsoid; a wall that is there (0.1 mm on average) and thin (3 mm).
_CYST, _SMOOTH, _WALL, _THICK_WALL = 0.155, 0.85, 0.001, 0.027
# Oedema, in volumes of the cyst.
_MUCH = 1.5

_METASTASES = "metastases look so."
_DURAL = "A mass with a broad base on the brain's surface enhances evenly: meningiomas look so."
_CYSTIC = "A smooth cyst in much oedema has a thin wall: metastases and abscesses look so."
_WORDS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


def why_no_glioma(values: Mapping[str, float]) -> str:
    """The sign that a lesion shows, as a sentence; empty without one.

    values : descriptors by name; NaN or absent where not measured, which is no sign.
    """
    below, apart = _of(values, "infratentorial_lesions"), _of(values, "separate_lesions")
    if below >= _SEVERAL_IN_FOSSA:
        return f"{_word(below)} enhancing lesions in the posterior fossa: {_METASTASES}"
    if apart >= _SEVERAL:
        return f"{_word(apart)} separate enhancing lesions: {_METASTASES}"
    if (
        _of(values, "mass_size") >= _MASS
        and _of(values, "mass_base") >= _BROAD
        and _of(values, "mass_solid") >= _FILLED
        and _of(values, "mass_unevenness") <= _UNEVEN
    ):
        return _DURAL
    if (
        _of(values, "cyst_size") >= _CYST
        and _of(values, "cyst_roundness") >= _SMOOTH
        and _WALL <= _of(values, "cyst_wall") <= _THICK_WALL
        and _of(values, "cyst_oedema") >= _MUCH
    ):
        return _CYSTIC
    return ""


def _of(values: Mapping[str, float], name: str) -> float:
    return values.get(name, math.nan)


def _word(count: float) -> str:
    return _WORDS.get(int(count), f"{count:.0f}")
