"""Fit the out-of-distribution limit of a trained network, and count what it refuses.

    python -m brainviewer.training.subtype.network_ood --run DIR --data DIR

Reads the networks of one cross-validation: each says how far the features of its own, unseen
patients lie from those of the patients that it learned from. The limit is a quantile of that; the
OOD check that ships has this limit around the features of the final network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import torch
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.core.slices import Plane, SliceView
from brainviewer.models.card import ModelInput
from brainviewer.models.feature_ood import FeatureOOD, fit_ood, save_ood
from brainviewer.models.subtype.lesion_slices import LesionSlices, lesion_slices
from brainviewer.training.command import print_progress, run_alone
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER, load_detection
from brainviewer.training.labelled_data.pretraining_images import (
    LabelledImage,
    cheng_folder,
    ellipse,
    read_cheng,
)
from brainviewer.training.recipes import FINAL_FILE, Recipe, read_recipe
from brainviewer.training.resnet50 import ResNet50
from brainviewer.training.subtype.evaluate import RECIPE
from brainviewer.training.subtype.fit import cases_of_run, fold_file, load_network
from brainviewer.training.subtype.package import OOD_CHECK_FILE, OOD_FILE
from brainviewer.training.subtype.predictions import run as run_network

AXES = 16
# The usual working point: 95 % of what is in scope passes.
QUANTILE = 0.95
_OF_EACH = 24
# Folds of the first seed that set the limit.
FOLDS = 3

_IMAGE_KINDS = {"meningioma": "meningioma", "pituitary": "pituitary tumour", "glioma": "glioma"}
_HEAD = (240, 240)

Tensor = NDArray[np.float32]
Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class Shown:
    """What the networks are shown, prepared: (n, size, size, depth) each.

    known : one for each case of ``fold_of`` in which the detector saw a lesion, with its fold.
    ood : what is out of scope, by what it is.
    """

    known: list[Tensor]
    fold_of: NDArray[np.int64]
    ood: dict[str, list[Tensor]]


def show(recipe: Recipe, data: Path, run: Path, report: Report) -> Shown:
    """Prepare the cases of a run, and what its final network should refuse; raises FileError if
    the run is not begun."""
    detections = run / DETECTIONS_FOLDER
    cases = cases_of_run(recipe, data, run, report)
    known, folds = [], []
    for number, fold in enumerate(folds_of(cases, recipe.folds, recipe.seeds[0])):
        report(0.5 * number / len(cases), "preparing the patients")
        found = load_detection(detections, cases[number].case_id)
        if found is not None and found.index is not None:
            seen = (cases[number].load().study, found.lesion, found.brain, found.index)
            known.append(lesion_slices(*seen, recipe.input).prepare(recipe.input).tensor)
            folds.append(fold)
    if not known:
        raise FileError(
            f"The run {run.name} does not say what was found in any case.",
            "Run 'brainviewer train' first, with the same data.",
        )
    report(0.5, "preparing what is out of scope")
    ood = ood_sets(cases, detections, cheng_folder(data), recipe.input, _OF_EACH, recipe.seed)
    return Shown(known, np.array(folds), ood)


def make_ood(
    recipe: Recipe, run: Path, shown: Shown, report: Report
) -> tuple[FeatureOOD, dict[str, Any]]:
    """Fit the OOD check of the final network in ``run``; also says what it refuses."""
    held_out: list[float] = []
    for fold in range(min(FOLDS, int(shown.fold_of.max()) + 1)):
        report(0.6 + 0.08 * fold, f"features of fold {fold + 1}")
        network = load_network(recipe, fold_file(run, recipe.seeds[0], fold))
        features = embeddings(network, shown.known)
        learned = fit_ood(features[shown.fold_of != fold], AXES)
        held_out += [learned.distance(row) for row in features[shown.fold_of == fold]]
    limit = float(np.quantile(held_out, QUANTILE))
    report(0.85, "features of the final network")
    network = load_network(recipe, run / FINAL_FILE)
    ood_check = fit_ood(embeddings(network, shown.known), AXES, limit)
    distances = {"patients that the networks never saw": held_out}
    for name, tensors in shown.ood.items():
        distances[name] = [ood_check.distance(row) for row in embeddings(network, tensors)]
    sets = {
        name: {"images": len(far), "refused": round(float(np.mean(np.array(far) > limit)), 4)}
        for name, far in distances.items()
    }
    return ood_check, {"axes": AXES, "quantile": QUANTILE, "limit": round(limit, 4), "sets": sets}


def embeddings(network: ResNet50, tensors: Sequence[Tensor]) -> NDArray[np.float32]:
    """(cases, 2048): the features of each case as ``models.feature_ood.embedding`` gives them."""
    means = np.stack([run_network(network, one)[0].mean(axis=(0, 1, 2)) for one in tensors])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def ood_sets(
    cases: Sequence[Case],
    found: Path,
    images: Path,
    model_input: ModelInput,
    count: int,
    seed: int,
) -> dict[str, list[Tensor]]:
    """Prepared images by what they show, at most ``count`` of each.

    found : folder of what the detector said about the cases.
    images : a ``cheng`` folder; left out if it is not there.
    """
    random = np.random.default_rng(seed)
    sets: dict[str, list[Tensor]] = {}
    if images.is_dir():
        everything = read_cheng(images)
        for label, name in _IMAGE_KINDS.items():
            kind = [p for p in everything if p.label == label and p.mask is not None]
            chosen = random.permutation(len(kind))[:count]
            sets[f"one T1ce image of a {name} in place of FLAIR and T1ce"] = [
                _image(kind[int(n)], model_input) for n in chosen
            ]
    healthy = _healthy(cases, found, model_input, random)
    sets["healthy tissue of the same patients, segmented at random"] = list(islice(healthy, count))
    sets["noise in the shape of a head"] = [_noise(model_input, 0, random) for _ in range(count)]
    sets["blotches in the shape of a head"] = [_noise(model_input, 3, random) for _ in range(count)]
    return sets


def _image(image: LabelledImage, model_input: ModelInput) -> Tensor:
    assert image.mask is not None
    channels = {name: image.image[None] for name in model_input.channels if name != "T1"}
    return LesionSlices((0,), 0, channels, image.mask[None], None).prepare(model_input).tensor


def _healthy(
    cases: Sequence[Case], found: Path, model_input: ModelInput, random: Random
) -> Iterator[Tensor]:
    """A ball in the brain of a patient, on slices that show no lesion."""
    for number in random.permutation(len(cases)):
        case = cases[int(number)]
        said = load_detection(found, case.case_id)
        if said is None or said.brain is None:
            continue
        labelled = case.load()
        lesion = said.lesion if labelled.lesion is None else said.lesion | labelled.lesion
        view = SliceView.of(labelled.study.grid, Plane.AXIAL)
        others = tuple(axis for axis in range(3) if axis != view.axis)
        ill, brain = lesion.sum(axis=others), said.brain.sum(axis=others)
        free = [
            k for k in range(view.count)
            if not ill[max(0, k - 1) : k + 2].any() and brain[k] > 0.6 * brain.max()
        ]  # fmt: skip
        if free:
            index = int(random.choice(free))
            ball = _ball(said.brain, view.axis, index, random)
            slices = lesion_slices(labelled.study, ball, said.brain, index, model_input)
            yield slices.prepare(model_input).tensor


def _ball(brain: NDArray[np.bool_], axis: int, index: int, random: Random) -> NDArray[np.bool_]:
    """Three slices of a disk in the brain."""
    within = np.moveaxis(brain, axis, 0)
    places = np.argwhere(within[index])
    middle = places[random.integers(len(places))]
    near = np.hypot(*(np.indices(within.shape[1:]) - middle[:, None, None]))
    ball = np.zeros_like(within)
    several = slice(max(0, index - 1), index + 2)
    ball[several] = within[several] & (near < random.uniform(10, 25))
    return np.moveaxis(ball, 0, axis)


def _noise(model_input: ModelInput, smooth: float, random: Random) -> Tensor:
    head = ellipse(_HEAD, (120, 120), (70, 90))
    channels = {}
    for name in model_input.channels:
        image = random.normal(0, 1, _HEAD).astype(np.float32)
        if smooth:
            image = cv2.GaussianBlur(image, (0, 0), smooth)
        image = (image - image.mean()) / image.std() * 120 + 500
        channels[name] = (np.clip(image, 0, None) * head)[None]
    x, y = (120 + int(n) for n in random.integers(-30, 31, 2))
    lesion = ellipse(_HEAD, (x, y), (25, 20))
    slices = LesionSlices((0,), 0, channels, lesion[None], head[None])
    return slices.prepare(model_input).tensor


def main(
    run: Annotated[Path, typer.Option(help="Output folder of the training.")],
    data: Annotated[Path, typer.Option(help="Folder of labelled cases it was trained on.")],
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
    threads: Annotated[int, typer.Option(help="Processor threads to use.")] = 1,
) -> None:
    """Write scope.npz and scope.json into the run's folder."""
    torch.set_num_threads(threads)
    plan, report = read_recipe(recipe), print_progress()
    ood_check, about = make_ood(plan, run, show(plan, data, run, report), report)
    save_ood(ood_check, run / OOD_FILE)
    write_json(run / OOD_CHECK_FILE, about)
    for name, entry in about["sets"].items():
        typer.echo(f"{100 * entry['refused']:5.1f} % of {entry['images']:3d} refused: {name}")


if __name__ == "__main__":
    run_alone(main)
