"""Baseline: a frozen ImageNet Xception and logistic regression on its features.

    python -m brainviewer.training.subtype.baselines --data DIR --run DIR [--weights FILE.keras]

Features of a frozen ImageNet Xception (Chollet 2017), averaged over the slices that a network sees
of each patient as the expert segmented it; logistic regression on their principal components in the
folds of one seed. ``evaluate`` reports it beside the controls.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.models.card import ModelInput
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.networks.pretrained_weights import load_base
from brainviewer.training.json_files import read_arrays, write_arrays, write_json
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER, load_detection
from brainviewer.training.recipes import Recipe, read_recipe
from brainviewer.training.softmax_regression import class_weights
from brainviewer.training.subtype.augmentation_cache import levels
from brainviewer.training.subtype.fit import RECIPE, cases_of_run
from brainviewer.training.subtype.predictions import entry, expert_slices

FEATURES_FILE = "xception.npz"
PREDICTIONS_FILE = "predictions-imagenet_xception.json"
SIZE = 224
_COMPONENTS = 40
_COLOURS = ("T1", "FLAIR", "T1ce")


def lesion_images(case: Case, found: Path, model_input: ModelInput) -> NDArray[np.float32]:
    """(n, SIZE, SIZE, 3) float32 in 0..255: slices of a case as a network sees them, the sequences
    as three colours; a sequence that is missing is grey. Raises FileError without a
    segmentation."""
    shown = replace(model_input, size=SIZE, channels=_COLOURS, stacked=False, mirrored=False)
    detection = load_detection(found, case.case_id)
    brain = None if detection is None else detection.brain
    low, high = levels(shown)
    tensor = expert_slices(case.load(), brain, shown).prepare(shown).tensor
    return np.asarray((tensor - low) / (high - low) * 255, np.float32)


def frozen_xception(weights: Path | None = None) -> Any:
    """A Keras model: (n, SIZE, SIZE, 3) in 0..255 to (n, 2048).

    weights : a ``.keras`` file that holds a model with an Xception in it, or None to fetch the
        ImageNet weights from where Keras keeps them (needs the internet).

    Raises FileError if there is no Xception in the file.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    shape = (SIZE, SIZE, 3)
    base = keras.applications.Xception(
        include_top=False, weights="imagenet" if weights is None else None, input_shape=shape
    )
    if weights is not None:
        _copy_weights(weights, base)
    inputs = keras.Input(shape)
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    pooled = keras.layers.GlobalAveragePooling2D()(base(scaled, training=False))
    return keras.Model(inputs, pooled)


def _copy_weights(path: Path, base: Any) -> None:
    """Fill an Xception with the numbers of the one in a ``.keras`` file; only numbers are read."""
    try:
        load_base(base.layers, str(path), "Xception")
    except FileError:
        raise FileError(f"There is no Xception in {path.name}.", "Choose another file.") from None


def extract(
    recipe: Recipe, cases: Sequence[Case], run: Path, weights: Path | None, report: Report = silent
) -> NDArray[np.float32]:
    """(n, 2048): the features of every case; kept in ``run``, and read from there next time."""
    path = run / FEATURES_FILE
    ids = [case.case_id for case in cases]
    stored = read_arrays(path)
    if stored is not None and stored["case_ids"].tolist() == ids:
        return np.asarray(stored["features"], np.float32)
    network = frozen_xception(weights)
    features = np.zeros((len(cases), 2048), np.float32)
    for number, case in enumerate(cases):
        images = lesion_images(case, run / DETECTIONS_FOLDER, recipe.input)
        features[number] = np.asarray(network(images, training=False)).mean(axis=0)
        report((number + 1) / len(cases), "features of the frozen Xception")
    write_arrays(path, case_ids=np.array(ids), features=features)
    return features


def predict_held_out(
    recipe: Recipe, cases: Sequence[Case], features: NDArray[np.float32], run: Path
) -> None:
    """Write what the classifier of each fold says about the patients that it never saw."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    seed = recipe.seeds[0]
    truth = np.array([recipe.classes.index(case.label) for case in cases], np.int64)
    fold_of = folds_of(cases, recipe.folds, seed)
    # Roots: the features are means of what is left above zero, and skewed.
    roots = np.sqrt(np.maximum(features, 0))
    entries = []
    for fold in range(int(fold_of.max()) + 1):
        own = fold_of == fold
        few = PCA(min(_COMPONENTS, int((~own).sum()) - 1), random_state=0).fit(roots[~own])
        inputs, others = few.transform(roots[~own]), few.transform(roots[own])
        scale = np.sqrt((inputs**2).sum(axis=1).mean())
        model = LogisticRegression(C=1.0, max_iter=3000)
        weight = class_weights(truth[~own], len(recipe.classes))
        model.fit(inputs / scale, truth[~own], sample_weight=weight)
        logits = model.predict_log_proba(others / scale)
        for number, row in zip(np.flatnonzero(own), logits, strict=True):
            entries.append(entry(cases[int(number)], fold, seed, {"expert": row}))
    write_json(run / PREDICTIONS_FILE, entries)


def main(
    data: Annotated[Path, typer.Option(help="Folder of labelled cases.")],
    run: Annotated[Path, typer.Option(help="Folder of a finished training.")],
    weights: Annotated[Path | None, typer.Option(help="A .keras file with an Xception.")] = None,
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
) -> None:
    """Measure frozen ImageNet features in the folds of a run."""
    plan = read_recipe(recipe)
    cases = cases_of_run(plan, data, run, silent)
    predict_held_out(plan, cases, extract(plan, cases, run, weights), run)


if __name__ == "__main__":
    run_alone(main)
