"""Everything that is reported about the network for single images, as plain data.

The networks of the cross-validation answer for images of patients that they never saw; how sure
they are is scaled with the other folds. The head that ships is fitted to all folds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brainviewer.models.card_metrics import DOUBT
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.fusion_head_content import fusion_head_record
from brainviewer.training.image_classification.data.benign_edits import EDITS, changed_predictions
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.evaluation.results import (
    DRAWS,
    Predictions,
    figures,
    measured,
    measures,
)
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    EDIT_NAMES,
    LEAST_CONFIDENT,
    Labels,
    Numbers,
    Probabilities,
    TumourPredictions,
    fit_fusion_head,
    fusion_heads_of_folds,
    scaled,
)
from brainviewer.training.metrics.intervals import against_bar, fraction
from brainviewer.training.metrics.metric_kinds import area_interval
from brainviewer.training.metrics.metrics import accuracy, area_under_curve, doubtful_error
from brainviewer.training.templates import render_markdown

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


def evaluate(said: TumourPredictions, quantile: float) -> dict[str, Any]:
    """What card, README and leaderboard report.

    quantile : fraction of the unseen images that the limit of the OOD check lets pass.
    """
    right, folds = ~said.doubtful, said.folds
    fusion_heads = fusion_heads_of_folds(said)
    tested = held_out_predictions(said)
    predictions = tested.probabilities
    whole = measured(CLASSES, tested, _SEED)
    asked = {
        DOUBT: doubtful_error(LEAST_CONFIDENT),
        "error above the threshold": doubtful_error(LEAST_CONFIDENT, False),
    }
    whole["figures"] += figures(said.labels, predictions, asked, _SEED, tested.groups)
    ood_check, edits = _ood_metrics(said, quantile), _edits(said, predictions, fusion_heads)
    doubtful = _counts(predictions[said.doubtful].argmax(axis=1))
    return {
        "kind": "tumour-pictures",
        "classes": list(CLASSES),
        "images": _counts(said.labels),
        "folds": len(FOLDS),
        "bootstrap_repeats": DRAWS,
        "head": fusion_head_record(fit_fusion_head(said.logits[right], said.labels[right])),
        "bars": bars(whole["figures"], edits, ood_check),
        **whole,
        "doubtful": {"images": int(said.doubtful.sum()), "answers": doubtful},
        "without_doubtful": measured(CLASSES, tested.at(np.flatnonzero(right)), _SEED)["figures"],
        "tumours_alone": _tumours_alone(tested),
        "each_fold": {
            str(fold): _in_short(said.labels[folds == fold], predictions[folds == fold])
            for fold in FOLDS
        },
        "shown_less": {
            "the outer tenth on each side only": _in_short(
                said.labels, scaled(said.bordered, folds, fusion_heads)
            ),
            "all but the middle": _in_short(said.labels, scaled(said.masked, folds, fusion_heads)),
        },
        "edits": edits,
        "scope": ood_check,
        "looks": _looks(said),
        "lgg": _lgg(said),
    }


def bars(
    reported: Sequence[Mapping[str, Any]], edits: Mapping[str, Any], ood_check: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What was set out to be reached, and whether it was (``against_bar``)."""
    reached = {figure["name"]: figure for figure in reported}
    reached["answers changed by benign edits"] = edits["all together"]
    for name, key in (
        ("AUROC of what is out of scope", "AUROC"), ("false refusals", "false_refusals"),
    ):  # fmt: skip
        ends = (ood_check[key], ood_check[f"{key}_low"], ood_check[f"{key}_high"])
        reached[name] = dict(zip(("value", "low", "high"), ends, strict=True))
    return {name: against_bar(reached[name], sign, bar) for name, (bar, sign) in BARS.items()}


def _counts(codes: Labels) -> dict[str, int]:
    return dict(zip(CLASSES, np.bincount(codes, minlength=len(CLASSES)).tolist(), strict=True))


def held_out_predictions(said: TumourPredictions) -> Predictions:
    """The calibrated answer to every image of ``cheng``, by what never saw its fold."""
    return Predictions(
        tuple(said.files.tolist()),
        tuple(str(fold) for fold in said.folds.tolist()),
        said.labels,
        scaled(said.logits, said.folds, fusion_heads_of_folds(said)),
        said.groups,
        "near-copies",
    )


def _in_short(labels: Labels, predictions: Probabilities) -> dict[str, float]:
    table = measures(CLASSES)
    return {name: round(float(table[name](labels, predictions)[0]), 4) for name in _SHORT}


def _tumours_alone(tested: Predictions) -> list[dict[str, Any]]:
    """Images with a tumour only; ``none`` stays a possible answer."""
    ill = tested.truth != _KIND_OF_NONE
    some = tested.at(np.flatnonzero(ill))
    wanted = {name: measures(CLASSES)[name] for name in ("accuracy", "worst-class recall")}
    none = tested.probabilities[:, _KIND_OF_NONE]
    two, truth = np.column_stack([1 - none, none]), (~ill).astype(np.int64)
    asked = {"tumour or none, accuracy": accuracy}
    return [
        *figures(some.truth, some.probabilities, wanted, _SEED, some.groups),
        *figures(truth, two, asked, _SEED, tested.groups),
    ]


