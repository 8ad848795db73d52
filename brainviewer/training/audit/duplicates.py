"""Which images are copies of each other, and which may be of one patient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.training.audit.image_signature import ImageSignature
from brainviewer.training.audit.perceptual_hash import Pairs, similar_hashes

DUPLICATE = 0.98
"""Correlation of thumbnails from which two images count as copies of one."""
RELATED = 0.90
"""Correlation from which they may be neighbouring slices of one patient."""

_AT_ONCE = 4_000  # pairs whose thumbnails are compared together
# Shrunk further, similar images are hardly less similar, and most pairs are settled.
_COARSE, _COARSE_MARGIN = 12, 0.05


@dataclass(frozen=True)
class Pair:
    """Two images, by their places in the list, ``first`` before ``second``.

    correlation : of their thumbnails, 1 for identical pixels
    mirrored : one is the other's mirror image
    """

    first: int
    second: int
    correlation: float
    identical: bool
    mirrored: bool


@dataclass(frozen=True, eq=False)
class Duplicates:
    """pairs : copies; identical ones as a chain, so that n of them make n - 1 pairs
    copies : (n,) number of the group of copies that each image belongs to
    related : (n,) number of the wider group that must not be torn apart by a split
    """

    pairs: tuple[Pair, ...]
    copies: NDArray[np.int64]
    related: NDArray[np.int64]


def find_duplicates(signatures: Sequence[ImageSignature], report: Report = silent) -> Duplicates:
    """Identical and nearly identical images.

    Near ones are found by hash (``similar_hashes``) and confirmed by the correlation of thumbnails,
    of the whole or of its content without an empty border, so that copies in another size,
    compression, brightness or margin are found, also mirrored. What was turned or cut into is not.
    """
    count = len(signatures)
    of_digest: dict[bytes, int] = {}
    pairs: list[Pair] = []
    own: list[int] = []  # one of each group of identical ones
    for number, signature in enumerate(signatures):
        last = of_digest.get(signature.digest)
        of_digest[signature.digest] = number
        if last is not None:
            pairs.append(Pair(last, number, 1.0, True, False))
        elif not signature.flat:
            own.append(number)
    near, related = _near([signatures[number] for number in own], report)
    pairs += [
        Pair(own[pair.first], own[pair.second], pair.correlation, False, pair.mirrored)
        for pair in near
    ]
    linked = np.array([(pair.first, pair.second) for pair in pairs], np.int64).reshape(-1, 2)
    wider = np.concatenate([linked, np.asarray(own, np.int64)[related]])
    return Duplicates(tuple(pairs), groups(count, linked), groups(count, wider))


def groups(count: int, pairs: Pairs) -> NDArray[np.int64]:
    """(count,) number of the connected group of each; pairs : (m, 2)"""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _near(signatures: Sequence[ImageSignature], report: Report) -> tuple[list[Pair], Pairs]:
    """Copies, and pairs (m, 2) of related images; places in ``signatures``."""
    related: list[Pairs] = [np.zeros((0, 2), np.int64)]
    best: dict[tuple[int, int], tuple[float, bool]] = {}
    if len(signatures) < 2:
        return [], related[0]
    hashes = np.array([signature.hashes for signature in signatures])
    thumbnails = _Thumbnails(np.array([signature.thumbnails for signature in signatures]))
    for mirrored in (False, True):
        for pairs in _candidates(hashes, mirrored, report):
            values = thumbnails.correlations(pairs, mirrored)
            if not mirrored:
                related.append(pairs[values >= RELATED])
            for place in np.flatnonzero(values >= DUPLICATE):
                key = (int(pairs[place, 0]), int(pairs[place, 1]))
                if key not in best or values[place] > best[key][0]:
                    best[key] = (float(values[place]), mirrored)
    found = [Pair(*key, value, False, mirrored) for key, (value, mirrored) in sorted(best.items())]
    return found, np.concatenate(related)


def _candidates(hashes: NDArray[np.uint64], mirrored: bool, report: Report) -> Iterator[Pairs]:
    """Pairs with like hashes, of the whole or of the content; each once, in portions."""
    count = len(hashes)
    codes = [np.zeros(0, np.int64)]
    for column in (0, 2):
        queries = np.ascontiguousarray(hashes[:, column + mirrored])
        for pairs in similar_hashes(queries, np.ascontiguousarray(hashes[:, column])):
            codes.append(pairs[:, 0] * count + pairs[:, 1])
            report(mirrored / 2, "Comparing the images")
    once = np.unique(np.concatenate(codes))
    for start in range(0, len(once), _AT_ONCE):
        some = once[start : start + _AT_ONCE]
        yield np.column_stack([some // count, some % count])
        report((mirrored + start / len(once)) / 2, "Comparing the images")


class _Thumbnails:
    """Correlates thumbnails of pairs, of the whole and of the content.

    images : (n, 2, side, side) uint8, none of them flat
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._fine = images
        # In portions: numbers of 32 bits of all images would take four times their memory.
        some = [
            self._measured(images[start : start + _AT_ONCE])
            for start in range(0, len(images), _AT_ONCE)
        ]
        self._mean, self._size, self._coarse = (
            np.concatenate(part) for part in zip(*some, strict=True)
        )

    @staticmethod
    def _measured(images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """Means and lengths (n, 2), and coarse thumbnails of mean 0 and length 1."""
        count, _, side, _ = images.shape
        part = side // _COARSE
        blocks = images.reshape(count, 2, _COARSE, part, _COARSE, part)
        coarse = blocks.mean(axis=(3, 5), dtype=np.float32)
        coarse -= coarse.mean(axis=(2, 3), keepdims=True)
        length = np.sqrt((coarse**2).sum(axis=(2, 3), keepdims=True))
        return (
            images.mean(axis=(2, 3), dtype=np.float32),
            images.std(axis=(2, 3), dtype=np.float32) * side,
            coarse / np.maximum(length, 1e-6),
        )

    def correlations(self, pairs: Pairs, mirrored: bool) -> NDArray[np.float32]:
        """(m,) the higher of the two correlations; 0 where they differ when shrunk further."""
        flip = slice(None, None, -1 if mirrored else 1)
        first, second = pairs.T
        found = np.zeros(len(pairs), np.float32)
        for which in (0, 1):
            one, other = self._coarse[first, which][:, :, flip], self._coarse[second, which]
            near = np.flatnonzero(np.einsum("nij,nij->n", one, other) >= RELATED - _COARSE_MARGIN)
            a, b = first[near], second[near]
            fine = self._fine[a, which][:, :, flip].astype(np.float32)
            fine -= self._mean[a, which, None, None]
            # What is left of one has the mean zero, so that the mean of the other cancels.
            both = np.einsum("nij,nij->n", fine, self._fine[b, which].astype(np.float32))
            size = np.maximum(self._size[a, which] * self._size[b, which], 1e-6)
            found[near] = np.maximum(found[near], both / size)
        return found
