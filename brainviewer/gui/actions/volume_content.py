"""Actions for what stands in the 3D view beside the head."""

from brainviewer.app.facts import Fact
from brainviewer.core.slices import Plane
from brainviewer.gui.actions.action import Action


def _slice(plane: Plane) -> Action:
    return Action(
        f"volume-slice-{plane.name.lower()}", f"{plane.capitalize()} slice in 3D, and back", "",
        Fact.SEQUENCES, lambda w: w.volume.slices.toggle(plane),
        tip="The slice that you look at, in its place in the head; it goes with cursor and window",
    )  # fmt: skip


VOLUME_CONTENT_ACTIONS: tuple[Action, ...] = (
    *(_slice(plane) for plane in Plane),
    Action("volume-slices-all", "All three slices in 3D", "", Fact.SEQUENCES,
           lambda w: w.volume.slices.show(*Plane)),
    Action("volume-slices-none", "No slices in 3D", "", Fact.SEQUENCES,
           lambda w: w.volume.slices.show()),
    Action("volume-box", "Clip box in 3D, and away", "Ctrl+Shift+B", Fact.SEQUENCES,
           lambda w: w.volume.box.toggle(),
           tip="A box round the head; drag its handles to cut, or Tab to them and use arrow keys"),
    Action("volume-box-brain", "Crop 3D to the brain", "", Fact.SEQUENCES,
           lambda w: w.volume.box.crop_to_brain(), tip="The clip box round the brain alone"),
    Action("volume-box-reset", "Reset the clip box", "", Fact.SEQUENCES,
           lambda w: w.volume.box.reset(), tip="Round all of the head again"),
    Action("volume-surfaces", "Surfaces in 3D…", "", Fact.SEQUENCES,
           lambda w: w.volume.surfaces.open(),
           tip="Which surfaces of lesions are drawn, how solid, and how large they are"),
)  # fmt: skip
_NAMES = [action.id for action in VOLUME_CONTENT_ACTIONS]
_BOX = _NAMES.index("volume-box")
VOLUME_CONTENT_MENU: tuple[str, ...] = (*_NAMES[:_BOX], "-", *_NAMES[_BOX:-1], "-", _NAMES[-1])
