"""What the predictions of a model were like, week by week."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from brainviewer.app.monitoring.cases import week_of
from brainviewer.app.stores.feedback import OUT_OF_SCOPE
from brainviewer.core.monitoring.prediction import Decision, KeptOpinion, KeptPrediction


@dataclass(frozen=True)
class WeekSummary:
    """A week of one model, or all weeks together.

    week : its Monday; None for all together.
    predictions : how many there were; ``cases`` how many studies, images and frames.
    classes : predicted class to number.
    beyond : predictions whose OOD score was beyond the limit, of ``scored`` with a score.
    agreed, judged : opinions of readers on answers of this week.
    confidence, ood_score, seconds, memory_mb : medians; None where there is nothing.
    """

    week: date | None
    predictions: int
    cases: int
    answered: int
    not_confident: int
    refused: int
    classes: Mapping[str, int]
    scored: int
    beyond: int
    agreed: int
    judged: int
    confidence: float | None
    ood_score: float | None
    seconds: float | None
    memory_mb: float | None


def weekly(
    predictions: Sequence[KeptPrediction], opinions: Sequence[KeptOpinion]
) -> tuple[WeekSummary, ...]:
    """Every week with a prediction, the first first."""
    weeks: dict[date, list[KeptPrediction]] = {}
    for one in predictions:
        weeks.setdefault(week_of(one.time), []).append(one)
    return tuple(summary(weeks[week], opinions, week) for week in sorted(weeks))


def summary(
    predictions: Sequence[KeptPrediction],
    opinions: Iterable[KeptOpinion],
    week: date | None = None,
) -> WeekSummary:
    """Predictions of one model together. opinions : of all models and answers."""
    decisions = Counter(one.decision for one in predictions)
    scores = [one for one in predictions if one.ood_score is not None and one.ood_limit is not None]
    judged = _judged(predictions, opinions)
    return WeekSummary(
        week,
        len(predictions),
        len({one.case for one in predictions}),
        decisions[Decision.ANSWERED],
        decisions[Decision.NOT_CONFIDENT],
        decisions[Decision.REFUSED],
        dict(Counter(one.predicted for one in predictions if one.predicted)),
        len(scores),
        sum((one.ood_score or 0) > (one.ood_limit or 0) for one in scores),
        sum(judged),
        len(judged),
        _median(one.confidence for one in predictions),
        _median(one.ood_score for one in predictions),
        _median(one.seconds for one in predictions),
        _median(one.memory_mb for one in predictions),
    )


def _judged(predictions: Iterable[KeptPrediction], opinions: Iterable[KeptOpinion]) -> list[bool]:
    """Whether the reader agreed, for each different answer that has an opinion."""
    said = {(o.case, o.model, o.version, o.predicted): o.agrees for o in opinions}
    answers = {
        (one.case, one.model.id, one.model.version, one.predicted or OUT_OF_SCOPE)
        for one in predictions
        if one.usual
    }
    return [said[answer] for answer in answers if answer in said]


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