def _edits(
    said: TumourPredictions, predictions: Probabilities, fusion_heads: Mapping[int, FusionHead]
) -> dict[str, dict[str, Any]]:
    before = predictions[said.chosen].argmax(axis=1)
    after = {
        name: scaled(said.edited[n], said.folds[said.chosen], fusion_heads).argmax(axis=1)
        for n, name in enumerate(EDIT_NAMES)
    }
    changed = changed_predictions(before, {name: after[name] for name in EDITS})
    changed |= {
        name: fraction(float(np.mean(classified != before)), len(before))
        for name, classified in after.items()
        if name not in EDITS
    }
    found = {name: one.entry(name, "images", len(before)) for name, one in changed.items()}
    for name, classified in after.items():
        # Whether sharpness, which tells most images without a tumour, is what it goes by.
        crossed = (before == _KIND_OF_NONE) != (classified == _KIND_OF_NONE)
        found[name]["crossed"] = int(np.sum(crossed))
    return found


def _ood_metrics(said: TumourPredictions, quantile: float) -> dict[str, Any]:
    """Each fold's network for itself: its unseen images against all ood ones.

    What the simple checks refuse counts as farthest away.
    """
    known, kind_of = ~said.doubtful, said.ood_kinds
    distances = np.where(said.gated, np.inf, said.distances)
    odd = np.where(said.ood_gated, np.inf, said.ood_distances)
    own = [distances[(said.folds == fold) & known] for fold in FOLDS]
    others = [said.distances[(said.folds != fold) & known] for fold in FOLDS]
    limits = np.array([np.quantile(some, quantile) for some in others])
    refused = np.concatenate([some > limit for some, limit in zip(own, limits, strict=True)])
    area = _mean_area(own, odd) if len(kind_of) else 0.5
    kinds = {}
    for kind in np.unique(kind_of).tolist():
        of_kind = kind_of == kind
        fraction_refused = float(np.mean(np.mean(odd[:, of_kind] > limits[:, None], axis=1)))
        kinds[kind] = {
            "images": int(of_kind.sum()),
            "gated": round(float(np.mean(said.ood_gated[of_kind])), 4),
            **fraction_with_interval("refused", fraction_refused, of_kind.sum()),
            "AUROC": round(_mean_area(own, odd[:, of_kind]), 4),
        }
    return {
        "quantile": quantile,
        "limit": round(float(np.quantile(said.distances[known], quantile)), 4),
        "images": int(known.sum()),
        **fraction_with_interval("false_refusals", float(np.mean(refused)), known.sum()),
        "gated": round(float(said.gated[known].mean()), 4),
        **area_with_interval(area, known.sum(), len(kind_of)),
        "kinds": kinds,
    }


def fraction_with_interval(name: str, so: float, images: int) -> dict[str, float]:
    """A fraction of so many images and the ends of its interval, each by a name of its own."""
    one = fraction(so, int(images))
    ends = {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return {key: round(value, 4) for key, value in ends.items()}


def area_with_interval(area: float, known: int, ood: int) -> dict[str, float]:
    """The same of the area under the ROC curve of what is out of scope (``area_interval``)."""
    low, high = area_interval(area, max(1, int(ood)), max(1, int(known)))
    ends = {"AUROC": area, "AUROC_low": min(low, area), "AUROC_high": max(high, area)}
    return {key: round(value, 4) for key, value in ends.items()}


def _mean_area(own: Sequence[Numbers], odd: Numbers) -> float:
    """Mean over the folds of how well distance tells the ood images from a fold's own."""
    areas = []
    for known, others in zip(own, odd, strict=True):
        ood = np.repeat([False, True], [len(known), len(others)])
        distances = np.concatenate([known, others]).astype(np.float64)
        areas.append(area_under_curve(ood, distances))
    return float(np.mean(areas))


def _looks(said: TumourPredictions) -> dict[str, float]:
    known = np.isfinite(said.inside)
    means = {name: getattr(said, name)[known].mean() for name in ("inside", "hit", "area")}
    return {"images": int(known.sum())} | {n: round(float(one), 4) for n, one in means.items()}


def _lgg(said: TumourPredictions) -> dict[str, dict[str, Any]]:
    """What unseen patients of another collection are answered, by sequence and truth."""
    sequences = np.array([str(name).rsplit("/", 1)[-1] for name in said.lgg_names])
    predictions = said.lgg_logits.argmax(axis=1)
    rows: dict[str, dict[str, Any]] = {}
    for sequence in sorted(set(sequences.tolist())):
        for label in ("glioma", "none"):
            some = (sequences == sequence) & (said.lgg_labels == CLASSES.index(label))
            if some.any():
                many = int(some.sum())
                fractions = {n: round(c / many, 4) for n, c in _counts(predictions[some]).items()}
                rows[f"{label} on {sequence}"] = {"images": many, **fractions}
    return rows


def tables(evaluation: Mapping[str, Any]) -> str:
    """Everything that was measured, as Markdown for the README of an image model."""
    return render_markdown("tumour_tables", evaluation=evaluation)
