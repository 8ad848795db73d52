"""Controls: networks that see only a part of the image, learn permuted labels, or are small.

    python -m brainviewer.training.subtype.controls --data DIR --run DIR

Each control is a cross-validation of its own in the folds of one seed, with the samples of a run:

- ``mask_only``: every sequence is replaced by the lesion's segmentation.
- ``outside_only``: the lesion is blacked out.
- ``shuffled_labels``: the classes are dealt out to the patients by chance.
- ``small_network``: nothing is hidden, but a small network learns from scratch.
"""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.models.card import ModelInput
from brainviewer.models.subtype.input import arrange, cut_out
from brainviewer.training.command import print_progress, run_alone
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.labelled_data.detections import (
    DETECTIONS_FOLDER,
    Detection,
    load_detection,
)
from brainviewer.training.learning import MakeBatch, from_samples, learn
from brainviewer.training.recipes import PRETRAINED_FILE, Recipe, read_recipe
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.subtype.augmentation_cache import levels, make_cache
from brainviewer.training.subtype.feature_cache import Hide
from brainviewer.training.subtype.fit import (
    CACHE_FOLDER,
    RECIPE,
    batch_maker,
    cases_of_run,
    train,
)
from brainviewer.training.subtype.predictions import entry, expert_slices, run
from brainviewer.training.weights import read_state

Images = NDArray[np.float32]

# How bright the segmentation is shown: like FLAIR in a lesion.
_BRIGHTNESS = 3.0
_RIM = np.ones((9, 9), np.uint8)


class SmallNetwork(MapNetwork):
    """Five convolutions with pooling between, 0.4 million numbers; used like ``ResNet50``."""

    channels = (128, 192)

    def __init__(self, classes: int, depth: int) -> None:
        super().__init__()
        widths = (depth, 24, 48, 96, *self.channels)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 3, 1, 1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2))
            for a, b in pairwise(widths)
        )
        self.dropout, self.dense = nn.Dropout(0.3), nn.Linear(widths[-1], classes)

    def maps(self, x: Tensor, after: int = 0) -> tuple[Tensor, Tensor]:
        """(n, depth, size, size) -> (n, 128, size / 16, size / 16), (n, 192, size / 32, …)"""
        middle = x
        for layer in self.layers:
            middle, x = x, layer(x)
        return middle, x


def show_mask_only(images: Images, covered: Images, model_input: ModelInput) -> Images:
    """images (n, slices, channels, size, size) with the segmentation (n, slices, size, size) in
    each"""
    low, _ = levels(model_input)
    segmentation = np.where(covered > 0.5, np.float32(_BRIGHTNESS), np.float32(low))
    return np.repeat(segmentation[:, :, None], images.shape[2], axis=2)


def show_outside_only(images: Images, covered: Images, model_input: ModelInput) -> Images:
    """The same images with the lesion and a rim around it blacked out."""
    low, _ = levels(model_input)
    size = covered.shape[-1]
    flat = (covered.reshape(-1, size, size) > 0).astype(np.uint8)
    hidden = np.stack([cv2.dilate(one, _RIM) for one in flat]).reshape(covered.shape) > 0
    return np.where(hidden[:, :, None], np.float32(low), images)


HIDING: dict[str, Hide] = {"mask_only": show_mask_only, "outside_only": show_outside_only}
CONTROLS = ("mask_only", "outside_only", "shuffled_labels", "small_network")


def control(name: str, recipe: Recipe, data: Path, out: Path, seed: int, report: Report) -> None:
    """Run one control with the samples in ``out``; writes ``predictions-NAME.json`` there."""
    target = out / f"predictions-{name}.json"
    if target.exists():
        return
    found = out / DETECTIONS_FOLDER
    cases = cases_of_run(recipe, data, out, report)
    # Read before samples are drawn, so that nothing is left in a folder that holds no run.
    read_state(out / PRETRAINED_FILE)
    cache = make_cache(cases, out / CACHE_FOLDER, found, recipe, report)
    labels = [recipe.classes.index(case.label) for case in cases]
    if name == "shuffled_labels":
        labels = [int(n) for n in np.random.default_rng(seed).permutation(labels)]
    fold_of = folds_of(cases, recipe.folds, seed)
    hide, small = HIDING.get(name), name == "small_network"
    folder = out / name if hide else out / CACHE_FOLDER
    folder.mkdir(exist_ok=True)
    if not small:
        batches = batch_maker(recipe, labels, cache, out, report, hide, folder)
    entries: list[dict[str, Any]] = []
    for fold in range(int(fold_of.max()) + 1):
        learned = np.flatnonzero(fold_of != fold).tolist()
        text = f"{name}, fold {fold + 1}"
        if small:
            make = from_samples(cache, labels, learned, recipe.input)
            trained = _train_small(recipe, make, [seed, fold], text, report)
        else:
            trained = train(recipe, batches(learned), out, [seed, fold], text, report)
        trained.eval()
        for number in np.flatnonzero(fold_of == fold).tolist():
            case = replace(cases[number], label=recipe.classes[labels[number]])
            tensor = _tensor(case, load_detection(found, case.case_id), recipe.input, hide)
            logits = {"expert": run(trained, tensor)[1].mean(axis=0)}
            entries.append(entry(case, fold, seed, logits))
    write_json(target, entries)


def _train_small(
    recipe: Recipe, batches: MakeBatch, seed: list[int], text: str, report: Report
) -> MapNetwork:
    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    torch.manual_seed(number)
    schedule = replace(recipe.training, frozen=0, coverage=0.0, guidance=0.0, learning_rate=1e-3)
    network = SmallNetwork(len(recipe.classes), recipe.input.depth)
    return learn(network, batches, schedule, number, text, report)


def _tensor(
    case: Case, found: Detection | None, model_input: ModelInput, hide: Hide | None
) -> Images:
    """What the network sees of a case as the expert segmented it, with parts hidden."""
    slices = expert_slices(case.load(), None if found is None else found.brain, model_input)
    prepared = slices.prepare(model_input)
    if hide is None:
        return prepared.tensor
    tensor, size = prepared.tensor, model_input.size
    segmentation = [cut_out(one.astype(np.float32), prepared.box, size) for one in slices.lesion]
    covered = arrange(np.stack(segmentation)[..., None], slices.main, model_input)
    # (n, size, size, slices of an image * channels) -> (n, slices of an image, channels, ...)
    parts = tensor.reshape(*tensor.shape[:3], covered.shape[-1], -1).transpose(0, 3, 4, 1, 2)
    shown = hide(parts, covered.transpose(0, 3, 1, 2), model_input)
    return np.ascontiguousarray(shown.transpose(0, 3, 4, 1, 2).reshape(tensor.shape))


def main(
    data: Annotated[Path, typer.Option(help="Folder of labelled cases.")],
    run_folder: Annotated[Path, typer.Option("--run", help="Folder of a finished training.")],
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
    threads: Annotated[int, typer.Option(help="Processor threads to use.")] = 1,
) -> None:
    """Train and measure the controls of a run."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    plan = read_recipe(recipe)
    for name in CONTROLS:
        control(name, plan, data, run_folder, plan.seeds[0], print_progress())


if __name__ == "__main__":
    run_alone(main)
