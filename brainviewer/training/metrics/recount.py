"""New intervals for results of single images whose answers are no longer there, from their counts.

    python -m brainviewer.training.metrics.recount FOLDER

Shares follow from the confusion matrix, and the calibration error from the bins of reliability,
with the mean probability of a bin in place of each one in it. What needs the answers themselves
(AUROC, macro F1 with its draws) keeps its percentile interval. Where copies were drawn together,
the width of the stored interval tells how many independent images they are worth, once; later that
number is stored. Doing it again changes nothing.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.card import DOUBT
from brainviewer.training.image_classification.evaluation.results import DRAWS, ECE, WORST
from brainviewer.training.image_classification.evaluation.tumour_evaluation import (
    area_with_interval,
    bars,
    fraction_with_interval,
)
from brainviewer.training.json_files import dump
from brainviewer.training.leaderboard.entries import KINDS, SHIPPED
from brainviewer.training.metrics.fractions import Z
from brainviewer.training.metrics.intervals import Estimate, percentiles, share
from brainviewer.training.metrics.metric_kinds import OfTable, binned_error
from brainviewer.training.metrics.metrics import balanced_accuracy, macro_f1

_SEED = 2026
_ALONE = 0.9  # an effective number that near the number of images is chance of the draws
Figure = dict[str, Any]
Result = dict[str, Any]


def recount(result: Mapping[str, Any]) -> Result:
    """A result of the leaderboard with the intervals that its counts give."""
    grouped = result["kind"] == SHIPPED
    return {**result, **recounted(result, grouped), **_leak(result), **_point(result)}


def recounted(measured: Mapping[str, Any], grouped: bool) -> dict[str, list[Figure]]:
    """The figures of what holds ``classes``, ``confusion`` and ``reliability`` as well.

    grouped : near-copies were drawn together.
    """
    classes, matrix = measured["classes"], np.array(measured["confusion"], float)
    right = dict(zip((f"recall {name}" for name in classes), np.diag(matrix), strict=True))
    whole = dict(zip((f"recall {name}" for name in classes), matrix.sum(axis=1), strict=True))
    right["accuracy"], whole["accuracy"] = np.trace(matrix), matrix.sum()
    figures = [
        _share(one, right[one["name"]], whole[one["name"]], grouped)
        if one["name"] in right
        else dict(one)
        for one in measured["figures"]
    ]
    recalls = [one for one in figures if one["name"].startswith("recall ")]
    return {"figures": [_rest(one, measured, matrix, recalls, grouped) for one in figures]}


def recount_evaluation(evaluation: Mapping[str, Any]) -> Result:
    """An evaluation of the network for single pictures with the intervals that its counts give."""
    recalls_of = [f"recall {name}" for name in evaluation["classes"]]
    doubted = (DOUBT, "error above the threshold")
    made = {**evaluation, **recounted(evaluation, grouped=True)}
    made["figures"] = shares_again(made["figures"], doubted, True)
    sure = shares_again(evaluation["without_doubtful"], ("accuracy", *recalls_of), True)
    made["without_doubtful"] = _worst_again(sure)
    recalls = [r for r in made["figures"] if r["name"].startswith("recall ")]
    of_tumours = [r for r in recalls if r["name"] != "recall none"]
    alone = shares_again(evaluation["tumours_alone"], ("accuracy",), False)
    both = shares_again(alone, ("tumour or none, accuracy",), True)
    made["tumours_alone"] = [worst(o, of_tumours) if o["name"] == WORST else o for o in both]
    made["controls"] = _controls(evaluation["controls"])
    made["scope"] = _scope(evaluation)
    made["bars"] = bars(made["figures"], made["edits"], made["scope"])
    return made


def _worst_again(figures: Sequence[Figure]) -> list[Figure]:
    recalls = [one for one in figures if one["name"].startswith("recall ")]
    return [worst(one, recalls) if one["name"] == WORST else one for one in figures]


def _controls(controls: Mapping[str, Any]) -> dict[str, Any]:
    if not controls:
        return {}
    counts = {f"recall {name}": count for name, count in controls["images"].items()}
    parts = {}
    for name, part in controls["controls"].items():
        figures = [
            {**one, "images": counts.get(one["name"], one["images"])} for one in part["figures"]
        ]
        again = shares_again(figures, ("accuracy", *counts), False)
        parts[name] = {**part, "figures": _worst_again(again)}
    return {**controls, "controls": parts}


def _scope(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    scope = evaluation["scope"]
    known = sum(evaluation["images"].values()) - evaluation["doubtful"]["images"]
    strange = sum(kind["images"] for kind in scope["kinds"].values())
    kinds = {
        name: {**kind, **fraction_with_interval("refused", kind["refused"], kind["images"])}
        for name, kind in scope["kinds"].items()
    }
    ends = fraction_with_interval("false_refusals", scope["false_refusals"], known)
    area = area_with_interval(scope["AUROC"], known, strange)
    return {**scope, "images": known, **ends, **area, "kinds": kinds}


def shares_again(figures: Sequence[Figure], names: Sequence[str], grouped: bool) -> list[Figure]:
    """Figures of which those of some names are shares, with Wilson's intervals."""
    return [
        _share(one, round(one["value"] * one["images"]), one["images"], grouped)
        if one["name"] in names
        else one
        for one in figures
    ]


