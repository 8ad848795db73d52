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
)  # fmt: skip
VOLUME_CONTENT_MENU = tuple(action.id for action in VOLUME_CONTENT_ACTIONS)
