"""``brainviewer export-volume``: the window's picture, or a sentence why not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run
from PIL import Image
from provenance import read_provenance
from schemas import check_output

from brainviewer.assets import resources
from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.voxels.presets import PRESETS

DEMO = resources() / "demo"


def record_of(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run("export-volume", *arguments, "--json") == 0
    record: dict[str, Any] = json.loads(capfd.readouterr().out)
    check_output(record)
    return record


def test_a_picture_says_how_it_is_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "head.png"
    look = ("--preset", "glass", "--side", "left", "--opacity", "0.3", "--cut", "tumour")
    record = record_of(capfd, DEMO, "-o", file, *look, "--pixels", "400x300")
    seen = record["volume"]
    assert (seen["preset"], seen["opacity"], seen["sequence"]) == ("glass", 0.3, "FLAIR")
    assert seen["screen_axes"][2] == [-1.0, 0.0, 0.0]
    assert seen["cut"]["plane"]["normal"] == [-1.0, 0.0, 0.0]
    inside = read_provenance(file)
    assert inside["volume"] == seen
    with Image.open(file) as image:
        assert image.width == 400 and image.height > 300
        picture = np.asarray(image.convert("RGB"))[:300].astype(int)
    assert np.ptp(picture, axis=2).max() > 80  # the tumour


def test_a_turn_is_a_film(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "turn.gif"
    film = ("--seconds", 1, "--fps", 8, "--pixels", "96x80", "--preset", "tumour")
    record = record_of(capfd, DEMO, "-o", file, *film)
    assert record["turn"] == {"images": 8, "images_a_second": 8.0}
    with Image.open(file) as image:
        assert image.n_frames == 8


def test_looks_of_the_user_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    own = OwnLook("My look", PRESETS["hot"].look).stored()
    (tmp_path / "settings.json").write_text(json.dumps({"volume_looks": [own]}))
    for preset, said in (("gold", "tumour, My look"), ("My look", "no study")):
        assert run("export-volume", tmp_path / "no study", "-o", tmp_path / "a.png",
                   "--preset", preset) == 2  # fmt: skip
        assert said in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("a.png", ("--preset", "gold"), "Choose one of brain, skin"),
        ("a.png", ("--side", "north"), "no side 'north'"),
        ("a.png", ("--pixels", "large"), "'large' is no size"),
        ("a.png", ("--share", "0.2"), "no second sequence"),
        ("a.png", ("--cut", ""), "'' is no cut"),
        ("a.png", ("--peel", "80"), "Choose 0 to 60"),
        ("a.png", ("--seconds", "3"), "takes no time"),
        ("a.jpg", (), "cannot be saved as '.jpg'"),
        ("a.mp4", ("--fps", "99"), "99 images a second"),
        ("nowhere/a.png", (), "does not exist"),
    ],
)
def test_bad_options_are_told_before_the_study_is_read(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    name: str,
    options: tuple[str, ...],
    said: str,
) -> None:
    study = tmp_path / "no study"
    assert run("export-volume", study, "-o", tmp_path / name, *options) == 2
    assert said in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_image_has_no_3d_view(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image, out = tmp_path / "slice.png", tmp_path / "head.png"
    Image.fromarray(np.full((64, 64), 90, np.uint8)).save(image)
    assert run("export-volume", image, "-o", out) == 2
    assert "no 3D view" in capfd.readouterr().err
    assert not out.exists()


def test_switched_off_it_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    assert run("export-volume", DEMO, "-o", tmp_path / "head.png") == 2
    assert "switched off" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())
