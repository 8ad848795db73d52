"""What is said about a type, in each of its standings."""

from dataclasses import replace

import pytest

from brainviewer.core.findings.classification import IMAGE
from brainviewer.painting import palette
from brainviewer.painting.canvas import draw_pixels
from brainviewer.painting.result_card import WIDTH, draw_result_card
from brainviewer.painting.text.predictions import Standing, prevalence_text, words_of
from tests.phantoms import marker_study
from tests.unit.app.desk import a_result

EQUAL = {"A": 1 / 3, "O": 1 / 3, "G": 1 / 3}


def test_a_prediction_names_the_type_and_ranks_all() -> None:
    said = words_of(a_result(marker_study(), reason="ignored", priors=EQUAL))
    assert said.standing is Standing.CLASSIFIED
    assert said.headline == "Glioblastoma, IDH-wildtype"
    assert (said.beneath, said.reason) == ("", "")
    assert [letter for letter, _ in said.ranking] == ["G", "A", "O"]
    assert said.source == "from axial slice 21 · FLAIR, T1, T1ce · age\u00a0not\u00a0given"
    assert said.made_by == "Toy 1 · ONNX on CPU · 0.02\u00a0s"
    assert said.prevalence == "Assumes A, O and G equally frequent"


def test_not_confident_says_so_first_and_the_type_beneath() -> None:
    said = words_of(a_result(marker_study(), abstained=True, reason="No type reaches 55 %."))
    assert said.standing is Standing.NOT_CONFIDENT
    assert said.headline == "Not confident"
    assert said.beneath == "Most probable: Glioblastoma, IDH-wildtype"
    assert said.reason == "No type reaches 55 %."
    assert len(said.ranking) == 3


def test_a_frame_of_several_is_named() -> None:
    image = a_result(marker_study(), sequences_used=(IMAGE,), slice_index=0)
    assert words_of(image).source == "from this image alone"
    assert words_of(replace(image, frames=8)).source == "from frame 1 of 8 alone"
    refused = replace(image, in_scope=False, reason="It is blank.")
    assert words_of(refused).source == ""
    assert words_of(replace(refused, frames=8)).source == "frame 1 of 8"


@pytest.mark.parametrize("classes", [{}, {"A": 0.2, "O": 0.1, "G": 0.7}])
def test_out_of_scope_names_no_type(classes: dict[str, float]) -> None:
    said = words_of(
        a_result(
            marker_study(),
            in_scope=False,
            abstained=True,
            reason="This is no brain.",
            classes=classes,
            engine="",
            priors=EQUAL,
        )
    )
    assert said.standing is Standing.OUT_OF_SCOPE
    assert said.headline == "Out of scope"
    assert said.reason == "This is no brain."
    assert said.ranking == ()
    assert said.source == "axial slice 21 · FLAIR, T1, T1ce"
    assert said.made_by == "Toy 1"
    told = " ".join((said.headline, said.beneath, said.reason, said.source, said.prevalence))
    assert "Glioblastoma" not in told
    assert "frequent" not in told


@pytest.mark.parametrize(
    ("name", "priors", "text"),
    [
        ("equal", EQUAL, "Assumes A, O and G equally frequent"),
        (
            "training",
            {"A": 0.58, "O": 0.25, "G": 0.17},
            "Assumes A\u00a058\u00a0%, O\u00a025\u00a0%, G\u00a017\u00a0%, as in the training data",
        ),
        ("mine", {"A": 0.25, "G": 0.75}, "Assumes A\u00a025\u00a0%, G\u00a075\u00a0%"),
        ("equal", {}, ""),
    ],
)
def test_how_frequent_the_types_are_taken_to_be(
    name: str, priors: dict[str, float], text: str
) -> None:
    assert prevalence_text(name, priors) == text


@pytest.mark.parametrize("in_scope", [True, False])
def test_an_exported_card_shows_a_type_only_in_scope(in_scope: bool) -> None:
    study = marker_study()
    refused = a_result(study, in_scope=in_scope, reason="No brain.", priors=EQUAL)
    card = draw_pixels(lambda canvas: draw_result_card(canvas, study, None, refused), (WIDTH, 600))
    colours = {tuple(bytes.fromhex(palette.CLASSES[letter][1:])) for letter in "AOG"}
    shown = {tuple(pixel) for pixel in card.reshape(-1, 3).tolist()}
    assert (colours <= shown) is in_scope
    assert bool(colours & shown) is in_scope
