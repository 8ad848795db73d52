"""From the slices of a lesion to the network's input.

Training and inference prepare slices with the same functions, driven by the steps that the card
names, so that what was learned is what is used. NumPy and OpenCV only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import ModelInput
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.intensity import grey_levels, standardised

Slice = NDArray[np.float32]
Slices = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FEW_PIXELS = 50


@dataclass(frozen=True)
class Prepared:
    """The network's input and where it came from.

    tensor : (n, size, size, c) float32
        Images whose answers are averaged. The first shows the tumour slice as it is; where the
        model looks at mirror images too, they are the second half.
    box : the square of the slice that the tensor shows.
    shape : rows and columns of the slice.
    missing : channels of the model that the study does not have (zeros in the tensor).
    """

    tensor: NDArray[np.float32]
    box: CropBox
    shape: tuple[int, int]
    missing: tuple[str, ...]


def slices_to_see(areas: ArrayLike, main: int, model_input: ModelInput) -> tuple[int, ...]:
    """The slices that a model looks at, in rising order; ``main`` is among them.

    Beside the main slice they are those that cut off equal fractions of the lesion's volume on the
    way from one end to the other (a quarter at either end, for three slices), because the
    distance between slices is not always known. A small lesion may give the same slice twice.

    areas : (slices,) area of the lesion on every slice, in any unit.
    main : the tumour slice, from 0.
    """
    beside = model_input.slices - 1
    area = np.asarray(areas, np.float64)
    if beside == 0 or area.sum() <= 0:
        return (main,) * model_input.slices
    volume = np.cumsum(area) / area.sum()
    # For three slices: 1/4 and 3/4.
    parts = (np.arange(beside) + 0.5) / beside
    return tuple(sorted([main, *(int(np.searchsorted(volume, part)) for part in parts)]))


def prepare(
    channels: Mapping[str, Slices],
    lesion: Mask,
    model_input: ModelInput,
    brain: Mask | None = None,
    main: int | None = None,
) -> Prepared:
    """Prepare the slices of a lesion for a model.

    channels : (k, rows, columns) float32 by sequence name; (rows, columns) counts as k = 1
        Axial slices from bottom to top, the k of ``slices_to_see``, with square pixels, anterior
        up and the patient's right on the left, in any intensity unit. A sequence that is absent
        or constant counts as missing. A model that wants more slices than it gets sees the main
        one again.
    lesion : the same shape, bool
        The lesion on those slices; a rough contour is enough.
    brain : the same shape, bool
        What is not brain is blackened. None or empty: the whole head counts as brain.
    main : which of the k slices is the tumour slice; the middle one if None.

    Raises ModelError if the mask is empty or no sequence of the model is there.
    """
    lesion = _stack(lesion)
    main = len(lesion) // 2 if main is None else main
    if not lesion.any():
        raise ModelError(
            "There is no lesion on this slice, so it cannot be classified.",
            "Go to the tumour slice first.",
        )
    images = {
        name: _from_zero(_stack(channels[name]))
        for name in model_input.channels
        if channels.get(name) is not None and np.ptp(channels[name]) > 0
    }
    if not images:
        raise ModelError(
            "The study has none of the sequences that this model needs.",
            f"Open a study with {', '.join(model_input.channels)}.",
        )
    inside = _inside(images, lesion, brain)
    images, box = standardise(images, lesion, inside, model_input)
    size = model_input.size
    chosen = _to_show(len(lesion), main, model_input.slices)
    images2d = np.zeros((len(chosen), size, size, len(model_input.channels)), np.float32)
    for index, name in enumerate(model_input.channels):
        if name in images:
            cut = {n: cut_out(images[name][n], box, size) for n in set(chosen)}
            images2d[..., index] = [cut[n] for n in chosen]
    missing = tuple(name for name in model_input.channels if name not in images)
    tensor = arrange(images2d, chosen.index(main), model_input)
    return Prepared(tensor, box, (lesion.shape[1], lesion.shape[2]), missing)


def arrange(images: Slices, main: int, model_input: ModelInput) -> Slices:
    """Turn the images of one lesion into the network's batch.

    images : (slices, size, size, channels) float32, from bottom to top
    main : which of them is the tumour slice.

    Stacked: one image with slices * channels channels, slice by slice. Otherwise one image per
    slice, the tumour slice first. Mirror images follow where the model takes them.
    """
    if model_input.stacked:
        count, rows, columns, channels = images.shape
        batch = images.transpose(1, 2, 0, 3).reshape(1, rows, columns, count * channels)
    else:
        order = [main, *(n for n in range(len(images)) if n != main)]
        batch = images[order]
    if model_input.mirrored:
        batch = np.concatenate([batch, batch[:, :, ::-1]])
    return np.ascontiguousarray(batch)


def standardise(
    images: Mapping[str, Slices], lesion: Mask, inside: Mask, model_input: ModelInput
) -> tuple[dict[str, Slices], CropBox]:
    """Carry out the steps of a card on whole slices; also says which square is to be cut out.

    images, lesion, inside : (k, rows, columns); ``inside`` is the brain or the head.
    """
    done = dict(images)
    box = _whole(lesion.shape[1:])
    for step in model_input.steps:
        numbers = step.numbers
        if step.name == "standardise_near_lesion":
            tissue = _tissue_near_lesion(
                inside, lesion, numbers["gap"], numbers["reach"], numbers["rim"]
            )
            done = {
                name: standardised(image, tissue, numbers["floor"], numbers["low"], numbers["high"])
                for name, image in done.items()
            }
        elif step.name == "grey_levels":
            ends = (numbers["low"], numbers["high"])
            done = {name: grey_levels(image, *ends) for name, image in done.items()}
        elif step.name == "blacken_outside_brain":
            black = np.float32(numbers["value"])
            done = {name: np.where(inside, image, black) for name, image in done.items()}
        elif step.name == "crop_around_lesion":
            box = lesion_square(
                np.asarray(inside.any(axis=0)),
                np.asarray(lesion.any(axis=0)),
                numbers["margin"],
                numbers["least_of_head"],
            )
        else:
            raise ModelError(
                f"The card names an unknown step {step.name!r}.", "Update BrainViewer."
            )
    return done, box


def _whole(shape: Sequence[int]) -> CropBox:
    """The smallest square around a whole slice of so many rows and columns."""
    side = float(max(shape))
    return CropBox((shape[0] - side) / 2, (shape[1] - side) / 2, side)


def _stack(values: NDArray[Any]) -> NDArray[Any]:
    return values[None] if values.ndim == 2 else values


def _to_show(count: int, main: int, wanted: int) -> list[int]:
    """Which of ``count`` slices are shown: all, or the main one as often as it takes."""
    return list(range(count)) if count == wanted else [main] * wanted


def _inside(images: Mapping[str, Slices], lesion: Mask, brain: Mask | None) -> Mask:
    """The brain, or the head where no brain is given; the lesion belongs to it."""
    if brain is not None and brain.any():
        return np.asarray(_stack(brain) | lesion)
    slices = [head_mask([image[n] for image in images.values()]) for n in range(len(lesion))]
    return np.stack(slices) | lesion


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
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    head = np.zeros(bright.shape, np.uint8)
    if contours:
        cv2.drawContours(head, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
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
    """Brain outside the lesion but near it, away from the edge (scalp, skull) of the head.

    head, lesion : (k, rows, columns) bool
    gap, reach, rim : fractions of the head's extent: the nearest and farthest distance from the
        lesion, and the depth below the head's surface; distances are taken in the slice.
    """
    extent = _extent(np.asarray(head.any(axis=0)))
    distance = np.stack(
        [cv2.distanceTransform((~one).astype(np.uint8), cv2.DIST_L2, 3) for one in lesion]
    )
    padded = np.pad(head.astype(np.uint8), ((0, 0), (1, 1), (1, 1)))
    depth = np.stack([cv2.distanceTransform(one, cv2.DIST_L2, 3)[1:-1, 1:-1] for one in padded])
    inner = (depth > rim * extent) & (distance > gap * extent)
    for tissue in (inner & (distance <= reach * extent), inner, head & ~lesion):
        if np.count_nonzero(tissue) >= _FEW_PIXELS:
            return np.asarray(tissue)
    return head


def cut_out(
    image: Slice, box: CropBox, size: int, linear: NDArray[np.float64] | None = None
) -> Slice:
    """The square ``box`` of a slice as (size, size) float32.

    linear : (2, 2), turns and stretches (x, y) about the middle of the square; None leaves it.
    """
    scale = box.side / size
    if scale > 1.2:  # fewer pixels than before: blur first, or fine structures alias
        image = cv2.GaussianBlur(image, (0, 0), 0.4 * scale).astype(np.float32)
    # Pixel centres: output pixel p shows the slice at box.top + (p + 0.5) * scale - 0.5.
    step = scale * (np.eye(2) if linear is None else linear)
    middle = np.array([box.left, box.top]) + box.side / 2 - 0.5
    inverse = np.column_stack([step, middle - step @ np.full(2, (size - 1) / 2)])
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
