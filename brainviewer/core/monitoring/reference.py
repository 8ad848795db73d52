"""What predictions were like where a model was measured: distributions to compare with."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What of the predictions may change."""

    CLASSES = "class mix"
    CONFIDENCE = "confidence"
    REFUSALS = "refusals"
    """Answered or out of scope, for whatever reason."""
    UNFAMILIAR = "out of distribution"
    """Within the limit of the OOD score or beyond it."""
    OOD = "OOD score"
    EMBEDDING = "embedding"


@dataclass(frozen=True)
class ReferenceDistribution:
    """How often each value came up.

    names : of the values, where they are words. edges : where they are numbers, ascending, that
        divide them: ``len(edges) + 1`` bins, each with its lower edge.
    counts : how many cases had each value, or fell into each bin.
    rests_on : what the answers rested on that were counted; empty for all.
    """

    measure: Measure
    counts: tuple[int, ...]
    names: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    rests_on: str = ""

    def __post_init__(self) -> None:
        bins = len(self.names) or len(self.edges) + 1
        if bool(self.names) == bool(self.edges) or bins != len(self.counts):
            raise ValueError("a distribution needs a count for each of its values")
        if min(self.counts) < 0 or sum(self.counts) <= 0:
            raise ValueError("counts of a distribution must not be negative, nor all 0")
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges of a distribution must ascend")


@dataclass(frozen=True)
class MonitoringReference:
    """The entry ``monitoring_reference`` of a card.

    source : where its cases come from, a sentence.
    prevalence : the setting that the probabilities assume; empty where there are none.
    not_known : what the card cannot give and why, a sentence; empty where it gives all.
    """

    source: str
    distributions: tuple[ReferenceDistribution, ...]
    prevalence: str = ""
    not_known: str = ""

    def of(self, measure: Measure, rests_on: str) -> ReferenceDistribution | None:
        """The distribution of a measure for answers that rest on this; None where there is none."""
        for one in self.distributions:
            if one.measure is measure and one.rests_on in ("", rests_on):
                return one
        return None