def _rest(
    one: Figure,
    measured: Mapping[str, Any],
    matrix: np.ndarray,
    recalls: Sequence[Figure],
    grouped: bool,
) -> Figure:
    """What is no share of images."""
    if one["name"] == WORST:
        return worst(one, recalls)
    if one["name"] == ECE and not grouped:
        low, high = _calibration(one["value"], measured["reliability"])
        return _with(one, Estimate(one["value"], low, high))
    of_table = {"balanced accuracy": balanced_accuracy, "macro F1": macro_f1}
    if one["name"] in of_table and one["low"] == one["high"]:
        return _with(one, _of_table(of_table[one["name"]], one["value"], matrix))
    return one


def worst(one: Figure, recalls: Sequence[Figure]) -> Figure:
    """The worst recall with the least of the ends of all recalls."""
    ends = (min(r["low"] for r in recalls), min(r["high"] for r in recalls))
    return _with(one, Estimate(one["value"], *ends))


def _share(one: Figure, right: float, whole: float, grouped: bool) -> Figure:
    so, many = float(right) / float(whole), int(whole)
    effective = one.get("effective")
    if grouped and effective is None and one["high"] > one["low"] and 0 < so < 1:
        error = (one["high"] - one["low"]) / (2 * Z)
        worth = so * (1 - so) / error**2
        effective = worth if worth < _ALONE * many else None
    return _with(one, share(so, many, effective))


def _with(one: Figure, estimate: Estimate) -> Figure:
    """A figure with another interval; what else stands with it stays."""
    counted = "images" if "images" in one else "patients"
    made = estimate.entry(one["name"], counted, one[counted])
    return {**one, **made, "value": one["value"]}


def _calibration(value: float, bins: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    sure = np.array([one["confidence"] for one in bins])
    many = np.array([one["images"] for one in bins])
    right = np.array([round(one["accuracy"] * one["images"]) for one in bins])
    cells = np.stack([many - right, right], axis=1)
    random = np.random.default_rng(_SEED)
    shares = cells.ravel() / cells.sum()
    drawn = random.multinomial(int(cells.sum()), shares, size=DRAWS).reshape(-1, *cells.shape)
    ends = percentiles(value, binned_error(sure, drawn.astype(float)), biased=True)
    if ends is None:
        posterior = random.gamma(cells + 0.5, size=(DRAWS, *cells.shape))
        low, high = np.percentile(binned_error(sure, posterior), [2.5, 97.5])
        ends = float(low), float(high)
    return min(ends[0], value), max(ends[1], value)


def _of_table(measure: OfTable, value: float, matrix: np.ndarray) -> Estimate:
    random = np.random.default_rng(_SEED)
    drawn = measure.of(random.gamma(matrix + 0.5, size=(DRAWS, *matrix.shape)))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, min(float(low), value), max(float(high), value))


def _leak(result: Mapping[str, Any]) -> dict[str, Any]:
    leak = result.get("leak")
    if not leak:
        return {}
    counts = {"accuracy on copies": leak["copies"], "accuracy on the others": leak["others"]}
    figures = [
        _share({**one, "images": counts[one["name"]]}, *_counted(one, counts), False)
        for one in leak["figures"]
    ]
    return {"leak": {**leak, "figures": figures}}


def _counted(one: Figure, counts: Mapping[str, int]) -> tuple[float, float]:
    return round(one["value"] * counts[one["name"]]), counts[one["name"]]


def _point(result: Mapping[str, Any]) -> dict[str, Any]:
    point = result.get("operating_point")
    if not point:
        return {}
    figures = [
        _share(one, round(one["value"] * one["images"]), one["images"], False)
        for one in point["figures"]
    ]
    return {"operating_point": {**point, "figures": figures}}


def main(folder: Path) -> int:
    """Write the results below a folder with new intervals; returns how many."""
    written = 0
    for file in sorted(folder.rglob("*.json")):
        try:
            result = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(result, dict) or "confusion" not in result:
            continue
        if result.get("kind") in KINDS:
            made = recount(result)
        elif result.get("kind") == "tumour-pictures":
            made = recount_evaluation(result)
        else:
            continue
        write_whole(file, dump(made).encode())
        written += 1
    if not written:
        raise FileError(f"There are no results in {folder.name}.", "Name a folder with results.")
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m brainviewer.training.metrics.recount FOLDER")
    try:
        sys.stderr.write(f"{counted(main(Path(sys.argv[1])), 'result')} written\n")
    except BrainViewerError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
