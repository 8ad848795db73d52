"""Preparation of a slice, and what is made of the network's answer."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.inference.answers import class_probabilities, classify_outputs
from brainviewer.inference.card import ModelCard
from brainviewer.inference.pipeline import Prepared, head_mask, lesion_square, prepare
from brainviewer.inference.saliency import CropBox, dense_weights


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
    prepared = prepare(head_slice.channels, head_slice.lesion, card)
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
    tensor = prepare(head_slice.channels, head_slice.lesion, card).tensor[0]
    corner = tensor[:8, :8]  # brain, away from the lesion
    assert np.abs(np.median(corner, axis=(0, 1))).max() < 0.5
    # The lesion is 1.3 times as bright as tissue on T1ce; the spread's floor is a tenth of that.
    assert_allclose(tensor[32, 32, 2], 3.0, atol=0.4)


@pytest.mark.parametrize("factor", [0.01, 0.1, 10.0, 3000.0])
def test_the_intensity_unit_does_not_matter(
    card: ModelCard, head_slice: HeadSlice, factor: float
) -> None:
    plain = prepare(head_slice.channels, head_slice.lesion, card).tensor
    scaled = {name: image * np.float32(factor) for name, image in head_slice.channels.items()}
    assert_allclose(prepare(scaled, head_slice.lesion, card).tensor, plain, atol=2e-3)


def test_a_skull_does_not_matter(card: ModelCard, head_slice: HeadSlice) -> None:
    rows, columns = np.indices((200, 200))
    radius = np.hypot(rows - 99.5, columns - 99.5)
    scalp = (radius > 86) & (radius < 92)
    skull = {
        name: np.where(scalp, np.float32(400), image) for name, image in head_slice.channels.items()
    }
    bare = prepare(head_slice.channels, head_slice.lesion, card).tensor
    assert_allclose(prepare(skull, head_slice.lesion, card).tensor, bare, atol=0.3)


@pytest.mark.parametrize("size", [100, 400, 512])
def test_the_number_of_pixels_does_not_matter(card: ModelCard, size: int) -> None:
    usual, other = HeadSlice(), HeadSlice(size)
    first = prepare(usual.channels, usual.lesion, card)
    second = prepare(other.channels, other.lesion, card)
    assert_allclose(second.box.side / size, first.box.side / 200, rtol=0.06)
    # The lesion's middle: the same contrast in either.
    middle = (0, slice(28, 36), slice(28, 36))
    assert_allclose(first.tensor[middle].mean(), second.tensor[middle].mean(), rtol=0.15)


def test_a_missing_sequence_is_zero_and_said_to_be_missing(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    whole = prepare(head_slice.channels, head_slice.lesion, card).tensor
    channels = dict(head_slice.channels)
    del channels["T1"]
    channels["T1ce"] = np.zeros_like(channels["T1ce"])
    prepared = prepare(channels, head_slice.lesion, card)
    assert prepared.missing == ("T1", "T1ce")
    assert not prepared.tensor[..., [0, 2]].any()
    assert_allclose(prepared.tensor[..., 1], whole[..., 1], atol=0.2)


def test_a_sequence_the_model_does_not_know_changes_nothing(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    plain = prepare(head_slice.channels, head_slice.lesion, card).tensor
    more = head_slice.channels | {"T2": np.full((200, 200), 7, np.float32)}
    assert np.array_equal(prepare(more, head_slice.lesion, card).tensor, plain)


def test_the_input_is_left_as_it_was(card: ModelCard, head_slice: HeadSlice) -> None:
    before = {name: image.copy() for name, image in head_slice.channels.items()}
    prepare(head_slice.channels, head_slice.lesion, card)
    assert all(np.array_equal(before[name], head_slice.channels[name]) for name in before)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float64])
def test_any_number_type_gives_the_same_tensor(
    card: ModelCard, head_slice: HeadSlice, dtype: type
) -> None:
    whole = {name: np.rint(image) for name, image in head_slice.channels.items()}
    expected = prepare(whole, head_slice.lesion, card).tensor
    typed = {name: image.astype(dtype) for name, image in whole.items()}
    assert_allclose(prepare(typed, head_slice.lesion, card).tensor, expected, atol=1e-5)


def test_voxels_that_are_no_numbers_do_not_spread(card: ModelCard, head_slice: HeadSlice) -> None:
    head_slice.channels["T1"][3, 3] = np.nan
    head_slice.channels["FLAIR"][100, 100] = np.inf
    assert np.isfinite(prepare(head_slice.channels, head_slice.lesion, card).tensor).all()


def test_a_lesion_at_the_border_and_one_that_fills_the_slice(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    corner = np.zeros((200, 200), bool)
    corner[0, 0] = True
    for mask in (corner, np.ones((200, 200), bool)):
        assert np.isfinite(prepare(head_slice.channels, mask, card).tensor).all()


def test_no_lesion_and_no_sequence_are_errors_with_advice(
    card: ModelCard, head_slice: HeadSlice
) -> None:
    with pytest.raises(ModelError, match="no lesion on this slice"):
        prepare(head_slice.channels, np.zeros((200, 200), bool), card)
    with pytest.raises(ModelError, match="none of the sequences") as caught:
        prepare({"T2": head_slice.channels["T1"]}, head_slice.lesion, card)
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


def test_probabilities_are_softmax_with_temperature_and_priors(card: ModelCard) -> None:
    logits = np.array([1.0, 2.0, 4.0])
    weight = np.exp(logits / 2.0) * [0.5, 0.25, 0.25]
    assert_allclose(class_probabilities(card, logits), weight / weight.sum())


def test_age_moves_the_answer_to_the_class_of_that_age(card: ModelCard) -> None:
    logits = np.zeros(3)
    weight = np.exp(-0.5 * ((65 - np.array([40, 50, 60])) / 10.0) ** 2) * [0.5, 0.25, 0.25]
    old = class_probabilities(card, logits, 65)
    assert_allclose(old, weight / weight.sum())
    assert old[2] > class_probabilities(card, logits)[2] > class_probabilities(card, logits, 30)[2]


@pytest.mark.parametrize("age", [-1, 121, 3000, float("nan")])
def test_an_impossible_age_is_refused(card: ModelCard, age: float) -> None:
    with pytest.raises(ModelError, match="cannot be right"):
        class_probabilities(card, np.zeros(3), age)


@pytest.mark.parametrize("age", [0, 120])
def test_the_limits_of_age_are_allowed(card: ModelCard, age: float) -> None:
    assert_allclose(class_probabilities(card, np.zeros(3), age).sum(), 1)


@pytest.fixture
def prepared() -> Prepared:
    tensor = np.zeros((1, 64, 64, 3), np.float32)
    return Prepared(tensor, CropBox(10, 20, 40), (100, 100), ())


@pytest.fixture
def with_dense(card: ModelCard, tmp_path: Path) -> ModelCard:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["layers/dense/vars/0"] = np.eye(3, dtype=np.float16)
    return card


def test_an_answer_names_the_class_and_shows_where_it_was_seen(
    with_dense: ModelCard, prepared: Prepared
) -> None:
    features = np.zeros((1, 4, 4, 3), np.float32)
    features[0, 0, 3, 2] = 1  # evidence for G in the upper right of the crop
    features[0, 3, 0, 0] = 9  # evidence for A in the lower left
    logits = np.array([[0, 0, 5]], np.float32)
    answer = classify_outputs(with_dense, logits, features, dense_weights(with_dense), prepared)
    assert answer.predicted == "G"
    assert list(answer.probabilities) == ["A", "O", "G"]
    assert_allclose(sum(answer.probabilities.values()), 1)
    assert not answer.age_used
    row, column = np.unravel_index(answer.heatmap.argmax(), answer.heatmap.shape)
    assert 10 <= row < 20
    assert 50 <= column < 60
    assert answer.heatmap[:10].max() == 0


def test_age_is_said_to_be_used(with_dense: ModelCard, prepared: Prepared) -> None:
    features = np.ones((1, 4, 4, 3), np.float32)
    answer = classify_outputs(
        with_dense,
        np.zeros((1, 3), np.float32),
        features,
        dense_weights(with_dense),
        prepared,
        30,
    )
    assert answer.age_used
    assert answer.predicted == "A"


@pytest.mark.parametrize("logits", [[[1, 2]], [[1, 2, np.nan]], [1, 2, 3]])
def test_unusable_outputs_are_refused(
    with_dense: ModelCard, prepared: Prepared, logits: list[list[float]]
) -> None:
    features = np.ones((1, 4, 4, 3), np.float32)
    with pytest.raises(ModelError, match="no usable answer"):
        classify_outputs(
            with_dense,
            np.array(logits, np.float32),
            features,
            dense_weights(with_dense),
            prepared,
        )
