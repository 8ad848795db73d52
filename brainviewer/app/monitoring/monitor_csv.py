"""Predictions as a table with commas: numbers of cases instead of names and hashes."""

import csv
import io
from collections.abc import Iterable, Mapping

from brainviewer.app.monitoring.cases import week_of
from brainviewer.app.stores.feedback import OUT_OF_SCOPE
from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptHistology,
    KeptOpinion,
    KeptPrediction,
)
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.table_cells import harmless

_HEADER = (
    "time", "week", "kind", "model", "version", "weights_sha256", "case", "frame", "sequences",
    "rests_on", "prevalence", "decision", "predicted", "probabilities", "confidence",
    "mask_confidence", "ood_score", "ood_limit", "seconds", "memory_mb", "engine", "agrees",
    "histology", "notice",
)  # fmt: skip


def predictions_csv(
    predictions: Iterable[KeptPrediction],
    opinions: Iterable[KeptOpinion],
    histology: Mapping[str, KeptHistology],
) -> str:
    """A line for each prediction, by RFC 4180.

    case : a number that the predictions of one study or image share in this table, and nowhere
        else. Probabilities are written as ``A=0.2 O=0.1 G=0.7``.
    """
    said = {(o.case, o.model, o.version, o.predicted): o.agrees for o in opinions}
    numbers: dict[str, int] = {}
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(_HEADER)
    for one in predictions:
        number = numbers.setdefault(one.input, len(numbers) + 1)
        answer = OUT_OF_SCOPE if one.decision is Decision.REFUSED else one.predicted
        agrees = said.get((one.case, one.model.id, one.model.version, answer))
        entered = histology.get(one.input)
        table.writerow(
            [
                one.time,
                week_of(one.time).isoformat(),
                str(one.kind),
                harmless(one.model.id),
                harmless(one.model.version),
                one.model.weights_sha256,
                number,
                "" if one.frame is None else one.frame,
                " ".join(one.sequences),
                one.rests_on,
                harmless(one.prevalence),
                str(one.decision),
                harmless(one.predicted),
                harmless(" ".join(f"{code}={p:.6g}" for code, p in one.probabilities.items())),
                _number(one.confidence),
                _number(one.mask_confidence),
                _number(one.ood_score),
                _number(one.ood_limit),
                _number(one.seconds),
                _number(one.memory_mb),
                one.engine,
                "" if agrees is None else "yes" if agrees else "no",
                "" if entered is None else harmless(entered.type),
                RESEARCH_ONLY,
            ]
        )
    return written.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
