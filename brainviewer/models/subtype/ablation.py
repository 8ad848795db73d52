"""What an answer rests on: the same answer without each source of evidence, and how good that is.

For one patient, each source that took part is left out in turn, and the head answers from the
others as it does where that source is not there (leave-one-covariate-out; Lei et al. 2018). For the
model, what was measured by cross-validation with a source and without it stands side by side.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.ablation import (
    Absence,
    EvidenceSource,
    SourceAblation,
    weight_of_evidence,
)
from brainviewer.files.structured import read_json
from brainviewer.models.card import ModelCard
from brainviewer.models.card_metrics import Metric, parse_metrics
from brainviewer.models.subtype.fusion_head import FusedPrediction, FusionHead

EVALUATION_FILE = "evaluation.json"
_AGE_ALONE = "age alone"
_PARTS = {
    EvidenceSource.IMAGE: "network",
    EvidenceSource.DESCRIPTORS: "descriptors",
    EvidenceSource.AGE: "age",
}
"""What a head calls each source."""
_WHERE_UNKNOWN = {
    EvidenceSource.IMAGE: Absence.NOT_MEASURED,
    EvidenceSource.DESCRIPTORS: Absence.NOT_MEASURED,
    EvidenceSource.AGE: Absence.NOT_GIVEN,
}


@dataclass(frozen=True)
class MeasuredAblation:
    """How good a model is from some of its sources.

    left_out : the source that is not there; None for the model with everything.
    metrics : measured by cross-validation; empty where that was not measured.
    """

    left_out: EvidenceSource | None
    sources: tuple[EvidenceSource, ...]
    metrics: tuple[Metric, ...]


def ablate(
    head: FusionHead,
    prediction: FusedPrediction,
    logits: NDArray[np.floating] | None,
    values: Mapping[str, float] | None,
    age_years: float | None,
) -> tuple[SourceAblation, ...]:
    """The answer without each source, in the order of ``EvidenceSource``.

    prediction : what the head said of ``logits``, ``values`` and ``age_years``; see
        ``FusionHead.predict``.

    Where no other source is left, what remains is how frequent the classes are taken to be.
    """
    evidence: dict[str, Any] = {"network": logits, "descriptors": values, "age": age_years}
    code, found = prediction.predicted, []
    for source, part in _PARTS.items():
        if part not in prediction.used:
            taken = getattr(head, part) is not None
            absent = _WHERE_UNKNOWN[source] if taken else Absence.NOT_TAKEN
            found.append(SourceAblation(source, absent=absent))
            continue
        left = {name: None if name == part else given for name, given in evidence.items()}
        scores = head.evidence(left["network"], left["descriptors"], left["age"])
        probabilities = head.probabilities(scores, prediction.prevalence).tolist()
        without = dict(zip(head.classes, probabilities, strict=True))
        weight = weight_of_evidence(prediction.probabilities[code], without[code])
        found.append(SourceAblation(source, without, weight))
    return tuple(found)


def measured_ablation(card: ModelCard) -> tuple[MeasuredAblation, ...]:
    """The model with everything it takes, then without each source; empty if it takes but one.

    The figures are those of the card, else of the evaluation that lies beside it or beside the
    network that it shares.
    """
    head = card.fusion_head
    taken = tuple(source for source, part in _PARTS.items() if getattr(head, part) is not None)
    if len(taken) < 2:
        return ()
    evaluated = _evaluated(card)

    def row(left_out: EvidenceSource | None) -> MeasuredAblation:
        left = tuple(source for source in taken if source is not left_out)
        name = _AGE_ALONE if left == (EvidenceSource.AGE,) else listed(map(str, left))
        return MeasuredAblation(left_out, left, card.metrics.get(name) or _parsed(evaluated, name))

    return (row(None), *(row(source) for source in taken))


def _evaluated(card: ModelCard) -> Any:
    """What ``evaluation.json`` holds of each situation; nothing if there is none to be read."""
    folders = [card.folder, *([card.network.folder] if card.network is not None else [])]
    for folder in folders:
        with suppress(BrainViewerError, OSError, KeyError, TypeError):
            return read_json(folder / EVALUATION_FILE)["figures"]
    return {}


def _parsed(evaluated: Any, situation: str) -> tuple[Metric, ...]:
    with suppress(KeyError, TypeError, ValueError):
        return parse_metrics(evaluated[situation]["figures"])
    return ()
