"""Whether sequences of one head are mirrored left to right against each other.

A head is nearly its own mirror image, so that outlines and smooth brightness fit both ways. Folds,
fissures and vessels do not: of each sequence they are compared with those of another as it lies,
and mirrored at the mid-sagittal plane and registered again. If the mirrored one fits clearly
better, one of the two files is the wrong way round; which one, images alone do not say.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from brainviewer.core.counting import listed
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.sequence_fit import Fit

_CLEARLY = 1.25
_LEAST_GAIN = 0.01
"""By how much mirrored details must fit better, as a factor and in nats. Measured by
``packaging/measure/measure_registration.py --mirrored``."""


@dataclass(frozen=True)
class Handedness:
    """Which sequences lie the same way round as the one that is looked at.

    same : these, that one among them. mirrored : the others.
    """

    same: tuple[Modality, ...]
    mirrored: tuple[Modality, ...] = ()

    @property
    def known(self) -> bool:
        """Whether more sequences than not lie as the one that is looked at."""
        return len(self.same) > len(self.mirrored)

    @property
    def notice(self) -> str:
        """A sentence; empty where none is mirrored."""
        if not self.mirrored:
            return ""
        odd, rest = self.mirrored, self.same
        if not self.known and len(rest) < len(odd):
            odd, rest = rest, odd
        seem = "seems" if len(odd) == 1 else "seem"
        if self.known:
            used = f"{listed(odd)} {'was' if len(odd) == 1 else 'were'} not used for the lesion"
        else:
            used = (
                f"the lesion was looked for in {listed(self.same)} alone, and its side is left out"
            )
        others = "the other sequences" if len(rest) > 1 else listed(rest)
        return (
            f"{listed(odd)} {seem} to be mirrored left to right against {others}: which side is "
            f"right is not known; {used}."
        )


def handedness(
    found: Mapping[Modality, Fit], names: Collection[Modality], looked_at: Modality
) -> Handedness:
    """Hold every sequence against one of them.

    found : see ``sequence_fit.fits``; a sequence that shows too little to tell counts as right.
    names : all of the sequences. looked_at : the one whose side is told, among them.
    """
    odd = told_mirrored(found)
    apart = [m for m in names if (m in odd) is not (looked_at in odd)]
    return Handedness(tuple(m for m in names if m not in apart), tuple(apart))


def told_mirrored(found: Mapping[Modality, Fit]) -> set[Modality]:
    """The sequences that fit clearly better when they are mirrored."""
    return {
        m
        for m, fit in found.items()
        if fit.mirrored > max(_CLEARLY * fit.unmirrored, fit.unmirrored + _LEAST_GAIN)
    }
