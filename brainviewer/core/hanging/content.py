"""What one pane shows."""

from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality


class PaneKind(StrEnum):
    """What a pane is of."""

    SLICE = "slice"
    PRIOR = "prior"
    """A slice of the prior study, at the place of the open one."""
    VOLUME = "3D"
    NOTHING = "nothing"


@dataclass(frozen=True)
class ShownContent:
    """What one pane shows at a moment."""

    kind: PaneKind
    modality: Modality
    plane: Plane

    @property
    def called(self) -> str:
        """In words, e.g. ``T1ce axial`` or ``3D view``."""
        slice_of = f"{self.modality} {self.plane}"
        return {
            PaneKind.SLICE: slice_of,
            PaneKind.PRIOR: f"{slice_of}, prior",
            PaneKind.VOLUME: "3D view",
            PaneKind.NOTHING: "Empty pane",
        }[self.kind]


@dataclass(frozen=True)
class PaneContent:
    """What one pane of a layout shows.

    modality : None for the active sequence, whichever that is at the time.
    plane : None for the plane that is chosen at the time.
    """

    kind: PaneKind = PaneKind.SLICE
    modality: Modality | None = None
    plane: Plane | None = None

    @property
    def is_slice(self) -> bool:
        """Whether it is a slice, of the study or of its prior."""
        return self.kind in (PaneKind.SLICE, PaneKind.PRIOR)

    @property
    def follows(self) -> bool:
        """Whether it shows whatever sequence and plane are chosen."""
        return self.modality is None and self.plane is None

    def resolved(self, active: Modality, plane: Plane) -> ShownContent:
        """What it shows while these are chosen."""
        return ShownContent(self.kind, self.modality or active, self.plane or plane)

    def matches(self, modality: Modality, plane: Plane) -> bool:
        """Whether it shows this sequence and plane, of study or prior, while these are chosen."""
        same = self.modality in (None, modality) and self.plane in (None, plane)
        return self.is_slice and same

    def shows(self, modality: Modality, plane: Plane) -> bool:
        """Whether it shows this sequence and plane of the study while these are chosen."""
        return self.kind is PaneKind.SLICE and self.matches(modality, plane)
