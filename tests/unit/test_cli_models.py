"""Models of one's own on the command line: added, listed, asked, removed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run
from own_networks import CLASSES, write_onnx
from PIL import Image
from schemas import check_output

from brainviewer.cli import models

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
pytestmark = pytest.mark.usefixtures("home")
NAMED = ("--classes", ",".join(CLASSES), "--name", "Mine")


def printed(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capfd.readouterr().out))


def test_a_model_of_images_from_adding_to_removing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write_onnx(tmp_path / "net.onnx")
    assert run("models", "add", file, *NAMED, "--input", "scale=0..1", "--json") == 0
    added = printed(capfd)
    check_output(added)
    (record,) = added["models"]
    assert (record["id"], record["measured_here"]) == ("mine", False)
    assert run("models", "--json") == 0
    listed = printed(capfd)
    check_output(listed)
    assert [m["measured_here"] for m in listed["models"] if m["id"] != "mine"].count(False) == 0
    assert run("models") == 0
    assert "Mine (for images; added by you, not measured here)" in capfd.readouterr().out
    rows, columns = np.mgrid[:128, :128] - 64
    head = np.where(rows**2 + columns**2 < 2500, 120 + rows, 4).astype(np.uint8)
    Image.fromarray(head).save(tmp_path / "image.png")
    asked = ("classify", tmp_path / "image.png", "--model", "mine")
    assert run(*asked, "--json", "--heatmap", tmp_path / "heat.png") == 0
    answer = printed(capfd)
    check_output(answer)
    assert answer["quality"] == "Added by you, not measured here"
    assert answer["calibrated"] is False
    assert (tmp_path / "heat.png").exists()
    assert run(*asked) == 0
    assert "How good the model is: Added by you, not measured here" in capfd.readouterr().out
    assert run("models", "remove", "mine") == 0
    assert run("classify", tmp_path / "image.png", "--model", "mine") == 2
    assert "There is no model called mine" in capfd.readouterr().err


@pytest.mark.parametrize("crop", ["", ",crop=lesion"])
def test_a_model_of_tumour_slices(
    tmp_path: Path, crop: str, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write_onnx(tmp_path / "net.onnx", size=64)
    given = f"sequences=T1+FLAIR+T1ce,scale=0..1{crop}"
    assert run("models", "add", file, *NAMED, "--input", given) == 0
    assert "for studies, with heatmap" in capfd.readouterr().out
    assert run("classify", DEMO, "--model", "mine", "--json") == 0
    answer = printed(capfd)
    check_output(answer)
    assert set(answer["classes"]) == set(CLASSES)
    assert answer["sequences"] == ["T1", "FLAIR", "T1ce"]
    assert answer["quality"] == "Added by you, not measured here"
    assert run("analyze", DEMO, "-o", tmp_path / "out", "--model", "mine", "--heatmap") == 0
    assert run("classify", tmp_path / "net.onnx", "--model", "mine") == 2


def test_a_damaged_model_is_listed_with_its_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write_onnx(tmp_path / "net.onnx")
    assert run("models", "add", file, *NAMED, "--input", "scale=0..1") == 0
    next(tmp_path.glob("home/models/mine/card.json")).write_text("{")
    capfd.readouterr()
    assert run("models", "--json") == 0
    record = printed(capfd)
    check_output(record)
    assert "cannot be read: card.json is no valid JSON" in record["unusable"]["mine"]
    assert run("models") == 0
    assert "Cannot be used: The card of the model mine" in capfd.readouterr().out


def test_what_is_not_told_is_asked_for_on_a_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_onnx(tmp_path / "net.onnx")
    assert run("models", "add", file) == 2
    assert "Name them in the order of the network" in capfd.readouterr().err
    answers = iter(["glioma, meningioma, none", "0..1"])
    monkeypatch.setattr(models, "_on_terminal", lambda: True)
    monkeypatch.setattr(models.typer, "prompt", lambda *_, **__: next(answers))
    assert run("models", "add", file) == 0
    assert "Added net: net, for images" in capfd.readouterr().out
    assert next(answers, None) is None
