"""Everything that is reported about the network for single images, as plain data.

The networks of the cross-validation answer for images of patients that they never saw; how sure
they are is scaled with the other folds. The head that ships is fitted to all folds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.card import DOUBT
from brainviewer.models.subtype.fusion_head import Head
from brainviewer.models.subtype.fusion_head_content import head_content
from brainviewer.training.image_classification.data.benign_edits import EDITS, changed_answers
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.evaluation.calibration import (
    LEAST_CONFIDENT,
    Probabilities,
    fit_head,
    heads_of_folds,
    scaled,
)
from brainviewer.training.image_classification.evaluation.results import (
    DRAWS,
    Predictions,
    entries,
    measured,
    measures,
)
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    EDIT_NAMES,
    TumourPredictions,
)
from brainviewer.training.metrics.intervals import against_bar, bar_words, estimates, share
from brainviewer.training.metrics.metric_kinds import area_interval
from brainviewer.training.metrics.metrics import accuracy, area_under_curve, doubtful_error

# The usual working point: 95 % of what is in scope passes, with some to spare.
QUANTILE = 0.96
BARS = {
    "accuracy": (0.95, ">="),
    "macro F1": (0.94, ">="),
    "worst-class recall": (0.90, ">="),
    "expected calibration error": (0.03, "<="),
    "AUROC of what is out of scope": (0.95, ">="),
    "false refusals": (0.05, "<="),
    "answers changed by benign edits": (0.02, "<="),
}
_SEED = 2026
_SHORT = ("accuracy", "macro F1", "worst-class recall", "AUROC")
_KIND_OF_NONE = CLASSES.index("none")


def evaluate(said: TumourPredictions, controls: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What card, README and leaderboard report.

    controls : what trivial information alone tells (see ``controls``).
    """
    right = ~said.doubtful
    heads = heads_of_folds(said)
    tested = held_out_predictions(said)
    answers = tested.probabilities
    whole = measured(CLASSES, tested, _SEED)
    whole["figures"] += _above_and_below(tested)
    scope = _scope(said)
    edits = _edits(said, answers, heads)
    return {
        "kind": "tumour-pictures",
        "classes": list(CLASSES),
        "images": {name: int(np.sum(said.labels == n)) for n, name in enumerate(CLASSES)},
        "folds": len(FOLDS),
        "bootstrap_repeats": DRAWS,
        "head": head_content(fit_head(said.logits[right], said.labels[right])),
        "bars": bars(whole["figures"], edits, scope),
        **whole,
        "doubtful": {"images": int(said.doubtful.sum()), "answers": _answered(said, answers)},
        "without_doubtful": measured(CLASSES, tested.at(np.flatnonzero(right)), _SEED)["figures"],
        "tumours_alone": _tumours_alone(tested),
        "each_fold": {
            str(fold): _in_short(said.labels[said.folds == fold], answers[said.folds == fold])
            for fold in FOLDS
        },
        "shown_less": {
            "the outer tenth on each side only": _in_short(
                said.labels, scaled(said.bordered, said.folds, heads)
            ),
            "all but the middle": _in_short(said.labels, scaled(said.masked, said.folds, heads)),
        },
        "controls": dict(controls or {}),
        "edits": edits,
        "scope": scope,
        "looks": _looks(said),
        "lgg": _lgg(said),
    }


