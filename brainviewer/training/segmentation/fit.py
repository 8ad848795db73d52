"""Train the segmentation network: cross-validation by patient, then the final network.

Each finished part is a file in the run's folder, and a network that was broken off goes on from
its checkpoint. The schedule is fixed beforehand: no fold's test patients decide when its training
stops.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from monai.losses import DiceLoss
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from brainviewer.core.errors import Report
from brainviewer.training.learning import Checkpoint, descend
from brainviewer.training.packing.weights import save_weights
from brainviewer.training.precision import device, images_on_device, mixed_precision
from brainviewer.training.segmentation.data import segmentation_cases
from brainviewer.training.segmentation.head_volumes import TrainingVolume, training_volumes
from brainviewer.training.segmentation.network import (
    load_network,
    segmentation_unet,
    write_graph,
)
from brainviewer.training.segmentation.recipe import SegmentationRecipe, split
from brainviewer.training.segmentation.transforms import training_transforms

Samples = dict[str, Tensor]
_WEIGHTS = (8.0, 1.0, 1.0)
"""Of the regions: slice and descriptors rest on the whole lesion, which is learned faster so."""
_UNASKED = -20.0
"""The logit of a region that nobody marked: it adds nothing to the loss."""


def train_all(recipe: SegmentationRecipe, data: Path, out: Path, report: Report) -> None:
    """Leave ``fold-N.npz`` for every fold and ``final.npz``, of all patients, in ``out``, each with
    its graph beside it (``.onnx``)."""
    cases = segmentation_cases(data).cases
    heads = training_volumes(cases, out / "heads", report)
    fold_of = split(cases, recipe)
    for fold in range(recipe.folds + 1):
        final = fold == recipe.folds
        path = out / ("final.npz" if final else f"fold-{fold}.npz")
        if not path.exists():
            learned = [head for head, own in zip(heads, fold_of, strict=True) if own != fold]
            text = "all patients" if final else f"fold {fold + 1}"
            checkpoint = Checkpoint(path.with_suffix(".part.npz"))
            save_weights(train(recipe, learned, fold, text, report, checkpoint), path)
            checkpoint.remove()
        graph = path.with_suffix(".onnx")
        if not graph.exists():
            write_graph(load_network(path, recipe.input), graph, recipe.input)


def train(
    recipe: SegmentationRecipe,
    heads: Sequence[TrainingVolume],
    run: int,
    text: str,
    report: Report,
    checkpoint: Checkpoint | None = None,
) -> nn.Module:
    """Train one network."""
    torch.manual_seed(recipe.seed + run)
    network = segmentation_unet(recipe.input)

    def losses(first: int) -> Iterator[tuple[Tensor, Tensor]]:
        batches = Batches(heads, recipe, run, first)
        for batch in DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=4):
            inputs = images_on_device(batch["slices"])
            regions, asked = (batch[name].to(device()) for name in ("regions", "asked"))
            with mixed_precision(device()):
                logits = network(inputs)
            loss = segmentation_loss(logits.float(), regions, asked)
            yield loss, loss

    return descend(network, losses, recipe.training, text, report, [network], checkpoint)


class Batches(Dataset[Samples]):  # type: ignore[misc]  # mypy does not look into torch
    """The batches of a training from one step on, each drawn from its own seed."""

    def __init__(
        self, heads: Sequence[TrainingVolume], recipe: SegmentationRecipe, run: int, first: int
    ) -> None:
        self._recipe, self._run, self._first = recipe, run, first
        most = max(head.regions for head in heads)
        full = [head for head in heads if head.regions == most]
        rest = [head for head in heads if head.regions != most]
        self._groups = (full, rest or full)
        self._transforms = training_transforms(recipe.input)

    def __len__(self) -> int:
        return self._recipe.training.steps - self._first

    def __getitem__(self, index: int) -> Samples:
        if index >= len(self):
            raise IndexError
        seed = np.random.SeedSequence([self._recipe.seed, self._run, self._first + index])
        random = np.random.default_rng(seed)
        self._transforms.set_random_state(seed=int(random.integers(2**31)))
        samples = []
        for _ in range(self._recipe.training.batch):
            group = self._groups[random.random() >= self._recipe.in_full]
            samples.append(self._transforms(group[random.integers(len(group))]))
        return {name: torch.cat([sample[name] for sample in samples]) for name in samples[0]}


def segmentation_loss(logits: Tensor, regions: Tensor, asked: Tensor) -> Tensor:
    """Cross-entropy, and one minus the Dice coefficient of each region in the whole batch.

    logits, regions : (n, regions, h, w); asked : (n, regions, 1, 1), what was marked.
    """
    logits = torch.where(asked, logits, _UNASKED)
    regions = torch.where(asked, regions, 0.0)
    weights = torch.tensor(_WEIGHTS[: logits.shape[1]], device=logits.device)
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, regions, reduction="none")
    marked = asked.float().mean((0, 2, 3)).clamp(min=0.05)
    measure = DiceLoss(sigmoid=True, batch=True, smooth_nr=1.0, smooth_dr=1.0, reduction="none")
    each = 2 * entropy.mean((0, 2, 3)) / marked + measure(logits, regions).flatten()
    return torch.as_tensor((each * weights).sum() / weights.sum())
