"""How often a model was right, where the histology is known: each study once, its last answer."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from brainviewer.app.monitoring.cases import last_of_each
from brainviewer.core.findings.feedback import OTHER
from brainviewer.core.monitoring.histology import truth_for
from brainviewer.core.monitoring.prediction import Decision, KeptHistology, KeptPrediction
from brainviewer.core.wilson import wilson


@dataclass(frozen=True)
class Accuracy:
    """Answers beside the histology.

    right : of ``cases`` with an answer and a histology that is one of the model's classes.
    low, high : 95 % interval (Wilson); None without cases.
    table : (class by histology, answer) to number, of the same cases.
    refused : studies with a known histology of these classes that the model did not answer for.
    other_answered, other_refused : studies whose histology is none of the classes: those that were
        answered all the same, and those that were refused.
    """

    cases: int
    right: int
    low: float | None
    high: float | None
    table: Mapping[tuple[str, str], int]
    refused: int
    other_answered: int
    other_refused: int

    @property
    def known(self) -> int:
        """Studies of this model with a histology that tells its classes apart."""
        return self.cases + self.refused + self.other_answered + self.other_refused


def accuracy(
    predictions: Sequence[KeptPrediction],
    histology: Mapping[str, KeptHistology],
    classes: Collection[str],
) -> Accuracy:
    """Of one model. classes : its codes.

    Of an image with several frames, the last frame that was answered counts.
    """
    last = {one.input: one for one in last_of_each(predictions)}
    table: Counter[tuple[str, str]] = Counter()
    refused = other_answered = other_refused = 0
    for content, one in last.items():
        entered = histology.get(content)
        truth = None if entered is None else truth_for(entered.type, classes)
        if truth is None:
            continue
        unanswered = one.decision is Decision.REFUSED
        if truth == OTHER and OTHER not in classes:
            other_refused += unanswered
            other_answered += not unanswered
        elif unanswered:
            refused += 1
        else:
            table[truth, one.predicted] += 1
    cases = sum(table.values())
    right = sum(count for (truth, said), count in table.items() if truth == said)
    low, high = wilson(right / cases, cases) if cases else (None, None)
    return Accuracy(cases, right, low, high, dict(table), refused, other_answered, other_refused)
