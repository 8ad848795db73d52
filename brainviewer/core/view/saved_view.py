"""How a study is looked at, as a session keeps it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from brainviewer.core.hanging.hanging import BUILT_IN, MOST_COLUMNS, MOST_ROWS, Hanging
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.slab import THICKNESSES
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FUSION_MAPS
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.view.saved_camera import SavedLooks
from brainviewer.core.view.view_choice import Layout
from brainviewer.core.voi.voi_window import Window

_COLOURS = frozenset(("grey", "gray", *FUSION_MAPS))


@dataclass(frozen=True)
class SavedView:
    """The view of a study.

    Not the convention: on which side the patient's right is shown is a choice of who looks.

    cursor : world position in mm, RAS+.
    Raises ValueError for what no hand could have chosen.
    """

    cursor: tuple[float, float, float]
    active: Modality
    plane: Plane
    windows: Mapping[Modality, Window]
    presets: Mapping[Modality, str]
    colour_maps: Mapping[Modality, str]
    overlays: Overlays
    hanging: Hanging = BUILT_IN[Layout.FOUR_SEQUENCES]
    reformation: Reformation = PLAIN
    looks: SavedLooks = field(default_factory=SavedLooks)

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.cursor)):
            raise ValueError("a place is finite")
        for window in self.windows.values():
            if not (math.isfinite(window.level) and 0 < window.width < math.inf):
                raise ValueError("no window")
        if not _COLOURS.issuperset(self.colour_maps.values()):
            raise ValueError("no colour map")
        _check_overlays(self.overlays)
        _check_hanging(self.hanging)
        _check_reformation(self.reformation)


def _check_overlays(overlays: Overlays) -> None:
    parts = overlays, overlays.fusion
    values = [getattr(part, item.name) for part in parts for item in fields(part)]
    if not all(0.0 <= value <= 1.0 for value in values if isinstance(value, float)):
        raise ValueError("an opacity lies between 0 and 1")
    if overlays.fusion.colour_map not in FUSION_MAPS:
        raise ValueError("no colour map")


def _check_hanging(hanging: Hanging) -> None:
    most = MOST_ROWS * MOST_COLUMNS
    few = len(hanging.panes) <= most and len(hanging.windows) <= most
    if not few or not 1 <= hanging.columns <= MOST_COLUMNS or hanging.chosen < 0:
        raise ValueError("no layout of panes")


def _check_reformation(reformation: Reformation) -> None:
    if any(not 0 <= turn.quarters <= 3 for _, turn in reformation.turns):
        raise ValueError("a display has four ways round")
    slab, turned = reformation.slab, reformation.obliquity
    if slab is not None and not THICKNESSES[0] <= slab.thickness_mm <= THICKNESSES[1]:
        raise ValueError("no thickness of a slab")
    if turned is None:
        return
    places = np.array((turned.pivot, *turned.anchors))
    rotation = np.array(turned.rotation)
    if rotation.shape != (9,) or places.shape != (len(Plane) + 1, 3):
        raise ValueError("planes are turned by nine numbers")
    matrix = rotation.reshape(3, 3)
    # What is no rotation would show mirrored or stretched planes.
    turns = np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6) and np.linalg.det(matrix) > 0
    if not (turns and np.isfinite(places).all()):
        raise ValueError("planes are turned, and neither mirrored nor stretched")
