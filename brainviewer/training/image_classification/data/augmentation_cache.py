"""What the unchanged lower blocks make of varied images, worked out once for all folds.

Neither how an image is varied nor what the frozen blocks, which never saw an MR, make of it
depends on who learns from it; keeping that saves most of the time of training.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.worker_pool import worker_pool
from brainviewer.files.writing import write_whole
from brainviewer.models.card import ModelInput
from brainviewer.models.image_classification.input import head_of, picture_bounds
from brainviewer.training.frozen_features import frozen_features
from brainviewer.training.image_classification.data.random_variation import vary
from brainviewer.training.image_classification.data.tumour_samples import Sample
from brainviewer.training.resnet50 import MapNetwork

_PICTURES_FILE, _MAPS_FILE, _COVERED_FILE = "pictures.npy", "maps.npy", "covered.npy"
_ABOUT_FILE = "maps.json"
_AT_ONCE = 4  # samples


@dataclass(frozen=True, eq=False)
class AugmentationCache:
    """images : (samples, draws, size, size) uint8, codes of the range that is clipped to
    maps : (samples, draws, h, w, c) int16, the bits of bfloat16
    covered : (samples, draws, size / 16, size / 16) uint8, lesion in 1/255
    """

    pictures: NDArray[np.uint8]
    maps: NDArray[np.int16]
    covered: NDArray[np.uint8]


def make_cache(
    samples: Sequence[Sample],
    draws: int,
    network: MapNetwork,
    blocks: int,
    model_input: ModelInput,
    folder: Path,
    seed: int,
    report: Report,
) -> AugmentationCache:
    """Run the first ``blocks`` blocks on every variant, or read what they made of it before."""
    names = [sample.name for sample in samples]
    about = {"blocks": blocks, "seed": seed, "draws": draws, "samples": names}
    described = folder / _ABOUT_FILE
    if (
        not (folder / _PICTURES_FILE).exists()
        or not described.exists()
        or json.loads(described.read_text(encoding="utf-8")) != about
    ):
        described.unlink(missing_ok=True)
        network = network.eval().to(memory_format=torch.channels_last)
        pictures = maps = covered = None
        first = 0
        for codes, cover in _variants(samples, draws, model_input, seed):
            bits = frozen_features(network, blocks, decode_images(codes, model_input))
            if pictures is None or maps is None or covered is None:
                shape = (len(samples), draws)
                pictures, maps, covered = (
                    open_memmap(folder / name, "w+", kind, (*shape, *one.shape[skipped:]))
                    for name, kind, one, skipped in (
                        (_PICTURES_FILE, np.uint8, codes, 2),
                        (_MAPS_FILE, np.int16, bits, 1),
                        (_COVERED_FILE, np.uint8, cover, 2),
                    )
                )
            last = first + len(codes)
            pictures[first:last] = codes
            maps[first:last] = bits.reshape(len(codes), draws, *bits.shape[1:])
            covered[first:last] = cover
            first = last
            report(first / len(samples), "looking at varied images")
        write_whole(described, (json.dumps(about) + "\n").encode())
    files = (_PICTURES_FILE, _MAPS_FILE, _COVERED_FILE)
    return AugmentationCache(*(np.load(folder / name, mmap_mode="r") for name in files))


def decode_images(codes: NDArray[np.uint8], model_input: ModelInput) -> NDArray[np.float32]:
    """(..., size, size) codes -> (n, 1, size, size) as the network sees them"""
    low, high = picture_bounds(model_input)
    flat = codes.reshape(-1, 1, *codes.shape[-2:]).astype(np.float32)
    return np.asarray(flat * np.float32((high - low) / 255) + np.float32(low))


def _variants(
    samples: Sequence[Sample], draws: int, model_input: ModelInput, seed: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """A few samples at a time: codes (n, draws, size, size) and coverage; made in processes."""
    jobs = (
        (samples[start : start + _AT_ONCE], draws, model_input, [seed, start])
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
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    random = np.random.default_rng(seed)
    codes, cover = [], []
    for sample in samples:
        head = head_of(sample.picture)
        made = [vary(sample, head, model_input, random) for _ in range(draws)]
        codes.append(np.stack([one for one, _ in made]))
        cover.append(np.stack([one for _, one in made]))
    return np.stack(codes), np.stack(cover)
