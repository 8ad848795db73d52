"""What an answer becomes when one source of its evidence is left out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_LEAST = 1e-6
"""Probabilities are kept this far from 0 and 1, where odds are not finite."""


class EvidenceSource(StrEnum):
    """What an answer about a lesion may rest on."""

    IMAGE = "image"
    DESCRIPTORS = "descriptors"
    AGE = "age"


class Absence(StrEnum):
    """Why a source took no part in an answer."""

    NOT_TAKEN = "not taken by the model"
    NOT_MEASURED = "not measured"
    NOT_GIVEN = "not given"


@dataclass(frozen=True)
class SourceAblation:
    """An answer without one source of evidence, beside the answer with everything.

    without : class code to probability without the source, adding up to 1; empty if it took no
        part.
    log_odds : weight of evidence of the source for the named class, given the other sources (see
        ``weight_of_evidence``); 0 if it took no part.
    absent : why it took no part; None if it did.
    """

    source: EvidenceSource
    without: Mapping[str, float] = field(default_factory=dict)
    log_odds: float = 0.0
    absent: Absence | None = None


def weight_of_evidence(with_it: float, without: float) -> float:
    """How much evidence changes the log-odds of a class: log O(with) - log O(without).

    with_it, without : probability of the class, 0 to 1, kept a millionth away from both ends.

    Natural logarithm; positive where the evidence speaks for the class. With all that is known
    against all but one source, it is the conditional weight of evidence of that source (Good 1985),
    measured by leaving it out (Robnik-Sikonja & Kononenko 2008; Lei et al. 2018).
    """
    return _log_odds(with_it) - _log_odds(without)


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))
