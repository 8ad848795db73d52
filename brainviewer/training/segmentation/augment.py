"""Random augmentation of slices with a lesion: other scanners, other tumours, healthy heads.

The patients have low-grade gliomas, thick slices and a skull. To work elsewhere, slices are bent
in brightness, sharpness, size and brain outline, sequences go missing, and lesions get the dead,
rim-enhancing core of a glioblastoma. Half a head mirrored onto the other is a healthy head.
"""

from dataclasses import dataclass

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
from brainviewer.training.segmentation.head_volumes import FIELDS, HeadVolume

Random = np.random.Generator
Planes = NDArray[np.float32]
SIZE = (80, 96)
_HERE = OFFSETS_MM.index(0.0)
_SEVERAL = len(OFFSETS_MM)


@dataclass(eq=False)
class Sample:
    """Planes on the canvas, each (R, A) float32, while they are being varied.

    flair, lesion : (len(OFFSETS_MM), R, A)
    mirrored, t1, t1ce : (R, A); ``mirrored`` is the mirrored FLAIR.
    depth, mirrored_depth : (R, A), see HeadVolume.
    """

    flair: Planes
    lesion: Planes
    mirrored: Planes
    t1: Planes
    t1ce: Planes
    depth: Planes
    mirrored_depth: Planes


def draw_sample(head: HeadVolume, random: Random) -> tuple[Planes, Planes]:
    """Network input (CHANNELS, *SIZE) and the outline (1, *SIZE), 0..1, of a random slice."""
    sample = _fetch(head, _choose_slice(head, random), random)
    if random.random() < 0.4:
        paint_core(sample, random)
    _vary_lesion(sample, random)
    _vary_brightness(sample, random)
    _vary_sharpness(sample, random)
    return _finish(sample, head.present, random)


def _choose_slice(head: HeadVolume, random: Random) -> float:
    """Mostly a slice with lesion; a place between two slices counts as one."""
    if len(head.holding) and random.random() < 0.6:
        return float(random.choice(head.holding) + random.uniform(-0.5, 0.5))
    return float(random.choice(head.brain))


