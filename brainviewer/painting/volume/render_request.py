"""What the 3D view shall show."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.painting.volume.lesion_surfaces import bare_brain
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices
from brainviewer.painting.volume.shown_surfaces import USUAL, ShownSurfaces
from brainviewer.painting.volume.view import SecondSequence, VolumeView


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """What shall be on the screen.

    prior : (i, j, k) the lesion of an earlier study on the grid of this one.
    parts : whether the parts of the lesion are shown, where they are known.
    skull : whether the head is shown where its brain is known.
    slices : of the sequence, and how they are shown.
    surfaces : which surfaces of lesions are shown, and how.
    size : width and height in pixels; ratio : how many of them a point of the screen has.
    """

    study: Study | None = None
    modality: Modality | None = None
    finding: TumourFinding | None = None
    prior: NDArray[np.bool_] | None = None
    parts: bool = True
    skull: bool = False
    cursor: tuple[float, float, float] | None = None
    view: VolumeView = field(default_factory=VolumeView)
    slices: ShownSlices = NO_SLICES
    surfaces: ShownSurfaces = USUAL
    size: tuple[int, int] = (16, 16)
    ratio: float = 1.0

    @property
    def bare(self) -> bool:
        """Whether the brain is shown without what lies around it."""
        return bare_brain(self.study, self.finding, self.skull) is not None

    @property
    def volume(self) -> Volume | None:
        """The sequence that is shown."""
        if self.study is None or self.modality is None:
            return None
        return self.study.volumes[self.modality]

    @property
    def second(self) -> SecondSequence | None:
        """What is blended with the sequence, where the study has another one of that name.

        None for one that could not be laid over the others.
        """
        second = self.view.second
        if second is None or self.study is None or second.modality is self.modality:
            return None
        return second if second.modality in blendable(self.study) else None

    def only_moves_cursor(self, other: "RenderRequest") -> bool:
        """Whether another request differs in nothing but the cursor."""
        return all(
            getattr(self, name) is getattr(other, name)
            for name in (
                *("study", "modality", "finding", "prior", "parts", "skull"),
                *("slices", "surfaces", "view", "size"),
            )
        )


def blendable(study: Study) -> tuple[Modality, ...]:
    """The sequences of a study that lie over each other."""
    volumes = study.volumes.items()
    return tuple(m for m, volume in volumes if not (volume.unplaced or volume.other_frame))
