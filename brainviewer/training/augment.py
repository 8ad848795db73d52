"""Random augmentation of the slices of a lesion, around the preprocessing that inference uses.

They stand for what differs between scanners and studies: gain, contrast, noise, blur, slow
intensity drift, missing sequences, and the rough segmentation of an automatic lesion detector.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.models.card import ModelInput
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import cut_out, slices_to_see, standardise
from brainviewer.models.subtype.lesion_slices import cut_slices
from brainviewer.training.labelled_data.ellipse import ellipse

Random = np.random.Generator
Mask = NDArray[np.bool_]
Images = NDArray[np.float32]
# A segmentation of something else teaches the wrong thing: least Dice with the best one.
_LEAST_AGREEMENT = 0.3
_ONE_SLICE = 0.1
"""How often a sample is the main slice alone, as where a user asks for one."""


@dataclass(frozen=True, eq=False)
class MarkedSlices:
    """All axial slices of a case from bottom to top, (slices, rows, columns) each, and one mask
    and brain for each hand that marked the lesion."""

    channels: Mapping[str, NDArray[Any]]
    masks: Sequence[Mask]
    brains: Sequence[Mask]


def marked_slices(
    study: Study, findings: Sequence[TumourFinding], channels: Sequence[str]
) -> MarkedSlices:
    """Everything that samples of a case are drawn from; the last of the findings is the best."""
    view = SliceView.of(study.grid, Plane.AXIAL)
    order = range(view.count) if view.ascending else range(view.count - 1, -1, -1)
    images = {
        str(m): cut_slices(v.data, view, order)
        for m, v in study.volumes.items()
        if str(m) in channels and not v.constant
    }
    marked = [
        (cut_slices(one.mask, view, order), cut_slices(one.brain, view, order))
        for one in reversed(findings)
        if one.mask is not None and one.brain is not None
    ]
    kept = [one for one in marked if _dice(marked[0][0], one[0]) >= _LEAST_AGREEMENT]
    return MarkedSlices(images, [mask for mask, _ in kept], [brain for _, brain in kept])


def _dice(one: Mask, other: Mask) -> float:
    both, all_ = int(np.sum(one & other)), int(np.sum(one)) + int(np.sum(other))
    return 2 * both / max(1, all_)


def levels(model_input: ModelInput) -> tuple[float, float]:
    """The least and the greatest number that a prepared slice of a lesion can hold."""
    step = next(s for s in model_input.steps if s.name == "standardise_near_lesion")
    return step.numbers["low"], step.numbers["high"]


def draw(case: MarkedSlices, model_input: ModelInput, random: Random) -> tuple[Images, Images]:
    """A random relative of a case: images (slices, channels, size, size) as the network sees them,
    and how much of each pixel is lesion, (slices, size, size) in 0..1."""
    one = int(random.integers(len(case.masks)))
    mask = case.masks[one]
    chosen = _choose(mask, model_input, random)
    lesion, brain = mask[chosen], case.brains[one][chosen] | mask[chosen]
    seed = int(random.integers(2**32))
    lesion = np.stack(
        [rough_outline(m, np.random.default_rng(seed)) if m.any() else m for m in lesion]
    )
    edge = random.normal(0, 0.012) * float(np.sqrt(np.count_nonzero(brain.any(axis=0))))
    inside = np.stack([grown(one, edge) if one.any() else one for one in brain]) | lesion
    images = {}
    for name in drop_channels(case.channels, random):
        seed = int(random.integers(2**32))
        planes = np.where(inside, case.channels[name][chosen], 0).astype(np.float32)
        images[name] = np.stack([vary_intensity(p, np.random.default_rng(seed)) for p in planes])
    images, box = standardise(images, lesion, inside, model_input)
    side = box.side * random.uniform(0.85, 1.2)
    down, right = random.normal(0, 0.05, 2) * box.side + (box.side - side) / 2
    box = CropBox(box.top + down, box.left + right, side)
    linear = turn(random) @ np.diag([random.choice([-1.0, 1.0]), 1.0])
    size, (low, high) = model_input.size, levels(model_input)
    shown = np.zeros((len(chosen), len(model_input.channels), size, size), np.float32)
    for c, name in enumerate(model_input.channels):
        if name in images:
            gain, shift = np.exp(random.normal(0, 0.12)), random.normal(0, 0.15)
            varied = np.clip(images[name] * np.float32(gain) + np.float32(shift), low, high)
            varied = np.where(inside, varied, np.float32(low))
            shown[:, c] = [cut_out(plane, box, size, linear) for plane in varied]
    whole = case.masks[0][chosen].astype(np.float32)
    return shown, np.stack([cut_out(plane, box, size, linear) for plane in whole])


def _choose(mask: Mask, model_input: ModelInput, random: Random) -> list[int]:
    """Slices as inference chooses them, more or less; now and then one slice again and again."""
    areas = mask.sum(axis=(1, 2))
    large = np.flatnonzero(areas >= 0.6 * areas.max())
    main = int(large[random.integers(len(large))])
    if random.random() < _ONE_SLICE:
        return [main] * model_input.slices
    blurred = areas * random.uniform(0.5, 1.5, len(areas))
    return list(slices_to_see(blurred, main, model_input))


def drop_channels(names: Iterable[str], random: Random) -> list[str]:
    """Leave out each sequence now and then, but never the last one."""
    there = list(names)
    return [name for name in there if random.random() > 0.15] or there


def turn(random: Random) -> NDArray[np.float64]:
    """(2, 2): a small turn, stretch and shear of (x, y)."""
    angle = np.deg2rad(random.uniform(-20, 20))
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(random.uniform(-0.15, 0.15, 2)))
    shear = np.array([[1, random.uniform(-0.08, 0.08)], [0, 1]])
    return np.asarray(turned @ stretch @ shear)


def vary_intensity(image: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
    """Gamma, slow drift across the image, blur and noise; the background stays near 0."""
    top = max(float(image.max()), 1e-6)
    changed = np.power(np.maximum(image, 0) / top, np.exp(random.uniform(-0.35, 0.35)))
    rows, columns = image.shape
    slope = random.uniform(-0.25, 0.25, 2)
    drift = 1 + np.add.outer(
        np.linspace(-slope[0], slope[0], rows), np.linspace(-slope[1], slope[1], columns)
    )
    changed = (changed * drift).astype(np.float32)
    if random.random() < 0.4:
        changed = cv2.GaussianBlur(changed, (0, 0), random.uniform(0.3, 1.2)).astype(np.float32)
    bright = image > 0.1 * top
    if random.random() < 0.5 and bright.any():
        level = random.uniform(0, 0.12) * float(np.median(changed[bright]))
        noise = random.standard_normal(image.shape, np.float32) * np.float32(level)
        changed = np.where(image > 0, np.abs(changed + noise), changed)
    return np.asarray(changed, np.float32)


def rough_outline(mask: NDArray[np.bool_], random: Random) -> NDArray[np.bool_]:
    """The lesion as an automatic detector might draw it: grown, shrunk, cut, shifted, an
    ellipse."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    rough = mask
    choice = random.random()
    if choice < 0.2:
        rough = ellipse(
            mask.shape,
            (columns[0] + width / 2, rows[0] + height / 2),
            (width / 2 * random.uniform(0.6, 1.1), height / 2 * random.uniform(0.6, 1.1)),
        )
    elif choice < 0.4:
        reach = 0.12 * max(height, width)
        rough = grown(mask, random.uniform(-reach, reach))
    elif choice < 0.6:  # a part of the lesion goes unseen
        grid = np.indices(mask.shape)
        direction = random.uniform(0, 2 * np.pi)
        along = grid[0] * np.sin(direction) + grid[1] * np.cos(direction)
        rough = mask & (along > np.quantile(along[mask], random.uniform(0, 0.35)))
    shift = np.rint(random.normal(0, 0.05, 2) * (height, width)).astype(int)
    rough = np.roll(rough, (int(shift[0]), int(shift[1])), axis=(0, 1))
    return rough if rough.any() else mask


def grown(mask: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    """Grow the mask by a number of pixels, or shrink it if that is below 0."""
    if pixels >= 0:
        far = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
        return np.asarray(far <= pixels)
    deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(deep > -pixels)
