"""Train the network for single images: cross-validation by patient, then on all.

Each finished part is a file in the output folder, and one that was broken off goes on from its
checkpoint. The schedule is fixed beforehand: no fold's test images decide when its training stops.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from brainviewer.core.errors import FileError, Report
from brainviewer.training.image_classification.data.frozen_variants import (
    FrozenBatches,
    draw_variants,
)
from brainviewer.training.image_classification.data.hard_images import (
    hardness,
    middle_features,
)
from brainviewer.training.image_classification.data.tumour_batches import TumourBatches
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import (
    CHENG,
    Sample,
    read_samples,
    with_copies,
)
from brainviewer.training.image_classification.networks.backbones import load_network
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.learning import Checkpoint, descend
from brainviewer.training.packing.weights import save_weights
from brainviewer.training.precision import device, images_on_device, mixed_precision
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.resnet50 import Coverage, MapNetwork, guidance_loss

VARIANTS_FOLDER = "variants"
Weights = NDArray[np.float64]
"""(samples,) the chance of each to be drawn."""


def fit(recipe: TumourRecipe, cheng: Path, out: Path, report: Report) -> None:
    """Make everything that a recipe describes, in the folder ``out``.

    cheng : folder of those images; other collections lie beside it.
    out : holds the numbers that are started from.

    Leaves there ``foldN.npz`` for each fold and ``final.npz``, trained on all.
    Raises FileError if images are missing.
    """
    report(0.0, "reading the images")
    samples = read_samples(cheng, recipe.further)
    doubtful = with_copies(samples, recipe.left_out)
    general = load_network(out / PRETRAINED_FILE, recipe.network)
    report(0.0, "looking for hard images")
    features = middle_features(general, samples, recipe.input) if recipe.hard else None
    variants = out / VARIANTS_FOLDER
    if recipe.draws:
        draw_variants(general, samples, recipe, variants, report)
    for fold in (*FOLDS, 0):
        path = network_file(out, fold)
        if path.exists():
            continue
        allowed = np.array([one.fold != fold and one.name not in doubtful for one in samples])
        hard = np.zeros(len(samples))
        if features is not None:
            hard = recipe.hard * hardness(features, samples, allowed)
        weight = sampling_weights(samples, np.where(allowed, 1 + hard, 0), recipe)
        often = torch.tensor(_shown(samples, weight))
        torch.manual_seed(recipe.seed + fold)
        start = load_network(out / PRETRAINED_FILE, recipe.network)
        batches = (
            FrozenBatches(samples, weight, recipe, fold, variants)
            if recipe.draws
            else TumourBatches(samples, weight, recipe, fold)
        )
        text = f"fold {fold}" if fold else "all images"
        checkpoint = Checkpoint(path.with_suffix(".part.npz"))
        network = learn(start, batches, recipe, text, report, checkpoint)
        # Without how often it was shown each class its answer is the evidence of the image alone,
        # as the head expects it.
        with torch.no_grad():
            network.dense.bias -= torch.log(often)
        save_weights(network, path)
        checkpoint.remove()
    report(1.0, "done")


def network_file(out: Path, fold: int) -> Path:
    """Where the network that never saw ``fold`` lies; with 0, that of all images."""
    return out / (f"fold{fold}.npz" if fold else FINAL_FILE)


def learn(
    network: MapNetwork,
    batches: TumourBatches | FrozenBatches,
    recipe: TumourRecipe,
    text: str,
    report: Report,
    checkpoint: Checkpoint | None = None,
) -> MapNetwork:
    """Fit the network to the batches; returns the running mean of its weights.

    With ``coverage`` it also learns to say where the lesion lies, which is only trained for.
    """
    schedule = recipe.training
    coverage = Coverage(1, *network.channels)

    def losses(first: int) -> Iterator[tuple[Tensor, Tensor]]:
        if schedule.frozen:
            network.freeze(schedule.frozen)
        steps = range(first, len(batches))
        for batch in DataLoader(
            batches, batch_size=None, sampler=steps, num_workers=1, prefetch_factor=4
        ):
            images = images_on_device(batch["images"])
            labels, covered, located = (
                batch[name].to(device()) for name in ("labels", "covered", "located")
            )
            with mixed_precision(device()):
                if schedule.frozen and not recipe.draws:
                    with torch.no_grad():
                        images = network.lower(images, schedule.frozen)
                maps = network.maps(images, after=schedule.frozen)
                logits = network.logits(maps[1]).float()
                beside = coverage.loss((maps[0][located], maps[1][located]), covered[located])
            loss = classes_loss(logits, labels, schedule.label_smoothing, recipe.focal)
            guidance = guidance_loss(network, maps[1], covered)
            yield loss + schedule.coverage * beside + schedule.guidance * guidance, loss

    # Both in one, so that a checkpoint holds both.
    both = nn.ModuleDict({"network": network, "coverage": coverage})
    fitted = descend(both, losses, schedule, text, report, [both], checkpoint=checkpoint)
    return cast(MapNetwork, fitted["network"])


def classes_loss(logits: Tensor, labels: Tensor, smoothing: float, focal: float) -> Tensor:
    """Mean cross-entropy; samples count less, the surer the right answer is (Lin et al. 2017).

    logits, labels : (n, classes), fractions of each class.
    focal : exponent of what is missing to a sure answer; 0 counts all alike.
    """
    each = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")
    missing = 1 - (labels * torch.softmax(logits, dim=1)).sum(dim=1).detach()
    return torch.as_tensor((each * missing**focal).mean())


def sampling_weights(samples: Sequence[Sample], within: Weights, recipe: TumourRecipe) -> Weights:
    """How often each sample is drawn.

    within : (samples,) how often within its class and collection, 0 for what is not allowed.

    Raises FileError if nothing is left of a class.
    """
    weight = np.zeros(len(samples))
    labels, sources = (np.array([getattr(s, key) for s in samples]) for key in ("label", "source"))
    fractions = {name: further.fraction for name, further in recipe.further.items()}
    for source, fraction in {**fractions, CHENG: 1 - sum(fractions.values())}.items():
        ours = (within > 0) & (sources == source)
        parts = [ours & (labels == label) for label in CLASSES]
        sizes = np.array([float(part.sum()) for part in parts])
        drawn = np.where(sizes > 0, np.maximum(sizes, 1) ** (1 - recipe.balance), 0)
        for part, often in zip(parts, drawn * fraction / max(drawn.sum(), 1), strict=True):
            weight[part] = often * within[part] / max(within[part].sum(), 1e-9)
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
