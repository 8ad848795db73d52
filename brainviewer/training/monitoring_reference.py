"""What the predictions of a model were like in cross-validation, for its card.

Networks that never saw a case predicted it, so that the distributions are those of new patients.
OOD scores and embeddings of the network that ships are left out: it was trained on all of the
cases, and knows them too well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.monitoring.reference import Measure

CONFIDENCE_EDGES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MASK_EDGES = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
WITHIN, BEYOND = "within", "beyond"
_TOO_WELL_KNOWN = (
    "The network was trained on all of these cases in the end, so its embeddings and OOD scores of "
    "them are none to compare with: the first predictions on this computer are taken instead."
)
Entry = dict[str, Any]


def subtype_reference(
    evaluation: Mapping[str, Any], situations: Iterable[str], network: Mapping[str, Any] | None
) -> Entry:
    """Of a model of subtypes, for each thing that its answers may rest on.

    network : what its network refuses of patients that it never saw; None if that is not known.
    """
    codes, distributions = evaluation["classes"], []
    for situation in situations:
        runs = np.array(evaluation["figures"][situation]["probabilities"])
        said, patients = runs.argmax(axis=2), runs.shape[1]
        mix = [(said == place).sum() / len(runs) for place in range(len(codes))]
        sure = _binned(runs.max(axis=2).ravel(), CONFIDENCE_EDGES) / len(runs)
        distributions += [
            _classes(codes, mix, patients, situation),
            _numbers(CONFIDENCE_EDGES, sure, patients, situation),
        ]
    if network is not None:
        (seen,) = network["scope"]["sets"].values()
        distributions.append(_beyond(seen["refused"], seen["images"]))
    return {
        "source": f"{patients} patients, each predicted by networks that never saw the patient.",
        "prevalence": evaluation["default_prevalence"],
        "distributions": distributions,
        "not_known": _TOO_WELL_KNOWN,
    }


def image_reference(evaluation: Mapping[str, Any]) -> Entry:
    """Of a model of single images.

    Several images are of one patient, so that they count for fewer independent ones.
    """
    images = sum(evaluation["images"].values())
    accuracy = next(one for one in evaluation["figures"] if one["name"] == "accuracy")
    worth = accuracy.get("effective", images) / images
    mix = worth * np.array(evaluation["confusion"]).sum(axis=0)
    sure = np.zeros(len(CONFIDENCE_EDGES) + 1)
    for one in evaluation["reliability"]:
        sure += worth * one["images"] * _binned(np.array([one["confidence"]]), CONFIDENCE_EDGES)
    scope, independent = evaluation["scope"], round(worth * images)
    return {
        "source": f"{images:,} images, worth {independent:,} independent ones, each predicted by a "
        "network that never saw the patient.",
        "prevalence": evaluation["head"]["default_prevalence"],
        "distributions": [
            _classes(evaluation["classes"], mix, independent),
            _numbers(CONFIDENCE_EDGES, sure, independent),
            _beyond(scope["false_refusals"], round(worth * scope["images"])),
        ],
        "not_known": _TOO_WELL_KNOWN,
    }


def mask_reference(evaluation: Mapping[str, Any]) -> Entry:
    """Of a model that segments lesions."""
    rows = [row for rows in evaluation["rows"].values() for row in rows]
    sure = _binned(np.array([row["confidence"] for row in rows]), MASK_EDGES)
    return {
        "source": f"{len(rows)} patients, each segmented by networks that never saw the patient.",
        "distributions": [_numbers(MASK_EDGES, sure, len(rows))],
    }


def _binned(values: NDArray[Any], edges: Sequence[float]) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)


def _classes(
    codes: Sequence[str], mix: Sequence[float] | NDArray[Any], cases: int, rests_on: str = ""
) -> Entry:
    entry = {"measure": str(Measure.CLASSES), "names": list(codes), "counts": whole(mix, cases)}
    return entry | ({"rests_on": rests_on} if rests_on else {})


def _numbers(edges: Sequence[float], counts: NDArray[Any], cases: int, rests_on: str = "") -> Entry:
    measure = str(Measure.CONFIDENCE)
    entry = {"measure": measure, "edges": list(edges), "counts": whole(counts, cases)}
    return entry | ({"rests_on": rests_on} if rests_on else {})


def _beyond(fraction: float, cases: int) -> Entry:
    beyond = round(fraction * cases)
    return {
        "measure": str(Measure.UNFAMILIAR),
        "names": [WITHIN, BEYOND],
        "counts": [cases - beyond, beyond],
    }


def whole(counts: Sequence[float] | NDArray[Any], total: int) -> list[int]:
    """Whole numbers near to some, that add up to a total (largest remainder)."""
    scaled = np.asarray(counts, np.float64)
    scaled = scaled * total / scaled.sum()
    made = np.floor(scaled).astype(int)
    for place in np.argsort(made - scaled, kind="stable")[: total - int(made.sum())]:
        made[place] += 1
    return [int(count) for count in made]
