"""Which images are copies of each other, and which may be of one patient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.training.audit.image_signature import ImageSignature, as_units
from brainviewer.training.audit.perceptual_hash import Pairs, similar_hashes

DUPLICATE = 0.98
"""Correlation of thumbnails from which two images count as copies of one."""
RELATED = 0.90
"""Correlation from which they may be neighbouring slices of one patient."""

_AT_ONCE = 4_000  # pairs whose thumbnails are compared together


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
    thumbnails = np.array([signature.thumbnails for signature in signatures])
    for mirrored in (False, True):
        for pairs in _candidates(hashes, mirrored, report):
            first, second = (thumbnails[places] for places in pairs.T)
            values = _correlations(first[..., ::-1] if mirrored else first, second)
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
        for pairs in similar_hashes(hashes[:, column + mirrored], hashes[:, column]):
            codes.append(pairs[:, 0] * count + pairs[:, 1])
            report(mirrored / 2, "Comparing the images")
    once = np.unique(np.concatenate(codes))
    for start in range(0, len(once), _AT_ONCE):
        some = once[start : start + _AT_ONCE]
        yield np.column_stack([some // count, some % count])
        report((mirrored + start / len(once)) / 2, "Comparing the images")


def _correlations(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(m,) the higher of the two correlations of pairs; (m, 2, side, side): whole and content."""
    one, other = (as_units(some) for some in (first, second))
    return np.asarray(np.einsum("nkij,nkij->nk", one, other).max(axis=1), np.float32)
