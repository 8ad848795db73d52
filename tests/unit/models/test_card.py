"""A card is pure data: what is not exactly what it must be is refused with one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.card import SegmentationCard, Task
from brainviewer.models.card_file import load_card, parse_card, read_content
from brainviewer.models.registry import card_of

Content = dict[str, Any]


def test_a_card_is_read_from_its_folder(content: Content, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps(content), encoding="utf-8")
    card = load_card(tmp_path)
    assert card.codes == ("A", "O", "G")
    assert card.class_name("G") == "Glioblastoma"
    assert card.input.size == 64
    assert card.input.steps[1].numbers == {"margin": 1.5, "least_of_head": 0.25}
    assert card.network is not None
    assert card.network.path("graph") == tmp_path / "g.onnx"
    assert card.weights_sha256 == "1" * 64
    assert [card.metrics[name][0].value for name in ("image", "image and age")] == [0.6, 0.7]
    assert card.metrics["image"][0].patients == 93
    assert card.fusion_head.prevalences["clinic"].shares == (0.1, 0.1, 0.8)
    assert card.ood_check is None


def an_external_test(**changes: Any) -> Content:
    figures = [{"name": "accuracy", "value": 0.5, "low": 0.3, "high": 0.7, "patients": 12}]
    told = {"name": "apart", "date": "2026-11-29", "version": "1", "cases": 14, "answered": 12}
    return {**told, "figures": figures, **changes}


def test_a_card_may_hold_tests_on_other_data(content: Content, tmp_path: Path) -> None:
    assert parse_card(content, tmp_path).external == ()
    content["external"] = [an_external_test(), an_external_test(name="other", note="Be careful.")]
    first, second = parse_card(content, tmp_path).external
    assert (first.name, first.cases, first.answered, first.note) == ("apart", 14, 12, "")
    assert (first.metrics[0].value, first.metrics[0].patients) == (0.5, 12)
    assert second.note == "Be careful."


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({}, "a list was expected"),
        ([an_external_test(answered=15)], "more cases than it has"),
        ([an_external_test(patients=3)], "unknown entry 'patients'"),
        ([an_external_test(), an_external_test()], "the same name"),
        ([an_external_test(date="")], "a text was expected"),
    ],
)
def test_a_wrong_test_on_other_data_is_refused(
    content: Content, tmp_path: Path, entries: Any, reason: str
) -> None:
    content["external"] = entries
    with pytest.raises(ModelError, match=reason):
        parse_card(content, tmp_path)


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
        (lambda c: c.pop("head"), "'head' is missing"),
        (set_at("head", "classes", ["A", "G", "O"]), "other classes than the card"),
        (set_at("head", "network", None), "neither network nor descriptors"),
        (set_at("head", "network", "alone", float("nan")), "a number was expected"),
        (set_at("head", "network", "alone", 10**400), "a number was expected, not 1000"),
        (set_at("head", "prevalences", "clinic", "shares", "A", 0.9), "add up to 1"),
        (set_at("head", "least_confident", 1.5), "between 0 and 1"),
        (set_at("format", 1), "not written in format 2"),
        (set_at("temperature", 1.0), "unknown entry 'temperature'"),
        (set_at("needed", ["T2"]), "trained on every sequence"),
        (set_at("sequences", []), "trained on every sequence"),
        (set_at("id", ""), "a text was expected"),
        (set_at("network", "input", "size", 10), "input size"),
        (set_at("network", "input", "size", 64.5), "input size"),
        (set_at("network", "input", "channels", ["T1", "T1", "T2"]), "different channels"),
        (set_at("network", "input", "channels", ["T1", "T2"]), "trained on every sequence"),
        (set_at("network", "input", "depth", 3), "unknown entry 'depth'"),
        (set_at("network", "input", "steps", 0, "name", "os.system"), "unknown step 'os.system'"),
        (set_at("network", "input", "steps", 1, "extra", 1), "numbers of step"),
        (lambda c: c["network"]["input"]["steps"].pop(), "each preparation step"),
        (set_at("classes", 1, "code", "A"), "different classes"),
        (lambda c: c["roles"].pop("graph"), "names no graph file"),
        (lambda c: c["files"].pop("w.h5"), "no sha256 for w.h5"),
        (set_at("files", "w.h5", "abc"), "64 characters"),
        (set_at("roles", "weights", "../w.h5"), "not a plain file name"),
        (set_at("roles", "script", "w.h5"), "no role 'script'"),
        (lambda c: c["network"].pop("dense_layer"), "'input' and 'dense_layer'"),
        (set_at("network", "big"), "files of a network but does not describe one"),
        (set_at("network", None), "files of a network but does not describe one"),
        (set_at("figures", "guess", []), "no situation 'guess'"),
        (set_at("limits", [1]), "a text was expected"),
        (set_at("classes", None), "an entry is not of its kind"),
        (set_at("figures", {"image": [7]}), "is wrong"),
        (set_at("limits", [10**400]), "a text was expected"),
    ],
)
def test_a_wrong_card_is_refused(
    content: Content, tmp_path: Path, change: Callable[[Content], None], reason: str
) -> None:
    change(content)
    with pytest.raises(ModelError, match=reason) as caught:
        parse_card(content, tmp_path)
    assert caught.value.advice
    assert "object" not in caught.value.message  # as Python says it
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read: card.json is no valid JSON"),
        ("{", "cannot be read: card.json is no valid JSON"),
        ("[]", "is wrong: it holds no entries"),
        ("null", "is wrong: it holds no entries"),
        ('"card"', "is wrong: it holds no entries"),
    ],
)
def test_what_is_no_card_at_all_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=f"card of the model .* {reason}"):
        load_card(tmp_path)


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no readable card"):
        load_card(tmp_path)


def borrower(content: Content) -> Content:
    """A card that uses the network of the small model."""
    return {**content, "id": "other", "network": "small", "roles": {}, "files": {}}


def test_a_model_may_use_another_ones_network(content: Content, tmp_path: Path) -> None:
    content["roles"]["scope"] = "s.npz"
    content["files"]["s.npz"] = "3" * 64
    owner = parse_card(content, tmp_path / "small")
    card = parse_card(borrower(content), tmp_path / "other", {"small": owner})
    assert card.network == owner.network
    assert card.network is not None
    assert card.network.path("weights") == tmp_path / "small" / "w.h5"
    assert card.ood_check == tmp_path / "small" / "s.npz"
    assert card.weights_sha256 == "1" * 64
    assert card.files == {}
    with pytest.raises(ModelError, match="network of the model 'small', which is not installed"):
        parse_card(borrower(content), tmp_path / "other")


def test_a_model_may_do_without_a_network(content: Content, tmp_path: Path) -> None:
    content = {**borrower(content), "network": None}
    with pytest.raises(ModelError, match="wants a network"):
        parse_card(content, tmp_path)
    content["head"]["network"] = None
    content["head"]["descriptors"] = {
        "weight": {"alone": 1.0, "together": 1.0},
        "intercepts": [0.0, 0.0, 0.0],
        "terms": [{"name": "size", "mean": 0.0, "scale": 1.0, "coefficients": [1.0, 0.0, -1.0]}],
    }
    card = parse_card(content, tmp_path)
    assert (card.network, card.weights_sha256) == (None, "")
    with pytest.raises(ModelError, match="has no network"):
        _ = card.input


def test_a_model_may_do_without_age(content: Content, tmp_path: Path) -> None:
    content["head"]["age"] = None
    assert parse_card(content, tmp_path).fusion_head.age is None


def segmentation(**changes: Any) -> dict[str, Any]:
    """The card that ships of the model that segments, changed."""
    return read_content(card_of("lesion-outline").folder) | changes


def test_the_card_of_a_model_that_segments(tmp_path: Path) -> None:
    card = parse_card(segmentation(), tmp_path)
    assert isinstance(card, SegmentationCard)
    assert (card.task, card.network.task) == (Task.SEGMENTATION, Task.SEGMENTATION)
    assert card.network.outputs == ("lesion",)
    assert card.weights_sha256 == card.files["graph.onnx"]
    assert card.network.files.keys() == {"graph.onnx"}
    assert len(card.calibration.weights) == 5
    assert card.metrics["image"][0].low is not None and card.metrics["image"][-1].low is None
    assert card.enhancing is not None and len(card.enhancing.weights) == 8
    (tmp_path / "card.json").write_text(json.dumps(segmentation()), encoding="utf-8")
    with pytest.raises(ModelError, match="does not classify"):
        load_card(tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"roles": {}}, "graph file"),
        ({"network": {"input": {}}}, "no other entries"),
        ({"head": {}}, "unknown entry 'head'"),
        ({"calibration": {"weights": [1.0], "limits": []}}, "must weigh"),
        ({"enhancing": {"weights": [1.0], "limits": []}}, "must weigh"),
        ({"task": "subtype"}, "unknown entry 'calibration'"),
        ({"task": "image_classification"}, "not those of the task"),
        ({"task": "magic"}, "magic"),
        ({"sequences": ["FLAIR", "T1", "T1ce"]}, "every sequence"),
    ],
)
def test_a_wrong_card_of_a_model_that_segments(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        parse_card(segmentation(**changes), tmp_path)
