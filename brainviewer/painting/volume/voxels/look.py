"""What the voxels of the 3D view look like: colour and opacity by value, edges, and light.

Values are parts of the block's brightest value, 0 to 1; opacities are those of a millimetre.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.voxels.block_values import AIR

Colour = tuple[float, float, float]
Curve = tuple[tuple[float, float], ...]
"""Points (value, opacity) with straight lines between them."""


class Blend(Enum):
    """What becomes of the voxels along a line of sight."""

    COMPOSITE = "composite"
    MAXIMUM = "maximum intensity"
    MINIMUM = "minimum intensity"


@dataclass(frozen=True)
class Shading:
    """Light that voxels give back (Phong 1975). power : how narrow its highlights are."""

    ambient: float = 0.24
    diffuse: float = 1.06
    specular: float = 0.20
    power: float = 12.0


UNSHADED = Shading(1.0, 0.0, 0.0, 1.0)
BACKGROUND: Colour = (0.032, 0.043, 0.051)
"""Of what lies behind all."""

# Grey levels of the brain, dark to light: warm, as in the drawing.
TISSUE: tuple[Colour, ...] = (
    (0.10, 0.085, 0.075),
    (0.46, 0.41, 0.375),
    (0.80, 0.745, 0.69),
    (1.0, 0.965, 0.92),
)
# Even tissue is nearly clear and its borders are not: the tumour shows through.
_EDGES: Curve = ((0.0, 0.05), (0.03, 0.20), (0.12, 1.0))
_SOLID: Curve = ((0.0, 0.0), (AIR, 0.0), (AIR + 0.13, 0.55), (0.7, 0.8), (1.0, 1.0))


@dataclass(frozen=True)
class VolumeLook:
    """How a sequence is drawn.

    colours : from dark to light. stops : where in the window of values each stands, from 0 to 1 and
    beyond; spread evenly over it without. opacity : by value, as
    part of what the view's opacity gives. edges : by the gradient, in parts of the brightest value
    per mm, what part of that is left. middle, width : the window at contrast 0.5.
    """

    colours: tuple[Colour, ...] = TISSUE
    opacity: Curve = _SOLID
    edges: Curve = _EDGES
    shading: Shading = Shading()
    blend: Blend = Blend.COMPOSITE
    middle: float = 0.49
    width: float = 0.54
    stops: tuple[float, ...] = ()

    def colour_of(self, values: NDArray[np.floating], contrast: float) -> NDArray[np.float64]:
        """(…, 3) colours of values. contrast : 0 to 1, how steep the window is."""
        width = self.width * 0.06 ** (contrast - 0.5)
        stops = self.stops or np.linspace(0, 1, len(self.colours))
        places = self.middle + width * (np.array(stops) - 0.5)
        columns = np.array(self.colours).T
        channels = [np.interp(values, places, column) for column in columns]
        return np.asarray(np.stack(channels, axis=-1))

    def opacity_of(self, values: NDArray[np.floating], solid: float) -> NDArray[np.float64]:
        """Opacities of a millimetre. solid : 0 to 1, see ``VolumeView.opacity``."""
        most = min(1.0, 0.60 * solid**2.6)
        return np.asarray(np.minimum(1.0, most * _along(self.opacity, values)))

    def edge_of(self, gradients: NDArray[np.floating]) -> NDArray[np.float64]:
        """What part of the opacity is left at a gradient."""
        return _along(self.edges, gradients)


@dataclass(frozen=True)
class Light:
    """Light from far away. towards : in screen coordinates, right, up and to the viewer."""

    towards: Colour
    colour: Colour
    strength: float


# Warm light over the viewer's left shoulder, and a weak cool one from the other side.
LIGHTS = (
    Light((-0.7, 0.9, 1.0), (1.0, 0.98, 0.94), 0.95),
    Light((1.0, -0.3, 0.6), (0.85, 0.92, 1.0), 0.30),
)


def light_back(
    normals: NDArray[np.floating], shading: Shading, lights: Sequence[Light] = LIGHTS
) -> NDArray[np.float64]:
    """(n, 3) what surfaces give back of lights, for white ones.

    normals : (n, 3) unit vectors in screen coordinates; zeros are lit from all sides.
    """
    back = np.full((len(normals), 3), shading.ambient)
    for light in lights:
        towards = np.array(light.towards) / np.linalg.norm(light.towards)
        between = towards + np.array((0, 0, 1))
        between /= np.linalg.norm(between)
        facing = np.maximum(normals @ towards, 0)
        shine = np.maximum(normals @ between, 0) ** shading.power * (facing > 0)
        lit = shading.diffuse * facing + shading.specular * shine
        back += light.strength * lit[:, None] * light.colour
    flat = ~normals.any(axis=1)
    back[flat] = shading.ambient + shading.diffuse * 0.5
    return back


def _along(curve: Curve, values: NDArray[np.floating]) -> NDArray[np.float64]:
    places, heights = zip(*curve, strict=True)
    return np.asarray(np.interp(values, places, heights))


def projected(solid: float) -> float:
    """The opacity of projections. solid : see ``VolumeView.opacity``."""
    return min(1.0, 2 * solid)
