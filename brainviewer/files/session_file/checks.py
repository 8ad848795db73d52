"""Whether the parts of a session make sense together; what does not is left out."""

import math

from brainviewer.core.findings.feedback import AGREE, DISAGREE, FeedbackRecord
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.saved_session import SavedPrior, SavedResults, SavedStudy

MOST_VOXELS = 2**30
_LONGEST_WORD = 200


def check_study(study: SavedStudy) -> SavedStudy:
    """The same. Raises ValueError if it is no study that could be opened."""
    if min(study.shape) < 1 or math.prod(study.shape) > MOST_VOXELS:
        raise ValueError("no grid")
    if len(study.affine) != 16 or not study.sources:
        raise ValueError("no study")
    return study


def check_results(results: SavedResults, study: SavedStudy) -> SavedResults:
    """The same. Raises ValueError if they cannot be of the study."""
    for finding in filter(None, (results.finding, results.base)):
        _check_finding(finding, study.shape)
    answer = results.classification
    if answer is not None and answer.study_hash != study.sha256:
        raise ValueError("an answer for another study")
    return results


def check_prior(prior: SavedPrior | None) -> SavedPrior | None:
    """The same. Raises ValueError if its lesion cannot be of it."""
    if prior is not None:
        check_study(prior.study)
        _check_finding(prior.finding, prior.study.shape)
    return prior


def check_feedback(feedback: FeedbackRecord | None, study: SavedStudy) -> FeedbackRecord | None:
    """The same. Raises ValueError if it is not about the study, or no opinion."""
    if feedback is None:
        return None
    words = (feedback.time, feedback.model, feedback.model_version, feedback.prediction,
             feedback.user_type, feedback.prevalence, feedback.weights_sha256,
             feedback.reader)  # fmt: skip
    said = feedback.opinion in (AGREE, DISAGREE) and max(map(len, words)) <= _LONGEST_WORD
    if not said or feedback.study_sha256 != study.sha256 or len(feedback.probabilities) > 100:
        raise ValueError("feedback on something else")
    return feedback


def _check_finding(finding: TumourFinding, shape: tuple[int, int, int]) -> None:
    volumes = (finding.mask, finding.parts, finding.others, finding.enhancing, finding.brain,
               finding.others_enhancing)  # fmt: skip
    if any(volume is not None and volume.shape != shape for volume in volumes):
        raise ValueError("results on another grid")
    if finding.probability is not None and finding.probability.shape != shape:
        raise ValueError("probabilities on another grid")
    inside = all(0 <= index < max(shape) for index in finding.slices.values())
    if finding.index is not None and not 0 <= finding.index < len(finding.area_mm2):
        inside = False
    if not inside or finding.area_mm2.ndim != 1 or (finding.found and finding.mask is None):
        raise ValueError("a slice outside of the study")
