"""Train the network for single images: cross-validation by patient, then on all.

Each finished part is a file in the output folder; run again, and only what is missing is done.
The schedule is fixed beforehand: no fold's test images decide when its training stops.

A network without pretraining learns from another one (``distillation``): first the maps of the
other's ImageNet numbers, on images without a class of patients who are not measured with; then, for
each fold, classes, maps and answers from the teacher's network of the same fold, so that neither of
the two ever saw the fold's patients.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import FileError, Report
from brainviewer.models.card import ModelInput
from brainviewer.training.augment import Random
from brainviewer.training.frozen_features import as_maps
from brainviewer.training.image_classification.data.augmentation_cache import (
    AugmentationCache,
    decode_images,
    make_cache,
)
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import (
    CHENG,
    Sample,
    read_samples,
    unlabelled_samples,
    with_copies,
)
from brainviewer.training.image_classification.fitting.distillation import Teacher
from brainviewer.training.image_classification.networks.backbones import (
    build_network,
    load_network,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import (
    TumourRecipe,
    read_tumour_recipe,
)
from brainviewer.training.learning import Batch, MakeBatch, learn
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.run_folder import RECIPE_FILE
from brainviewer.training.weights import save_weights

_CACHE_FOLDER = "bank"
_UNLABELLED_FOLDER, _UNLABELLED_DRAWS = "unlabelled", 2
# Between equally often and as often as they are: rare classes count, none is told by heart.
_BALANCE = 0.5

Weights = NDArray[np.float64]
"""(samples,) the chance of each to be drawn."""
MakeImages = Callable[[NDArray[np.uint8]], Tensor]


def fit(
    recipe: TumourRecipe,
    cheng: Path,
    lgg: Path | None,
    out: Path,
    report: Report,
    teacher: Path | None = None,
) -> None:
    """Make everything that a recipe describes, in the folder ``out``.

    lgg : folder of that collection; None to do without.
    out : holds the numbers that are started from, unless there is a teacher.
    teacher : folder of the teacher's finished run (see ``check_teacher``), whose variants are used.

    Leaves there ``foldN.npz`` for each fold and ``final.npz``, trained on all, and what they start
    from and variants, where the teacher has none.
    """
    run = teacher or out
    taught = recipe if teacher is None else read_tumour_recipe(run / RECIPE_FILE)
    general = load_network(run / PRETRAINED_FILE, taught.network)
    pictured = None if teacher is None else _pictured(taught.input, recipe.input)
    start = out / PRETRAINED_FILE
    if teacher is not None and lgg is not None and recipe.pretraining and not start.exists():
        report(0.0, "reading slices")
        unlabelled = unlabelled_samples(lgg)
        how = replace(taught, draws=_UNLABELLED_DRAWS, seed=recipe.seed)
        cache = make_cache(unlabelled, how, general, out / _UNLABELLED_FOLDER, report)
        torch.manual_seed(recipe.seed)
        network = build_network(recipe.network)
        make = batches(unlabelled, cache, np.full(len(unlabelled), 1 / len(unlabelled)), pictured)
        task = Teacher(general, taught.training.frozen, network)
        network = learn(network, make, recipe.pretraining, recipe.seed, "seeing", report, task)
        save_weights(network, start)
    report(0.0, "reading the images")
    samples = read_samples(cheng, lgg if recipe.lgg else None)
    cache = make_cache(samples, taught, general, run / _CACHE_FOLDER, report)
    doubtful = with_copies(samples, recipe.left_out)
    for fold in (*FOLDS, 0):
        path = network_file(out, fold)
        if path.exists():
            continue
        allowed = [sample.fold != fold and sample.name not in doubtful for sample in samples]
        weight = sampling_weights(samples, np.array(allowed), recipe.lgg)
        often = torch.tensor(_shown(samples, weight))
        torch.manual_seed(recipe.seed + fold)
        network, further = load_network(start, recipe.network), None
        if teacher is not None:
            nn.init.normal_(network.dense.weight, std=0.01)
            with torch.no_grad():
                network.dense.bias.copy_(torch.log(often))
            other = load_network(network_file(teacher, fold), taught.network)
            further = Teacher(other, taught.training.frozen, network, often)
        make = batches(samples, cache, weight, pictured)
        text = f"fold {fold}" if fold else "all images"
        network = learn(network, make, recipe.training, recipe.seed + fold, text, report, further)
        # Without how often it was shown each class its answer is the evidence of the image alone,
        # as the head expects it.
        with torch.no_grad():
            network.dense.bias -= torch.log(often)
        save_weights(network, path)
    report(1.0, "done")


def check_teacher(recipe: TumourRecipe, run: Path) -> None:
    """Raises FileError if ``run`` is no finished run of the recipe's teacher."""
    networks = [network_file(run, fold) for fold in (*FOLDS, 0)]
    if not all(file.is_file() for file in (run / RECIPE_FILE, run / PRETRAINED_FILE, *networks)):
        raise FileError(
            f"This recipe learns from a finished run of {recipe.teacher}.",
            f"Run 'brainviewer train {recipe.teacher}' first, and name its folder with --weights.",
        )


