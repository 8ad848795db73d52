"""What the 3D view is set to by one click: looks for MR, each for what it shows best."""

from collections.abc import Mapping
from dataclasses import dataclass

from brainviewer.painting.volume.voxels.block_values import AIR
from brainviewer.painting.volume.voxels.look import (
    TISSUE,
    UNSHADED,
    Blend,
    Colour,
    Curve,
    Shading,
    VolumeLook,
)

BRAIN = "brain"
_GREY: tuple[Colour, ...] = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
_HOT: tuple[Colour, ...] = (
    (0.12, 0.11, 0.12),
    (0.45, 0.10, 0.05),
    (0.95, 0.45, 0.08),
    (1.0, 0.95, 0.70),
)
_SKIN: tuple[Colour, ...] = ((0.45, 0.30, 0.24), (0.85, 0.64, 0.53), (0.98, 0.83, 0.74))
_GLASS: tuple[Colour, ...] = ((0.32, 0.50, 0.62), (0.75, 0.90, 1.0))
_VESSELS: tuple[Colour, ...] = ((0.35, 0.05, 0.05), (0.85, 0.20, 0.15), (1.0, 0.80, 0.65))
_ALL: Curve = ((0.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True)
class VolumePreset:
    """A look with a name. tip : what it shows, for people."""

    name: str
    tip: str
    look: VolumeLook


PRESETS: Mapping[str, VolumePreset] = {
    BRAIN: VolumePreset(
        "Brain", "Folds of the brain; what is even is clear, so that the tumour shows", VolumeLook()
    ),
    "skin": VolumePreset(
        "Skin",
        "The first surface from outside: the face where there is one",
        VolumeLook(
            colours=_SKIN,
            opacity=((0.0, 0.0), (AIR, 0.0), (AIR + 0.05, 6.0), (1.0, 6.0)),
            edges=_ALL,
            shading=Shading(0.08, 1.0, 0.25, 20.0),
        ),
    ),
    "glass": VolumePreset(
        "Glass brain",
        "Only edges, as of glass",
        VolumeLook(
            colours=_GLASS,
            opacity=((0.0, 0.0), (AIR, 0.0), (AIR + 0.1, 0.28), (1.0, 0.28)),
            edges=((0.0, 0.0), (0.05, 0.04), (0.18, 1.0)),
            shading=Shading(0.25, 0.85, 0.6, 28.0),
        ),
    ),
    "vessels": VolumePreset(
        "Vessels",
        "The brightest voxels: vessels and enhancement in T1ce",
        VolumeLook(
            colours=_VESSELS,
            opacity=((0.0, 0.0), (0.30, 0.010), (0.74, 0.015), (0.86, 2.0), (1.0, 4.0)),
            edges=((0.0, 0.5), (0.05, 1.0)),
            middle=0.85,
            width=0.40,
        ),
    ),
    "hot": VolumePreset(
        "Hot",
        "Bright in fire colours: oedema and lesions in FLAIR and T2",
        VolumeLook(
            colours=_HOT,
            opacity=((0.0, 0.0), (0.25, 0.02), (0.62, 0.05), (0.80, 0.8), (1.0, 2.0)),
            edges=((0.0, 0.35), (0.04, 0.6), (0.12, 1.0)),
            middle=0.72,
            width=0.50,
        ),
    ),
    "maximum": VolumePreset(
        "Maximum",
        "The brightest voxel along each line of sight",
        VolumeLook(_GREY, _ALL, _ALL, UNSHADED, Blend.MAXIMUM, 0.72, 0.75),
    ),
    "minimum": VolumePreset(
        "Minimum",
        "The darkest voxel along each line of sight",
        VolumeLook(_GREY, _ALL, _ALL, UNSHADED, Blend.MINIMUM, 0.42, 0.55),
    ),
    "tumour": VolumePreset(
        "Tumour only",
        "The surfaces of the tumour without the head",
        VolumeLook(TISSUE, ((0.0, 0.0), (1.0, 0.0))),
    ),
}
"""By the words that settings, sessions and the command line know them by."""
