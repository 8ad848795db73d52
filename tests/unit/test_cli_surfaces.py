"""``brainviewer export-surfaces``: as large as the segmentation, or a sentence why not."""

import json
import shutil
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from command_line import run
from PIL import Image
from schemas import check_output

from brainviewer.app.opening.study import open_study
from brainviewer.assets import resources
from brainviewer.core.correction.kept import Base
from brainviewer.core.correction.steps import Step, packed
from brainviewer.files.journal.corrections import CorrectionJournal

DEMO = resources() / "demo"
PARTS = ["whole", "core", "enhancing", "necrosis", "oedema"]


def record_of(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run("export-surfaces", *arguments, "--json") == 0
    record: dict[str, Any] = json.loads(capfd.readouterr().out)
    check_output(record)
    return record


def test_all_parts_are_as_large_as_their_masks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lesion.glb"
    record = record_of(capfd, DEMO, "-o", file)
    assert record["files"] == [str(file)]
    assert (record["source"], record["corrected"]) == ("found", False)
    assert [one["part"] for one in record["surfaces"]] == PARTS
    for one in record["surfaces"]:
        assert one["volume_ml"] == pytest.approx(one["mask_ml"], rel=0.01)
        assert one["triangles"] > 100
    ml = {one["part"]: one["mask_ml"] for one in record["surfaces"]}
    assert ml["core"] + ml["oedema"] == pytest.approx(ml["whole"], abs=0.01)
    assert run("pick", DEMO, "--json") == 0
    measured = json.loads(capfd.readouterr().out)["measurements"]
    assert ml["whole"] == pytest.approx(measured["volume_ml"], rel=0.001)
    whole, core = record["surfaces"][:2]
    # What lies inside is no nearer to anything.
    for name in ("midline_mm", "brain_surface_mm"):
        assert 0 <= whole[name] <= core[name]
    content = file.read_bytes()
    said = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    assert [node["name"] for node in said["nodes"][1:]] == PARTS


def test_a_file_for_each_part_or_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = DEMO, "--part", "core", "--part", "whole", "-o"
    record = record_of(capfd, *asked, tmp_path / "a.stl")
    assert [Path(file).name for file in record["files"]] == ["a-whole.stl", "a-core.stl"]
    record = record_of(capfd, *asked, tmp_path / "b.PLY", "--one-file")
    assert [Path(file).name for file in record["files"]] == ["b.PLY"]
    record = record_of(capfd, DEMO, "--part", "oedema", "-o", tmp_path / "c.stl")
    assert [Path(file).name for file in record["files"]] == ["c.stl"]
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"a-whole.stl", "a-core.stl", "b.PLY", "c.stl"}


def test_what_came_with_the_study(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = record_of(capfd, DEMO, "--part", "whole", "-o", tmp_path / "a.glb")
    own = record_of(capfd, DEMO, "--part", "whole", "--supplied", "-o", tmp_path / "b.glb")
    assert own["source"] == "supplied"
    assert own["surfaces"][0]["mask_ml"] != found["surfaces"][0]["mask_ml"]
    labels = nibabel.load(next(DEMO.glob("*seg.nii.gz")))
    voxels = np.count_nonzero(np.asarray(labels.dataobj))
    volume = voxels * float(np.prod(labels.header.get_zooms())) / 1000
    assert own["surfaces"][0]["volume_ml"] == pytest.approx(volume, rel=0.01)


def test_what_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("export-surfaces", DEMO, "-o", tmp_path / "a.obj") == 0
    written, materials, *lines = capfd.readouterr().out.splitlines()
    assert (written, materials) == tuple(
        f"Written to {tmp_path / name}" for name in ("a.obj", "a.mtl")
    )
    assert [line.split()[0] for line in lines[:5]] == PARTS
    assert " mL " in lines[0] and "mm from the mid-sagittal plane" in lines[0]
    assert not any("corrected" in line for line in lines)


@pytest.mark.usefixtures("home")
def test_a_correction_that_is_kept_is_used(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = open_study([DEMO])
    journal = CorrectionJournal(study)
    journal.begin(Base("lesion", np.zeros(study.grid.shape, np.uint8)))
    box = np.full((12, 12, 12), 2, np.uint8)
    step = Step("brush", "", "2026-11-30T12:00:00+00:00", (100, 100, 70), box.shape, packed(box))
    journal.add(step)
    journal.close()
    record = record_of(capfd, DEMO, "-o", tmp_path / "a.glb")
    assert record["corrected"]
    assert {one["part"]: one["mask_ml"] for one in record["surfaces"]} == pytest.approx(
        dict.fromkeys(("whole", "oedema"), box.size * study.grid.voxel_volume / 1000)
    )


def test_nothing_is_left_where_a_segmentation_is_on_another_grid(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    for file in DEMO.glob("*.nii.gz"):
        if "seg" not in file.name:
            shutil.copy(file, study)
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = 500  # where nothing of the head is
    marked = nibabel.Nifti1Image(np.ones((9, 9, 9), np.uint8), affine)
    nibabel.save(marked, study / "demo_seg.nii.gz")
    assert run("export-surfaces", study, "--supplied", "-o", tmp_path / "a.glb") == 2
    said = capfd.readouterr().err
    assert "No segmentation that marks lesion came with the study." in said
    assert not (tmp_path / "a.glb").exists()


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("lesion.vtp", (), "'lesion.vtp' is no file of surfaces."),
        ("nowhere/lesion.glb", (), "does not exist"),
        ("folder.obj", (), "'folder.obj' is a folder"),
        (f"{'a' * 249}.stl", (), "The file name cannot be used."),
    ],
)
def test_what_cannot_be_saved_is_refused_before_anything_is_looked_for(
    name: str,
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "folder.obj").mkdir()
    assert run("export-surfaces", tmp_path / "no study", "-o", tmp_path / name, *options) == 2
    assert said in capfd.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["folder.obj"]


def test_what_has_no_surfaces(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "image.png"
    Image.fromarray(np.full((50, 60), 90, np.uint8)).save(image)
    out = tmp_path / "a.glb"
    assert run("export-surfaces", image, "-o", out) == 2
    assert "A single image has no surfaces in 3D." in capfd.readouterr().err
    method = "--method", "threshold", "--threshold", "100000"
    assert run("export-surfaces", DEMO, "-o", out, *method) == 2
    assert "No lesion was found" in capfd.readouterr().err
    method = "--method", "threshold"
    assert run("export-surfaces", DEMO, "-o", out, *method, "--part", "oedema") == 2
    assert "The lesion has no part 'oedema'. There is: whole" in capfd.readouterr().err
    assert not out.exists()
    assert run("export", DEMO, "-o", out) == 2
    assert "Use 'brainviewer export-surfaces'" in capfd.readouterr().err
