"""The summary of a data folder says what is in it."""

import json
from pathlib import Path

import numpy as np
import pytest
from labelled_folders import SHAPE, write_challenge, write_lgg
from PIL import Image

from brainviewer.training.labelled_data.cases import find_cases
from brainviewer.training.labelled_data.summary import summarise, write_summary

PATIENTS = {
    "CPM19_TOY_AAA_1": ("A", 30), "CPM19_TOY_AAB_1": ("A", 40), "CPM19_TOY_AAC_1": ("A", 60),
    "CPM19_TOY_AAD_1": ("G", 61),
}  # fmt: skip


@pytest.fixture(scope="module")
def challenge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("challenge")
    table = write_challenge(folder, PATIENTS)
    table.write_text(table.read_text().replace(f"AAD_1,G,{round(61 * 365.25)}", "AAD_1,G,"))
    (folder / "CPM19_TOY_AAB_1" / "CPM19_TOY_AAB_1_t2.nii.gz").unlink()
    (folder / "CPM19_TOY_AAC_1" / "CPM19_TOY_AAC_1_seg.nii.gz").unlink()
    damaged = folder / "CPM19_TOY_AAD_1" / "CPM19_TOY_AAD_1_t1.nii.gz"
    damaged.write_bytes(damaged.read_bytes()[:-500])
    return folder


def test_a_challenge_folder(challenge: Path) -> None:
    progress: list[float] = []
    record = summarise(find_cases(challenge), lambda fraction, text: progress.append(fraction))
    assert (record["layout"], record["cases"], record["patients"]) == ("challenge", 4, 4)
    assert list(record["classes"]) == ["A", "O", "G"]
    a, o, g = record["classes"].values()
    assert (a["cases"], a["share"]) == (3, 0.75)
    assert a["age_years"] == {
        "known": 3, "missing": 0, "median": 40, "q1": 35, "q3": 50, "min": 30, "max": 60
    }  # fmt: skip
    assert (o["cases"], o["age_years"]) == (0, {"known": 0, "missing": 0})
    assert g["age_years"] == {"known": 0, "missing": 1}
    assert record["sequences"] == {"FLAIR": 3, "T1": 3, "T1ce": 3, "T2": 2}
    assert record["outlined"] == 2
    assert record["in_plane"] == {f"{SHAPE[1]} × {SHAPE[0]}": 3}
    assert (record["slices"]["min"], record["slices"]["max"]) == (SHAPE[2], SHAPE[2])
    assert (record["pixel_mm"]["median"], record["slice_mm"]["median"]) == (4, 6)
    missing, damaged = record["notices"]
    assert "T2 is missing" in missing
    assert "CPM19_TOY_AAD_1" in damaged
    assert progress[-1] <= 1


def test_an_lgg_folder_has_no_spacing_and_no_t2(tmp_path: Path) -> None:
    write_lgg(tmp_path)
    record = summarise(find_cases(tmp_path))
    assert record["sequences"] == {"FLAIR": 2, "T1": 2, "T1ce": 2, "T2": 0}
    assert (record["pixel_mm"], record["slice_mm"]) == (None, None)
    assert (record["slices"]["median"], record["outlined"]) == (3, 2)


def test_what_is_written(challenge: Path, tmp_path: Path) -> None:
    collection = find_cases(challenge)
    record = summarise(collection)
    files = write_summary(record, collection, tmp_path / "new" / "folder")
    assert sorted(f.name for f in files) == [
        "ages.png", "classes.png", "sequences.png", "summary.json"
    ]  # fmt: skip
    assert json.loads((tmp_path / "new/folder/summary.json").read_text()) == record
    for file in files[1:]:
        image = np.asarray(Image.open(file).convert("L"))
        assert image.shape[0] > 300
        assert image.min() < 100 < image.max()
    counts = Image.open(tmp_path / "new/folder/classes.png").convert("RGB")
    blue = np.all(np.asarray(counts) == (0x56, 0xB4, 0xE9), axis=-1)
    pink = np.all(np.asarray(counts) == (0xCC, 0x79, 0xA7), axis=-1)
    assert blue.sum() / pink.sum() == pytest.approx(3, rel=0.15)  # bars as high as their counts
