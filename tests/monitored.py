"""Predictions of made-up models, week by week, for tests of monitoring."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptPrediction,
    Kind,
    ModelVersion,
)

TOY = ModelVersion("toy", "1", "ab" * 32)
FIRST = date(2026, 1, 5)
"""A Monday."""
USUAL = {"glioma": 0.4, "meningioma": 0.3, "none": 0.3}


def made_up_weeks(
    random: np.random.Generator,
    weeks: int,
    a_week: int = 20,
    *,
    first: date = FIRST,
    mix: dict[str, float] = USUAL,
    confidence: tuple[float, float] = (8, 2),
    shift: float = 0.0,
    refused: float = 0.03,
    model: ModelVersion = TOY,
) -> list[KeptPrediction]:
    """Predictions of images. confidence : of a beta distribution. shift : of the embeddings."""
    made = []
    for number in range(weeks * a_week):
        day = first + timedelta(days=7 * (number // a_week) + number % a_week % 5)
        moment = datetime.combine(day, time(9, number % 60), UTC)
        embedding = random.normal(size=8) + shift * np.eye(8)[0]
        score = float((embedding**2).mean())
        out = random.random() < refused
        said = str(random.choice(list(mix), p=list(mix.values())))
        sure = float(random.beta(*confidence))
        made.append(
            KeptPrediction(
                time=moment.isoformat(timespec="seconds"),
                kind=Kind.IMAGE,
                model=model,
                input=f"{first:%j}{number:06d}",
                frame=0,
                sequences=("picture",),
                rests_on="" if out else "image",
                prevalence="equal",
                probabilities={} if out else {said: sure},
                predicted="" if out else said,
                decision=Decision.REFUSED if out else Decision.ANSWERED,
                ood_score=score,
                ood_limit=2.5,
                confidence=None if out else sure,
                seconds=0.5,
                memory_mb=400.0,
                engine="onnx",
                embedding=tuple(embedding),
            )
        )
    return made
