"""From a slice to the network's input.

Training and inference prepare a slice with the same function, driven by the steps that the card
names, so that what was learned is what is used. NumPy and OpenCV only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.inference.card import ModelCard, ModelInput
from brainviewer.inference.saliency import CropBox

Slice = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FEW_PIXELS = 50


@dataclass(frozen=True)
class Prepared:
    """The network's input and where it came from.

    tensor : (1, size, size, 3) float32
    box : the square of the slice that the tensor shows.
    shape : rows and columns of the slice.
    missing : channels of the model that the study does not have (zeros in the tensor).
    """

    tensor: NDArray[np.float32]
    box: CropBox
    shape: tuple[int, int]
    missing: tuple[str, ...]


def prepare(channels: Mapping[str, Slice], mask: Mask, card: ModelCard) -> Prepared:
    """Prepare the tumour slice of a study for the model of ``card``.

    channels : (rows, columns) float32 by sequence name
        One axial slice with square pixels, anterior up and the patient's right on the left,
        in any intensity unit. A sequence that is absent or constant counts as missing.
    mask : (rows, columns) bool
        The lesion on that slice; a rough outline is enough.

    Raises ModelError if the mask is empty or no sequence of the model is there.
    """
    return prepare_slice(channels, mask, card.input)


def prepare_slice(channels: Mapping[str, Slice], mask: Mask, model_input: ModelInput) -> Prepared:
    """The same as ``prepare`` for a model that has no card yet."""
    if not mask.any():
        raise ModelError(
            "There is no lesion on this slice, so it cannot be classified.",
            "Go to the tumour slice first.",
        )
    images = {
        name: _from_zero(channels[name])
        for name in model_input.channels
        if channels.get(name) is not None and np.ptp(channels[name]) > 0
    }
    if not images:
        raise ModelError(
            "The study has none of the sequences that this model needs.",
            f"Open a study with {', '.join(model_input.channels)}.",
        )
    head = head_mask(list(images.values())) | mask
    box = CropBox(0.0, 0.0, float(max(mask.shape)))
    for step in model_input.steps:
        if step.name == "standardise_near_lesion":
            tissue = _tissue_near_lesion(
                head, mask, step.numbers["gap"], step.numbers["reach"], step.numbers["rim"]
            )
            images = {
                name: _standardise(
                    image,
                    tissue,
                    step.numbers["floor"],
                    step.numbers["low"],
                    step.numbers["high"],
                )
                for name, image in images.items()
            }
        elif step.name == "crop_around_lesion":
            box = lesion_square(head, mask, step.numbers["margin"], step.numbers["least_of_head"])
        else:
            raise ModelError(
                f"The card names an unknown step {step.name!r}.", "Update BrainViewer."
            )
    size = model_input.size
    tensor = np.zeros((1, size, size, len(model_input.channels)), np.float32)
    for index, name in enumerate(model_input.channels):
        if name in images:
            tensor[0, :, :, index] = _cut(images[name], box, size)
    missing = tuple(name for name in model_input.channels if name not in images)
    return Prepared(tensor, box, (mask.shape[0], mask.shape[1]), missing)


def head_mask(images: list[Slice]) -> Mask:
    """Where the head (or, after skull stripping, the brain) is, without holes.

    images : (rows, columns) float32 slices, background near 0
    """
    total = np.zeros(images[0].shape, np.float32)
    for image in images:
        top = float(np.percentile(image, 90))
        if top <= 0:
            top = float(image.max())
        total += np.minimum(image / top, 1.0)
    grey = cv2.GaussianBlur(total * np.float32(255.0 / len(images)), (5, 5), 0).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Otsu's threshold lies half-way to the tissue; the edge of the head is darker than that.
    bright = (grey > 0.5 * threshold).astype(np.uint8)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    head = np.zeros(bright.shape, np.uint8)
    if outlines:
        cv2.drawContours(head, [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return head.astype(bool)


def lesion_square(head: Mask, lesion: Mask, margin: float, least_of_head: float) -> CropBox:
    """The square around the lesion that the network looks at.

    Its side is ``margin`` times the longer side of the lesion's bounding box, but at least
    ``least_of_head`` of the longer side of the head's, because sizes in mm are not always known.
    """
    top, left, height, width = _bounds(lesion)
    side = max(margin * max(height, width), least_of_head * _extent(head))
    return CropBox(top + (height - side) / 2, left + (width - side) / 2, side)


def _from_zero(image: Slice) -> Slice:
    clean = np.nan_to_num(np.asarray(image, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low = float(clean.min())
    return clean - np.float32(low) if low < 0 else clean


def _bounds(mask: Mask) -> tuple[int, int, int, int]:
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    return int(rows[0]), int(columns[0]), int(height), int(width)


def _extent(head: Mask) -> int:
    _, _, height, width = _bounds(head)
    return max(height, width)


def _tissue_near_lesion(head: Mask, lesion: Mask, gap: float, reach: float, rim: float) -> Mask:
    """Brain outside the lesion but near it, away from the head's edge (scalp, skull).

    gap, reach, rim : fractions of the head's extent: the nearest and farthest distance from the
        lesion, and the depth below the head's surface.
    """
    extent = _extent(head)
    distance = cv2.distanceTransform((~lesion).astype(np.uint8), cv2.DIST_L2, 3)
    padded = np.pad(head.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner = (depth > rim * extent) & (distance > gap * extent)
    for tissue in (inner & (distance <= reach * extent), inner, head & ~lesion):
        if np.count_nonzero(tissue) >= _FEW_PIXELS:
            return tissue
    return head


def _standardise(image: Slice, tissue: Mask, floor: float, low: float, high: float) -> Slice:
    """Median 0 and robust standard deviation 1 in ``tissue``, clipped to low..high.

    The spread is at least ``floor`` times the median, so that noise-free or flat tissue does not
    blow up the rest.
    """
    values = image[tissue]
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    spread = max(spread, floor * median, 1e-6 * float(image.max()))
    return np.asarray(np.clip((image - median) / spread, low, high), np.float32)


def _cut(image: Slice, box: CropBox, size: int) -> Slice:
    scale = box.side / size
    if scale > 1.2:  # fewer pixels than before: blur first, or fine structures alias
        image = cv2.GaussianBlur(image, (0, 0), 0.4 * scale).astype(np.float32)
    # Pixel centres: output pixel p shows the slice at box.top + (p + 0.5) * scale - 0.5.
    offset = 0.5 * scale - 0.5
    inverse = np.array([[scale, 0, box.left + offset], [0, scale, box.top + offset]], np.float64)
    air = float(image.min())
    cut = cv2.warpAffine(
        image,
        inverse,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=air,
    )
    return np.asarray(cut, np.float32)
