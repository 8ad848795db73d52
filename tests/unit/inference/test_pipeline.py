"""Preparation of a slice, and what is made of the network's answer."""


import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.inference.card import ModelCard
from brainviewer.inference.pipeline import head_mask, lesion_square, prepare
from brainviewer.inference.saliency import CropBox


class HeadSlice:
    """A round head with a round lesion at the patient's left (right on the picture)."""

    def __init__(self, size: int = 200) -> None:
        rows, columns = np.indices((size, size))
        self.scale = size / 200
        middle = size / 2 - 0.5
        self.head = np.hypot(rows - middle, columns - middle) < 80 * self.scale
        self.centre = (90 * self.scale, 125 * self.scale)
        self.lesion: NDArray[np.bool_] = (
            np.hypot(rows - self.centre[0], columns - self.centre[1]) < 18 * self.scale
        )
        random = np.random.default_rng(5)
        grain = random.normal(1.0, 0.05, (200, 200)).repeat(int(np.ceil(self.scale)), 0)
        tissue = 100 * self.head * grain.repeat(int(np.ceil(self.scale)), 1)[:size, :size]
        flair, t1ce = tissue.copy(), tissue.copy()
        flair[self.lesion] = 200
        t1ce[self.lesion] = 130
        self.channels = {
            "T1": tissue.astype(np.float32),
            "FLAIR": flair.astype(np.float32),
            "T1ce": t1ce.astype(np.float32),
        }


@pytest.fixture
def head_slice() -> HeadSlice:
    return HeadSlice()


def test_the_tensor_shows_the_lesion_in_its_middle(card: ModelCard, head_slice: HeadSlice) -> None:
    prepared = prepare(head_slice.channels, head_slice.lesion, card.input)
    assert prepared.tensor.shape == (1, 64, 64, 3)
    assert prepared.tensor.dtype == np.float32
    assert prepared.shape == (200, 200)
    assert prepared.missing == ()
    flair = prepared.tensor[0, :, :, 1]
    rows, columns = np.nonzero(flair > 0.5 * flair.max())
    assert_allclose([rows.mean(), columns.mean()], 31.5, atol=1)
    box = prepared.box
    assert_allclose(
        [box.top + box.side / 2, box.left + box.side / 2], np.add(head_slice.centre, 0.5), atol=1
    )
    assert_allclose(box.side, 1.5 * 35, atol=3)


