"""What if this part of the lesion were not there? The study with it hidden, and its answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask, compare
from brainviewer.core.errors import BrainViewerError, Report, silent, within
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.imaging.occlusion.hidden_part import without_region
from brainviewer.imaging.occlusion.tissue_fill import HiddenRegion, carry_on, make_flat, mirror
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.subtype.prediction import NotClassified, classify

HIDDEN = "A part of the study was hidden for a test, so this is no answer for the patient."
NOTHING_LEFT = "The whole lesion is hidden: nothing is left that could be typed."
_FILLS = {Fill.SURROUNDINGS: carry_on, Fill.MIRRORED: mirror, Fill.FLAT: make_flat}


@dataclass(frozen=True, eq=False)
class HiddenPart:
    """A study of which a part is hidden, and what is left of its finding.

    hidden_ml : volume of what is hidden; ``lesion_hidden_ml`` of ``lesion_ml`` of the lesion.
    """

    study: Study
    finding: TumourFinding
    hidden_ml: float
    lesion_hidden_ml: float
    lesion_ml: float

    @property
    def sentence(self) -> str:
        """What is hidden, in words."""
        if self.lesion_hidden_ml == 0:
            return f"Hidden: {self.hidden_ml:.1f}\u00a0mL outside of the lesion."
        percent = 100 * self.lesion_hidden_ml / self.lesion_ml
        return (
            f"Hidden: {self.hidden_ml:.1f}\u00a0mL, of it {self.lesion_hidden_ml:.1f} of "
            f"{self.lesion_ml:.1f}\u00a0mL of the lesion ({percent:.0f}\u00a0%)."
        )


def hide(
    study: Study, finding: TumourFinding, region: Mask, fill: Fill, report: Report = silent
) -> HiddenPart:
    """Fill a region of every sequence, and take the lesion in it away.

    region : (i, j, k) bool on the study's grid.

    Sequences that do not lie over the others stay as they are: nothing is computed from them.
    Raises BrainViewerError if the region is empty or leaves nothing; Cancelled if ``report`` does.
    """
    if not region.any():
        raise BrainViewerError("Nothing is hidden.", "Paint over a part of the lesion first.")
    if region.all():
        raise BrainViewerError(
            "All of the study is hidden, so that nothing is left to fill it from.",
            "Hide a smaller part.",
        )
    hidden = HiddenRegion.of(study.grid, finding, region)
    volumes, together = dict(study.volumes), study.together.volumes
    for done, modality in enumerate(together):
        told = within(report, done / len(together), 1 / len(together))
        volume = volumes[modality]
        data = _FILLS[fill](volume.data, hidden, _each(told, f"Filling {modality}"))
        volumes[modality] = replace(volume, data=data, scan=None)
    edited = replace(study, volumes=volumes, edited=True)
    left = without_region(edited, finding, region)
    mask = finding.mask if finding.mask is not None else np.zeros(study.grid.shape, bool)
    voxels = study.grid.voxel_volume / 1000
    return HiddenPart(
        edited,
        left,
        float(np.count_nonzero(region)) * voxels,
        float(np.count_nonzero(mask & region)) * voxels,
        float(np.count_nonzero(mask)) * voxels,
    )


def _each(report: Report, text: str) -> Callable[[], None]:
    """Lets the work be cancelled before every slice."""
    return lambda: report(0.0, text)


def what_if_hidden(
    part: HiddenPart,
    before: Classification,
    engine: Runner,
    age_years: float | None = None,
    slice_index: int | None = None,
    report: Report = silent,
) -> tuple[Classification | None, Comparison]:
    """Type a study of which a part is hidden, with the model and the setting of an earlier answer.

    before : what was said of the study. age_years, slice_index : that it was typed with.

    Returns no answer where there is nothing left to type. An answer is never confident. Errors as
    ``classify``.
    """
    if not part.finding.found and part.lesion_ml > 0:
        return None, Comparison(NOTHING_LEFT)
    try:
        after = classify_as(
            part.study, part.finding, before, engine, age_years, slice_index, report
        )
    except NotClassified as error:
        return None, Comparison(str(error))
    doubts = [HIDDEN] if before.in_scope else [HIDDEN, f"Before, it was refused: {before.reason}"]
    return after.doubted(doubts), compare(before, after, "study")


def classify_as(
    study: Study,
    finding: TumourFinding,
    before: Classification,
    engine: Runner,
    age_years: float | None,
    slice_index: int | None,
    report: Report,
) -> Classification:
    """An answer with the model and the setting of an earlier one; errors as ``classify``."""
    return classify(
        study,
        finding,
        engine,
        model_id=before.model_id,
        age_years=age_years,
        prevalence=before.prevalence or None,
        slice_index=slice_index,
        report=report,
    )
