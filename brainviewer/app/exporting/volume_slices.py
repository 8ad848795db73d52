"""How slices and the faces of cuts look in the 3D view, for the window and for commands alike."""

from collections.abc import Mapping

from brainviewer.app.report.study_figures import window_of
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices
from brainviewer.painting.volume.voxels.clip import Clip


def slices_as_shown(
    study: Study,
    modality: Modality,
    clip: Clip,
    overlays: Overlays,
    *,
    cuts: tuple[tuple[Plane, int], ...] = (),
    windows: Mapping[Modality, Window] | None = None,
    colour_map: str = "gray",
    reformation: Reformation = PLAIN,
) -> ShownSlices:
    """The slices of a sequence, and how they and the faces of the clip show it.

    cuts : the slices that stand in the head, each with its number from 0.
    windows : the chosen ones; a sequence without one has the window that it opens with.
    """
    if not (cuts or clip):
        return NO_SLICES
    return ShownSlices(
        cuts,
        window_of(study, modality, windows or {}),
        colour_map,
        reformation,
        overlays.lesion_opacity if overlays.lesion else 0.0,
        overlays.parts_opacity if overlays.parts else 0.0,
    )
