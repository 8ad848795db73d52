"""Batches of varied images: each follows from the seed, the fold and its place alone."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from brainviewer.models.image_classification.input import head_of, image_bounds
from brainviewer.training.augment import Random
from brainviewer.training.image_classification.data.random_variation import vary
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.data.tumour_samples import Sample
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe

Batch = dict[str, Tensor]
Varied = tuple[Tensor, NDArray[np.uint8]]
"""Images of a batch, and their lesions (n, size / 16, size / 16), 255 where they are whole."""


class TumourBatches(Dataset[Batch]):  # type: ignore[misc]  # mypy does not look into torch
    """All batches of one training.

    weight : (samples,) the chance of each to be drawn.

    A batch holds ``images`` (n, 1, size, size) as the network sees them, ``labels`` (n, classes)
    fractions, ``covered`` (n, 1, size / 16, size / 16) fractions of lesion, and ``located`` (n,)
    whether it is known where the lesion lies.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        weight: NDArray[np.float64],
        recipe: TumourRecipe,
        fold: int,
    ) -> None:
        self._samples, self._weight = samples, weight
        self._recipe, self._fold = recipe, fold
        self._heads = [head_of(sample.image) for sample in samples]

    def __len__(self) -> int:
        return self._recipe.training.steps

    def __getitem__(self, place: int) -> Batch:
        recipe = self._recipe
        random = np.random.default_rng([recipe.seed, self._fold, place])
        chosen = random.choice(len(self._samples), recipe.training.batch, p=self._weight)
        images, covered = self._varied(chosen.tolist(), random)
        samples = [self._samples[n] for n in chosen]
        batch = {
            "images": images,
            "labels": class_fractions(samples),
            "covered": torch.from_numpy(covered[:, None] / np.float32(255)),
            "located": torch.tensor([sample.located for sample in samples]),
        }
        return mixed(batch, recipe.mixup, random)

    def _varied(self, chosen: Sequence[int], random: Random) -> Varied:
        low, high = image_bounds(self._recipe.input)
        made = [vary(self._samples[n], self._heads[n], self._recipe.input, random) for n in chosen]
        codes, covered = (np.stack(part) for part in zip(*made, strict=True))
        images = codes[:, None] * np.float32((high - low) / 255) + np.float32(low)
        return torch.from_numpy(images), covered


def class_fractions(samples: Sequence[Sample]) -> Tensor:
    """(n, classes): 1 at the class of each sample."""
    labels = torch.tensor([CLASSES.index(sample.label) for sample in samples])
    return torch.nn.functional.one_hot(labels, len(CLASSES)).float()


def mixed(batch: Batch, mixup: float, random: Random) -> Batch:
    """Each image mixed with the one before it by one fraction for all (Zhang et al. 2018).

    mixup : parameter of the beta distribution of the fraction; 0 leaves the batch as it is.
    """
    if not mixup:
        return batch
    kept = float(random.beta(mixup, mixup))
    other = {name: values.roll(1, 0) for name, values in batch.items()}
    both = {
        name: kept * batch[name] + (1 - kept) * other[name]
        for name in ("images", "labels", "covered")
    }
    return {**both, "located": batch["located"] & other["located"]}
