"""Every command on a whole study; in a process of its own where that may matter."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.prediction.whole_study import FIGURE, RESULT, VOLUME
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.study_record import study_record
from brainviewer.assets import resources
from brainviewer.files.nifti.reader import read_nifti
from tests.command_line import run
from tests.provenance import read_provenance
from tests.studies import STUDIES, found, needs_studies, opened

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def demo():
    return resources() / "demo"


@pytest.fixture(scope="module")
def picked(demo, tmp_path_factory):
    """What ``pick --mask`` says of the demo study, and the mask."""
    folder = tmp_path_factory.mktemp("picked")
    environment = os.environ | {"BRAINVIEWER_HOME": str(folder / "home")}
    saved = folder / "mask.nii.gz"
    return json_of("pick", demo, "--mask", saved, env=environment), read_nifti(saved)


@pytest.fixture
def told(capfd):
    """What a command prints as JSON, without a process of its own."""

    def told(*arguments):
        assert run(*arguments, "--json") == 0
        out, err = capfd.readouterr()
        assert err == ""
        return json.loads(out)

    return told


@pytest.fixture
def refusal(capfd):
    """What is said about wrong input: one line, and nothing on stdout."""

    def refusal(*arguments):
        assert run(*arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert "Traceback" not in err
        assert err.count("\n") == 1
        return err

    return refusal


def start(*arguments, program=("-m", "brainviewer"), **more):
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def json_of(*arguments, **more):
    ended = start(*arguments, "--json", **more)
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def test_the_window_and_the_engine_are_two_processes():
    program = (
        "import sys, brainviewer.gui.application;"
        "print(sorted({'tensorflow', 'keras', 'onnxruntime', 'torch'} & set(sys.modules)))"
    )
    ended = start(program=("-c", program))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "[]\n", "")


def test_main_py_is_the_same_command(demo):
    ended = start("info", demo, "--json", program=(CHECKOUT / "main.py",))
    assert ended.returncode == 0
    assert json.loads(ended.stdout) == json_of("info", demo)


def test_info_of_the_demo_study(demo, told):
    record = told("info", demo)
    assert list(record["sequences"]) == ["FLAIR", "T1", "T1ce", "T2"]
    assert record["missing"] == []
    assert record["segmentation"]
    assert record["sequences"]["FLAIR"]["shape"] == [240, 240, 155]
    assert record["sequences"]["FLAIR"]["spacing_mm"] == [1, 1, 1]


def test_the_mask_lies_on_the_grid_of_the_flair_file(demo, picked):
    record, mask = picked
    (flair,) = demo.glob("*flair.nii.gz")
    image = read_nifti(flair)
    assert mask.grid.matches(image.grid)
    assert set(np.unique(mask.data)) == {0, 1}
    areas = np.count_nonzero(mask.data, axis=(0, 1)) * np.prod(image.grid.spacing[:2])
    np.testing.assert_allclose(areas, record["area_mm2"], rtol=1e-3, atol=0.01)
    assert areas[record["index"]] > 0
    truth = read_nifti(next(demo.glob("*seg.nii.gz"))).data > 0
    true_areas = truth.sum(axis=(0, 1))
    assert true_areas[record["index"]] >= 0.9 * true_areas.max()


def test_the_segmentation_in_the_folder_changes_nothing(demo, picked, told, tmp_path):
    for path in demo.glob("*.nii.gz"):
        if "seg" not in path.name:
            shutil.copy(path, tmp_path)
    records = [dict(picked[0]), told("pick", tmp_path)]
    for record in records:
        del record["seconds"]
    # What was found is compared with it afterwards.
    assert records[0].pop("agreement")["dice"] > 0.8 and records[1].pop("agreement") is None
    assert records[0] == records[1]


def test_analyze_writes_result_figure_and_3d_view(demo, tmp_path):
    record = json_of("analyze", demo, "-o", tmp_path / "new" / "folder", "--age", 50)
    folder = tmp_path / "new" / "folder"
    assert {path.name for path in folder.iterdir()} == {RESULT, FIGURE, VOLUME}
    assert json.loads((folder / RESULT).read_text("utf-8")) == record
    assert record["study"]["synthetic"] is True
    assert record["finding"]["found"] is True
    # The network of the model that answers looks at this slice, for the answer and for the scope.
    assert record["classification"]["slice"] == record["finding"]["index"]
    slices = record["classification"]["network"]["slices"]
    assert set(slices.values()) == {record["finding"]["index"]}
    assert record["classification"]["age_years"] == 50
    provenance = read_provenance(folder / FIGURE)
    assert provenance["study"]["synthetic"] is True
    assert provenance["classification"]["predicted"] == record["classification"]["predicted"]
    with Image.open(folder / VOLUME) as volume:
        image = np.asarray(volume.convert("RGB"), float)
    assert image.std() > 10  # something is to be seen


def test_export_is_redrawn_at_the_scale(demo, told, tmp_path):
    once, twice = tmp_path / "once.png", tmp_path / "twice.tif"
    arguments = ("export", demo, "--slice", 70, "--sequence", "T1ce")
    told(*arguments, "-o", once, "--scale", 1)
    told(*arguments, "-o", twice, "--scale", 2)
    with Image.open(once) as small, Image.open(twice) as large:
        assert abs(large.width - 2 * small.width) <= 2
    assert read_provenance(twice)["panes"][0]["slice"] == 70


def test_wrong_input_is_one_sentence_on_stderr(demo, refusal, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (flair,) = demo.glob("*flair.nii.gz")
    (tmp_path / "broken" / "a_flair.nii.gz").write_bytes(flair.read_bytes()[:100_000])
    assert refusal("info", tmp_path / "nowhere")
    assert refusal("info", tmp_path / "empty", "--json")
    assert refusal("pick", tmp_path / "broken", "--json")
    assert "0 to 120" in refusal("classify", demo, "--age", 200)
    assert "0 to 154" in refusal("classify", demo, "--slice", 155)
    assert "no model called" in refusal("classify", demo, "--model", "nonsense")
    (tmp_path / "file").write_text("")
    assert refusal("analyze", demo, "-o", tmp_path / "file")


@pytest.mark.data
@needs_studies
def test_info_of_a_study_with_other_names(told):
    record = told("info", STUDIES / "BraTS-GLI-00027-000")
    assert list(record["sequences"]) == ["FLAIR", "T1", "T1ce", "T2"]
    assert record["segmentation"] is None
    assert record["sequences"]["T1ce"]["file"].endswith("-t1c.nii.gz")


@pytest.mark.data
@needs_studies
def test_pick_on_the_raw_scan_counts_in_the_flair_files_own_slices():
    name = "native_TCGA-FG-6692"
    shape = study_record(opened(name))["sequences"]["FLAIR"]["shape"]
    record = finding_record(found(name))
    assert record["found"]
    assert len(record["area_mm2"]) in shape
    assert 0 <= record["index"] < len(record["area_mm2"])
