"""``brainviewer export-dicom``: what is asked for is written, and what cannot be is a sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run
from PIL import Image
from pydicom import dcmread
from schemas import check_output

from brainviewer.app.opening.dicom import looking
from brainviewer.app.opening.study import open_study
from brainviewer.assets import resources
from tests.dicom_writer import write_study

DEMO = resources() / "demo"


def test_the_demo_study_as_dicom(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    asked = "export-dicom", DEMO, "-o", folder, "--only", "segmentation", "--only", "report"
    assert run(*asked, "--patient-id", "12", "--patient-name", "Doe, Jane", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    names = {file["file"]: file["content"] for file in record["files"]}
    assert names == {
        "FLAIR.dcm": "images",
        "SEG.dcm": "segmentation",
        "SR.dcm": "report",
        "mask.nii.gz": "mask",
        "mask_parts.nii.gz": "parts",
    }
    assert set(names) == {path.name for path in folder.iterdir()}
    assert not record["patient_id_made_up"]
    segmentation = dcmread(folder / "SEG.dcm")
    assert (segmentation.PatientID, segmentation.PatientName) == ("12", "Doe^Jane")
    algorithm = segmentation.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmName == "lesion-outline"
    assert "sha256" in algorithm.AlgorithmParameters


def test_a_dicom_study_is_no_heap_of_images(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = tmp_path / "cd", tmp_path / "out"
    looked_through = []

    def read_headers(*asked: Any) -> Any:
        looked_through.extend(asked[0])
        return really(*asked)

    really = looking.read_headers
    monkeypatch.setattr(looking, "read_headers", read_headers)
    written = write_study(source, open_study([DEMO]))
    assert run("export-dicom", source, "-o", folder, "--only", "segmentation") == 0
    assert "Jane" not in capfd.readouterr().out
    assert looked_through
    assert len(looked_through) == len(set(looked_through))  # each file once
    segmentation = dcmread(folder / "SEG.dcm")
    known = {dcmread(files[0]).SeriesInstanceUID for files in written.values()}
    assert segmentation.ReferencedSeriesSequence[0].SeriesInstanceUID in known
    assert segmentation.PatientID == "P-4711"


def test_an_image_as_dicom(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "slice.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 80), np.uint8)).save(path)
    assert run("export-dicom", path, "-o", tmp_path / "out") == 0
    said = capfd.readouterr().out
    assert "was made up" in said
    assert "only pictures" in said
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["SC1.dcm"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--birth-date", "1.2.1970"], "is not a date"),
        (["--sex", "q"], "is not a sex"),
        (["--patient-id", "a\\b"], "characters"),
        ([], "not empty"),
    ],
)
def test_what_is_wrong_is_said_before_the_work(
    options: list[str], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").touch()
    assert run("export-dicom", DEMO, "-o", tmp_path, *options) == 2
    assert words in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