def _fetch(head: HeadVolume, index: float, random: Random) -> Sample:
    """The planes of a slice, turned, scaled and moved; sometimes made healthy by mirroring."""
    matrix = _placement(head.fields.shape[2:], random)
    # Thicker slices, and slices between which nothing was measured.
    blur = random.uniform(0.5, 3.0) / head.slice_mm if random.random() < 0.3 else 0.0
    gap = random.uniform(0.6, 1.3) if random.random() < 0.5 else 1.0

    def planes(name: str, offsets: NDArray[np.float64], outside: float) -> Planes:
        volume = head.fields[:, FIELDS.index(name)]
        where = index + gap * offsets / head.slice_mm
        found = at(volume, where)
        if blur:
            around = at(volume, where - blur) + at(volume, where + blur)
            found = np.asarray((2 * found + around) / 4, np.float32)
        size = (SIZE[1], SIZE[0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        drawn = [cv2.warpAffine(p, matrix, size, flags=flags, borderValue=outside) for p in found]
        return np.stack(drawn)

    here, several = np.zeros(1), np.array(OFFSETS_MM)
    sample = Sample(
        planes("flair", several, DARKEST),
        planes("lesion", several, 0.0),
        planes("mirrored_flair", here, DARKEST)[0],
        planes("t1", here, DARKEST)[0],
        planes("t1ce", here, DARKEST)[0],
        planes("depth", here, -9.0)[0],
        planes("mirrored_depth", here, -9.0)[0],
    )
    if head.healthy_side and random.random() < 0.08:
        kept = planes("side", here, 0.0)[0] * head.healthy_side > 0
        sample.flair = np.where(kept, sample.flair, planes("mirrored_flair", several, DARKEST))
        sample.t1 = np.where(kept, sample.t1, planes("mirrored_t1", here, DARKEST)[0])
        sample.t1ce = np.where(kept, sample.t1ce, planes("mirrored_t1ce", here, DARKEST)[0])
        sample.depth = np.where(kept, sample.depth, sample.mirrored_depth)
        sample.mirrored_depth = sample.depth.copy()
        sample.mirrored = sample.flair[_HERE].copy()
        sample.lesion = np.zeros_like(sample.lesion)
    return sample


def _placement(frame: tuple[int, ...], random: Random) -> NDArray[np.float64]:
    """From a pixel of the sample (A, R) to a pixel of the frame; left and right may change."""
    angle = random.normal(0, 0.12)
    # The pictures have no spacing: their pixels are a little smaller than 1 mm.
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
    inner = cv2.distanceTransform((sample.lesion[_HERE] > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
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
    dead_flair = (
        random.choice(
            [random.uniform(-3.5, -0.5), random.uniform(-0.7, 1.5), random.uniform(2, 5)],
            p=[0.45, 0.4, 0.15],
        )
        + random.uniform(0, 0.8) * grain
    )
    rim_flair = random.uniform(-0.5, 3.5) + 0.4 * grain
    keep_rim = random.uniform(0, 1)
    for index, offset in enumerate(OFFSETS_MM):
        edge = 1 - np.sqrt(distance + (offset / PIXEL_MM / mean) ** 2) + ragged
        core = np.clip(edge * mean + 0.5, 0, 1)
        whole = np.clip((edge + rim) * mean + 0.5, 0, 1)
        flair = sample.flair[index]
        flair += (whole - core) * keep_rim * (rim_flair - flair)
        flair += core * (dead_flair - flair)
        sample.lesion[index] = np.maximum(sample.lesion[index], whole)
        if index == _HERE:
            dead = random.uniform(-3.5, -0.8) + 0.3 * grain
            rim_t1 = random.uniform(-2, 0.5)
            sample.t1 += (whole - core) * (rim_t1 - sample.t1) + core * (dead - sample.t1)
            bright = random.uniform(2.0, 8.0) * (1 + 0.3 * smooth_field(random, 7))
            dead = dead + random.uniform(0, 0.7)
            sample.t1ce += (whole - core) * (bright - sample.t1ce)
            sample.t1ce += core * (dead - sample.t1ce)


def _vary_lesion(sample: Sample, random: Random) -> None:
    """Brighter or fainter lesions than those of these patients."""
    if random.random() < 0.6:
        gain = random.uniform(-0.35, 0.6)
        soft = cv2.GaussianBlur(sample.lesion[_HERE], (0, 0), 1.0)
        sample.flair += gain * np.clip(sample.flair, 0, None) * soft


def _vary_brightness(sample: Sample, random: Random) -> None:
    """Contrast, gamma and uneven reception, for each sequence its own."""
    for name in ("flair", "t1", "t1ce"):
        images = getattr(sample, name)
        gain = np.float32(np.exp(random.normal(0, 0.18)))
        shift = np.float32(random.normal(0, 0.2))
        bend = np.exp(random.normal(0, 0.2)) if random.random() < 0.5 else 1.0
        uneven = np.float32(random.uniform(0, 0.5)) * smooth_field(random, 3)

        def change(
            image: Planes,
            field: Planes,
            gain: np.float32 = gain,
            shift: np.float32 = shift,
            bend: float = bend,
        ) -> Planes:
            image = image * gain + shift + field
            if bend != 1.0:
                reach = np.float32(BRIGHTEST - DARKEST)
                share = np.clip((image - DARKEST) / reach, 0, 1)
                middle = (-DARKEST / reach) ** bend
                image = (
                    reach * (share**bend - middle) / np.float32(bend * middle / -DARKEST * reach)
                )
            return np.asarray(image, np.float32)

        setattr(sample, name, change(images, uneven))
        if name == "flair":
            sample.mirrored = change(sample.mirrored, np.flipud(uneven))


def _vary_sharpness(sample: Sample, random: Random) -> None:
    """Blur, lower resolution and noise, for each sequence its own."""
    for name in ("flair", "t1", "t1ce", "mirrored"):
        images = getattr(sample, name)
        if name != "mirrored":
            sigma = random.uniform(0.3, 1.1) if random.random() < 0.35 else 0.0
            noise = random.uniform(0, 0.5) if random.random() < 0.5 else 0.0
        if sigma:
            stacked = images if images.ndim == 3 else images[None]
            blurred = np.stack([cv2.GaussianBlur(p, (0, 0), sigma) for p in stacked])
            images = blurred if images.ndim == 3 else blurred[0]
        if noise:
            images = images + np.float32(noise) * random.standard_normal(images.shape, np.float32)
        setattr(sample, name, images)


def _finish(sample: Sample, present: tuple[str, ...], random: Random) -> tuple[Planes, Planes]:
    """Cut the brain out, more or less closely, leave sequences out, and stack what is left."""
    least = np.zeros(SIZE, np.float32)
    if random.random() < 0.6:
        least += random.uniform(-3, 5) + random.uniform(0, 2) * smooth_field(random, 6)
    inside = sample.depth > least
    other = sample.mirrored_depth > least
    result = np.zeros((CHANNELS, *SIZE), np.float32)
    result[:_SEVERAL] = _cut(sample.flair, inside)
    result[_SEVERAL] = _cut(sample.mirrored, other)
    alone = random.random() < 0.2
    for index, name in enumerate(("t1", "t1ce"), _SEVERAL + 1):
        if name in present and not alone and random.random() < 0.8:
            result[index] = _cut(getattr(sample, name), inside)
    if random.random() < 0.08:
        # The first or last slice of a series has no neighbours on one side.
        result[:_HERE] = result[_HERE]
    if random.random() < 0.08:
        result[_HERE + 1 : _SEVERAL] = result[_HERE]
    outline = np.where(inside, np.clip(sample.lesion[_HERE], 0, 1), 0)
    return scaled(result), np.asarray(outline[None], np.float32)


def _cut(image: Planes, inside: NDArray[np.bool_]) -> Planes:
    return np.where(inside, np.clip(image, DARKEST, BRIGHTEST), np.float32(DARKEST))