def test_tissue_near_the_lesion_is_0_and_its_spread_1(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    tensor = prepare(head_slice.channels, head_slice.lesion, card.input).tensor[0]
    corner = tensor[:8, :8]  # brain, away from the lesion
    assert np.abs(np.median(corner, axis=(0, 1))).max() < 0.5
    # The lesion is 1.3 times as bright as tissue on T1ce; the spread's floor is a tenth of that.
    assert_allclose(tensor[32, 32, 2], 3.0, atol=0.4)


@pytest.mark.parametrize("factor", [0.01, 0.1, 10.0, 3000.0])
def test_the_intensity_unit_does_not_matter(
    card: ModelCard, head_slice: HeadSlice, factor: float
) -> None:
    plain = prepare(head_slice.channels, head_slice.lesion, card.input).tensor
    scaled = {name: image * np.float32(factor) for name, image in head_slice.channels.items()}
    assert_allclose(prepare(scaled, head_slice.lesion, card.input).tensor, plain, atol=2e-3)


def test_a_skull_does_not_matter(card: ModelCard, head_slice: HeadSlice) -> None:
    rows, columns = np.indices((200, 200))
    radius = np.hypot(rows - 99.5, columns - 99.5)
    scalp = (radius > 86) & (radius < 92)
    skull = {
        name: np.where(scalp, np.float32(400), image) for name, image in head_slice.channels.items()
    }
    bare = prepare(head_slice.channels, head_slice.lesion, card.input).tensor
    assert_allclose(prepare(skull, head_slice.lesion, card.input).tensor, bare, atol=0.3)


@pytest.mark.parametrize("size", [100, 400, 512])
def test_the_number_of_pixels_does_not_matter(card: ModelCard, size: int) -> None:
    usual, other = HeadSlice(), HeadSlice(size)
    first = prepare(usual.channels, usual.lesion, card.input)
    second = prepare(other.channels, other.lesion, card.input)
    assert_allclose(second.box.side / size, first.box.side / 200, rtol=0.06)
    # The lesion's middle: the same contrast in either.
    middle = (0, slice(28, 36), slice(28, 36))
    assert_allclose(first.tensor[middle].mean(), second.tensor[middle].mean(), rtol=0.15)


def test_a_missing_sequence_is_zero_and_said_to_be_missing(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    whole = prepare(head_slice.channels, head_slice.lesion, card.input).tensor
    channels = dict(head_slice.channels)
    del channels["T1"]
    channels["T1ce"] = np.zeros_like(channels["T1ce"])
    prepared = prepare(channels, head_slice.lesion, card.input)
    assert prepared.missing == ("T1", "T1ce")
    assert not prepared.tensor[..., [0, 2]].any()
    assert_allclose(prepared.tensor[..., 1], whole[..., 1], atol=0.2)


def test_a_sequence_the_model_does_not_know_changes_nothing(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    plain = prepare(head_slice.channels, head_slice.lesion, card.input).tensor
    more = head_slice.channels | {"T2": np.full((200, 200), 7, np.float32)}
    assert np.array_equal(prepare(more, head_slice.lesion, card.input).tensor, plain)


def test_the_input_is_left_as_it_was(card: ModelCard, head_slice: HeadSlice) -> None:
    before = {name: image.copy() for name, image in head_slice.channels.items()}
    prepare(head_slice.channels, head_slice.lesion, card.input)
    assert all(np.array_equal(before[name], head_slice.channels[name]) for name in before)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float64])
def test_any_number_type_gives_the_same_tensor(
    card: ModelCard, head_slice: HeadSlice, dtype: type
) -> None:
    whole = {name: np.rint(image) for name, image in head_slice.channels.items()}
    expected = prepare(whole, head_slice.lesion, card.input).tensor
    typed = {name: image.astype(dtype) for name, image in whole.items()}
    assert_allclose(prepare(typed, head_slice.lesion, card.input).tensor, expected, atol=1e-5)


def test_voxels_that_are_no_numbers_do_not_spread(card: ModelCard, head_slice: HeadSlice) -> None:
    head_slice.channels["T1"][3, 3] = np.nan
    head_slice.channels["FLAIR"][100, 100] = np.inf
    assert np.isfinite(prepare(head_slice.channels, head_slice.lesion, card.input).tensor).all()


def test_a_lesion_at_the_border_and_one_that_fills_the_slice(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    corner = np.zeros((200, 200), bool)
    corner[0, 0] = True
    for mask in (corner, np.ones((200, 200), bool)):
        assert np.isfinite(prepare(head_slice.channels, mask, card.input).tensor).all()


def test_no_lesion_and_no_sequence_are_errors_with_advice(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    with pytest.raises(ModelError, match="no lesion on this slice"):
        prepare(head_slice.channels, np.zeros((200, 200), bool), card.input)
    with pytest.raises(ModelError, match="none of the sequences") as caught:
        prepare({"T2": head_slice.channels["T1"]}, head_slice.lesion, card.input)
    assert "FLAIR" in caught.value.advice


def test_the_head_is_found_without_holes(head_slice: HeadSlice) -> None:
    image = head_slice.channels["T1"].copy()
    image[80:110, 80:110] = 0  # a ventricle
    image[5, 5] = 90  # noise in the air
    head = head_mask([image])
    assert np.count_nonzero(head & head_slice.head) >= 0.99 * np.count_nonzero(head_slice.head)
    assert np.count_nonzero(head & ~head_slice.head) < 0.05 * np.count_nonzero(head_slice.head)
    assert not head[5, 5]


def test_a_small_lesion_is_seen_in_a_quarter_of_the_head() -> None:
    head = np.zeros((200, 200), bool)
    head[20:180, 40:160] = True
    lesion = np.zeros((200, 200), bool)
    lesion[100:104, 60:62] = True
    assert lesion_square(head, lesion, 1.5, 0.25) == CropBox(102 - 20, 61 - 20, 40)
