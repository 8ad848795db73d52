"""Installed models are found, and their files checked before anything of them is loaded."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.errors import ModelError
from brainviewer.files.user_folders import models_folder
from brainviewer.models import registry
from brainviewer.models.card_file import load_card, read_content


@pytest.fixture
def installed(content: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "resources" / "models" / "small"
    folder.mkdir(parents=True)
    for name in content["files"]:
        data = name.encode()
        (folder / name).write_bytes(data)
        content["files"][name] = hashlib.sha256(data).hexdigest()
    (folder / "card.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(registry, "resources", lambda: tmp_path / "resources")
    return folder


def added(content: dict[str, Any], name: str) -> Path:
    """The folder of a model that the user added; its files are not there."""
    folder = models_folder() / name
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps(content | {"id": name}), encoding="utf-8")
    return folder


def test_models_that_ship_and_models_of_the_user_are_listed(
    installed: Path, content: dict[str, Any], home: None
) -> None:
    assert [(card.id, card.own) for card in registry.installed_models()] == [("small", False)]
    mine = added(content, "other")
    found = [(card.id, card.own) for card in registry.installed_models()]
    assert found == [("small", False), ("other", True)]
    assert registry.model("other").folder == mine
    mine.rename(mine.with_name(".adding-other"))  # half installed
    assert [card.id for card in registry.installed_models()] == ["small"]


def test_a_users_model_never_takes_the_place_of_one_that_ships(
    installed: Path, content: dict[str, Any], home: None
) -> None:
    added(content, "small")
    assert registry.model("small").folder == installed
    assert [card.id for card in registry.installed_models()] == ["small"]
    (models_folder() / "small").rename(models_folder() / "another")
    assert [card.id for card in registry.installed_models()] == ["small"]
    with pytest.raises(ModelError, match="another is none that can be added"):
        registry.model("another")


def test_a_model_that_uses_another_ones_network_finds_it(
    installed: Path, content: dict[str, Any], home: None
) -> None:
    borrower = content | {"network": "small", "roles": {}, "files": {}}
    added(borrower, "a")
    card = registry.model("a")
    assert card.network is not None
    assert card.network.folder == installed
    registry.verify(card.network)
    added(borrower | {"network": "a"}, "b")  # not of one that ships
    with pytest.raises(ModelError, match="'a', which is not installed"):
        registry.model("b")


def test_an_unknown_model_is_classified_with_those_there_are(installed: Path) -> None:
    with pytest.raises(ModelError, match="no model called big") as caught:
        registry.model("big")
    assert "small" in caught.value.advice


def test_sound_files_pass(installed: Path) -> None:
    registry.verify(load_card(installed))


def test_missing_weights_are_named(installed: Path) -> None:
    (installed / "w.h5").unlink()
    with pytest.raises(ModelError, match=r"w\.h5 of the model small is missing"):
        registry.verify(load_card(installed))


def test_one_changed_byte_is_noticed(installed: Path) -> None:
    data = bytearray((installed / "g.onnx").read_bytes())
    data[0] ^= 1
    (installed / "g.onnx").write_bytes(data)
    with pytest.raises(ModelError, match=r"g\.onnx of the model small is damaged"):
        registry.verify(load_card(installed))


def test_files_of_a_model_that_are_pipes_or_nest_without_end(
    installed: Path, content: dict[str, Any], tmp_path: Path
) -> None:
    card = registry.model("small")
    name = next(iter(content["files"]))
    (installed / name).unlink()
    os.mkfifo(installed / name)
    with pytest.raises(ModelError, match=f"The file {name} of the model small is missing"):
        registry.verify(card)
    (installed / "card.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ModelError, match="card of the model small cannot be read"):
        load_card(installed)
    (installed / "card.json").unlink()
    os.mkfifo(installed / "card.json")
    with pytest.raises(ModelError, match="no readable card"):
        load_card(installed)


def test_cards_are_read_once_until_a_file_changes(
    installed: Path, content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def reading(folder: Path) -> Any:
        read.append(folder)
        return read_content(folder)

    monkeypatch.setattr(registry, "read_content", reading)
    assert registry.model("small") is registry.model("small")
    assert read == [installed]
    (installed / "card.json").write_text(json.dumps(content | {"name": "Other"}), encoding="utf-8")
    assert registry.model("small").name == "Other"
    assert read == [installed, installed]
