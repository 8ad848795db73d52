"""Varied images as the frozen parts of a network see them: drawn once, shared by all folds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.files.writing import make_folder
from brainviewer.models.image_classification.input import head_of, image_bounds
from brainviewer.training.augment import Random
from brainviewer.training.frozen_features import as_maps, frozen_features
from brainviewer.training.image_classification.data.random_variation import vary
from brainviewer.training.image_classification.data.tumour_batches import (
    TumourBatches,
    Varied,
)
from brainviewer.training.image_classification.data.tumour_samples import Sample
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.resnet50 import MapNetwork

_AT_ONCE = 32  # images


def draw_variants(
    network: MapNetwork, samples: Sequence[Sample], recipe: TumourRecipe, out: Path, report: Report
) -> None:
    """Write ``recipe.draws`` variants of each image, as the frozen parts of the network see them.

    Leaves ``mapsN.npy`` (samples, h, w, c) and ``coveredN.npy`` (samples, size / 16, size / 16) in
    ``out``; what is there already stays.
    """
    make_folder(out)
    network = network.eval().to(memory_format=torch.channels_last)
    heads = [head_of(sample.image) for sample in samples]
    low, high = image_bounds(recipe.input)
    for number in range(recipe.draws):
        if _maps_file(out, number).exists():
            continue
        part, covered = _maps_file(out, number).with_suffix(".part"), []
        for start in range(0, len(samples), _AT_ONCE):
            done = (number + start / len(samples)) / recipe.draws
            report(done, f"variant {number + 1} of {recipe.draws} of each image")
            drawn = [
                vary(
                    samples[n],
                    heads[n],
                    recipe.input,
                    np.random.default_rng([recipe.seed, number, n]),
                )
                for n in range(start, min(start + _AT_ONCE, len(samples)))
            ]
            codes, lesions = (np.stack(made) for made in zip(*drawn, strict=True))
            images = codes[:, None] * np.float32((high - low) / 255) + np.float32(low)
            made = frozen_features(network, recipe.training.frozen, images)
            if not start:
                maps = open_memmap(part, "w+", np.int16, (len(samples), *made.shape[1:]))
            maps[start : start + len(made)] = made
            covered.append(lesions)
        np.save(out / f"covered{number}.npy", np.concatenate(covered))
        maps.flush()
        part.rename(_maps_file(out, number))


def _maps_file(out: Path, number: int) -> Path:
    return out / f"maps{number}.npy"


class FrozenBatches(TumourBatches):
    """The batches of one training from variants that were drawn before.

    ``images`` are maps (n, c, h, w), so that they are mixed as maps (Verma et al. 2019, "Manifold
    mixup").

    Raises FileError if the variants are not those of the samples.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        weight: NDArray[np.float64],
        recipe: TumourRecipe,
        fold: int,
        variants: Path,
    ) -> None:
        super().__init__(samples, weight, recipe, fold)
        numbers = range(recipe.draws)
        self._maps = [np.load(_maps_file(variants, n), mmap_mode="r") for n in numbers]
        self._covered = [np.load(variants / f"covered{n}.npy") for n in numbers]
        if {len(held) for held in (*self._maps, *self._covered)} != {len(samples)}:
            raise FileError(
                f"The folder {variants.name} of the run holds other images.",
                "Delete it, and train again.",
            )

    def _varied(self, chosen: Sequence[int], random: Random) -> Varied:
        which = random.integers(self._recipe.draws, size=len(chosen))
        both = list(zip(which.tolist(), chosen, strict=True))
        maps = as_maps(np.stack([self._maps[v][n] for v, n in both])).float()
        return maps, np.stack([self._covered[v][n] for v, n in both])
