"""Preparation of the slices of a lesion for the network."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import ModelCard, ModelInput, Step
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import head_mask, lesion_square, prepare, slices_to_see


class HeadSlice:
    """A round head with a round lesion at the patient's left (right on the image)."""

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


@pytest.fixture
def stack(head_slice: HeadSlice) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
    """Three slices: the lesion grows from bottom to top; the middle one is ``head_slice``."""
    rows, columns = np.indices((200, 200))
    distance = np.hypot(rows - head_slice.centre[0], columns - head_slice.centre[1])
    lesion = np.stack([distance < radius for radius in (10, 18, 14)])
    channels = {name: np.stack([image] * 3) for name, image in head_slice.channels.items()}
    return channels, lesion


def with_input(card: ModelCard, **changes: object) -> ModelInput:
    assert card.input is not None
    return replace(card.input, **changes)


def test_stacked_slices_are_channels_slice_by_slice(
    card: ModelCard, stack: tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]
) -> None:
    channels, lesion = stack
    channels["FLAIR"][0] = 100.0  # a bottom slice without any structure
    wanted = with_input(card, slices=3, stacked=True)
    assert wanted.depth == 9
    tensor = prepare(channels, lesion, wanted).tensor
    assert tensor.shape == (1, 64, 64, 9)
    assert np.ptp(tensor[..., 1]) < 0.1 * np.ptp(tensor[..., 4])
    assert_allclose(tensor[..., 3], tensor[..., 6], atol=1e-6)


def test_slices_apart_put_the_tumour_slice_first_and_mirror_images_last(
    card: ModelCard, stack: tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]
) -> None:
    channels, lesion = stack
    channels["T1"][2] *= np.linspace(0.5, 1.5, 200, dtype=np.float32)[:, None]
    apart = with_input(card, slices=3, mirrored=True)
    assert apart.depth == 3
    tensor = prepare(channels, lesion, apart, main=2).tensor
    assert tensor.shape == (6, 64, 64, 3)
    stacked = prepare(channels, lesion, with_input(card, slices=3, stacked=True)).tensor
    assert np.array_equal(tensor[0], stacked[0, ..., 6:])
    assert np.array_equal(tensor[1], stacked[0, ..., :3])
    assert np.array_equal(tensor[3:], tensor[:3, :, ::-1])


def test_one_slice_stands_in_for_those_that_are_not_given(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    wanted = with_input(card, slices=3, stacked=True)
    tensor = prepare(head_slice.channels, head_slice.lesion, wanted).tensor
    alone = prepare(head_slice.channels, head_slice.lesion, with_input(card)).tensor
    assert np.array_equal(tensor, np.concatenate([alone] * 3, axis=-1))


def test_what_is_not_brain_is_black_whatever_it_was(card: ModelCard, head_slice: HeadSlice) -> None:
    black = Step("blacken_outside_brain", {"value": -4.0})
    steps = (*with_input(card).steps[:1], black, *with_input(card).steps[1:])
    wanted = with_input(card, steps=steps)
    rows, columns = np.indices((200, 200))
    radius = np.hypot(rows - 99.5, columns - 99.5)
    brain = radius < 70
    bare = {n: np.where(brain, i, np.float32(0)) for n, i in head_slice.channels.items()}
    skull = {
        n: np.where((radius > 86) & (radius < 92), np.float32(900), i)
        for n, i in head_slice.channels.items()
    }
    first = prepare(skull, head_slice.lesion, wanted, brain)
    assert np.array_equal(first.tensor, prepare(bare, head_slice.lesion, wanted, brain).tensor)
    edge = np.zeros((200, 200), bool)
    edge[100:110, 40:50] = True
    tensor = prepare(skull, edge, wanted, brain).tensor
    assert (tensor[..., 0] == -4).any()
    assert tensor.max() < 20


def test_the_slices_beside_cut_off_equal_fractions_of_the_lesion(card: ModelCard) -> None:
    three = with_input(card, slices=3)
    assert slices_to_see([0, 1, 1, 1, 1, 1, 1, 1, 1, 0], 4, three) == (2, 4, 6)
    assert slices_to_see([0, 0, 9, 0], 2, three) == (2, 2, 2)
    assert slices_to_see([8, 1, 1], 0, three) == (0, 0, 0)
    assert slices_to_see(np.zeros(5), 3, three) == (3, 3, 3)
    assert slices_to_see(np.ones(100), 50, with_input(card, slices=5)) == (12, 37, 50, 62, 87)
    assert slices_to_see([1, 5, 1], 1, with_input(card)) == (1,)
