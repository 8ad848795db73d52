"""Train the segmentation network: cross-validation by patient, then the final network.

Each finished part is a file in the run's folder; run again, and only what is missing is done (an
unfinished network starts again). The schedule is fixed beforehand: no fold's test patients decide
when its training stops.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.models.segmentation.input import CHANNELS
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import Case, patient_folds
from brainviewer.training.learning import descend
from brainviewer.training.recipes import Schedule, parsed, read_schedule
from brainviewer.training.segmentation.augment import draw_sample
from brainviewer.training.segmentation.head_volumes import TrainingVolume, training_volumes
from brainviewer.training.segmentation.unet import UNet
from brainviewer.training.weights import load_weights, save_weights


@dataclass(frozen=True)
class SegmentationRecipe:
    """How the network is trained."""

    seed: int
    folds: int
    training: Schedule


def read_segmentation_recipe(path: Path) -> SegmentationRecipe:
    """Read a recipe; raises FileError if it cannot be read or lacks something."""

    def parse(content: dict[str, Any]) -> SegmentationRecipe:
        training = read_schedule({"label_smoothing": 0.0, **content["training"]}, parts=0)
        return SegmentationRecipe(int(content["seed"]), int(content["folds"]), training)

    return parsed(path, parse)


def folds_of(cases: Sequence[Case], recipe: SegmentationRecipe) -> NDArray[np.int64]:
    """The fold of every case."""
    return patient_folds([case.label for case in cases], recipe.folds, recipe.seed)


def train_all(recipe: SegmentationRecipe, data: Path, out: Path, report: Report) -> None:
    """Leave ``fold-N.npz`` for every fold and ``final.npz``, of all patients, in ``out``."""
    cases = read_cases(data)
    heads = training_volumes(cases, out / "heads", report)
    fold_of = folds_of(cases, recipe)
    for fold in range(recipe.folds + 1):
        final = fold == recipe.folds
        path = out / ("final.npz" if final else f"fold-{fold}.npz")
        if not path.exists():
            learned = [head for head, own in zip(heads, fold_of, strict=True) if own != fold]
            text = "all patients" if final else f"fold {fold + 1}"
            save_weights(train(recipe, learned, fold, text, report), path)


def train(
    recipe: SegmentationRecipe, heads: Sequence[TrainingVolume], run: int, text: str, report: Report
) -> UNet:
    """Train one network."""
    torch.manual_seed(recipe.seed + run)
    network, schedule = UNet(CHANNELS), recipe.training

    def losses() -> Iterator[tuple[Tensor, Tensor]]:
        for step in range(schedule.steps):
            random = np.random.default_rng([recipe.seed, run, step])
            chosen = random.integers(len(heads), size=schedule.batch)
            images, masks = zip(*(draw_sample(heads[n], random) for n in chosen), strict=True)
            inputs = torch.from_numpy(np.stack(images)).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(inputs)
            loss = segmentation_loss(logits.float(), torch.from_numpy(np.stack(masks)))
            yield loss, loss

    return descend(network, losses(), schedule, text, report, [network], rising=0.15)


def segmentation_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """Cross-entropy, and one minus the Dice coefficient of the whole batch."""
    probability = torch.sigmoid(logits)
    both = (probability * mask).sum()
    dice = (2 * both + 1) / (probability.sum() + mask.sum() + 1)
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, mask)
    return torch.as_tensor(2 * entropy + 1 - dice)


def load_network(path: Path) -> UNet:
    """A network as ``save_weights`` left it, ready to segment."""
    network = UNet(CHANNELS)
    load_weights(network, path)
    network.eval()
    return network
