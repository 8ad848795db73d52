"""A head is cut out of an image, whatever lies around it."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import ModelInput, Step
from brainviewer.models.image_classification.input import head_of, image_bounds, prepare_image

STEPS = (
    Step("standardise_in_head", {"floor": 0.1, "low": -3.0, "high": 5.0}),
    Step("blacken_outside_head", {"value": -3.0}),
    Step("crop_to_head", {"margin": 1.0}),
)
INPUT = ModelInput(64, ("picture",), STEPS)
GreyImage = NDArray[np.float32]


@pytest.fixture(scope="module")
def head() -> GreyImage:
    """An ellipse of smooth tissue with a bright rim and a brighter spot, on black."""
    random = np.random.default_rng(4)
    tissue = cv2.GaussianBlur(random.normal(0, 1, (200, 180)), (0, 0), 4)
    tissue = 90 + 12 * tissue / tissue.std()
    image, rim = np.zeros((200, 180), np.uint8), np.zeros((200, 180), np.uint8)
    cv2.ellipse(image, (90, 100), (60, 75), 0, 0, 360, 1, cv2.FILLED)
    cv2.ellipse(rim, (90, 100), (57, 72), 0, 0, 360, 200, 5)
    spot = cv2.circle(np.zeros((200, 180), np.uint8), (110, 80), 9, 160, cv2.FILLED)
    return np.maximum.reduce([image * tissue, rim, spot]).astype(np.float32)


def alike(one: GreyImage, other: GreyImage) -> float:
    first, second = (prepare_image(p, INPUT).tensor.ravel() for p in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def test_the_head_fills_the_square_and_all_else_is_black(head: GreyImage) -> None:
    made = prepare_image(head, INPUT)
    assert made.tensor.shape == (1, 64, 64, 1)
    assert made.shape == (200, 180)
    assert made.box.side == pytest.approx(150, abs=4)
    shown = made.tensor[0, ..., 0]
    assert (shown[:6, :6] == -3).all()
    assert shown[0].max() > -3
    assert shown[-1].max() > -3
    assert float(np.median(shown[shown > -3])) == pytest.approx(0, abs=0.3)
    assert image_bounds(INPUT) == (-3, 5)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_frame_changes_nothing(head: GreyImage, grey: int) -> None:
    framed = np.pad(head, ((8, 9), (12, 7)), constant_values=grey)
    assert alike(head, framed) > 0.995


def test_a_frame_is_left_out_however_wide_it_is_on_each_side(head: GreyImage) -> None:
    within = np.pad(head, ((33, 4), (0, 19)))  # black within a frame, on some sides
    framed = np.pad(within, ((3, 17), (40, 1)), constant_values=255)
    found = head_of(framed.astype(np.float32))
    rows, columns = slice(36, 36 + head.shape[0]), slice(40, 40 + head.shape[1])
    plain = head_of(head.astype(np.float32))
    assert np.count_nonzero(found[rows, columns] != plain) < 0.01 * np.count_nonzero(plain)
    assert np.count_nonzero(found) == np.count_nonzero(found[rows, columns])


def test_letters_outside_of_the_head_change_little(head: GreyImage) -> None:
    written = head.astype(np.uint8)
    for place in ((2, 20), (130, 190), (0, 100)):
        cv2.putText(written, "R 12:41", place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255)
    assert alike(head, written.astype(np.float32)) > 0.98


@pytest.mark.parametrize("gain", [0.1, 0.8, 1.2, 30.0])
def test_brightness_changes_nothing(head: GreyImage, gain: float) -> None:
    assert_allclose(
        prepare_image(head, INPUT).tensor, prepare_image(gain * head, INPUT).tensor, atol=1e-3
    )


def test_size_and_place_change_little(head: GreyImage) -> None:
    large = cv2.resize(head, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    assert alike(head, large.astype(np.float32)) > 0.97
    moved = np.pad(head, ((0, 80), (60, 0)))
    assert alike(head, moved) > 0.995


def test_a_hole_in_the_outline_is_closed(head: GreyImage) -> None:
    open_head = head.copy()
    open_head[95:104, :60] = 0
    whole = head_of(head)
    assert (head_of(open_head) & whole).sum() > 0.97 * whole.sum()


def test_mirrored_looks_at_both(head: GreyImage) -> None:
    made = prepare_image(head, ModelInput(64, ("picture",), STEPS, mirrored=True))
    assert made.tensor.shape == (2, 64, 64, 1)
    assert (made.tensor[1] == made.tensor[0, :, ::-1]).all()


@pytest.mark.parametrize(
    "image",
    [np.zeros((80, 80)), np.full((80, 80), 7.0), np.ones((1, 1)), np.full((9, 9), np.nan)],
)
def test_nothing_there_is_said(image: NDArray[np.float64]) -> None:
    with pytest.raises(ModelError, match="nothing on this image"):
        prepare_image(image.astype(np.float32), INPUT)


def test_values_that_are_no_numbers_are_black(head: GreyImage) -> None:
    broken = head.copy()
    broken[0, :5] = np.nan
    broken[1, :5] = np.inf
    assert alike(head, broken) > 0.99


def test_an_unknown_step_is_refused(head: GreyImage) -> None:
    wrong = ModelInput(64, ("picture",), (*STEPS, Step("sharpen", {})))
    with pytest.raises(ModelError, match="unknown step 'sharpen'"):
        prepare_image(head, wrong)
