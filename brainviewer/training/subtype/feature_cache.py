"""Feature cache: what the frozen stages of a network make of the augmented samples.

Stages that stay as they were pretrained give every fold and every seed the same maps. Keeping
those saves most of the time of training, and pretraining never saw a patient of these.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.files.writing import write_whole
from brainviewer.models.card import ModelInput
from brainviewer.training.augment import Random
from brainviewer.training.frozen_features import frozen_features
from brainviewer.training.resnet50 import ResNet50
from brainviewer.training.subtype.augmentation_cache import AugmentationCache

Hide = Callable[[NDArray[np.float32], NDArray[np.float32], ModelInput], NDArray[np.float32]]

_MAPS_FILE, _COVERED_FILE, _ABOUT_FILE = "maps.npy", "covered.npy", "maps.json"
_AT_ONCE = 8
_COARSE = 16


@dataclass(frozen=True, eq=False)
class FeatureCache:
    """maps : (cases, draws, images, h, w, c) int16, the bits of bfloat16
    covered : (cases, draws, images, slices, size / 16, size / 16) uint8, lesion in 1/255
    """

    maps: NDArray[np.int16]
    covered: NDArray[np.uint8]


def build_feature_cache(
    cache: AugmentationCache,
    network: ResNet50,
    stages: int,
    folder: Path,
    model_input: ModelInput,
    seed: int,
    report: Report,
    hide: Hide | None = None,
) -> FeatureCache:
    """Run the first ``stages`` stages on every sample, or read what they made of it before.

    hide : changes the images first; see ``controls``.
    """
    about = {"stages": stages, "seed": seed, "shape": list(cache.samples.shape)}
    described = folder / _ABOUT_FILE
    if not described.exists() or json.loads(described.read_text(encoding="utf-8")) != about:
        described.unlink(missing_ok=True)
        network = network.eval().to(memory_format=torch.channels_last)
        cases, draws = cache.samples.shape[:2]
        maps = covered = None
        for case, start in product(range(cases), range(0, draws, _AT_ONCE)):
            drawn = slice(start, min(start + _AT_ONCE, draws))
            samples, random = cache.samples[case, drawn], np.random.default_rng([seed, case, start])
            has = np.repeat(cache.has[case : case + 1], len(samples), axis=0)
            slices, lesion = vary_cheaply(samples, has, cache.low, cache.high, random)
            shown = slices if hide is None else hide(slices, lesion, model_input)
            images, cover = as_images(shown, lesion, model_input)
            bits = frozen_features(network, stages, images.reshape(-1, *images.shape[2:]))
            bits = bits.reshape(*images.shape[:2], *bits.shape[1:])
            coarse = np.rint(255 * _shrunk(cover)).astype(np.uint8)
            if maps is None or covered is None:
                whole = (cases, draws)
                maps = open_memmap(folder / _MAPS_FILE, "w+", np.int16, whole + bits.shape[1:])
                covered = open_memmap(
                    folder / _COVERED_FILE, "w+", np.uint8, whole + coarse.shape[1:]
                )
            maps[case, drawn], covered[case, drawn] = bits, coarse
            report((case * draws + drawn.stop) / (cases * draws), "looking at the samples")
        write_whole(described, (json.dumps(about) + "\n").encode())
    return FeatureCache(
        np.load(folder / _MAPS_FILE, mmap_mode="r"), np.load(folder / _COVERED_FILE, mmap_mode="r")
    )


def as_images(
    images: NDArray[np.float32], covered: NDArray[np.float32], model_input: ModelInput
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Arrange slices as the network sees them.

    images : (n, slices, channels, size, size); covered : (n, slices, size, size)

    Returns (n, images, depth, size, size) and (n, images, slices of an image, size, size).
    """
    count, _, _, rows, columns = images.shape
    if model_input.stacked:
        return images.reshape(count, 1, -1, rows, columns), covered[:, None]
    return images, covered[:, :, None]


def vary_cheaply(
    drawn: NDArray[np.uint8], has: NDArray[np.bool_], low: float, high: float, random: Random
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vary samples of the cache again, in a way that costs nearly nothing.

    drawn : (n, slices, size, size, channels + 1); has : (n, channels), sequences that are there

    Returns images (n, slices, channels, size, size) and coverage (n, slices, size, size): mirrored,
    upside down in the order of the slices, with another gain, more noise and fewer sequences.
    """
    count, slices, size, _, planes = drawn.shape
    codes = np.empty((count, slices, planes, size, size), np.uint8)
    for n, sample in enumerate(drawn):
        across = sample[:, :, ::-1] if random.random() < 0.5 else sample
        upward = across[::-1] if random.random() < 0.5 else across
        codes[n] = np.moveaxis(upward, -1, 1)
    covered = np.asarray(codes[:, :, -1] * np.float32(1 / 255), np.float32)
    codes = codes[:, :, :-1]
    shape = (count, 1, planes - 1, 1, 1)
    gain = np.exp(random.normal(0, 0.12, shape))
    shift = low * gain + random.normal(0, 0.15, shape)
    values = np.asarray(codes * (gain * (high - low) / 255).astype(np.float32), np.float32)
    values += shift.astype(np.float32)
    strength = random.uniform(0, 0.25, shape) * (random.random(shape) < 0.5)
    # Drawing noise for every pixel would take as long as learning from it.
    pool = random.standard_normal(8 * size * size, np.float32)
    for n, _, c in np.argwhere(strength[..., 0, 0] > 0):
        for k in range(slices):
            start = random.integers(7 * size * size)
            grain = pool[start : start + size * size].reshape(size, size)
            values[n, k, c] += np.float32(strength[n, 0, c, 0, 0]) * grain
    np.clip(values, low, high, out=values)
    values[codes == 0] = low
    kept = has & (random.random(has.shape) > 0.15)
    kept = np.where(kept.any(axis=1, keepdims=True), kept, has)
    values *= kept[:, None, :, None, None]
    return values, covered


def _shrunk(covered: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., size, size) -> (..., size / 16, size / 16), means"""
    *rest, rows, columns = covered.shape
    blocks = covered.reshape(*rest, rows // _COARSE, _COARSE, columns // _COARSE, _COARSE)
    return np.asarray(blocks.mean(axis=(-3, -1)), np.float32)
