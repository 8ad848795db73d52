"""What stands beside each other: the open study with both lesions, and the prior laid over it."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from brainviewer.app.prior.comparison import Comparison
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import LabelMap, Modality, Study
from brainviewer.core.voi.voi_window import Window

Paths = tuple[Path, ...]


@dataclass(frozen=True, eq=False)
class Beside:
    """The prior laid over the open study, for panes that stand beside each other.

    prior : its images on the grid of the study; None where it was not registered.
    windows : that each sequence of the prior opens with.
    paths : of each prior of the comparison, what was opened.
    """

    compared: Comparison
    prior: Study | None
    windows: dict[Modality, Window]
    paths: tuple[Paths, ...] = ()

    @classmethod
    def of(
        cls,
        compared: Comparison,
        windows: dict[Modality, Window],
        paths: tuple[Paths, ...] = (),
    ) -> "Beside":
        """With the prior brought onto the grid of the study.

        Of the other priors of the comparison the images are let go.
        """
        laid = compared.prior_on_study()
        return cls(compared.without_other_images(), laid, windows, paths)._made()

    def rests_on(self, finding: TumourFinding | None) -> bool:
        """Whether a lesion of the study is the one that was compared."""
        own = self.compared.finding
        if finding is None or finding is own:
            return finding is own
        if own.mask is None or finding.mask is None:
            same = own.mask is finding.mask
        else:
            same = np.array_equal(own.mask, finding.mask)
        return same and finding.method == own.method

    def over(self, more: Comparison, paths: tuple[Paths, ...]) -> "Beside":
        """The same two studies in a comparison with further priors, which were read from paths.

        Which lesions are certain is a matter of all studies, so that those of both may be others.
        """
        return replace(self, compared=more, paths=(*self.paths, *paths))._made()

    def _made(self) -> "Beside":
        """With the lesions resampled now, in the job, and not when they are painted."""
        _ = self.marked
        return self

    @property
    def said(self) -> str:
        """What stands on images of the prior, so that nobody takes them for the study's."""
        day = self.compared.prior.day
        return "PRIOR" if day is None else f"PRIOR {day.isoformat()}"

    @cached_property
    def finding(self) -> TumourFinding:
        """Of the study, with all lesions that are compared."""
        return self.compared.finding_shown

    @cached_property
    def prior_finding(self) -> TumourFinding | None:
        """The same of the prior, on the grid of the study; None where it was not registered."""
        return self.compared.prior_finding_on_study()

    @cached_property
    def marked(self) -> Study:
        """The study with the prior's lesion as its segmentation, to show the difference.

        A segmentation that came with the study never stands in the place of the prior's lesion.
        """
        study, found = self.compared.study, self.prior_finding
        labels = None
        if found is not None and found.mask is not None:
            labels = LabelMap(found.mask.astype("uint8"), study.grid)
        return replace(study, segmentation=labels)

    @property
    def has_difference(self) -> bool:
        """Whether there is a lesion in both, in places that are known of both."""
        return self.marked.segmentation is not None and self.finding.mask is not None
