"""New intervals for results of single images whose answers are no longer there, from their counts.

    python -m brainviewer.training.metrics.recount FOLDER

Fractions follow from the numbers of images behind them, the worst recall from those of all recalls,
and the calibration error from the bins of reliability, with the mean probability of a bin in place
of each one in it. What needs the answers themselves keeps its percentile interval. Doing it again
changes nothing.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.evaluation.results import DRAWS, ECE, WORST
from brainviewer.training.json_files import dump
from brainviewer.training.leaderboard.entries import KINDS, SHIPPED
from brainviewer.training.metrics.intervals import Estimate, fraction, percentiles
from brainviewer.training.metrics.metric_kinds import binned_error

_SEED = 2026
_FRACTIONS = re.compile(r"accuracy( on .+)?|recall .+|sensitivity|specificity")
Metric = dict[str, Any]


def recount(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result of the leaderboard with the intervals that its counts give.

    The calibration error of a model that ships was drawn with near-copies together, and stays.
    """
    metrics = _fractions(result["figures"])
    recalls = [one for one in metrics if one["name"].startswith("recall ")]
    for one in metrics:
        if one["name"] == WORST:
            one["low"], one["high"] = (min(r[end] for r in recalls) for end in ("low", "high"))
        elif one["name"] == ECE and result["kind"] != SHIPPED:
            low, high = _calibration(one["value"], result["reliability"])
            one.update(Estimate(one["value"], low, high).ends())
    parts = {
        key: {**result[key], "figures": _fractions(result[key]["figures"])}
        for key in ("leak", "operating_point")
        if result.get(key)
    }
    return {**result, "figures": metrics, **parts}


def _fractions(metrics: Sequence[Metric]) -> list[Metric]:
    """The figures, those that are fractions of images with Wilson's intervals."""
    made = [dict(one) for one in metrics]
    for one in made:
        if _FRACTIONS.fullmatch(one["name"]):
            many = one["images"]
            so = round(one["value"] * many) / many
            one.update(fraction(so, many, one.get("effective")).ends())
    return made


def _calibration(value: float, bins: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    sure = np.array([one["confidence"] for one in bins])
    many = np.array([one["images"] for one in bins])
    right = np.array([round(one["accuracy"] * one["images"]) for one in bins])
    cells = np.stack([many - right, right], axis=1)
    random = np.random.default_rng(_SEED)
    fractions = cells.ravel() / cells.sum()
    drawn = random.multinomial(int(cells.sum()), fractions, size=DRAWS).reshape(-1, *cells.shape)
    ends = percentiles(value, binned_error(sure, drawn.astype(float)), biased=True)
    if ends is None:
        posterior = random.gamma(cells + 0.5, size=(DRAWS, *cells.shape))
        low, high = np.percentile(binned_error(sure, posterior), [2.5, 97.5])
        ends = float(low), float(high)
    return min(ends[0], value), max(ends[1], value)


def main(folder: Path) -> None:
    """Write the results below FOLDER with new intervals."""
    written = 0
    for file in sorted(folder.rglob("*.json")):
        try:
            result = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(result, dict) and "confusion" in result and result.get("kind") in KINDS:
            write_whole(file, dump(recount(result)).encode())
            written += 1
    if not written:
        raise FileError(f"There are no results in {folder.name}.", "Name a folder with results.")
    typer.echo(f"{counted(written, 'result')} written", err=True)


if __name__ == "__main__":
    run_alone(main)
