"""What the unchanged lower blocks make of varied images, worked out once for all folds.

Neither how an image is varied nor what the frozen blocks, which never saw an MR, make of it
depends on who learns from it; keeping that saves most of the time of training.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.worker_pool import worker_pool
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.models.card import ModelInput
from brainviewer.models.image_classification.input import head_of, image_bounds
from brainviewer.training.frozen_features import frozen_features
from brainviewer.training.image_classification.data.random_variation import vary
from brainviewer.training.image_classification.data.tumour_samples import Sample
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.resnet50 import MapNetwork

_FILES, _ABOUT_FILE = ("pictures.npy", "maps.npy", "covered.npy"), "maps.json"
_AT_ONCE = 4  # samples
Codes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class AugmentationCache:
    """images : (samples, draws, size, size) uint8, codes of the range that is clipped to
    maps : (samples, draws, h, w, c) int16, the bits of bfloat16
    covered : (samples, draws, size / 16, size / 16) uint8, lesion in 1/255
    """

    images: Codes
    maps: NDArray[np.int16]
    covered: Codes


def make_cache(
    samples: Sequence[Sample],
    recipe: TumourRecipe,
    network: MapNetwork,
    folder: Path,
    report: Report,
) -> AugmentationCache:
    """Run the frozen blocks on every variant, or read what they made of it before."""
    blocks, names = recipe.training.frozen, [sample.name for sample in samples]
    about = {"blocks": blocks, "seed": recipe.seed, "draws": recipe.draws, "samples": names}
    files, described = [folder / name for name in _FILES], folder / _ABOUT_FILE
    known = files[0].exists() and described.exists()
    if not known or json.loads(described.read_text(encoding="utf-8")) != about:
        make_folder(folder)
        described.unlink(missing_ok=True)
        network = network.eval().to(memory_format=torch.channels_last)
        kept: list[NDArray[Any]] = []
        first = 0
        for codes, cover in _variants(samples, recipe):
            bits = frozen_features(network, blocks, decode_images(codes, recipe.input))
            made: tuple[NDArray[Any], ...] = (
                codes,
                bits.reshape(*codes.shape[:2], *bits.shape[1:]),
                cover,
            )
            kept = kept or [
                open_memmap(file, "w+", one.dtype, (len(samples), *one.shape[1:]))
                for file, one in zip(files, made, strict=True)
            ]
            for whole, one in zip(kept, made, strict=True):
                whole[first : first + len(codes)] = one
            first += len(codes)
            report(first / len(samples), "looking at varied images")
        write_whole(described, (json.dumps(about) + "\n").encode())
    return AugmentationCache(*(np.load(file, mmap_mode="r") for file in files))


def decode_images(codes: Codes, model_input: ModelInput) -> NDArray[np.float32]:
    """(..., size, size) codes -> (n, 1, size, size) as the network sees them"""
    low, high = image_bounds(model_input)
    flat = codes.reshape(-1, 1, *codes.shape[-2:]).astype(np.float32)
    return np.asarray(flat * np.float32((high - low) / 255) + np.float32(low))


def _variants(samples: Sequence[Sample], recipe: TumourRecipe) -> Iterator[tuple[Codes, Codes]]:
    """A few samples at a time: codes (n, draws, size, size) and coverage; made in processes."""
    jobs = (
        (samples[start : start + _AT_ONCE], recipe.draws, recipe.input, [recipe.seed, start])
        for start in range(0, len(samples), _AT_ONCE)
    )
    with worker_pool(1) as pool:
        # Only a few ahead: all of them at once would fill the memory.
        coming = [pool.submit(_vary_some, *job) for job in islice(jobs, 8)]
        while coming:
            yield coming.pop(0).result()
            coming += [pool.submit(_vary_some, *job) for job in islice(jobs, 1)]


def _vary_some(
    samples: Sequence[Sample], draws: int, model_input: ModelInput, seed: list[int]
) -> tuple[Codes, Codes]:
    random = np.random.default_rng(seed)
    heads = [head_of(sample.image) for sample in samples]
    made = [
        [vary(sample, head, model_input, random) for _ in range(draws)]
        for sample, head in zip(samples, heads, strict=True)
    ]
    codes, cover = (np.array([[one[part] for one in some] for some in made]) for part in (0, 1))
    return codes, cover
