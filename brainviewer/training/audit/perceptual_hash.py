"""Perceptual hashes, and finding similar ones."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]

RADIUS = 7
"""Bits of 64 in which the hashes of copies may differ."""

_SIDE = 32  # of the image that is hashed
_BITS = 64
_AT_ONCE = 256  # hashes that are compared with all others together, which bounds the memory


def perceptual_hash(image: NDArray[np.uint8]) -> tuple[np.uint64, np.uint64]:
    """Hash of a (32, 32) image and of its mirror image, 64 bits each.

    A bit for each of the 8 × 8 lowest frequencies of the cosine transform: whether it lies above
    their median (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash
    Functions"). Light, contrast, size and compression hardly change it.
    """
    from scipy.fft import dctn

    if image.shape != (_SIDE, _SIDE):
        raise ValueError(f"{image.shape} is hashed; it takes {_SIDE} × {_SIDE}.")
    low = dctn(image.astype(np.float32), norm="ortho")[:8, :8]
    mirrored = low * np.where(np.arange(8) % 2, -1, 1)  # odd frequencies change their sign
    return _bits(low), _bits(mirrored)


def _bits(frequencies: NDArray[np.float32]) -> np.uint64:
    values = frequencies.ravel()
    above = values > np.median(values[1:])  # the first is the mean
    return np.uint64(int.from_bytes(np.packbits(above).tobytes(), "big"))


def similar_hashes(queries: Hashes, hashes: Hashes, radius: int = RADIUS) -> Iterator[Pairs]:
    """Pairs (i, j), i < j, where ``queries[i]`` and ``hashes[j]`` differ in few bits.

    queries, hashes : (n,) of the same images; both the same, or one of the mirror images

    Yields (m, 2) arrays. All pairs are compared: with bits as -1 and 1, the product of two hashes
    is 64 less twice the bits in which they differ, so that a product of matrices does.
    """
    wanted, signs = _signs(queries), _signs(hashes)
    for start in range(0, len(queries), _AT_ONCE):
        same = wanted[start : start + _AT_ONCE] @ signs[start:].T
        first, second = np.nonzero(same >= _BITS - 2 * radius)
        later = first < second
        yield start + np.column_stack([first[later], second[later]])


def _signs(hashes: Hashes) -> NDArray[np.float32]:
    """(n, 64): the bits of hashes as -1 and 1."""
    bits = np.unpackbits(np.ascontiguousarray(hashes).view(np.uint8).reshape(-1, 8), axis=1)
    return 2 * bits.astype(np.float32) - 1
