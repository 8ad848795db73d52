"""Random relatives of an image, prepared as ``models.image_classification.input`` prepares it.

They stand for what differs between sources and must not matter: pose, cut, contrast, drift, noise,
sharpness, compression, writing, what lies outside of the head, scalp and skull.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.models.card import ModelInput
from brainviewer.models.image_classification.input import image_bounds, standardise_image
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import cut_out
from brainviewer.training.augment import Random, grown, turn
from brainviewer.training.image_classification.data.tumour_samples import Sample

COARSE = 16
GreyImage = NDArray[np.float32]
Mask = NDArray[np.bool_]


def vary(
    sample: Sample, head: Mask, model_input: ModelInput, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A random relative of an image.

    head : of the unchanged image (``head_of``).

    Returns (size, size) codes of the range that the card's steps clip to, and
    (size / 16, size / 16) how much of each place is lesion, in 1/255.
    """
    image, lesion = sample.image, sample.lesion
    if random.random() < 0.15:
        image, head, lesion = _cut_off(image, head, lesion, random)
    image = vary_look(image, random)
    if random.random() < 0.2:
        image = _written_on(image, random)
    if random.random() < 0.15:
        head = _without_scalp(head, lesion, random)
    elif random.random() < 0.3:
        head = grown(head, random.uniform(-0.015, 0.02) * max(head.shape))
    low, high = image_bounds(model_input)
    shown, box = standardise_image(image, head, model_input)
    if random.random() < 0.25:
        shown = np.where(head, shown, _background(shown.shape, low, high, random))
    box, linear = _pose(box, random)
    cut = cut_out(np.asarray(shown, np.float32), box, model_input.size, linear)
    cut = _contrast(cut, low, high, random)
    covered = np.zeros(cut.shape, np.float32)
    if lesion is not None:
        covered = cut_out(lesion.astype(np.float32), box, model_input.size, linear)
    if random.random() < 0.25:
        cut = _hide_part(cut, covered, low, random)
    codes = np.rint((np.clip(cut, low, high) - low) * (255 / (high - low))).astype(np.uint8)
    coarse = cv2.resize(covered, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    return codes, np.rint(255 * coarse.clip(0, 1)).astype(np.uint8)


def vary_look(image: GreyImage, random: Random) -> GreyImage:
    """Another gamma, drift, sharpness, noise and compression."""
    top = max(float(image.max()), 1e-6)
    changed = (image / top) ** np.float32(np.exp(random.uniform(-0.5, 0.5)))
    rows, columns = image.shape
    slope = random.uniform(-0.3, 0.3, 2)
    drift = 1 + np.add.outer(
        np.linspace(-slope[0], slope[0], rows), np.linspace(-slope[1], slope[1], columns)
    )
    changed = np.asarray(changed * drift, np.float32)
    if random.random() < 0.5:
        sigma = random.uniform(0.3, 0.008 * max(image.shape))
        changed = np.asarray(cv2.GaussianBlur(changed, (0, 0), sigma), np.float32)
    if random.random() < 0.3:
        fraction = random.uniform(0.4, 0.9)
        small = cv2.resize(changed, None, fx=fraction, fy=fraction, interpolation=cv2.INTER_AREA)
        changed = np.asarray(cv2.resize(small, (columns, rows)), np.float32)
    if random.random() < 0.4:
        level = np.float32(random.uniform(0, 0.05))
        changed = changed + level * random.standard_normal(image.shape, np.float32)
    if random.random() < 0.5:
        grey = np.clip(255 * changed, 0, 255).astype(np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 95))]
        coded = cv2.imencode(".jpg", grey, quality)[1]
        decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float32)
        changed = decoded / np.float32(255)
    return np.asarray(changed.clip(0) * top, np.float32)


def _cut_off(
    image: GreyImage, head: Mask, lesion: Mask | None, random: Random
) -> tuple[GreyImage, Mask, Mask | None]:
    """Leave out a strip at some edges, but nothing of the lesion."""
    rows, columns = image.shape
    ends = [int(random.uniform(0, 0.15) * n) for n in (rows, rows, columns, columns)]
    top, bottom, left, right = ends[0], rows - ends[1], ends[2], columns - ends[3]
    if lesion is not None and lesion.any():
        y, x = np.flatnonzero(lesion.any(axis=1)), np.flatnonzero(lesion.any(axis=0))
        top, bottom = min(top, int(y[0])), max(bottom, int(y[-1]) + 1)
        left, right = min(left, int(x[0])), max(right, int(x[-1]) + 1)
    kept = (slice(top, bottom), slice(left, right))
    if not head[kept].any():
        return image, head, lesion
    return image[kept], head[kept], None if lesion is None else lesion[kept]


def _written_on(image: GreyImage, random: Random) -> GreyImage:
    """Letters and figures as scanners print them, anywhere."""
    ink = np.zeros(image.shape, np.uint8)
    for _ in range(random.integers(1, 5)):
        text = "".join(random.choice(list("ABCDEFGHKLMNPRSTW0123456789:/. "), 8))
        place = (int(random.integers(image.shape[1])), int(random.integers(image.shape[0])))
        size = random.uniform(0.25, 0.5) * image.shape[1] / 224
        cv2.putText(ink, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1, cv2.LINE_AA)
    return np.asarray(np.maximum(image, ink * np.float32(image.max() / 255)), np.float32)


def _without_scalp(head: Mask, lesion: Mask | None, random: Random) -> Mask:
    padded = np.pad(head.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    kept = depth > random.uniform(0.06, 0.2) * float(depth.max())
    return np.asarray(kept if lesion is None else kept | grown(lesion, 2))


def _background(shape: tuple[int, ...], low: float, high: float, random: Random) -> GreyImage:
    level = random.uniform(low, 0.3 * high)
    spread = random.uniform(0, 1.5) if random.random() < 0.5 else 0.0
    return np.asarray(level + spread * random.standard_normal(shape, np.float32), np.float32)


def _pose(box: CropBox, random: Random) -> tuple[CropBox, NDArray[np.float64]]:
    side = box.side * random.uniform(0.85, 1.2)
    middle = np.array([box.top, box.left]) + box.side / 2
    middle += random.uniform(-0.06, 0.06, 2) * box.side
    linear = turn(random) @ np.diag([random.choice([-1.0, 1.0]), 1.0])
    return CropBox(float(middle[0] - side / 2), float(middle[1] - side / 2), side), linear


def _contrast(cut: GreyImage, low: float, high: float, random: Random) -> GreyImage:
    gain, shift = np.exp(random.normal(0, 0.2)), random.normal(0, 0.25)
    changed = np.where(cut > low, np.clip(cut * gain + shift, low, high), low)
    return np.asarray(changed, np.float32)


def _hide_part(cut: GreyImage, covered: GreyImage, low: float, random: Random) -> GreyImage:
    """Blacken a rectangle that shows little of the lesion."""
    size = cut.shape[0]
    height, width = (int(n) for n in random.uniform(0.1, 0.35, 2) * size)
    top, left = int(random.integers(size - height)), int(random.integers(size - width))
    place = (slice(top, top + height), slice(left, left + width))
    if covered[place].sum() > 0.1 * covered.sum():
        return cut
    hidden = cut.copy()
    hidden[place] = low
    return hidden
