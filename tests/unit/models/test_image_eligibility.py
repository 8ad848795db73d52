"""What is no slice of a head by MR is refused before a network sees it; what is one is not."""

import cv2
import numpy as np
import pytest
from toy_images import mr_head

from brainviewer.models.image_classification.eligibility import colourfulness, why_not_image


def ct() -> np.ndarray:
    canvas = np.zeros((200, 200), np.uint8)
    cv2.ellipse(canvas, (100, 100), (70, 85), 0, 0, 360, 255, cv2.FILLED)
    cv2.ellipse(canvas, (100, 100), (60, 75), 0, 0, 360, 90, cv2.FILLED)
    return canvas


def photograph() -> np.ndarray:
    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, (224, 300)), (0, 0), 6)
    return np.clip(noise * 700 + 140, 0, 255).astype(np.uint8)


def page(ink: int, paper: int) -> np.ndarray:
    canvas = np.full((300, 420), paper, np.uint8)
    for row in range(20, 300, 18):
        cv2.putText(canvas, "It is a page of letters and of words", (6, row), 0, 0.6, ink, 1)
    return canvas


def colours() -> np.ndarray:
    random = np.random.default_rng(1)
    return cv2.resize(random.integers(0, 256, (8, 8, 3)).astype(np.uint8), (200, 200))


HEAD = mr_head()


@pytest.mark.parametrize("lesion", [False, True])
def test_a_head_passes_however_it_is_stored(lesion):
    head = mr_head(lesion, 224)
    tinted = (head[..., None] * np.array([0.8, 0.9, 1.0])).astype(np.uint8)
    framed = cv2.copyMakeBorder(head, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=255)
    labelled = cv2.putText(head.copy(), "A 12:30", (2, 14), 0, 0.4, 255, 1)
    small = cv2.resize(head, (60, 60), interpolation=cv2.INTER_AREA)
    for image in (head, tinted, framed, labelled, small, head * 257.0 - 1000, head / 255):
        assert why_not_image(image) == ""


@pytest.mark.parametrize(
    ("image", "word"),
    [
        (HEAD[60:100, 60:100], "too small"),
        (np.hstack([HEAD[60:110]] * 2), "strip"),
        (np.zeros((90, 90), np.uint8), "uniform"),
        (np.full((90, 90), np.nan), "uniform"),
        (np.random.default_rng(0).integers(119, 122, (90, 90)), "uniform"),
        (colours(), "colour"),
        (np.vstack([np.hstack([HEAD] * 2)] * 2), "2 × 2"),
        (ct(), "CT"),
        (255 - HEAD, "bright background"),
        (page(0, 255), "bright background"),
        (photograph(), "background"),
        (np.pad(cv2.resize(HEAD, (60, 60)), 120), "large enough"),
    ],
)
def test_what_is_no_head_by_mr_is_refused_in_one_sentence(image, word):
    reason = why_not_image(image)
    assert word in reason
    assert reason.endswith(".")


def test_a_dark_page_is_refused():
    assert why_not_image(page(255, 10)) != ""


def test_an_even_tint_hardly_counts_as_colour():
    grey = np.repeat(HEAD[..., None], 3, axis=2)
    assert colourfulness(grey) == 0
    assert colourfulness(grey * np.array([0.8, 0.9, 1.0])) < 15 < colourfulness(colours())
