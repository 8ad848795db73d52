"""Hashes of copies are alike, and the search finds every alike pair."""

import cv2
import numpy as np
from image_folders import head

from brainviewer.training.audit.perceptual_hash import RADIUS, perceptual_hash, similar_hashes


def test_the_search_finds_exactly_what_comparing_all_pairs_finds() -> None:
    random = np.random.default_rng(3)
    hashes = random.integers(0, 2**64, 600, dtype=np.uint64)
    for number in range(300, 600):  # copies of the first half, with 0 to 11 bits changed
        hashes[number] = hashes[number - 300]
        for bit in random.choice(64, number % 12, replace=False):
            hashes[number] ^= np.uint64(1) << np.uint64(bit)
    pairs = np.concatenate(list(similar_hashes(hashes, hashes)))
    found = {tuple(pair) for pair in pairs.tolist()}
    assert len(found) == len(pairs)
    distance = np.bitwise_count(hashes[:, None] ^ hashes[None])
    first, second = np.nonzero(np.triu(distance <= RADIUS, 1))
    assert found == set(zip(first.tolist(), second.tolist(), strict=True))
    assert len(found) == 200


def test_no_pairs_where_there_are_none() -> None:
    none, one = np.zeros(0, np.uint64), np.ones(1, np.uint64)
    assert list(similar_hashes(none, none)) == []
    assert [len(pairs) for pairs in similar_hashes(one, one)] == [0]


def test_light_and_blur_hardly_change_a_hash_and_another_head_does() -> None:
    image = head(1, 32)
    own, mirrored = perceptual_hash(image)
    changed = cv2.GaussianBlur((image * 0.7 + 20).astype(np.uint8), (3, 3), 0)
    assert np.bitwise_count(own ^ perceptual_hash(changed)[0]) <= 4
    assert np.bitwise_count(own ^ perceptual_hash(head(2, 32))[0]) > RADIUS
    flipped = perceptual_hash(np.ascontiguousarray(image[:, ::-1]))
    assert np.bitwise_count(mirrored ^ flipped[0]) <= 1
    assert np.bitwise_count(own ^ flipped[1]) <= 1
