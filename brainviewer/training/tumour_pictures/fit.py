"""Train the network for single pictures: cross-validation by patient, then on all.

Each finished part is a file in the output folder; run again, and only what is missing is done.
The schedule is fixed beforehand: no fold's test pictures decide when its training stops.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.training.augment import Random
from brainviewer.training.learning import Batch, MakeBatch, learn
from brainviewer.training.numbers import load_numbers, save_numbers
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.tumour_pictures.bank import Bank, make_bank
from brainviewer.training.tumour_pictures.folds import CLASSES, FOLDS
from brainviewer.training.tumour_pictures.recipe import PictureRecipe
from brainviewer.training.tumour_pictures.samples import CHENG, Sample, read_samples, with_copies
from brainviewer.training.tumour_pictures.xception import Xception, from_imagenet

BANK_FOLDER = "bank"
# Between equally often and as often as they are: rare classes count, none is told by heart.
_BALANCE = 0.5


def fit(recipe: PictureRecipe, cheng: Path, lgg: Path | None, out: Path, report: Report) -> None:
    """Make everything that the recipe describes, in the folder ``out``.

    lgg : folder of that collection; None to do without.

    Leaves there the variants, ``foldN.npz`` for each fold and ``final.npz``, trained on all.
    """
    (out / BANK_FOLDER).mkdir(parents=True, exist_ok=True)
    report(0.0, "reading the pictures")
    samples = read_samples(cheng, lgg if recipe.lgg else None)
    doubtful = with_copies(samples, recipe.left_out)
    start = out / PRETRAINED_FILE
    if not start.exists():
        save_numbers(from_imagenet(recipe.weights, len(CLASSES), recipe.input), start)
    bank = make_bank(
        samples,
        recipe.draws,
        load_network(start),
        recipe.training.frozen,
        recipe.input,
        out / BANK_FOLDER,
        recipe.seed,
        report,
    )
    parts = [(fold_file(out, fold), fold) for fold in FOLDS] + [(out / FINAL_FILE, 0)]
    for path, fold in parts:
        if not path.exists():
            members = [
                n
                for n, sample in enumerate(samples)
                if sample.fold != fold and sample.name not in doubtful
            ]
            weight = drawn_how_often(samples, members, recipe.lgg)
            make = batches(samples, bank, weight)
            torch.manual_seed(recipe.seed + fold)
            text = f"fold {fold}" if fold else "all pictures"
            network = learn(
                load_network(start), make, recipe.training, recipe.seed + fold, text, report
            )
            _forget_frequencies(network, samples, weight)
            save_numbers(network, path)
    report(1.0, "done")


def drawn_how_often(
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
    for label, shown in zip(CLASSES, _shown(samples, weight), strict=True):
        if not shown:
            raise FileError(
                f"There are no pictures of the class {label} to learn from.",
                "Add some, in more than one fold.",
            )
    return np.asarray(weight / weight.sum())


def batches(samples: Sequence[Sample], bank: Bank, weight: NDArray[np.float64]) -> MakeBatch:
    """Batches of what the frozen blocks made of samples drawn with the chances ``weight``."""
    codes = np.array([CLASSES.index(sample.label) for sample in samples])

    def make(size: int, random: Random) -> Batch:
        chosen = random.choice(len(samples), size, p=weight)
        draws = random.integers(bank.maps.shape[1], size=size)
        maps = torch.from_numpy(bank.maps[chosen, draws]).view(torch.bfloat16)
        covered = bank.covered[chosen, draws].astype(np.float32) / np.float32(255)
        return Batch(
            maps.permute(0, 3, 1, 2),
            torch.from_numpy(codes[chosen]),
            torch.from_numpy(covered[:, None]),
        )

    return make


def _forget_frequencies(
    network: Xception, samples: Sequence[Sample], weight: NDArray[np.float64]
) -> None:
    """Take out of the network how often it was shown each class.

    Its answer is then the evidence of the picture alone, as the head wants it.
    """
    with torch.no_grad():
        network.dense.bias -= torch.log(torch.tensor(_shown(samples, weight)))


def _shown(samples: Sequence[Sample], weight: NDArray[np.float64]) -> list[float]:
    """How often each class is drawn."""
    return [
        sum(w for w, sample in zip(weight, samples, strict=True) if sample.label == label)
        for label in CLASSES
    ]


def load_network(path: Path) -> Xception:
    """A network that a run left, ready to answer; raises FileError."""
    network = Xception(len(CLASSES))
    load_numbers(network, path)
    network.eval()
    return network


def fold_file(out: Path, fold: int) -> Path:
    """Where the network that never saw ``fold`` lies."""
    return out / f"fold{fold}.npz"
