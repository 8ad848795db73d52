"""Commands that take a single image as they take a study."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import refused
from PIL import Image

from brainviewer import cli
from brainviewer.models.engine.engine import Engine

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A TIFF of half a millimetre a pixel, with an annotation of its own."""
    path = tmp_path / "scan.tif"
    Image.fromarray(np.eye(40, 60, dtype=np.uint8) * 200).save(
        path, resolution_unit=3, resolution=20
    )
    return path


def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments], lambda *_: 99)


def test_info_says_what_the_file_knows(image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("info", image, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert record["notices"] == []
    assert record["image"]["pixel_size"] == [0.5, 0.5]
    assert record["image"]["unit"] == "mm"
    assert run("info", image) == 0
    assert "40 × 60 pixels" in capfd.readouterr().out


def test_an_annotated_image_is_exported(
    image: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    annotation = {
        "kind": "ruler",
        "plane": "axial",
        "sequence": "Picture",
        "points": [[0, 0, 0], [3, 4, 0]],
    }
    content = {"format": "BrainViewer annotations", "schema": 1, "annotations": [annotation]}
    annotations = tmp_path / "marks.json"
    annotations.write_text(json.dumps(content))
    out = tmp_path / "out.png"
    assert run("export", image, "-o", out, "--annotations", annotations, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    assert record["panes"][0]["annotations"][0]["length_mm"] == 5
    assert record["study"]["grid"]["spacing_mm"] == [0.5, 0.5, 1.0]
    with Image.open(out) as written:
        assert written.size[0] == 1440


def test_annotations_of_another_image_or_unit_are_not_drawn(
    image: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    points = [[0, 0, 0], [3, 4, 0]]
    annotation = {"kind": "ruler", "plane": "axial", "sequence": "Picture", "points": points}
    own = {
        "sha256": "ab" * 32,
        "unit": "mm",
        "picture": True,
        "oriented": False,
        "shape": [1, 1, 1],
        "affine": np.eye(4).tolist(),
    }
    annotations, out = tmp_path / "marks.json", tmp_path / "out.png"

    def export(*options: str, **changes: object) -> int:
        content = {"format": "BrainViewer annotations", "schema": 1, "annotations": [annotation]}
        annotations.write_text(json.dumps({**content, **changes}))
        return run("export", image, "-o", out, "--annotations", annotations, *options)

    assert export(coordinates="pixels, to the right and down from the first pixel; frame") == 2
    assert "another kind or unit" in refused(capfd)
    assert export("--other-study", study={**own, "unit": "px"}) == 2
    assert "another kind or unit" in refused(capfd)
    assert export("--other-study", study=own) == 2
    assert "cannot be told" in refused(capfd)
    assert not out.exists()
    with Image.open(image) as opened:
        shape = [*opened.size, 1]
    same_grid = {**own, "shape": shape, "affine": np.diag([0.5, 0.5, 1, 1]).tolist()}
    assert export(study=same_grid) == 2
    assert "--other-study" in refused(capfd)
    assert not out.exists()
    assert export("--other-study", study=same_grid) == 0
    assert "another study" in capfd.readouterr().out
    far = {**annotation, "points": [[0, 0, 0], [1e308, -1e308, 0]]}
    assert export(annotations=[annotation, far]) == 0
    assert "One annotation was left out" in capfd.readouterr().out
    assert export(annotations=[far]) == 2
    assert "None of the annotations" in refused(capfd)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "out.gif"), "saved as '.gif'"),
        (("-o", "nowhere/out.png"), "does not exist"),
        (("-o", "folder.png"), "'folder.png' is a folder"),
        (("-o", "out.png", "--slice", 7), "no frame 7"),
        (("-o", "out.png", "--slice", 7, "--heatmap"), "no frame 7"),
        (("-o", "out.png", "--annotations", "scan.tif"), "not a file of annotations"),
    ],
)
def test_exports_that_cannot_be(
    options: tuple[object, ...],
    said: str,
    image: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Engine, "start", lambda self, network: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    assert run("export", image, *options) == 2
    assert said in refused(capfd)
    assert not (tmp_path / "out.png").exists()


def test_an_export_to_a_full_disk_leaves_nothing(
    image: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_space(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    assert run("export", image, "-o", tmp_path / "out.png") == 2
    assert "The disk is full, so 'out.png' was not saved." in refused(capfd)
    assert {path.name for path in tmp_path.iterdir()} == {"scan.tif", "home"}


def test_what_needs_a_study_says_so(image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("pick", image) == 2
    assert "single images" in capfd.readouterr().err
    image.write_text("hello")
    assert run("info", image) == 2
    assert "scan.tif" in capfd.readouterr().err
    assert run("window", image) == 99