def bars(
    figures: Sequence[Mapping[str, Any]], edits: Mapping[str, Any], scope: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What was set out to be reached, and whether it was (``against_bar``)."""
    reached = {figure["name"]: figure for figure in figures}
    reached["answers changed by benign edits"] = edits["all together"]
    for name, key in (
        ("AUROC of what is out of scope", "AUROC"), ("false refusals", "false_refusals"),
    ):  # fmt: skip
        ends = (scope[key], scope[f"{key}_low"], scope[f"{key}_high"])
        reached[name] = dict(zip(("value", "low", "high"), ends, strict=True))
    return {name: against_bar(reached[name], sign, bar) for name, (bar, sign) in BARS.items()}


def _answered(said: TumourPredictions, answers: Probabilities) -> dict[str, int]:
    counts = np.bincount(answers[said.doubtful].argmax(axis=1), minlength=len(CLASSES))
    return dict(zip(CLASSES, counts.tolist(), strict=True))


def held_out_predictions(said: TumourPredictions) -> Predictions:
    """The calibrated answer to every image of ``cheng``, by what never saw its fold."""
    return Predictions(
        tuple(said.files.tolist()),
        tuple(str(fold) for fold in said.folds.tolist()),
        said.labels,
        scaled(said.logits, said.folds, heads_of_folds(said)),
        said.groups,
        "near-copies",
    )


def refusal_limit(distances: NDArray[np.float32]) -> float:
    """The distance that all but a few of the unseen images keep below."""
    return float(np.quantile(distances, QUANTILE))


def _above_and_below(tested: Predictions) -> list[dict[str, Any]]:
    labels, answers = tested.truth, tested.probabilities
    asked = {
        name: doubtful_error(LEAST_CONFIDENT, below)
        for name, below in ((DOUBT, True), ("error above the threshold", False))
    }
    table = estimates(labels, answers, asked, DRAWS, _SEED, tested.groups)
    return entries(table, len(labels))


def _in_short(labels: NDArray[np.int64], answers: Probabilities) -> dict[str, float]:
    table = measures(CLASSES)
    return {name: round(float(table[name](labels, answers)[0]), 4) for name in _SHORT}


def _tumours_alone(tested: Predictions) -> list[dict[str, Any]]:
    """Images with a tumour only; ``none`` stays a possible answer."""
    labels, answers = tested.truth, tested.probabilities
    ill = labels != _KIND_OF_NONE
    wanted = {name: measures(CLASSES)[name] for name in ("accuracy", "worst-class recall")}
    groups = None if tested.groups is None else tested.groups[ill]
    table = estimates(labels[ill], answers[ill], wanted, DRAWS, _SEED, groups)
    two = np.column_stack([1 - answers[:, _KIND_OF_NONE], answers[:, _KIND_OF_NONE]])
    asked = {"tumour or none, accuracy": accuracy}
    both = estimates((~ill).astype(np.int64), two, asked, DRAWS, _SEED, tested.groups)
    return [*entries(table, int(ill.sum())), *entries(both, len(labels))]


def _edits(
    said: TumourPredictions, answers: Probabilities, heads: Mapping[int, Head]
) -> dict[str, dict[str, Any]]:
    before = answers[said.chosen].argmax(axis=1)
    after = {
        name: scaled(said.edited[n], said.folds[said.chosen], heads).argmax(axis=1)
        for n, name in enumerate(EDIT_NAMES)
    }
    counted = changed_answers(before, {name: after[name] for name in EDITS})
    beside = changed_answers(before, {n: a for n, a in after.items() if n not in EDITS})
    beside.pop("all together")
    found = {
        name: one.entry(name, "images", len(before)) for name, one in {**counted, **beside}.items()
    }
    well = before == _KIND_OF_NONE
    for name, answered in after.items():
        # Whether sharpness, which tells most images without a tumour, is what it goes by.
        found[name]["crossed"] = int(np.sum(well != (answered == _KIND_OF_NONE)))
    return found


def _scope(said: TumourPredictions) -> dict[str, Any]:
    """Each fold's network for itself: its unseen images against all ood ones.

    What the simple checks refuse counts as farthest away.
    """
    distances = np.where(said.gated, np.inf, said.distances)
    refused, areas = [], []
    ood: dict[str, list[float]] = {}
    of_kind: dict[str, list[float]] = {}
    kind_of = said.ood_kinds
    kinds = np.unique(kind_of)
    known = ~said.doubtful
    for place, fold in enumerate(FOLDS):
        own = distances[(said.folds == fold) & known]
        limit = refusal_limit(said.distances[(said.folds != fold) & known])
        refused.append(own > limit)
        odd = np.where(said.ood_gated, np.inf, said.ood_distances[place])
        if len(odd):
            areas.append(_area(own, odd))
        for kind in kinds.tolist():
            some = odd[kind_of == kind]
            ood.setdefault(kind, []).append(float(np.mean(some > limit)))
            of_kind.setdefault(kind, []).append(_area(own, some))
    return {
        "quantile": QUANTILE,
        "limit": round(refusal_limit(said.distances[known]), 4),
        "images": int(known.sum()),
        **fraction_with_interval(
            "false_refusals", float(np.mean(np.concatenate(refused))), known.sum()
        ),
        "gated": round(float(said.gated[known].mean()), 4),
        **area_with_interval(float(np.mean(areas)) if areas else 0.5, known.sum(), len(kind_of)),
        "kinds": {
            kind: {
                "images": int(np.sum(kind_of == kind)),
                "gated": round(float(np.mean(said.ood_gated[kind_of == kind])), 4),
                **fraction_with_interval(
                    "refused", float(np.mean(ood[kind])), np.sum(kind_of == kind)
                ),
                "AUROC": round(float(np.mean(of_kind[kind])), 4),
            }
            for kind in kinds.tolist()
        },
    }


def fraction_with_interval(name: str, so: float, images: int) -> dict[str, float]:
    """A share of so many images and the ends of its interval, each by a name of its own."""
    one = share(so, int(images))
    ends = {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return {key: round(value, 4) for key, value in ends.items()}


def area_with_interval(area: float, known: int, ood: int) -> dict[str, float]:
    """The same of the area under the ROC curve of what is out of scope (``area_interval``)."""
    low, high = area_interval(area, max(1, int(ood)), max(1, int(known)))
    ends = {"AUROC": area, "AUROC_low": min(low, area), "AUROC_high": max(high, area)}
    return {key: round(value, 4) for key, value in ends.items()}


def _area(own: NDArray[np.float32], odd: NDArray[np.float32]) -> float:
    ood = np.repeat([False, True], [len(own), len(odd)])
    return area_under_curve(ood, np.concatenate([own, odd]).astype(np.float64))


def _looks(said: TumourPredictions) -> dict[str, float]:
    known = np.isfinite(said.inside)
    return {
        "images": int(known.sum()),
        "inside": round(float(said.inside[known].mean()), 4),
        "hit": round(float(said.hit[known].mean()), 4),
        "area": round(float(said.area[known].mean()), 4),
    }


def _lgg(said: TumourPredictions) -> dict[str, dict[str, Any]]:
    """What unseen patients of another collection are answered, by sequence and truth."""
    sequences = np.array([str(name).rsplit("/", 1)[-1] for name in said.lgg_names])
    answers = said.lgg_logits.argmax(axis=1)
    rows: dict[str, dict[str, Any]] = {}
    for sequence in sorted(set(sequences.tolist())):
        for label in ("glioma", "none"):
            some = (sequences == sequence) & (said.lgg_labels == CLASSES.index(label))
            if some.any():
                shares = np.bincount(answers[some], minlength=len(CLASSES)) / some.sum()
                rows[f"{label} on {sequence}"] = {
                    "images": int(some.sum()),
                    **dict(zip(CLASSES, shares.round(4).tolist(), strict=True)),
                }
    return rows


def summary(evaluation: Mapping[str, Any]) -> Sequence[str]:
    """A few lines for the terminal."""
    return [
        f"{name}: {entry['value']:.3f} ({entry['bar']}, {bar_words(entry)})"
        for name, entry in evaluation["bars"].items()
    ]
