"""What is kept of each image after one look at it: enough to compare it with all others."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.process.worker_pool import worker_pool
from brainviewer.files.image2d.reader import Image2D, read_image2d
from brainviewer.imaging.measure.image_signs import (
    bone_ring,
    coloured_fraction,
    edge_grey,
    largest_part,
    letters,
    panels,
    working_size,
)
from brainviewer.training.audit.perceptual_hash import perceptual_hash

Grey = NDArray[np.uint8]

SIDE = 48  # of the thumbnails
_HASHED = 32
_AT_ONCE = 32  # images that a process gets together
_WORTH_PROCESSES = 400  # images; for fewer it takes longer to start them
_FLAT = 2.0  # grey values; less spread shows nothing
_LEAST_OF_SIDE = 0.03  # of a row or a column must be bright for it to count as content
CONSPICUOUS = {
    "blank": "nothing to be seen",
    "colour": "colour",
    "bright edge": "bright frame or background",
    "montage": "several images in one",
    "text": "text on the image",
    "CT-like": "looks like CT",
    "small": "very small",
}
"""Every kind of conspicuous sign, and its words."""

_SMALL = 64  # pixels
_LEAST_LETTERS = 4  # in one line


@dataclass(frozen=True, eq=False)
class ImageSignature:
    """One image.

    digest : of the decoded pixels; equal means identical pixel for pixel
    size : (columns, rows)
    hashes : (4,) uint64: of the whole, its mirror image, the content, its mirror image
    thumbnails : (2, SIDE, SIDE) uint8: of the whole and of its content
    flat : nothing can be seen in it, so it is like no other
    trivial : what a classifier should not need, numbers by family and name
    odd : kinds of ``CONSPICUOUS``, to what was seen
    """

    digest: bytes
    size: tuple[int, int]
    hashes: NDArray[np.uint64]
    thumbnails: Grey
    flat: bool
    trivial: dict[str, dict[str, float]]
    odd: dict[str, str]


def measure_image(path: Path) -> ImageSignature:
    """Read an image and measure it; raises FileError if it cannot be read."""
    image = read_image2d(path)
    grey = image.grey()
    rows, columns = grey.shape
    box = content_box(grey)
    content = grey[box]
    flat = bool(grey.std() < _FLAT)
    return ImageSignature(
        _digest(image),
        (columns, rows),
        np.array(
            [*perceptual_hash(shrink(grey, _HASHED)), *perceptual_hash(shrink(content, _HASHED))],
            np.uint64,
        ),
        np.stack([shrink(grey, SIDE), shrink(content, SIDE)]),
        flat,
        {
            "size": {"width": columns, "height": rows, "aspect": columns / rows},
            "file": {
                "bytes per pixel": image.file_bytes / (rows * columns),
                "JPEG": float(image.format in ("JPEG", "MPO")),
                "colour": float(image.coloured),
            },
            "border": _border(grey),
            "background": _background(grey, box),
        },
        conspicuous_signs(image, grey, flat),
    )


def measure_images(
    paths: Sequence[Path], processes: int | None = None, report: Report = silent
) -> Iterator[ImageSignature | FileError]:
    """The signature of every image, in order, or why it could not be read.

    processes : how many to use, by default one per core

    Stopping early ends the processes.
    """
    count = processes or os.cpu_count() or 1
    several = count > 1 and len(paths) >= _WORTH_PROCESSES
    with worker_pool(count, _start) if several else nullcontext() as pool:
        found = pool.map(_measured, paths, chunksize=_AT_ONCE) if pool else map(_measured, paths)
        for number, signature in enumerate(found, start=1):
            report(number / len(paths), f"Reading the images: {number} of {len(paths)}")
            yield signature


def _start() -> None:
    cv2.setNumThreads(1)


def _measured(path: Path) -> ImageSignature | FileError:
    try:
        return measure_image(path)
    except FileError as error:
        return error


def content_box(grey: Grey) -> tuple[slice, slice]:
    """Rows and columns that hold more than a dark, empty border; all of them if in doubt."""
    small = cv2.medianBlur(grey, 3)
    bright = small > max(12.0, 0.1 * float(small.max()))
    sides = []
    for axis in (1, 0):
        holds = np.flatnonzero(bright.mean(axis=axis) > _LEAST_OF_SIDE)
        if len(holds) < 8:
            return slice(0, grey.shape[0]), slice(0, grey.shape[1])
        sides.append(slice(int(holds[0]), int(holds[-1]) + 1))
    return sides[0], sides[1]


def shrink(grey: Grey, side: int) -> Grey:
    """(side, side), each pixel the mean of what it stands for."""
    return np.asarray(cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def unit_thumbnails(images: Sequence[Grey], side: int) -> NDArray[np.float32]:
    """(n, side, side) thumbnails as ``as_units`` gives them."""
    return as_units(np.array([shrink(one, side) for one in images]))


def as_units(images: Grey) -> NDArray[np.float32]:
    """(..., side, side) of mean 0 and length 1, so that products are correlations."""
    units = images.astype(np.float32)
    units -= units.mean(axis=(-2, -1), keepdims=True)
    length = np.linalg.norm(units, axis=(-2, -1), keepdims=True)
    return np.asarray(units / np.maximum(length, 1e-6), np.float32)


def _digest(image: Image2D) -> bytes:
    pixels = np.ascontiguousarray(image.pixels)
    digest = hashlib.blake2b(f"{pixels.shape} {pixels.dtype}".encode(), digest_size=16)
    digest.update(pixels.data)
    return digest.digest()


def _border(grey: Grey) -> dict[str, float]:
    """Mean and spread of the outermost fiftieth of each side."""
    wide = [max(1, length // 50) for length in grey.shape]
    strips = {
        "top": grey[: wide[0]],
        "bottom": grey[-wide[0] :],
        "left": grey[:, : wide[1]],
        "right": grey[:, -wide[1] :],
    }
    numbers = {f"{side} mean": float(strip.mean()) for side, strip in strips.items()}
    return numbers | {f"{side} spread": float(strip.std()) for side, strip in strips.items()}


def _background(grey: Grey, box: tuple[slice, slice]) -> dict[str, float]:
    """How dark and how even what surrounds the head is, and how much of it there is."""
    rows, columns = grey.shape
    high, wide = max(1, rows // 10), max(1, columns // 10)
    corners = np.concatenate(
        [grey[y, x].ravel() for y in np.s_[:high, -high:] for x in np.s_[:wide, -wide:]]
    )
    return {
        "black": float((grey == 0).mean()),
        "dark": float((grey < 12).mean()),
        "corners mean": float(corners.mean()),
        "corners spread": float(corners.std()),
        "above": box[0].start / rows,
        "below": 1 - box[0].stop / rows,
        "left": box[1].start / columns,
        "right": 1 - box[1].stop / columns,
    }


def conspicuous_signs(image: Image2D, grey: Grey, flat: bool) -> dict[str, str]:
    """What is odd about an image: kinds of ``CONSPICUOUS``, to what was seen."""
    if flat:
        return {"blank": f"all grey values lie within {int(np.ptp(grey)) + 1}"}
    found: dict[str, str] = {}
    rows, columns = grey.shape
    if min(rows, columns) < _SMALL:
        found["small"] = f"{columns} × {rows} pixels"
    if image.coloured and (fraction := coloured_fraction(image.rgb())) > 0.01:
        found["colour"] = f"{fraction:.0%} of its pixels"
    if (edge := edge_grey(grey)) > 110:
        found["bright edge"] = f"the edge has a grey value of {int(edge)}"
    working = working_size(grey)
    if parts := panels(working):
        found["montage"] = f"{parts[0]} × {parts[1]} parts with gaps between them"
    elif "bright edge" not in found:
        head = largest_part(working)
        if (line := letters(working, head)[0]) >= _LEAST_LETTERS:
            found["text"] = f"{line} small bright marks in a line beside the head"
        if (bone := bone_ring(working, head)) is not None:
            found["CT-like"] = f"a closed ring as bright as bone ({bone:.0%} of the rim or more)"
    return found
