"""How soon a drift is told, and how often one is told that is none, with images and the network.

    python tests/benchmarks/drift.py --images DIR --cache /tmp/drift.json

DIR holds folders ``glioma``, ``meningioma``, ``pituitary`` and ``none`` (such as *sartaj/Testing*),
which the network has never seen. The images are classified once as they are, once each with a
brighter and with another contrast, and once with the noise of another scanner; what was said is
kept in the cache. Weeks are then drawn from them, each image as a new case. Prints false warnings
of stable years with their 95 % interval, beside the stated rate, and the weeks until each drift is
told, with how often the network is right then: what changes nothing of that needs no warning.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from brainviewer.app.monitoring.drift import FALSE_A_YEAR, drift_of
from brainviewer.app.monitoring.prediction_log import kept_classification
from brainviewer.core.monitoring.prediction import Decision, KeptPrediction, Kind, ModelVersion
from brainviewer.core.monitoring.reference import Measure, MonitoringReference
from brainviewer.core.wilson import wilson

FIRST = date(2026, 1, 5)
A_WEEK, WARM_UP, STABLE_YEARS, RUNS, PATIENCE = 20, 5, 100, 20, 26
APART = 0.25
"""Standard deviation that is added to embeddings: no case of a site is the same as another, but an
image that is drawn twice would be."""
_AIR = 25
"""Grey values of what is outside of the head."""
CLASSES = ("glioma", "meningioma", "pituitary", "none")
PASTS = (10, 30)
"""Weeks without a change that came before one: of a site that has just begun, and of another."""
CHANGES: tuple[tuple[str, str, dict[str, float] | None], ...] = (
    ("brighter (gamma 0.6)", "gamma", None),
    ("another contrast (tissue inverted, as T2 beside T1)", "contrast", None),
    ("noise of another scanner (Rician, 6 %)", "noise", None),
    (
        "another class mix (meningioma 60 %)",
        "usual",
        {"glioma": 0.1, "meningioma": 0.6, "pituitary": 0.1, "none": 0.2},
    ),
)
"""What changes: its name, the images, and the fraction of each class where that changes."""
Cases = list[KeptPrediction]


def distorted(grey: np.ndarray, how: str, random: np.random.Generator) -> np.ndarray:
    """An image as another scanner would have made it. grey : (rows, columns) uint8."""
    if how == "gamma":
        return (255 * (grey / 255) ** 0.6).round().astype(np.uint8)
    if how == "contrast":
        return np.where(grey > _AIR, 255 - grey // 2, grey).astype(np.uint8)
    if how == "noise":
        sigma = 0.06 * 255
        real = grey + random.normal(0, sigma, grey.shape)
        rician = np.hypot(real, random.normal(0, sigma, grey.shape))
        return np.clip(rician, 0, 255).astype(np.uint8)
    return grey


def predictions(images: Path, most: int) -> dict[str, list[Any]]:
    """What the network says of each image, by how it was distorted; each with its class."""
    from brainviewer.models.engine.inline import InlineEngine
    from brainviewer.models.image_classification.prediction import classify_image
    from brainviewer.models.registry import image_model

    card, random = image_model(), np.random.default_rng(1)
    found: dict[str, list[Any]] = {"usual": [], "gamma": [], "contrast": [], "noise": []}
    with InlineEngine(card.network) as engine:
        for label in CLASSES:
            folder = next(images.glob(f"{label[:2]}*"))  # none, or no_tumor
            files = sorted(path for path in folder.iterdir() if path.is_file())
            for file in random.permutation(len(files))[:most]:
                grey = np.array(Image.open(files[file]).convert("L"))
                for how, said in found.items():
                    began = time.perf_counter()
                    result = classify_image(
                        distorted(grey, how, random), engine, image_hash="x", heatmap=False
                    )
                    seconds = time.perf_counter() - began
                    kept = asdict(kept_classification(result, seconds, None, 0))
                    said.append({"label": label, **kept})
    return found


def case_of(record: dict[str, Any]) -> tuple[str, KeptPrediction]:
    """The class of an image, and what was said of it."""
    values = {name: value for name, value in record.items() if name != "label"}
    values |= {
        "kind": Kind(values["kind"]),
        "decision": Decision(values["decision"]),
        "model": ModelVersion(**values["model"]),
        "embedding": tuple(values["embedding"]),
        "sequences": tuple(values["sequences"]),
    }
    return record["label"], KeptPrediction(**values)


def drawn(
    pool: Sequence[tuple[str, KeptPrediction]],
    weeks: int,
    random: np.random.Generator,
    first: int = 0,
    mix: dict[str, float] | None = None,
) -> Cases:
    """Weeks of new cases from a pool. mix : fraction of each class; that of the pool without."""
    labels = np.array([label for label, _ in pool])
    chances = None
    if mix is not None:
        chances = np.array([mix[label] / (labels == label).sum() for label in labels])
        chances /= chances.sum()
    made = []
    for week in range(first, first + weeks):
        moment = datetime.combine(FIRST + timedelta(weeks=week), datetime.min.time(), UTC)
        for number, place in enumerate(random.choice(len(pool), A_WEEK, p=chances)):
            stamp = (moment + timedelta(minutes=number)).isoformat(timespec="seconds")
            one = pool[place][1]
            there = np.array(one.embedding) + random.normal(0, APART, len(one.embedding))
            made.append(replace(one, time=stamp, input=f"{week}-{number}", embedding=tuple(there)))
    return made


def of_card(
    card: MonitoringReference, weeks: int, random: np.random.Generator, like: KeptPrediction
) -> Cases:
    """Weeks of cases that are what the card says, drawn from its distributions."""
    mix, sure, beyond = (
        card.of(measure, "image")
        for measure in (Measure.CLASSES, Measure.CONFIDENCE, Measure.UNFAMILIAR)
    )
    assert mix is not None and sure is not None and beyond is not None
    ends = [0.25, *sure.edges, 1.0]
    made = drawn([("", like)], weeks, random)
    for number, one in enumerate(made):
        place = random.choice(len(sure.counts), p=np.array(sure.counts) / sum(sure.counts))
        said = str(random.choice(mix.names, p=np.array(mix.counts) / sum(mix.counts)))
        far = random.random() < beyond.counts[1] / sum(beyond.counts)
        made[number] = replace(
            one,
            predicted=said,
            confidence=float(random.uniform(ends[place], ends[place + 1])),
            ood_score=float(random.gamma(4, 0.25)) + (3.0 if far else 0.0),
            ood_limit=2.9,
            embedding=(),
        )
    return made


def alarms(cases: Cases, reference: MonitoringReference | None, weeks: range) -> list[int]:
    """The weeks after which something is told."""
    return [
        week
        for week in weeks
        if drift_of(cases, reference, FIRST + timedelta(weeks=week + 1), look_back=1).warnings
    ]


def rate(name: str, years: int, alarmed: int, weeks: int) -> None:
    """Prints false warnings beside what is said."""
    low, high = wilson(alarmed / years, years)
    print(
        f"{name}: a false warning in {alarmed} of {years} years ({years * 52:,} weeks; "
        f"{weeks} weeks with one), {alarmed / years:.3f} a year (95 % interval "
        f"{low:.3f}–{high:.3f}); said: at most {FALSE_A_YEAR:.2f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/drift.json"))
    parser.add_argument("--most", type=int, default=90, help="images of each class")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--years", type=int, default=STABLE_YEARS)
    chosen = parser.parse_args()
    if not chosen.cache.exists():
        chosen.cache.write_text(json.dumps(predictions(chosen.images, chosen.most)))
    stored = json.loads(chosen.cache.read_text())
    pools = {name: [case_of(one) for one in said] for name, said in stored.items()}
    print(f"{len(pools['usual'])} images, {A_WEEK} cases a week")
    for name, of_pool in pools.items():
        right = [label == one.predicted for label, one in of_pool if one.predicted]
        print(f"{name}: {len(right)} answered, {sum(right) / len(right):.3f} of them right")

    from brainviewer.models.registry import image_model

    random, card = np.random.default_rng(chosen.seed), image_model().reference
    assert card is not None
    for name, reference in (("own reference", None), ("reference of the card", card)):
        years = [
            drawn(pools["usual"], WARM_UP + 52, random)
            if reference is None
            else of_card(card, WARM_UP + 52, random, pools["usual"][0][1])
            for _ in range(chosen.years)
        ]
        told = [alarms(year, reference, range(WARM_UP, WARM_UP + 52)) for year in years]
        rate(f"stable, {name}", chosen.years, sum(map(bool, told)), sum(map(len, told)))

    for past in PASTS:
        for name, pool, mix in CHANGES:
            tell(name, past, pools["usual"], pools[pool], mix, random)


def tell(
    name: str,
    past: int,
    usual: list[tuple[str, KeptPrediction]],
    changed: list[tuple[str, KeptPrediction]],
    mix: dict[str, float] | None,
    random: np.random.Generator,
) -> None:
    """Prints how soon a change is told after so many weeks without one."""
    waited: list[int] = []
    seen: Counter[str] = Counter()
    for _ in range(RUNS):
        cases = drawn(usual, past, random)
        cases += drawn(changed, PATIENCE, random, past, mix)
        for week in range(past, past + PATIENCE):
            report = drift_of(cases, None, FIRST + timedelta(weeks=week + 1), look_back=1)
            if report.warnings:
                waited.append(week - past + 1)
                seen.update(str(one.measure) for one in report.warnings)
                break
    within = f"{median(waited):g} weeks (median), {max(waited)} at most" if waited else "never"
    first = ", ".join(f"{measure} {count}" for measure, count in seen.items())
    print(
        f"{name}, after {past} weeks as usual: told in {len(waited)} of {RUNS} runs "
        f"after {within}; first by {first}"
    )


if __name__ == "__main__":
    main()
