"""Which grid the panes show each sequence on: the common one, or that of its file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study


@dataclass(frozen=True, eq=False)
class Seen:
    """A sequence as a pane shows it.

    study : the open study; on the grid of a file that was resampled, that sequence alone.
    finding : on the grid of ``study``.
    original : the sequence lies on the grid of its file, because that was asked for; its planes
        are not tilted.
    """

    study: Study
    finding: TumourFinding | None
    original: bool = False

    def view(
        self, plane: Plane, convention: Convention, reformation: Reformation = PLAIN
    ) -> SliceView:
        """How a plane of it lies on the screen."""
        return self.reformed(reformation).view(self.study.grid, plane, convention)

    def reformed(self, reformation: Reformation) -> Reformation:
        """What of a reformation is shown."""
        return reformation.of_grid if self.original else reformation


class OriginalGrids:
    """Makes what panes show on the original grids, when it is asked for, and keeps it.

    wanted : the user wants to see the original grids.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._anchor: tuple[Grid, NDArray[np.float64]] | None = None
        self._of: Study | None = None
        self._made: dict[Modality, tuple[TumourFinding | None, Seen]] = {}

    def differ(self, study: Study | None) -> bool:
        """Whether a study has sequences on grids of their own."""
        return study is not None and any(v.scan is not None for v in study.volumes.values())

    def switch(self, study: Study | None, place: NDArray[np.float64]) -> None:
        """Show the other ones. place : (3,) in mm, which stays where it is on the screen."""
        self.wanted = not self.wanted
        self._anchor = None if study is None else (study.grid, place)

    def anchor(self, study: Study) -> NDArray[np.float64]:
        """The place (3,) in mm that is at one point of the screen on all grids of a study."""
        known = self._anchor is not None and self._anchor[0] is study.grid
        return self._anchor[1] if known and self._anchor else study.grid.centre

    def shown(self, study: Study | None) -> bool:
        """Whether they are what is on the screen."""
        return self.wanted and self.differ(study)

    def seen(self, study: Study, finding: TumourFinding | None, modality: Modality) -> Seen:
        """A sequence of the open study as panes show it."""
        shown = self.shown(study)
        if not shown or study is not self._of:
            self._of = study if shown else None
            self._made.clear()  # of a study that was closed nothing is kept
        if not shown:
            return Seen(study, finding)
        volume = study.volumes.get(modality)
        if volume is None or volume.scan is None:
            return Seen(study, finding, original=True)
        of_finding, made = self._made.get(modality, (None, None))
        if made is None or of_finding is not finding:
            made = _made_of(study, finding, modality, made)
            self._made[modality] = finding, made
        return made


def _made_of(
    study: Study, finding: TumourFinding | None, modality: Modality, before: Seen | None
) -> Seen:
    from brainviewer.imaging.preprocess.original_grid import finding_on, on_original_grid

    own = on_original_grid(study, modality) if before is None else before.study
    there = None if finding is None else finding_on(finding, study.grid, own.grid)
    return Seen(own, there, original=True)
