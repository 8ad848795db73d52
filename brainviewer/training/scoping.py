"""Fit the scope of a trained network, and count what it refuses.

    python -m brainviewer.training.scoping --run DIR --data DIR

Reads the networks of one cross-validation: each says how far the features of its own, unseen
patients lie from those of the patients that it learned from. The limit is a quantile of that; the
scope that ships has this limit around the features of the final network.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.files.writing import write_whole
from brainviewer.inference.scope import Scope, fit_scope, save_scope
from brainviewer.training.datasets import folds_of
from brainviewer.training.fit import (
    FINAL_FILE,
    FOUND_FOLDER,
    _print_progress,
    fold_file,
    load_network,
    typed_cases,
)
from brainviewer.training.found import load_found
from brainviewer.training.network import ResNet50
from brainviewer.training.package import SCOPE_CHECK_FILE, SCOPE_FILE
from brainviewer.training.predicting import MAIN, inputs_of
from brainviewer.training.recipes import Recipe, read_recipe
from brainviewer.training.running import RECIPE_FILE
from brainviewer.training.strange import strange_sets

AXES = 16
QUANTILE = 0.99
_BATCH = 16
_OF_EACH = 40

Tensor = NDArray[np.float32]


def make_scope(
    recipe: Recipe, data: Path, run: Path, report: Report
) -> tuple[Scope, dict[str, Any]]:
    """Fit the scope of the final network in ``run``; also says what it refuses."""
    seed = recipe.seeds[0]
    cases = typed_cases(recipe, data)
    fold_of = folds_of(cases, recipe.folds, seed)
    found = [load_found(run / FOUND_FOLDER, case.case_id) for case in cases]
    report(0.0, "preparing the patients")
    inputs = [inputs_of(case, said, recipe.input) for case, said in zip(cases, found, strict=True)]
    seen = np.array([one.was_found for one in inputs])
    known = [one.prepared[MAIN].tensor for one in inputs]
    report(0.3, "preparing what is out of scope")
    pictures = next((p for p in (data / "cheng", data.parent / "cheng") if p.is_dir()), data)
    sets = strange_sets(cases, run / FOUND_FOLDER, pictures, recipe.input, _OF_EACH, recipe.seed)
    unseen = np.zeros(len(cases))
    for fold in range(int(fold_of.max()) + 1):
        report(0.5 + 0.08 * fold, f"features of fold {fold + 1}")
        network = load_network(recipe, fold_file(run, seed, fold))
        features = embeddings(network, known)
        learned = fit_scope(features[(fold_of != fold) & seen], AXES)
        for number in np.flatnonzero(fold_of == fold):
            unseen[number] = learned.distance(features[number])
    limit = float(np.quantile(unseen[seen], QUANTILE))
    network = load_network(recipe, run / FINAL_FILE)
    scope = fit_scope(embeddings(network, known)[seen], AXES, limit)
    refused = {"patients that the networks never saw": unseen[seen] > limit}
    for name, tensors in sets.items():
        distances = np.array([scope.distance(row) for row in embeddings(network, tensors)])
        refused[name] = distances > limit
    about = {
        "axes": AXES,
        "quantile": QUANTILE,
        "limit": round(limit, 4),
        "sets": {
            name: {"images": len(said), "refused": round(float(said.mean()), 4)}
            for name, said in refused.items()
        },
    }
    return scope, about


def embeddings(network: ResNet50, tensors: Sequence[Tensor]) -> NDArray[np.float32]:
    """(cases, 2048): the features of each case as ``inference.scope.embedding`` gives them."""
    images = np.concatenate(tensors)
    rows = []
    with torch.no_grad():
        for start in range(0, len(images), _BATCH):
            batch = torch.from_numpy(images[start : start + _BATCH]).permute(0, 3, 1, 2)
            batch = batch.contiguous(memory_format=torch.channels_last)
            rows.append(network.features(batch).mean(dim=(2, 3)).numpy())
    pooled = np.concatenate(rows)
    ends = np.cumsum([len(tensor) for tensor in tensors])
    means = np.stack([part.mean(axis=0) for part in np.split(pooled, ends[:-1])])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def main(
    run: Annotated[Path, typer.Option(help="Output folder of the training.")],
    data: Annotated[Path, typer.Option(help="Folder of labelled cases it was trained on.")],
    threads: Annotated[int, typer.Option(help="Processor threads to use.")] = 1,
) -> None:
    """Write scope.npz and scope.json into the run's folder."""
    torch.set_num_threads(threads)
    recipe = read_recipe(run / RECIPE_FILE)
    scope, about = make_scope(recipe, data, run, _print_progress())
    save_scope(scope, run / SCOPE_FILE)
    write_whole(run / SCOPE_CHECK_FILE, (json.dumps(about, indent=1) + "\n").encode())
    for name, entry in about["sets"].items():
        typer.echo(f"{100 * entry['refused']:5.1f} % of {entry['images']:3d} refused: {name}")


if __name__ == "__main__":
    typer.run(main)
