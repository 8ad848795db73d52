"""How large the pixels of a TIFF are, where it knows: resolution tags, ImageJ, OME."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from brainviewer.core.errors import SENSELESS
from brainviewer.core.geometry import Unit

_DESCRIPTION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 270, 282, 283, 296
_ORIENTATION, _SUB_IMAGES, _HAMAMATSU = 274, 330, 65420
_INCH_MM = 25.4
_UNIT_MM = {
    "nm": 1e-6,
    # with the sign, and with the Greek letter
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer"), 1e-3),
    "mm": 1.0,
    "cm": 10.0,
    **dict.fromkeys(("inch", "in"), _INCH_MM),
}
_TAG_UNIT_MM = {2: _INCH_MM, 3: 10.0}
_SCREENS_DPI = (72, 96)
"""What programs write when they know nothing."""
_SMALLEST_MM, _LARGEST_MM = 1e-6, 10.0
_MICROSCOPE_MM = 0.02
"""Smaller pixels are measured in micrometres."""


@dataclass(frozen=True)
class PixelSize:
    """Height and width of a pixel, upright."""

    height: float
    width: float
    unit: Unit


def pixel_size(tags: Mapping[int, Any]) -> tuple[PixelSize | None, list[str]]:
    """The pixel size of a TIFF, and what must be said about it; None if it is not known.

    tags : values by number; fractions as pairs of whole numbers.

    What other formats call their resolution is a size on paper, as are the 72 and 96 dots per inch
    that programs write into TIFF files for want of anything better.
    """
    description = str(tags.get(_DESCRIPTION, ""))
    unit_mm = _TAG_UNIT_MM.get(tags.get(_RESOLUTION_UNIT, 2))
    across, down = (_number(tags.get(tag)) for tag in (_X_RESOLUTION, _Y_RESOLUTION))
    if "<OME" in description:
        width, height = _ome(description, "X"), _ome(description, "Y")
    else:
        if description.startswith("ImageJ=") and (
            named := re.search(r"^unit=(.+)$", description, re.MULTILINE)
        ):
            unit_mm = _UNIT_MM.get(named[1].strip().replace("\\u00B5", "µ").lower())
        elif unit_mm == _INCH_MM and round(across) == round(down) in _SCREENS_DPI:
            said = f"Its {across:.0f} dots per inch are those of a screen, not the image's scale."
            return None, [said]
        width, height = (unit_mm / n if unit_mm and n else 0.0 for n in (across, down))
    if not all(_SMALLEST_MM <= side <= _LARGEST_MM for side in (width, height)):
        return None, []
    if tags.get(_ORIENTATION) in (5, 6, 7, 8):  # stored lying on its side
        width, height = height, width
    if max(width, height) < _MICROSCOPE_MM:
        return PixelSize(1000 * height, 1000 * width, Unit.MICRON), []
    return PixelSize(height, width, Unit.MM), []


def whole_slide(pages: Sequence[Any]) -> bool:
    """Whether a TIFF is the pyramid of a slide scanner: the same image at several sizes, in tiles.

    pages : the first pages, as tifffile reads them
    """
    first = pages[0]
    if _HAMAMATSU in first.tags or str(first.description).startswith("Aperio"):
        return True
    if not first.is_tiled:
        return False
    if _SUB_IMAGES in first.tags:
        return True
    widths = [page.imagewidth for page in pages]
    return len(widths) > 2 and all(b < a for a, b in pairwise(widths))


def _ome(description: str, axis: str) -> float:
    """Pixel size along an axis in mm; 0 if it is not said. XML is searched, never interpreted."""
    size = re.search(rf'\bPhysicalSize{axis}="([0-9.eE+-]+)"', description)
    unit = re.search(rf'\bPhysicalSize{axis}Unit="([^"]+)"', description)
    mm = _UNIT_MM.get(unit[1].strip().lower().replace("&#181;", "µ"), 0.0) if unit else 1e-3
    return _number(size[1]) * mm if size else 0.0


def _number(value: Any) -> float:
    """A tag as a positive number; 0 if it is none."""
    try:
        number = value[0] / value[1] if isinstance(value, tuple) else float(value)
    except SENSELESS:
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0
