"""Batches of varied images: each follows from the seed, the fold and its place alone."""

from collections.abc import Sequence
from dataclasses import replace

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
        early = place < recipe.early * len(self)
        size = recipe.early_size if early else recipe.input.size
        return mixed(self._varied(chosen.tolist(), size, random), recipe.mixup, random)

    def _varied(self, chosen: Sequence[int], size: int, random: Random) -> Batch:
        model_input = replace(self._recipe.input, size=size)
        samples = [self._samples[n] for n in chosen]
        made = [
            vary(sample, self._heads[n], model_input, random)
            for n, sample in zip(chosen, samples, strict=True)
        ]
        codes, covered = (np.stack(part)[:, None] for part in zip(*made, strict=True))
        low, high = image_bounds(model_input)
        labels = torch.tensor([CLASSES.index(sample.label) for sample in samples])
        return {
            "images": torch.from_numpy(codes * np.float32((high - low) / 255) + np.float32(low)),
            "labels": torch.nn.functional.one_hot(labels, len(CLASSES)).float(),
            "covered": torch.from_numpy(covered / np.float32(255)),
            "located": torch.tensor([sample.located for sample in samples]),
        }


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
