"""Which pictures are copies of each other, and which are so alike that they may share a patient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from brainviewer.core.errors import Report, silent
from brainviewer.training.audit.hashing import Pairs, alike
from brainviewer.training.audit.looks import Look

COPY = 0.98
"""Correlation of thumbnails from which two pictures count as copies of one."""
KIN = 0.90
"""Correlation from which they may be neighbouring slices of one patient."""

_AT_ONCE = 20_000  # pairs whose thumbnails are compared together


@dataclass(frozen=True)
class Pair:
    """Two pictures, by their places in the list, ``first`` before ``second``.

    correlation : of their thumbnails, 1 for identical pixels
    mirrored : one is the other's mirror image
    """

    first: int
    second: int
    correlation: float
    identical: bool
    mirrored: bool


@dataclass(frozen=True, eq=False)
class Likeness:
    """pairs : copies; identical ones as a chain, so that n of them make n - 1 pairs
    copies : (n,) number of the group of copies that each picture belongs to
    kin : (n,) number of the wider group that must not be torn apart by a split
    """

    pairs: tuple[Pair, ...]
    copies: NDArray[np.int64]
    kin: NDArray[np.int64]


def find_copies(looks: Sequence[Look], report: Report = silent) -> Likeness:
    """Identical and nearly identical pictures.

    Near ones are found by hash (``alike``) and confirmed by the correlation of thumbnails, of the
    whole or of its content without an empty border, so that copies in another size, compression,
    brightness or margin are found, also mirrored. What was turned or cut into is not.
    """
    count = len(looks)
    of_digest: dict[bytes, int] = {}
    pairs: list[Pair] = []
    own: list[int] = []  # one of each group of identical ones
    for number, look in enumerate(looks):
        last = of_digest.get(look.digest)
        of_digest[look.digest] = number
        if last is not None:
            pairs.append(Pair(last, number, 1.0, True, False))
        elif not look.flat:
            own.append(number)
    near, kin = _near([looks[number] for number in own], report)
    pairs += [
        Pair(own[pair.first], own[pair.second], pair.correlation, False, pair.mirrored)
        for pair in near
    ]
    linked = np.array([(pair.first, pair.second) for pair in pairs], np.int64).reshape(-1, 2)
    wider = np.concatenate([linked, np.asarray(own, np.int64)[kin]])
    return Likeness(tuple(pairs), groups(count, linked), groups(count, wider))


def groups(count: int, pairs: Pairs) -> NDArray[np.int64]:
    """(count,) number of the connected group of each; pairs : (m, 2)"""
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _near(looks: Sequence[Look], report: Report) -> tuple[list[Pair], Pairs]:
    """Copies, and pairs (m, 2) of kin; places in ``looks``."""
    kin: list[Pairs] = []
    best: dict[tuple[int, int], tuple[float, bool]] = {}
    if len(looks) < 2:
        return [], np.zeros((0, 2), np.int64)
    hashes = np.array([look.hashes for look in looks])
    thumbnails = np.array([look.thumbnails for look in looks])
    for mirrored in (False, True):
        for pairs in _candidates(hashes, mirrored, report):
            values = _correlations(thumbnails, pairs, mirrored)
            if not mirrored:
                kin.append(pairs[values >= KIN])
            for place in np.flatnonzero(values >= COPY):
                key = (int(pairs[place, 0]), int(pairs[place, 1]))
                if key not in best or values[place] > best[key][0]:
                    best[key] = (float(values[place]), mirrored)
    found = [Pair(*key, value, False, mirrored) for key, (value, mirrored) in sorted(best.items())]
    return found, np.concatenate([np.zeros((0, 2), np.int64), *kin])


def _candidates(hashes: NDArray[np.uint64], mirrored: bool, report: Report) -> Iterator[Pairs]:
    """Pairs with like hashes, of the whole or of the content; each once, in portions."""
    count = len(hashes)
    codes = np.zeros(0, np.int64)
    for step, column in enumerate((0, 2)):

        def told(fraction: float, text: str, step: int = step) -> None:
            report((fraction + step + 2 * mirrored) / 4, text)

        queries = np.ascontiguousarray(hashes[:, column + mirrored])
        for pairs in alike(queries, np.ascontiguousarray(hashes[:, column]), report=told):
            codes = np.union1d(codes, pairs[:, 0] * count + pairs[:, 1])
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        yield np.column_stack([some // count, some % count])


def _correlations(
    thumbnails: NDArray[np.uint8], pairs: Pairs, mirrored: bool
) -> NDArray[np.float32]:
    """(m,) the higher of the two correlations, of the whole and of the content."""
    both = []
    for which in (0, 1):
        one = thumbnails[pairs[:, 0], which].astype(np.float32)
        other = thumbnails[pairs[:, 1], which].astype(np.float32)
        if mirrored:
            one = one[:, :, ::-1]
        one = one.reshape(len(pairs), -1)
        other = other.reshape(len(pairs), -1)
        one = one - one.mean(axis=1, keepdims=True)
        other = other - other.mean(axis=1, keepdims=True)
        size = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        both.append((one * other).sum(axis=1) / np.maximum(size, 1e-6))
    return np.asarray(np.maximum(*both), np.float32)
