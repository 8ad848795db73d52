"""Surfaces of the regions of a lesion, with the colours that the parts have on the screen."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_regions import Region
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.surface_mesh import NamedSurface
from brainviewer.painting import palette

LOOKS: Mapping[Region, tuple[str, float]] = {
    Region.WHOLE: (palette.TUMOUR, 0.25),
    Region.CORE: (palette.CORE, 0.5),
    Region.ENHANCING: (palette.PARTS[LesionPart.ENHANCING], 1.0),
    Region.NECROSIS: (palette.PARTS[LesionPart.NECROSIS], 1.0),
    Region.OEDEMA: (palette.PARTS[LesionPart.OEDEMA], 0.5),
}
"""Colour and opacity: what lies around others is seen through."""


def region_surfaces(
    masks: Mapping[Region, NDArray[np.bool_]],
    grid: Grid,
    making: Callable[[float, Region], None] = lambda _, __: None,
) -> tuple[NamedSurface, ...]:
    """The surface of each mask (i, j, k), in the same order; of one alone nothing is translucent.

    making : called before each with the fraction done.
    """
    from brainviewer.painting.volume.mask_surface import mask_surface

    made = []
    for n, (region, mask) in enumerate(masks.items()):
        making(n / len(masks), region)
        colour, opacity = LOOKS[region]
        if (mesh := mask_surface(mask, grid)) is not None:
            made.append(
                NamedSurface(region.value, mesh, colour, opacity if len(masks) > 1 else 1.0)
            )
    return tuple(made)
