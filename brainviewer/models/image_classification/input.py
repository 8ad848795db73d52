"""From a single image of a head to the network's input.

Training and inference prepare images with this one function. It takes away what tells where an
image comes from instead of what it shows: its size, its margins, what is written or printed
beside the head, and its brightness.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.imaging.preprocess.head_crop import Crop, largest_contour
from brainviewer.models.card import ModelInput
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import Mask, Prepared, Slice, cut_out, head_mask
from brainviewer.models.subtype.intensity import standardised

_LEAST_OF_IMAGE = 0.02
# Widths at a longer side of 256 pixels.
_SIDE, _LETTERS, _GAPS = 256, 15, 21
# A line shows nothing if so many of its pixels differ by no more than this fraction of the range.
_MOSTLY, _SAME = 0.97, 0.1
_FRAMES = 4  # one in another
_AT_ONCE = 16  # lines


def prepare_image(image2d: NDArray[np.float32], model_input: ModelInput) -> Prepared:
    """Prepare an image for a model.

    image2d : (rows, columns) float32 grey values in any unit, bright where the tissue is.

    Returns tensor (n, size, size, 1); n is 2 where the model also looks at the mirror image.
    Raises ModelError if there is nothing in the image.
    """
    values = np.nan_to_num(np.asarray(image2d, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if any(step.name == "grey_levels" for step in model_input.steps):
        return _plain_image(values, model_input)
    values = values - values.min()
    head = head_of(values)
    if not head.any():
        raise ModelError(
            "There is nothing on this image that could be a head.", "Open an image of an MR."
        )
    image, box = standardise_image(values, head, model_input)
    cut = cut_out(image, box, model_input.size)[None, ..., None]
    tensor = np.concatenate([cut, cut[:, :, ::-1]]) if model_input.mirrored else cut
    shape = (image2d.shape[0], image2d.shape[1])
    return Prepared(np.ascontiguousarray(tensor, np.float32), box, shape, ())


def _plain_image(image: Slice, model_input: ModelInput) -> Prepared:
    """Grey values 0..255 of the whole image, or of its largest bright region, made a square."""
    grey = eight_bits(image)
    crop = Crop(0, 0, grey.shape[1], grey.shape[0])
    if any(step.name == "crop_to_contour" for step in model_input.steps):
        crop = largest_contour(np.repeat(grey[..., None], 3, axis=2))
    part = crop.of(grey)
    tensor = stretched(part, model_input.size)[None, ..., None].astype(np.float32)
    box = CropBox(crop.top, crop.left, part.shape[0], part.shape[1] / part.shape[0])
    return Prepared(tensor, box, (grey.shape[0], grey.shape[1]), ())


def stretched(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """(height, width) or (height, width, 3) -> (size, size) or (size, size, 3)"""
    way = cv2.INTER_AREA if min(image.shape[:2]) >= size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, size), interpolation=way), np.uint8)


def eight_bits(values: Slice) -> NDArray[np.uint8]:
    """Grey values as files of 8 bits have them: left alone where they are, else spread."""
    low, high = float(values.min()), float(values.max())
    if low < 0 or not 16 <= high <= 255:
        values = (values - low) * (255 / max(high - low, 1e-12))
    return np.asarray(np.rint(values), np.uint8)


def standardise_image(image: Slice, head: Mask, model_input: ModelInput) -> tuple[Slice, CropBox]:
    """Carry out the steps of a card on a whole image; also says which square is to be cut out.

    image, head : (rows, columns)
    """
    box = CropBox(0.0, 0.0, float(max(image.shape)))
    for step in model_input.steps:
        numbers = step.numbers
        if step.name == "standardise_in_head":
            image = standardised(image, head, numbers["floor"], numbers["low"], numbers["high"])
        elif step.name == "blacken_outside_head":
            image = np.where(head, image, np.float32(numbers["value"]))
        elif step.name == "crop_to_head":
            box = _square(head, numbers["margin"])
        else:
            raise ModelError(
                f"The card names an unknown step {step.name!r}.", "Update BrainViewer."
            )
    return image, box


def image_bounds(model_input: ModelInput) -> tuple[float, float]:
    """The range that standardised images are clipped to."""
    numbers = next(s.numbers for s in model_input.steps if s.name == "standardise_in_head")
    return numbers["low"], numbers["high"]


def head_of(image: Slice) -> Mask:
    """Where the head is, without holes; empty where nothing is big enough to be one.

    A frame around the image, and letters that touch the head, do not belong to it.

    image : (rows, columns) float32 from 0
    """
    head = np.zeros(image.shape, bool)
    inner = _without_frame(image)
    part = image[inner]
    if min(part.shape) < 2 or np.ptp(part) == 0:
        return head
    # The same fraction of a small and a large image is smoothed away.
    scale = _SIDE / max(part.shape)
    size = (max(2, round(scale * part.shape[1])), max(2, round(scale * part.shape[0])))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    found = head_mask([np.asarray(cv2.resize(part, size, interpolation=way), np.float32)])
    solid = _largest(_morph(found.astype(np.uint8), cv2.MORPH_OPEN, _LETTERS))
    # Small gaps in the contour (ears, sinuses, the neck) belong to the head.
    solid = _morph(solid, cv2.MORPH_CLOSE, _GAPS)
    if solid.mean() >= _LEAST_OF_IMAGE:
        head[inner] = cv2.resize(solid, part.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return head


def _without_frame(image: Slice) -> tuple[slice, slice]:
    """What is left of an image without the lines at its edges that show nothing.

    Black beside the head is one such line, but only once a frame around it is gone.
    """
    near = _SAME * float(np.ptp(image))
    ends = (slice(0, image.shape[0]), slice(0, image.shape[1]))
    for _ in range(_FRAMES):
        part, before = image[ends], ends
        shown = [_shown_between(lines, near) for lines in (part, part.T)]
        if None in shown:
            return slice(0, 0), slice(0, 0)
        rows, columns = (
            slice(end.start + some.start, end.start + some.stop)
            for end, some in zip(ends, filter(None, shown), strict=True)
        )
        ends = (rows, columns)
        if ends == before:
            break
    return ends


def _shown_between(lines: Slice, near: float) -> slice | None:
    """From the first to the last line that shows something; None if none does."""
    first = _plain_before(lines, near)
    if first == len(lines):
        return None
    return slice(first, len(lines) - _plain_before(lines[::-1], near))


def _plain_before(lines: Slice, near: float) -> int:
    """How many lines show nothing before the first that does: what is behind it is not looked
    at, for the median of every line of an image takes longer than all else here."""
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        middle = np.median(some, axis=1, keepdims=True)
        shown = np.flatnonzero((np.abs(some - middle) <= near).mean(axis=1) < _MOSTLY)
        if len(shown):
            return start + int(shown[0])
    return len(lines)


def _largest(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    _, parts, about, _ = cv2.connectedComponentsWithStats(mask)
    if len(about) < 2:
        return mask
    return np.asarray(parts == 1 + int(about[1:, cv2.CC_STAT_AREA].argmax()), np.uint8)


def _morph(mask: NDArray[np.uint8], how: int, width: int) -> NDArray[np.uint8]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    padded = cv2.morphologyEx(np.pad(mask, width), how, disc)
    return np.asarray(padded[width:-width, width:-width], np.uint8)


def _square(head: Mask, margin: float) -> CropBox:
    rows, columns = (np.flatnonzero(head.any(axis=axis)) for axis in (1, 0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    side = margin * float(max(height, width))
    return CropBox(
        float(rows[0] + (height - side) / 2), float(columns[0] + (width - side) / 2), side
    )
