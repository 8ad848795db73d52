"""Perceptual hashes, and finding similar ones without comparing all pairs."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]

RADIUS = 7
"""Bits of 64 in which the hashes of copies may differ."""

_SIDE = 32  # of the image that is hashed
_BANDS, _BAND_BITS = 4, 16
_AT_ONCE = 4_000_000  # pairs that are looked at together, which bounds the memory


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
    radius : bits, at most 7

    Yields (m, 2) arrays, a pair perhaps several times. Exact: multi-index hashing (Norouzi, Punjani
    and Fleet 2012). Two hashes that differ in at most 7 bits differ in at most one in some of four
    bands of 16, so that each band is looked up with none and with one bit changed.
    """
    if radius >= 2 * _BANDS:
        raise ValueError(f"A radius of {radius} bits is more than the bands can find.")
    flips = (0, *(1 << bit for bit in range(_BAND_BITS)))
    for band in range(_BANDS):
        keys, wanted = _band(hashes, band), _band(queries, band)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**_BAND_BITS + 1))
        for flip in flips:
            for first, second in _partners(wanted ^ flip, order, starts):
                distance = np.bitwise_count(queries[first] ^ hashes[second])
                near = (distance <= radius) & (first < second)
                if near.any():
                    yield np.column_stack([first[near], second[near]])


def _band(hashes: Hashes, band: int) -> NDArray[np.int64]:
    shift = np.uint64(band * _BAND_BITS)
    return ((hashes >> shift) & np.uint64(2**_BAND_BITS - 1)).astype(np.int64)


def _partners(
    wanted: NDArray[np.int64], order: NDArray[np.int64], starts: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Every query with everything in its bucket, in portions."""
    counts = starts[wanted + 1] - starts[wanted]
    total = np.concatenate([[0], np.cumsum(counts)])
    # Whole queries, of together about _AT_ONCE pairs.
    cuts = np.searchsorted(total, np.arange(0, total[-1] + _AT_ONCE, _AT_ONCE))
    for start, end in pairwise(np.unique(np.append(cuts, [0, len(wanted)])).tolist()):
        many = counts[start:end]
        if not many.any():
            continue
        first = np.repeat(np.arange(start, end), many)
        within = np.arange(len(first)) - np.repeat(total[start:end] - total[start], many)
        yield first, order[np.repeat(starts[wanted[start:end]], many) + within]
