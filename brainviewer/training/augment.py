"""Random augmentation of training slices, applied before the preprocessing that inference uses.

They stand for what differs between scanners and studies: gain, contrast, noise, blur, slow
intensity drift, missing sequences, skull or no skull, and the rough segmentation of an automatic
lesion detector.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.models.subtype.input import head_mask
from brainviewer.training.labelled_data.pretraining_images import TumourSlice, ellipse

Random = np.random.Generator


def vary(tumour: TumourSlice, random: Random) -> TumourSlice:
    """A random relative of a slice: other pose, contrast, completeness and lesion segmentation."""
    channels = drop_channels(tumour.channels, random)
    if random.random() < 0.5:
        channels = strip_skull(channels, tumour.mask, random)
    moved, mask = move(channels, tumour.mask, random)
    varied = {name: vary_intensity(image, random) for name, image in moved.items()}
    return TumourSlice(varied, rough_outline(mask, random))


def drop_channels(
    channels: dict[str, NDArray[np.float32]], random: Random
) -> dict[str, NDArray[np.float32]]:
    """Leave out each sequence now and then, but never the last one."""
    kept = {name: image for name, image in channels.items() if random.random() > 0.15}
    return kept or dict(channels)


def strip_skull(
    channels: dict[str, NDArray[np.float32]], mask: NDArray[np.bool_], random: Random
) -> dict[str, NDArray[np.float32]]:
    """Blacken a rim of the head, roughly as deep as scalp and skull, but never the lesion."""
    head = head_mask(list(channels.values()))
    if not head.any():
        return channels
    padded = np.pad(head.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    rim = random.uniform(0.06, 0.2) * float(depth.max())
    kept = (depth > rim) | grown(mask, 2)
    return {name: np.where(kept, image, np.float32(0)) for name, image in channels.items()}


def turn(random: Random) -> NDArray[np.float64]:
    """(2, 2): a small turn, stretch and shear of (x, y)."""
    angle = np.deg2rad(random.uniform(-20, 20))
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(random.uniform(-0.15, 0.15, 2)))
    shear = np.array([[1, random.uniform(-0.08, 0.08)], [0, 1]])
    return np.asarray(turned @ stretch @ shear)


def move(
    channels: dict[str, NDArray[np.float32]], mask: NDArray[np.bool_], random: Random
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
    """Mirror left to right, turn, stretch and shear about the lesion's centre."""
    rows, columns = mask.shape
    where = np.argwhere(mask).mean(axis=0)
    linear = turn(random) @ np.diag([random.choice([-1.0, 1.0]), 1.0])
    centre = where[::-1]
    goal = np.clip(centre, 0.2 * min(rows, columns), 0.8 * min(rows, columns))
    affine = np.column_stack([linear, goal - linear @ centre])
    moved = {
        name: cv2.warpAffine(image, affine, (columns, rows)).astype(np.float32)
        for name, image in channels.items()
    }
    turned = cv2.warpAffine(mask.astype(np.uint8), affine, (columns, rows), flags=cv2.INTER_NEAREST)
    return (moved, turned.astype(bool)) if turned.any() else (channels, mask)


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
