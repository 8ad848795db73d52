"""Train the segmentation network: cross-validation by patient, then the final network.

Each finished part is a file in the run's folder; run again, and only what is missing is done (an
unfinished network starts again). The schedule is fixed beforehand: no fold's test patients decide
when its training stops.
"""

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, Report
from brainviewer.files.structured import read_toml
from brainviewer.models.segmentation.input import CHANNELS
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.folds import patient_folds
from brainviewer.training.segmentation.augment import draw_sample
from brainviewer.training.segmentation.head_volumes import HeadVolume, head_volumes
from brainviewer.training.segmentation.unet import UNet
from brainviewer.training.weights import load_weights, save_weights, update_average

RECIPE = resources() / "recipes" / "lesion-outline.toml"


@dataclass(frozen=True)
class OutlineRecipe:
    """How the network is trained; ``average`` is the decay of the running mean of its weights."""

    seed: int
    folds: int
    samples: int
    batch: int
    learning_rate: float
    weight_decay: float
    average: float


def read_outline_recipe(path: Path) -> OutlineRecipe:
    """Read a recipe; raises FileError if it cannot be read or lacks something."""
    content = read_toml(path)
    try:
        training = content["training"]
        return OutlineRecipe(
            seed=int(content["seed"]),
            folds=int(content["folds"]),
            samples=int(training["samples"]),
            batch=int(training["batch"]),
            learning_rate=float(training["learning_rate"]),
            weight_decay=float(training["weight_decay"]),
            average=float(training["average"]),
        )
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"The recipe {path.name} cannot be used: {error}.", "Check it.") from None


def folds_of(cases: list[Case], recipe: OutlineRecipe) -> NDArray[np.int64]:
    """The fold of every case."""
    return patient_folds([case.label for case in cases], recipe.folds, recipe.seed)


def train_all(recipe: OutlineRecipe, data: Path, out: Path, report: Report) -> None:
    """Leave ``fold-N.npz`` for every fold and ``final.npz``, of all patients, in ``out``."""
    cases = read_cases(data)
    heads = head_volumes(cases, out / "heads", report)
    fold_of = folds_of(cases, recipe)
    for fold in range(recipe.folds):
        learned = [head for head, own in zip(heads, fold_of, strict=True) if own != fold]
        train(recipe, learned, fold, f"fold {fold + 1}", out / f"fold-{fold}.npz", report)
    train(recipe, heads, recipe.folds, "all patients", out / "final.npz", report)


def train(
    recipe: OutlineRecipe,
    heads: list[HeadVolume],
    run: int,
    text: str,
    path: Path,
    report: Report,
) -> None:
    """Train one network and write its numbers to ``path``, unless that is there already."""
    if path.exists():
        return
    torch.manual_seed(recipe.seed + run)
    network = UNet(CHANNELS).to(memory_format=torch.channels_last).train()
    kept = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    steps = max(1, recipe.samples // recipe.batch)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=0.15
    )
    mean_loss = 0.0
    for step in range(steps):
        random = np.random.default_rng([recipe.seed, run, step])
        chosen = random.integers(len(heads), size=recipe.batch)
        images, outlines = zip(*(draw_sample(heads[n], random) for n in chosen), strict=True)
        inputs = torch.from_numpy(np.stack(images)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(inputs)
        loss = segmentation_loss(logits.float(), torch.from_numpy(np.stack(outlines)))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rate.step()
        update_average(kept, network, min(recipe.average, (1 + step) / (10 + step)))
        mean_loss += (loss.item() - mean_loss) / min(step + 1, 100)
        report((step + 1) / steps, f"{text}: loss {mean_loss:.3f}")
    save_weights(kept, path)


def segmentation_loss(logits: Tensor, outline: Tensor) -> Tensor:
    """Cross-entropy, and one minus the Dice coefficient of the whole batch."""
    probability = torch.sigmoid(logits)
    both = (probability * outline).sum()
    dice = (2 * both + 1) / (probability.sum() + outline.sum() + 1)
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, outline)
    return torch.as_tensor(2 * entropy + 1 - dice)


def load_network(path: Path) -> UNet:
    """A network as ``save_weights`` left it, ready to outline."""
    network = UNet(CHANNELS)
    load_weights(network, path)
    network.eval()
    return network
