"""Several networks for single images answer together, and are compared image by image.

    python -m brainviewer.training.image_classification.evaluation.tumour_ensemble \
        --runs RUN --runs OTHER --out resources/leaderboard/cheng/tumour-ensemble.json

The runs are measured already, so that each answer is by networks that never saw the patient. The
answer of all together is the mean of their calibrated probabilities. The standard error of a
difference is that of the mean over images, near-copies counted as one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.writing import check_new_file, write_whole
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.evaluation.results import (
    COSTS,
    RESULT_FILE,
    Predictions,
    measured,
)
from brainviewer.training.image_classification.evaluation.tumour_evaluation import (
    held_out_predictions,
)
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    PREDICTIONS_FILE,
    load_predictions,
)
from brainviewer.training.json_files import dump

TOGETHER = "together"


def together(parts: Sequence[Predictions]) -> Predictions:
    """The mean of the probabilities; raises FileError if they are not of the same images."""
    if len({(part.files, part.folds) for part in parts}) > 1:
        raise FileError("The runs were not measured on the same images.", "Measure them again.")
    return replace(parts[0], probabilities=np.mean([part.probabilities for part in parts], axis=0))


def differences(parts: Mapping[str, Predictions]) -> dict[str, dict[str, float]]:
    """How much more often the first of each two is right, with its standard error."""
    right = {
        name: (part.probabilities.argmax(axis=1) == part.truth).astype(float)
        for name, part in parts.items()
    }
    groups = next(iter(parts.values())).groups
    found = {}
    for one, other in combinations(parts, 2):
        more = right[one] - right[other]
        error = standard_error(more, groups)
        found[f"{one} - {other}"] = {"accuracy": float(more.mean()), "standard_error": error}
    return found


def standard_error(values: NDArray[np.float64], groups: NDArray[Any] | None) -> float:
    """Of the mean of values that hang together in groups (sandwich estimate).

    groups : (n,); None if each value stands for itself.
    """
    names = np.arange(len(values)) if groups is None else groups
    place = np.unique(names, return_inverse=True)[1]
    away = np.bincount(place, values - values.mean())
    return float(np.sqrt(np.sum(away**2)) / len(values))


def main(
    runs: Annotated[list[Path], typer.Option(help="Folder of a measured run; at least two.")],
    out: Annotated[Path, typer.Option(help="JSON file for the row of the leaderboard.")],
) -> None:
    """Measure what several networks answer together, and compare them."""
    check_new_file(out)
    if len(runs) < 2:
        raise typer.BadParameter("--runs must be given at least twice.")
    rows = [json.loads((run / RESULT_FILE).read_text(encoding="utf-8")) for run in runs]
    names = [str(row["network"]) for row in rows]
    parts = [held_out_predictions(load_predictions(run / PREDICTIONS_FILE)) for run in runs]
    both = together(parts)
    members = [{"network": name} for name in names]
    row = {
        **rows[0],
        **measured(CLASSES, both, rows[0]["seed"]),
        "recipe": " + ".join(names),
        "network": " + ".join(names),
        "about": "Mean of the calibrated probabilities of both",
        "members": members,
        **{key: _sum([one[key] for one in rows]) for key in COSTS},
    }
    write_whole(out, dump(row).encode())
    compared = dict(zip([*names, TOGETHER], [*parts, both], strict=True))
    typer.echo(dump(differences(compared)))


def _sum(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 3) if len(known) == len(costs) else None


if __name__ == "__main__":
    run_alone(main)
