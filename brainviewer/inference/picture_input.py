"""From a single picture of a head to the network's input.

Training and inference prepare pictures with this one function. It takes away what tells where a
picture comes from instead of what it shows: its size, its margins, what is written or printed
beside the head, and its brightness.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.inference.card import ModelInput
from brainviewer.inference.pipeline import Mask, Prepared, Slice, cut_out, head_mask
from brainviewer.inference.saliency import CropBox

_LEAST_OF_PICTURE = 0.02


def prepare_picture(picture: NDArray[np.float32], model_input: ModelInput) -> Prepared:
    """Prepare a picture for a model.

    picture : (rows, columns) float32 grey values in any unit, bright where the tissue is.

    Returns tensor (n, size, size, 1); n is 2 where the model also looks at the mirror image.
    Raises ModelError if there is nothing in the picture.
    """
    values = np.nan_to_num(np.asarray(picture, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    values = values - values.min()
    head = head_of(values)
    if not head.any():
        raise ModelError(
            "There is nothing on this picture that could be a head.", "Open a picture of an MR."
        )
    image, box = standardise_picture(values, head, model_input)
    cut = cut_out(image, box, model_input.size)[None, ..., None]
    tensor = np.concatenate([cut, cut[:, :, ::-1]]) if model_input.mirrored else cut
    shape = (picture.shape[0], picture.shape[1])
    return Prepared(np.ascontiguousarray(tensor, np.float32), box, shape, ())


def standardise_picture(
    picture: Slice, head: Mask, model_input: ModelInput
) -> tuple[Slice, CropBox]:
    """Carry out the steps of a card on a whole picture; also says which square is to be cut out.

    picture, head : (rows, columns)
    """
    box = CropBox(0.0, 0.0, float(max(picture.shape)))
    for step in model_input.steps:
        numbers = step.numbers
        if step.name == "standardise_in_head":
            picture = _standardise(picture, head, numbers["floor"], numbers["low"], numbers["high"])
        elif step.name == "blacken_outside_head":
            picture = np.where(head, picture, np.float32(numbers["value"]))
        elif step.name == "crop_to_head":
            box = _square(head, numbers["margin"])
        else:
            raise ModelError(
                f"The card names an unknown step {step.name!r}.", "Update BrainViewer."
            )
    return picture, box


def head_of(picture: Slice) -> Mask:
    """Where the head is, without holes; empty where nothing is big enough to be one.

    picture : (rows, columns) float32 from 0
    """
    if np.ptp(picture) == 0:
        return np.zeros(picture.shape, bool)
    # The same share of a small and a large picture is smoothed away.
    scale = 256 / max(picture.shape)
    small = cv2.resize(
        picture,
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    # Small gaps in the outline (ears, sinuses, the neck) are closed before it is filled.
    inside = cv2.morphologyEx(
        head_mask([small]).astype(np.uint8),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21)),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    if inside.mean() < _LEAST_OF_PICTURE:
        return np.zeros(picture.shape, bool)
    full = cv2.resize(inside, picture.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(full, bool)


def _square(head: Mask, margin: float) -> CropBox:
    rows, columns = (np.flatnonzero(head.any(axis=axis)) for axis in (1, 0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    side = margin * float(max(height, width))
    return CropBox(
        float(rows[0] + (height - side) / 2), float(columns[0] + (width - side) / 2), side
    )


def _standardise(picture: Slice, head: Mask, floor: float, low: float, high: float) -> Slice:
    """Median 0 and robust standard deviation 1 inside the head, clipped to low..high."""
    values = picture[head]
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    spread = max(spread, floor * median, 1e-6 * float(picture.max()))
    return np.asarray(np.clip((picture - median) / spread, low, high), np.float32)
