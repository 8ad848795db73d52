"""A card is pure data: what is not exactly what it must be is refused with one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.errors import ModelError
from brainviewer.inference.card import load_card, parse_card

Content = dict[str, Any]


def test_a_card_is_read_from_its_folder(content: Content, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps(content), encoding="utf-8")
    card = load_card(tmp_path)
    assert card.codes == ("A", "O", "G")
    assert card.class_name("G") == "Glioblastoma"
    assert card.input.size == 64
    assert card.input.steps[1].numbers == {"margin": 1.5, "least_of_head": 0.25}
    assert card.path("graph") == tmp_path / "g.onnx"
    assert card.weights_sha256 == "1" * 64
    assert (card.figures[0].value, card.figures_with_age[0].value) == (0.6, 0.7)
    assert card.figures[0].patients == 93


def set_at(*path: Any) -> Callable[[Content], None]:
    *way, key, value = path

    def change(content: Content) -> None:
        place: Any = content
        for step in way:
            place = place[step]
        place[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("temperature"), "'temperature' is missing"),
        (set_at("temperature", 0), "temperature must be above 0"),
        (set_at("temperature", "2"), "a number was expected"),
        (set_at("temperature", float("nan")), "a number was expected"),
        (set_at("temperature", True), "a number was expected"),
        (set_at("id", ""), "a text was expected"),
        (set_at("input", "size", 10), "input size"),
        (set_at("input", "size", 64.5), "input size"),
        (set_at("input", "channels", ["T1", "T1", "T2"]), "three different channels"),
        (set_at("input", "steps", 0, "name", "os.system"), "unknown step 'os.system'"),
        (set_at("input", "steps", 1, "extra", 1), "numbers of step"),
        (lambda c: c["input"]["steps"].pop(), "each preparation step"),
        (set_at("classes", 1, "code", "A"), "different classes"),
        (set_at("classes", 1, "prior", 0.9), "add up to 1"),
        (set_at("classes", 1, "prevalence", 0), "add up to 1"),
        (set_at("age", "X", {"mean_years": 1, "sd_years": 1}), "every class or for none"),
        (set_at("age", "A", "sd_years", 0), "above 0"),
        (lambda c: c["roles"].pop("graph"), "names no graph file"),
        (lambda c: c["files"].pop("w.h5"), "no sha256 for w.h5"),
        (set_at("files", "w.h5", "abc"), "64 characters"),
        (set_at("roles", "weights", "../w.h5"), "not a plain file name"),
        (set_at("limits", [1]), "a text was expected"),
        (set_at("classes", None), "NoneType"),
    ],
)
def test_a_wrong_card_is_refused(
    content: Content, tmp_path: Path, change: Callable[[Content], None], reason: str
) -> None:
    change(content)
    with pytest.raises(ModelError, match=reason) as caught:
        parse_card(content, tmp_path)
    assert caught.value.advice


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"card"'])
def test_what_is_no_card_at_all_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="card of the model"):
        load_card(tmp_path)


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no readable card"):
        load_card(tmp_path)


def test_a_model_may_do_without_age(content: Content, tmp_path: Path) -> None:
    content["age"] = {}
    assert not parse_card(content, tmp_path).age
