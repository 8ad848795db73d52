"""How a study is looked at, as a session keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass

from brainviewer.core.overlays import Overlays
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view_choice import Layout
from brainviewer.core.voi_window import Window


@dataclass(frozen=True)
class SavedView:
    """The view of a study.

    Not the convention: on which side the patient's right is shown is a choice of who looks.

    cursor : world position in mm, RAS+.
    """

    cursor: tuple[float, float, float]
    active: Modality
    plane: Plane
    layout: Layout
    windows: Mapping[Modality, Window]
    presets: Mapping[Modality, str]
    colour_maps: Mapping[Modality, str]
    overlays: Overlays