def network_file(out: Path, fold: int) -> Path:
    """Where the network that never saw ``fold`` lies; with 0, that of all images."""
    return out / (f"fold{fold}.npz" if fold else FINAL_FILE)


def sampling_weights(samples: Sequence[Sample], allowed: NDArray[np.bool_], lgg: float) -> Weights:
    """How often each sample is drawn; 0 for those that are not allowed.

    Raises FileError if nothing is left of a class.
    """
    weight = np.zeros(len(samples))
    labels = np.array([sample.label for sample in samples])
    ours = np.array([sample.source == CHENG for sample in samples])
    for members, fraction in ((allowed & ours, 1 - lgg), (allowed & ~ours, lgg)):
        if members.any():
            _, place, count = np.unique(labels[members], return_inverse=True, return_counts=True)
            frequent = count[place].astype(float) ** -_BALANCE
            weight[members] = fraction * frequent / frequent.sum()
    for label, often in zip(CLASSES, _shown(samples, weight), strict=True):
        if not often:
            raise FileError(
                f"There are no images of the class {label} to learn from.",
                "Add some, in more than one fold.",
            )
    return np.asarray(weight / weight.sum())


def _shown(samples: Sequence[Sample], weight: Weights) -> list[float]:
    """How often each class is drawn."""
    return [
        sum(w for w, sample in zip(weight, samples, strict=True) if sample.label == label)
        for label in CLASSES
    ]


def batches(
    samples: Sequence[Sample],
    cache: AugmentationCache,
    weight: Weights,
    pictured: MakeImages | None = None,
) -> MakeBatch:
    """Batches of what the frozen blocks made of samples drawn with the chances ``weight``.

    pictured : makes images of codes (n, size, size) for a network that starts from images; what
        the frozen blocks made of them is then ``shown`` beside them, for its teacher.
    """
    labelled = all(sample.label for sample in samples)
    codes = np.array([CLASSES.index(sample.label) if labelled else -1 for sample in samples])

    def make(size: int, random: Random) -> Batch:
        chosen = random.choice(len(samples), size, p=weight)
        draws = random.integers(cache.maps.shape[1], size=size)
        maps = as_maps(cache.maps[chosen, draws])
        covered = cache.covered[chosen, draws].astype(np.float32) / np.float32(255)
        return Batch(
            maps if pictured is None else pictured(cache.images[chosen, draws]),
            torch.from_numpy(codes[chosen]) if labelled else None,
            torch.from_numpy(covered[:, None]),
            None if pictured is None else maps,
        )

    return make


def _pictured(theirs: ModelInput, ours: ModelInput) -> MakeImages:
    """Turns the codes of the teacher's images into images of the student's size."""

    def pictured(codes: NDArray[np.uint8]) -> Tensor:
        images = torch.from_numpy(decode_images(codes, theirs))
        size = (ours.size, ours.size)
        return nn.functional.interpolate(images, size, mode="bilinear", antialias=True)

    return pictured
