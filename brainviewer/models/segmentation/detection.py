"""Where the tumour is: its mask and the axial slice with the largest area of it."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace

from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings.measurements import Side
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.measure.lesion import enhancement_of, measured
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.brain_size import implausible_size
from brainviewer.imaging.preprocess.displacement import displacement
from brainviewer.imaging.preprocess.empty_slices import filled_in
from brainviewer.imaging.preprocess.handedness import handedness
from brainviewer.imaging.preprocess.head_volume import HeadVolume, prepare
from brainviewer.imaging.preprocess.midsagittal import MidSagittalPlane
from brainviewer.imaging.preprocess.sequence_fit import fits
from brainviewer.imaging.preprocess.working_grid import Field
from brainviewer.imaging.rules import lesion_search as lesion
from brainviewer.imaging.rules import threshold as threshold_rule
from brainviewer.imaging.rules.lesion_search import Lesion
from brainviewer.models.segmentation import lesions as segmented
from brainviewer.models.segmentation.finding import NOTHING, finding_of, nothing, parts_of
from brainviewer.models.segmentation.network import SegmentationNetwork, region_probabilities
from brainviewer.models.segmentation.slice_input import REGIONS

OUTLINING = "Segmenting the lesion"
METHODS = ("lesion", "model-free", "threshold")
NOT_INSTALLED = "The network that segments lesions is not installed: a simpler method was used."
# A lesion with less evidence (see Lesion) is taken for the uneven brightness of a healthy head.
# Heads mirrored onto themselves reach 0.9 with skull and next to nothing without.
_LEAST_STRIPPED, _LEAST_WITH_SKULL = 0.4, 1.0
# Evidence at which the confidence is one half; most wrong slices of the development set have less.
_HALF_SURE = 2.0
# On T2 fluid is as bright as a lesion. Of less confidence, or larger and on both sides, nothing is
# told: see ``packaging/measure/measure_tumour.py --without FLAIR``.
_LEAST_SURE_ON_T2, _LARGE_ON_T2_ML = 0.3, 100.0
MAY_BE_FLUID = "What is bright on T2 is too uncertain to be measured: it may be fluid."
# Weight of the sequence that leads the search.
_WEIGHT_OF_LEADING = {Modality.FLAIR: 1.0, Modality.T2: 0.6, Modality.T1CE: 0.5}


def find_tumour(
    study: Study,
    method: str = "lesion",
    *,
    threshold: float = 450.0,
    network: SegmentationNetwork | None,
    report: Report = silent,
) -> TumourFinding:
    """Find the tumour slice; nothing found is a result, not an error.

    method : ``lesion``: the segmentation network, and where a sequence that it needs is missing, or
        it is not installed, the search without a model; ``model-free``: always that search;
        ``threshold``: the rule of the first systems of this kind.
    threshold : for the rule, in the units of the file.
    network : with what runs it, see ``network.segmentation_network``; None if it is not installed.
    report : called between the steps and while the network runs; may raise ``Cancelled``.

    The study's own segmentation is never looked at.
    Raises BrainViewerError for an unknown method, a threshold that is no number, and images;
    ModelError if the engine fails.
    """
    began = time.perf_counter()
    if study.is_image2d:
        raise BrainViewerError(
            "The tumour is looked for in studies, not in single images.",
            "Open the sequences as NIfTI files.",
        )
    if method not in METHODS:
        raise BrainViewerError(
            f"There is no method '{method}'.", f"Choose one of: {', '.join(METHODS)}."
        )
    if not math.isfinite(threshold):
        raise BrainViewerError("The threshold is no number.", "Give a value of FLAIR, such as 450.")
    study = study.together
    report(0.0, "Looking for the tumour")
    if method == "threshold":
        finding = measured(study, threshold_rule.find(study, threshold))
    else:
        finding = _find_lesion(study, method, network, report)
    report(1.0, "Tumour slice found" if finding.found else NOTHING)
    oriented = finding.oriented and study.grid.oriented
    return replace(finding, oriented=oriented, seconds=time.perf_counter() - began)


def _find_lesion(
    study: Study, method: str, network: SegmentationNetwork | None, report: Report
) -> TumourFinding:
    leading = leading_sequence(study.volumes)
    if leading is None:
        return nothing(
            study, method, "Finding the tumour needs a FLAIR, a T2 or a T1ce with an image."
        )
    by_network = network if method == "lesion" else None
    filled = filled_in(study)
    head = prepare(filled.study, leading, report, by_network.extract if by_network else None)
    if head is None:
        return nothing(study, method, "No brain was recognised in the images.")
    notices: tuple[str, ...] = ()
    if leading is not Modality.FLAIR:
        why = "FLAIR is empty" if Modality.FLAIR in study.volumes else "There is no FLAIR"
        notices = (f"{why}: the tumour was looked for in {leading} and may be missed.",)
    elif method == "lesion" and network is None:
        notices = (NOT_INSTALLED,)
    fitting = fits(head.images, head.inside, head.plane, head.working.spacing)
    side = handedness(fitting, head.images, leading)
    lying = displacement(fitting, side.same, leading)
    size = implausible_size(head.inside, head.working.spacing)
    notices = (*filter(None, (filled.notice, size, side.notice, lying.notice)), *notices)
    left_out = (*side.mirrored, *lying.apart)
    head, study = head.without(left_out), filled.study.without(left_out)
    report(0.6, OUTLINING)
    used, regions, enhancing = None, None, None
    cut_out_by = by_network.brain_identity if by_network and head.extracted else None
    if by_network is not None and by_network.can_see(head.images):
        lesions, confidence, regions = _by_network(head, by_network, report)
        # The confidence was fitted where there is a FLAIR.
        confidence *= _WEIGHT_OF_LEADING[leading]
        used, enhancing = by_network.identity, by_network.enhancing
    else:
        lesions, confidence = _by_comparison(head, leading)
    report(0.8, "Measuring the lesion")
    brain, with_skull = head.working.refine(head.inside), not head.stripped
    told = None if regions is None else head.working.probability(regions[0])
    if not lesions:
        none = nothing(study, method, *notices)
        return replace(none, brain=brain, with_skull=with_skull, probability=told)
    whole = None if regions is None else regions[0]
    found = finding_of(
        study, head.working, lesions, method, confidence, notices, whole, unseen=filled.axial
    )
    found = replace(
        found,
        brain=brain,
        with_skull=with_skull,
        probability=told,
        network=used,
        brain_network=cut_out_by,
        left_out=left_out,
        oriented=side.known,
    )
    around = NormalAppearingBrain.around(study.grid, found.mask, found.brain)
    told_apart = regions is not None and len(regions) == len(REGIONS)

    def with_parts(one: TumourFinding, near: NormalAppearingBrain | None) -> TumourFinding:
        if regions is None or not told_apart or Modality.T1CE not in head.images:
            return one
        return replace(one, parts=parts_of(study, one, regions, head.working, enhancing, near))

    found = with_parts(found, around)
    if found.others is not None and found.mask is not None and found.brain is not None:
        apart = replace(found, mask=found.others > 0, brain=found.brain & ~found.mask, parts=None)
        near = NormalAppearingBrain.around(study.grid, apart.mask, apart.brain)
        taken_up = enhancement_of(study, with_parts(apart, near), near)
        found = replace(found, others_enhancing=None if taken_up is None else taken_up.mask)
    plane = MidSagittalPlane.in_world(head.plane, head.working) if side.known else None
    found = measured(study, found, plane, around)
    if leading is Modality.T2 and _may_be_fluid(found):
        none = nothing(study, method, MAY_BE_FLUID, *notices)
        return replace(none, brain=brain, with_skull=with_skull)
    return found


def _may_be_fluid(found: TumourFinding) -> bool:
    """Whether what was found on T2 cannot be told from the fluid around the brain and in it."""
    taken = found.measurements
    if taken is None or found.confidence < _LEAST_SURE_ON_T2:
        return True
    return taken.volume_ml > _LARGE_ON_T2_ML and taken.side in (None, Side.BOTH)


def leading_sequence(volumes: Mapping[Modality, Volume]) -> Modality | None:
    """The sequence in which the lesion is looked for; None if none will do."""
    return next((m for m in _WEIGHT_OF_LEADING if m in volumes and not volumes[m].constant), None)


def _by_network(
    head: HeadVolume, network: SegmentationNetwork, report: Report
) -> tuple[list[Lesion], float, Field]:
    """Lesions that the network sees, none if they are too faint, the confidence, and the
    probabilities of the regions."""
    # What loads and runs it has steps of its own; only its being cancelled matters here.
    regions = region_probabilities(network, head, lambda *_: report(0.6, OUTLINING))
    lesions = segmented.lesions_of(regions[0], head.working.spacing)
    confidence = 0.0
    if lesions:
        confidence = segmented.confidence(regions[0], lesions, network.calibration)
    return lesions, confidence, regions


def _by_comparison(head: HeadVolume, leading: Modality) -> tuple[list[Lesion], float]:
    """Lesions by brightness and one-sidedness, none without much evidence, and the confidence."""
    lesions = lesion.search(
        head.images, leading, head.inside, head.plane, head.working.spacing, not head.stripped
    )
    least = _LEAST_STRIPPED if head.stripped else _LEAST_WITH_SKULL
    if not lesions or lesions[0].evidence < least:
        return [], 0.0
    amount = lesions[0].evidence
    strength = amount / (amount + _HALF_SURE)
    rival = lesions[1].evidence if len(lesions) > 1 else 0.0
    return lesions, float(strength * (1 - 0.6 * rival / amount)) * _WEIGHT_OF_LEADING[leading]
