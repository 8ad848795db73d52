"""Random augmentation of slices with a lesion: other scanners, other tumours, healthy heads.

The patients have low-grade gliomas, thick slices and a skull. To work elsewhere, slices are bent
in brightness, sharpness, size and brain segmentation, sequences go missing, and lesions get the
dead, rim-enhancing core of a glioblastoma. Half a head mirrored onto the other is a healthy head.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.models.segmentation.input import (
    BRIGHTEST,
    CHANNELS,
    DARKEST,
    OFFSETS_MM,
    PIXEL_MM,
    at,
    scaled,
)
from brainviewer.training.segmentation.head_volumes import FIELDS, TrainingVolume

Random = np.random.Generator
Planes = NDArray[np.float32]
Sample = dict[str, Planes]
"""Planes (n, R, A) on the canvas, by the name of their field, while they are being varied:
``flair`` and ``lesion`` at ``OFFSETS_MM``, all others of the slice itself."""
SIZE = (80, 96)
_HERE = OFFSETS_MM.index(0.0)
_SEVERAL = len(OFFSETS_MM)
_OUTSIDE = {"lesion": 0.0, "side": 0.0, "depth": -9.0, "mirrored_depth": -9.0}


def draw_sample(head: TrainingVolume, random: Random) -> tuple[Planes, Planes]:
    """Network input (CHANNELS, *SIZE) and the segmentation (1, *SIZE), 0..1, of a random slice."""
    if len(head.holding) and random.random() < 0.6:  # a place between two slices counts as one
        index = float(random.choice(head.holding) + random.uniform(-0.5, 0.5))
    else:
        index = float(random.choice(head.brain))
    sample = _fetch(head, index, random)
    if random.random() < 0.4:
        paint_core(sample, random)
    if random.random() < 0.6:  # brighter or fainter lesions than those of these patients
        gain = random.uniform(-0.35, 0.6)
        soft = cv2.GaussianBlur(sample["lesion"][_HERE], (0, 0), 1.0)
        sample["flair"] += gain * np.clip(sample["flair"], 0, None) * soft
    _vary_brightness(sample, random)
    _vary_sharpness(sample, random)
    return _finish(sample, head.present, random)


def _fetch(head: TrainingVolume, index: float, random: Random) -> Sample:
    """The planes of a slice, turned, scaled and moved; sometimes made healthy by mirroring."""
    matrix = _placement(head.fields.shape[2:], random)
    # Thicker slices, and slices between which nothing was measured.
    blur = random.uniform(0.5, 3.0) / head.slice_mm if random.random() < 0.3 else 0.0
    gap = random.uniform(0.6, 1.3) if random.random() < 0.5 else 1.0
    flags, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (SIZE[1], SIZE[0])

    def planes(name: str, offsets: Sequence[float] = (0.0,)) -> Planes:
        volume, outside = head.fields[:, FIELDS.index(name)], _OUTSIDE.get(name, DARKEST)
        where = index + gap * np.array(offsets) / head.slice_mm
        found = at(volume, where)
        if blur:
            around = at(volume, where - blur) + at(volume, where + blur)
            found = np.asarray((2 * found + around) / 4, np.float32)
        drawn = [cv2.warpAffine(p, matrix, size, flags=flags, borderValue=outside) for p in found]
        return np.stack(drawn)

    alone = ("mirrored_flair", "t1", "t1ce", "depth", "mirrored_depth")
    sample = {name: planes(name) for name in alone}
    sample |= {name: planes(name, OFFSETS_MM) for name in ("flair", "lesion")}
    if head.healthy_side and random.random() < 0.08:
        kept = planes("side") * head.healthy_side > 0
        sample["flair"] = np.where(kept, sample["flair"], planes("mirrored_flair", OFFSETS_MM))
        for name in ("t1", "t1ce", "depth"):
            sample[name] = np.where(kept, sample[name], planes(f"mirrored_{name}"))
        sample["mirrored_depth"] = sample["depth"].copy()
        sample["mirrored_flair"] = sample["flair"][_HERE : _HERE + 1].copy()
        sample["lesion"] = np.zeros_like(sample["lesion"])
    return sample


def _placement(frame: tuple[int, ...], random: Random) -> NDArray[np.float64]:
    """From a pixel of the sample (A, R) to a pixel of the frame; left and right may change."""
    angle = random.normal(0, 0.12)
    # The images have no spacing: their pixels are a little smaller than 1 mm.
    size = 0.93 * np.exp(random.normal(0, 0.1) + random.normal(0, 0.04, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1, random.normal(0, 0.04)], [0, 1]])
    mirror = np.diag([1.0, random.choice([-1.0, 1.0])])
    matrix = turn @ shear @ mirror @ np.diag(1 / size)
    middle = np.array([frame[1] - 1, frame[0] - 1]) / 2
    target = np.array([SIZE[1] - 1, SIZE[0] - 1]) / 2 + random.normal(0, 3, 2)
    return np.hstack([matrix, (middle - matrix @ target)[:, None]])


def smooth_field(random: Random, points: int) -> Planes:
    """A smooth random field (R, A) of spread about one; more points, finer detail."""
    coarse = random.standard_normal((points, points), np.float32)
    return np.asarray(cv2.resize(coarse, (SIZE[1], SIZE[0]), interpolation=cv2.INTER_CUBIC))


def paint_core(sample: Sample, random: Random) -> None:
    """Paint the core of a glioblastoma into the lesion: dead inside, rim that takes up contrast.

    The core is dark, like brain, or bright in FLAIR; dark in T1; it belongs to the lesion.
    """
    lesion = (sample["lesion"][_HERE] > 0.5).astype(np.uint8)
    inner = cv2.distanceTransform(lesion, cv2.DIST_L2, 5)
    deepest = float(inner.max())
    if deepest < 3:
        return
    places = np.argwhere(inner > random.uniform(0.3, 0.9) * deepest)
    row, column = places[random.integers(len(places))]
    radii = np.clip(deepest * random.uniform(0.4, 1.3, 2), 2.5, 16)
    angle = random.uniform(0, np.pi)
    r, a = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    r, a = r - row, a - column
    along, across = r * np.cos(angle) + a * np.sin(angle), a * np.cos(angle) - r * np.sin(angle)
    ragged = random.uniform(0.05, 0.3) * smooth_field(random, 9)
    distance = (along / radii[0]) ** 2 + (across / radii[1]) ** 2
    mean = float(radii.mean())
    rim = random.uniform(0.7, 2.5) / mean
    grain = smooth_field(random, 14)
    levels = [random.uniform(-3.5, -0.5), random.uniform(-0.7, 1.5), random.uniform(2, 5)]
    dead_flair = random.choice(levels, p=[0.45, 0.4, 0.15]) + random.uniform(0, 0.8) * grain
    rim_flair = random.uniform(-0.5, 3.5) + 0.4 * grain
    keep_rim = random.uniform(0, 1)
    for index, offset in enumerate(OFFSETS_MM):
        edge = 1 - np.sqrt(distance + (offset / PIXEL_MM / mean) ** 2) + ragged
        core = np.clip(edge * mean + 0.5, 0, 1)
        whole = np.clip((edge + rim) * mean + 0.5, 0, 1)
        flair = sample["flair"][index]
        flair += (whole - core) * keep_rim * (rim_flair - flair)
        flair += core * (dead_flair - flair)
        sample["lesion"][index] = np.maximum(sample["lesion"][index], whole)
        if index == _HERE:
            t1, t1ce = sample["t1"][0], sample["t1ce"][0]
            dead = random.uniform(-3.5, -0.8) + 0.3 * grain
            rim_t1 = random.uniform(-2, 0.5)
            t1 += (whole - core) * (rim_t1 - t1) + core * (dead - t1)
            bright = random.uniform(2.0, 8.0) * (1 + 0.3 * smooth_field(random, 7))
            dead = dead + random.uniform(0, 0.7)
            t1ce += (whole - core) * (bright - t1ce)
            t1ce += core * (dead - t1ce)


def _vary_brightness(sample: Sample, random: Random) -> None:
    """Contrast, gamma and uneven reception, for each sequence its own."""
    for name in ("flair", "t1", "t1ce"):
        gain = np.float32(np.exp(random.normal(0, 0.18)))
        shift = np.float32(random.normal(0, 0.2))
        bend = np.exp(random.normal(0, 0.2)) if random.random() < 0.5 else 1.0
        fields = {name: np.float32(random.uniform(0, 0.5)) * smooth_field(random, 3)}
        if name == "flair":
            fields["mirrored_flair"] = np.flipud(fields[name])
        for own, uneven in fields.items():
            sample[own] = _bent(sample[own] * gain + shift + uneven, bend)


def _bent(image: Planes, bend: float) -> Planes:
    """Another gamma; 0 stays where it is, and so does the slope there."""
    if bend == 1.0:
        return image
    reach = np.float32(BRIGHTEST - DARKEST)
    fraction = np.clip((image - DARKEST) / reach, 0, 1)
    middle = (-DARKEST / reach) ** bend
    bent = reach * (fraction**bend - middle) / np.float32(bend * middle / -DARKEST * reach)
    return np.asarray(bent, np.float32)


def _vary_sharpness(sample: Sample, random: Random) -> None:
    """Blur, lower resolution and noise, for each sequence its own."""
    sigma = noise = 0.0
    for name in ("flair", "t1", "t1ce", "mirrored_flair"):
        if name != "mirrored_flair":
            sigma = random.uniform(0.3, 1.1) if random.random() < 0.35 else 0.0
            noise = random.uniform(0, 0.5) if random.random() < 0.5 else 0.0
        planes = sample[name]
        if sigma:
            planes = np.stack([cv2.GaussianBlur(p, (0, 0), sigma) for p in planes])
        if noise:
            planes = planes + np.float32(noise) * random.standard_normal(planes.shape, np.float32)
        sample[name] = planes


def _finish(sample: Sample, present: tuple[str, ...], random: Random) -> tuple[Planes, Planes]:
    """Cut the brain out, more or less closely, leave sequences out, and stack what is left."""
    least = np.zeros(SIZE, np.float32)
    if random.random() < 0.6:
        least += random.uniform(-3, 5) + random.uniform(0, 2) * smooth_field(random, 6)
    inside = sample["depth"] > least
    result = np.zeros((CHANNELS, *SIZE), np.float32)
    result[:_SEVERAL] = _cut(sample["flair"], inside)
    result[_SEVERAL] = _cut(sample["mirrored_flair"], sample["mirrored_depth"] > least)[0]
    alone = random.random() < 0.2
    for index, name in enumerate(("t1", "t1ce"), _SEVERAL + 1):
        if name in present and not alone and random.random() < 0.8:
            result[index] = _cut(sample[name], inside)[0]
    # The first or last slice of a series has no neighbours on one side.
    if random.random() < 0.08:
        result[:_HERE] = result[_HERE]
    if random.random() < 0.08:
        result[_HERE + 1 : _SEVERAL] = result[_HERE]
    mask = np.where(inside[0], np.clip(sample["lesion"][_HERE], 0, 1), 0)
    return scaled(result), np.asarray(mask[None], np.float32)


def _cut(images: Planes, inside: NDArray[np.bool_]) -> Planes:
    return np.where(inside, np.clip(images, DARKEST, BRIGHTEST), np.float32(DARKEST))
