"""Predictions as rows of the database, and back."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from brainviewer.core.errors import SENSELESS
from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptOpinion,
    KeptPrediction,
    Kind,
    ModelVersion,
)

COLUMNS = (
    "time, kind, model, version, weights, input, frame, sequences, rests_on, prevalence, "
    "probabilities, predicted, decision, ood_score, ood_limit, confidence, mask_confidence, "
    "seconds, memory_mb, engine, embedding"
)
NO_FRAME = -1
"""In the key of an opinion about a study."""

_FARTHEST = 60_000.0
"""Of an embedding: numbers are kept in float16."""


def to_row(prediction: KeptPrediction) -> tuple[Any, ...]:
    """A prediction as a row of ``COLUMNS``."""
    probabilities = {code: round(p, 6) for code, p in prediction.probabilities.items()}
    return (
        prediction.time,
        prediction.kind.value,
        prediction.model.id,
        prediction.model.version,
        prediction.model.weights_sha256,
        prediction.input,
        prediction.frame,
        " ".join(prediction.sequences),
        prediction.rests_on,
        prediction.prevalence,
        json.dumps(probabilities),
        prediction.predicted,
        prediction.decision.value,
        prediction.ood_score,
        prediction.ood_limit,
        prediction.confidence,
        prediction.mask_confidence,
        prediction.seconds,
        prediction.memory_mb,
        prediction.engine,
        np.clip(prediction.embedding, -_FARTHEST, _FARTHEST).astype("<f2").tobytes(),
    )


def from_row(row: Sequence[Any]) -> KeptPrediction | None:
    """A prediction from a row; None if another program has changed it beyond sense."""
    try:
        probabilities = {str(k): float(p) for k, p in json.loads(row[10] or "{}").items()}
        ood_score, ood_limit, confidence, mask, seconds, memory = map(_number, row[13:19])
        embedding = np.frombuffer(row[20] or b"", "<f2").astype(np.float64)
        return KeptPrediction(
            time=str(row[0]),
            kind=Kind(row[1]),
            model=ModelVersion(str(row[2]), str(row[3]), str(row[4])),
            input=str(row[5]),
            frame=None if row[6] is None else int(row[6]),
            sequences=tuple((row[7] or "").split()),
            rests_on=str(row[8] or ""),
            prevalence=str(row[9] or ""),
            probabilities=probabilities,
            predicted=str(row[11] or ""),
            decision=Decision(row[12]),
            ood_score=ood_score,
            ood_limit=ood_limit,
            confidence=confidence,
            mask_confidence=mask,
            seconds=seconds,
            memory_mb=memory,
            engine=str(row[19] or ""),
            embedding=tuple(embedding.tolist()) if np.isfinite(embedding).all() else (),
        )
    except SENSELESS:
        return None


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if np.isfinite(number) else None


def opinion_key(opinion: KeptOpinion) -> tuple[Any, ...]:
    """Which answer an opinion is about: input, frame, model, version, predicted."""
    content, frame = opinion.case
    return (
        content,
        NO_FRAME if frame is None else frame,
        opinion.model,
        opinion.version,
        opinion.predicted,
    )
