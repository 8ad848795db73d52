"""Pretraining on the four classes of ``cheng``: other patients, one sequence, all planes."""

from pathlib import Path

import numpy as np
import torch

from brainviewer.core.errors import Report
from brainviewer.models.card import ModelInput
from brainviewer.models.subtype.input import head_mask, prepare
from brainviewer.training.augment import Random, vary
from brainviewer.training.labelled_data.pretraining_images import (
    LabelledImage,
    TumourSlice,
    ellipse,
    read_cheng,
)
from brainviewer.training.learning import Batch, learn
from brainviewer.training.recipes import Recipe
from brainviewer.training.resnet50 import ResNet50


def pretrain(recipe: Recipe, folder: Path, report: Report) -> ResNet50:
    """Train a network of one slice on the images of ``folder``."""
    images2d = read_cheng(folder)
    labels = sorted({image.label for image in images2d})
    model_input = one_slice(recipe.input)
    torch.manual_seed(recipe.seed)
    network = ResNet50(len(labels), model_input.depth)

    def make(size: int, random: Random) -> Batch:
        chosen = [images2d[n] for n in random.integers(len(images2d), size=size)]
        images = []
        for image in chosen:
            tumour = vary(as_sequences(image, model_input.channels, random), random)
            images.append(prepare(tumour.channels, tumour.mask, model_input).tensor[0])
        return Batch(
            torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2),
            torch.tensor([labels.index(image.label) for image in chosen]),
        )

    return learn(network, make, recipe.pretraining, recipe.seed, "pretraining", report)


def one_slice(model_input: ModelInput) -> ModelInput:
    """The same input for a network that sees one slice."""
    return ModelInput(model_input.size, model_input.channels, model_input.steps)


def as_sequences(image: LabelledImage, names: tuple[str, ...], random: Random) -> TumourSlice:
    """One image in the place of every sequence, now and then with inverted contrast."""
    grey = image.image
    head = head_mask([grey])
    mask = image.mask
    if mask is None or not mask.any():
        inside = np.argwhere(head if head.any() else np.ones_like(head))
        row, column = inside[random.integers(len(inside))]
        axes = random.uniform(0.05, 0.2, 2) * min(grey.shape)
        mask = ellipse(grey.shape, (column, row), (axes[0], axes[1]))
    inverted = np.where(head, np.float32(np.percentile(grey, 99.5)) - grey, grey).clip(0)
    return TumourSlice({name: inverted if random.random() < 0.25 else grey for name in names}, mask)
