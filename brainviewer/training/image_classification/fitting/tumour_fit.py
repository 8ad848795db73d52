"""Train the network for single images: cross-validation by patient, then on all.

Each finished part is a file in the output folder; run again, and only what is missing is done.
The schedule is fixed beforehand: no fold's test images decide when its training stops.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from brainviewer.core.errors import FileError, Report
from brainviewer.training.augment import Random
from brainviewer.training.frozen_features import as_maps
from brainviewer.training.image_classification.data.augmentation_cache import (
    AugmentationCache,
    make_cache,
)
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import (
    CHENG,
    Sample,
    read_samples,
    with_copies,
)
from brainviewer.training.image_classification.networks.backbones import load_network
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.learning import Batch, MakeBatch, learn
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.weights import save_weights

CACHE_FOLDER = "bank"
# Between equally often and as often as they are: rare classes count, none is told by heart.
_BALANCE = 0.5

# Makes the network that never saw a fold (0: all images), given how often each sample is drawn.
LearnPart = Callable[[int, NDArray[np.float64], str], MapNetwork]


def fit(recipe: TumourRecipe, cheng: Path, lgg: Path | None, out: Path, report: Report) -> None:
    """Make everything that a recipe without a teacher describes, in the folder ``out``.

    lgg : folder of that collection; None to do without.
    out : holds the numbers that are started from.

    Leaves there the variants, ``foldN.npz`` for each fold and ``final.npz``, trained on all.
    """
    (out / CACHE_FOLDER).mkdir(parents=True, exist_ok=True)
    report(0.0, "reading the images")
    samples = read_samples(cheng, lgg if recipe.lgg else None)
    start = out / PRETRAINED_FILE
    bank = make_cache(
        samples,
        recipe.draws,
        load_network(start, recipe.network),
        recipe.training.frozen,
        recipe.input,
        out / CACHE_FOLDER,
        recipe.seed,
        report,
    )

    def learn_part(fold: int, weight: NDArray[np.float64], text: str) -> MapNetwork:
        network = load_network(start, recipe.network)
        make = batches(samples, bank, weight)
        return learn(network, make, recipe.training, recipe.seed + fold, text, report)

    learn_parts(recipe, samples, out, learn_part)
    report(1.0, "done")


def learn_parts(
    recipe: TumourRecipe, samples: Sequence[Sample], out: Path, learn_part: LearnPart
) -> None:
    """Make the network of each fold, then that of all images; those that are there stay."""
    doubtful = with_copies(samples, recipe.left_out)
    for path, fold in [*((fold_file(out, fold), fold) for fold in FOLDS), (out / FINAL_FILE, 0)]:
        if not path.exists():
            members = [
                n
                for n, sample in enumerate(samples)
                if sample.fold != fold and sample.name not in doubtful
            ]
            weight = sampling_weights(samples, members, recipe.lgg)
            torch.manual_seed(recipe.seed + fold)
            network = learn_part(fold, weight, f"fold {fold}" if fold else "all images")
            _remove_class_frequencies(network, shown(samples, weight))
            save_weights(network, path)


def sampling_weights(
    samples: Sequence[Sample], members: Sequence[int], lgg: float
) -> NDArray[np.float64]:
    """(samples,) the chance of each to be drawn; 0 for those that must not be learned from.

    Raises FileError if nothing is left of a class.
    """
    weight = np.zeros(len(samples))
    for ours, share in ((True, 1 - lgg), (False, lgg)):
        some = [n for n in members if (samples[n].source == CHENG) is ours]
        labels = [samples[n].label for n in some]
        frequent = np.array([labels.count(label) for label in labels], float) ** -_BALANCE
        if some:
            weight[some] = share * frequent / frequent.sum()
    for label, often in zip(CLASSES, shown(samples, weight), strict=True):
        if not often:
            raise FileError(
                f"There are no images of the class {label} to learn from.",
                "Add some, in more than one fold.",
            )
    return np.asarray(weight / weight.sum())


def batches(
    samples: Sequence[Sample],
    bank: AugmentationCache,
    weight: NDArray[np.float64],
    pictured: Callable[[NDArray[np.uint8]], Tensor] | None = None,
) -> MakeBatch:
    """Batches of what the frozen blocks made of samples drawn with the chances ``weight``.

    pictured : makes images of codes (n, size, size) for a network that starts from images; what
        the frozen blocks made of them is then ``shown`` beside them, for its teacher.
    """
    labelled = all(sample.label for sample in samples)
    codes = np.array([CLASSES.index(sample.label) if labelled else -1 for sample in samples])

    def make(size: int, random: Random) -> Batch:
        chosen = random.choice(len(samples), size, p=weight)
        draws = random.integers(bank.maps.shape[1], size=size)
        maps = as_maps(bank.maps[chosen, draws])
        covered = bank.covered[chosen, draws].astype(np.float32) / np.float32(255)
        return Batch(
            maps if pictured is None else pictured(bank.pictures[chosen, draws]),
            torch.from_numpy(codes[chosen]) if labelled else None,
            torch.from_numpy(covered[:, None]),
            None if pictured is None else maps,
        )

    return make


def _remove_class_frequencies(network: MapNetwork, often: Sequence[float]) -> None:
    """Take out of the network how often it was shown each class.

    Its answer is then the evidence of the image alone, as the head wants it.
    """
    with torch.no_grad():
        network.dense.bias -= torch.log(torch.tensor(often))


def shown(samples: Sequence[Sample], weight: NDArray[np.float64]) -> list[float]:
    """How often each class is drawn."""
    return [
        sum(w for w, sample in zip(weight, samples, strict=True) if sample.label == label)
        for label in CLASSES
    ]


def fold_file(out: Path, fold: int) -> Path:
    """Where the network that never saw ``fold`` lies."""
    return out / f"fold{fold}.npz"
