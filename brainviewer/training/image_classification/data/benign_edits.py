"""What happens to an image on its way to the program and must not change the answer.

Edits are done to the whole image, before it is prepared, with the same chance for everybody: a
seed decides where letters go and what they say. None of them hides the tumour.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.models.image_classification.input import head_of
from brainviewer.training.metrics.intervals import Estimate, fraction

Grey = NDArray[np.uint8]
Random = np.random.Generator
Edit = Callable[[Grey, Random], Grey]

_QUALITY = 30
_DEGREES = 15.0
_BRIGHTNESS = 0.2
_FRAME = 0.04  # of the longer side
_CUT = 0.05  # of each side
# Standard deviation as a fraction of the longer side. An image taken by hand from a screen blurs a
# point to about a hundredth of the image, full width at half height, which is 2.4 of them.
_BLUR, _STRONG_BLUR = 0.005, 0.01
_LETTERS = 0.035  # height, of the longer side

# What scanners and archives print; no real name.
_CORNERS = (
    ("2019-03-07 10:41", "T1 SE +C", "Se: 5/12"),
    ("12.11.2016", "AX T1 FS", "Im: 14/24"),
    ("07:58:31", "TR 540 TE 12", "SL 5.0 mm"),
    ("W 612 L 288", "Zoom 100%", "FoV 230*230"),
)
_SIDES = ("R", "L", "A", "P")


def edit(image: Grey, name: str, seed: int) -> Grey:
    """One of the edits by name, the same for the same seed.

    image : (rows, columns) uint8
    """
    return {**EDITS, **EXTRA_EDITS}[name](image, np.random.default_rng(seed))


def changed_predictions(
    before: NDArray[np.int64], after: Mapping[str, NDArray[np.int64]]
) -> dict[str, Estimate]:
    """Fraction of answers that each edit changed, with its 95 % interval, and of all together.

    before : (n,) answers to the images as they are
    after : by name of the edit, (n,) answers to the same images, edited

    That of all edits together rests on the n images, as if the edits of one image told nothing
    new.
    """
    changed = {name: float(np.mean(predictions != before)) for name, predictions in after.items()}
    changed["all together"] = float(np.mean(list(changed.values())))
    return {name: fraction(so, len(before)) for name, so in changed.items()}


def _jpeg(image: Grey, random: Random) -> Grey:
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _blurred(fraction: float, image: Grey, random: Random) -> Grey:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), fraction * max(image.shape)), np.uint8)


def _turned(degrees: float, image: Grey, random: Random) -> Grey:
    """Anticlockwise on a larger canvas, so that nothing is cut off; black where it was empty."""
    rows, columns = image.shape
    angle = math.radians(abs(degrees))
    wide = math.ceil(columns * math.cos(angle) + rows * math.sin(angle))
    high = math.ceil(rows * math.cos(angle) + columns * math.sin(angle))
    matrix = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), degrees, 1.0)
    matrix[:, 2] += ((wide - columns) / 2, (high - rows) / 2)
    return np.asarray(cv2.warpAffine(image, matrix, (wide, high)), np.uint8)


def _brighter(factor: float, image: Grey, random: Random) -> Grey:
    return np.asarray(np.clip(np.rint(image * factor), 0, 255), np.uint8)


def _lettered(image: Grey, random: Random) -> Grey:
    """Lines of text in two to four corners, and a side's letter that touches the head."""
    lettered = image.copy()
    rows, columns = image.shape
    height = max(7, round(_LETTERS * max(rows, columns)))
    corners = random.permutation(4)[: int(random.integers(2, 5))]
    for corner, lines in zip(corners.tolist(), random.permutation(_CORNERS).tolist(), strict=False):
        for place, line in enumerate(lines):
            (wide, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, height / 22, 1)
            left = 2 if corner % 2 == 0 else columns - wide - 2
            below = round(1.5 * height * place)
            down = height + 2 + below if corner < 2 else rows - 4 - below
            _write(lettered, line, (left, down), height)
    head = head_of(image.astype(np.float32) - float(image.min()))
    if head.any():
        middle = round(float(np.flatnonzero(head.any(axis=1)).mean()))
        across = np.flatnonzero(head.any(axis=0))
        left = int(across[0] - height // 2 if random.random() < 0.5 else across[-1] - height // 2)
        letter = _SIDES[int(random.integers(len(_SIDES)))]
        _write(lettered, letter, (left, middle), round(1.5 * height))
    return lettered


def _write(image: Grey, text: str, left_below: tuple[int, int], height: int) -> None:
    """Letters of about ``height`` pixels; those of Hershey are 22 high at the scale of 1."""
    thick = max(1, round(height / 14))
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, height / 22
    cv2.putText(image, text, left_below, font, scale, 255, thick, cv2.LINE_AA)


def _framed(grey: int, image: Grey, random: Random) -> Grey:
    return np.pad(image, max(2, round(_FRAME * max(image.shape))), constant_values=grey)


def _cut(image: Grey, random: Random) -> Grey:
    rows, columns = (round(_CUT * length) for length in image.shape)
    return image[rows : image.shape[0] - rows, columns : image.shape[1] - columns].copy()


def _mirrored(image: Grey, random: Random) -> Grey:
    return np.ascontiguousarray(image[:, ::-1])


EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        "JPEG of quality 30": _jpeg,
        "blur": partial(_blurred, _BLUR),
        "turned 15° left": partial(_turned, _DEGREES),
        "turned 15° right": partial(_turned, -_DEGREES),
        "20 % brighter": partial(_brighter, 1 + _BRIGHTNESS),
        "20 % darker": partial(_brighter, 1 - _BRIGHTNESS),
        "text burned in": _lettered,
        "white frame": partial(_framed, 255),
        "grey frame": partial(_framed, 128),
        "5 % cut off each side": _cut,
    }
)
"""Edits that count."""

EXTRA_EDITS: Mapping[str, Edit] = MappingProxyType(
    {"blur twice as strong": partial(_blurred, _STRONG_BLUR), "mirrored": _mirrored}
)
"""Edits that are reported beside them."""
