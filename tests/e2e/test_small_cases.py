"""Small inputs that once failed (``../shared/cases``), as a user meets them, with the right value.

Each stands for a kind; the tests of the rooms make their own inputs of these kinds.
"""

import json
import os
import runpy
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from brainviewer.app.opening.image2d import open_image2d, thumbnail
from brainviewer.app.opening.study import demo_paths
from brainviewer.core.errors import silent
from tests.command_line import refused, run

CASES = Path(os.environ.get("BRAINVIEWER_CASES", Path(__file__).parents[3] / "shared" / "cases"))
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of small cases is not here")


def told(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """What a command prints with ``--json``."""
    assert run(*arguments, "--json") == 0
    return dict(json.loads(capfd.readouterr().out))


@pytest.mark.parametrize(
    ("folder", "sequences"),
    [
        ("siemens_space", {"FLAIR": "T2_SPACE_FLAIR_Sag_CS_17", "T1": "T1_MPRAGE_SAG_12"}),
        ("siemens_dark_fluid", {"FLAIR": "t2_space_dark-fluid", "T1": "t1_mprage"}),
        ("siemens_swi", {"FLAIR": "t2_tirm_tra_dark-fluid", "T1": "t1_mprage"}),
        ("bids_ses_post", {"FLAIR": "FLAIR", "T1": "T1w"}),
        ("subtraction", {"FLAIR": "pat_flair"}),
        ("map", {"FLAIR": "FLAIR"}),
        ("philips", {"FLAIR": "T2W_FLAIR", "T1": "sT1W_3D_TFE"}),
    ],
)
def test_sequences_are_what_the_names_say(
    capfd: pytest.CaptureFixture[str], folder: str, sequences: dict[str, str]
) -> None:
    said = told(capfd, "info", CASES / "names" / folder)
    assert set(said["sequences"]) == set(sequences)
    for name, part in sequences.items():
        assert part in said["sequences"][name]["file"]
    used = {sequence["file"] for sequence in said["sequences"].values()}
    for file in (CASES / "names" / folder).iterdir():
        assert file.name in used or any(file.name in notice for notice in said["notices"])


def test_one_of_two_variants_is_taken_and_said(capfd: pytest.CaptureFixture[str]) -> None:
    said = told(capfd, "info", CASES / "collections" / "UCSF-PDGM-0004_nifti")
    assert set(said["sequences"]) == {"FLAIR", "T1", "T1ce", "T2"}
    assert len({"_bias" in sequence["file"] for sequence in said["sequences"].values()}) == 1
    assert "_bias" in " ".join(said["notices"])


@pytest.mark.parametrize("folder", ["bids", "bids/sub-01", "bids/sub-01/anat"])
def test_subject_of_a_bids_folder_opens(capfd: pytest.CaptureFixture[str], folder: str) -> None:
    assert set(told(capfd, "info", CASES / "collections" / folder)["sequences"]) == {"FLAIR", "T1"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("monochrome1/m1.dcm", "monochrome1/m2.dcm"),
        ("white_is_zero/u16_white0.tif", "white_is_zero/u16_black0.tif"),
        ("white_is_zero/u8_white0.tif", "white_is_zero/u16_black0.tif"),
        ("png16/greyalpha16.png", "png16/grey16.png"),
        ("png16/rgb16.png", "png16/grey16.png"),
    ],
)
def test_what_stores_the_same_image_looks_the_same(first: str, second: str) -> None:
    one, other = (thumbnail(CASES / name, 64).astype(int) for name in (first, second))
    assert np.abs(one - other).max() <= 2
    assert other[32, 2].mean() < 20
    assert other[32, -3].mean() > 235


def test_statistics_are_those_of_the_stored_values() -> None:
    values = open_image2d(CASES / "monochrome1/m1.dcm", silent).reference.data
    # Column 0 looks black and stores the largest value.
    assert values.shape[:2] == (64, 64)
    assert values[0].min() == 4095
    assert values[-1].max() == 0


@pytest.mark.parametrize("name", ["grey16", "rgb16", "greyalpha16"])
def test_sixteen_bits_are_kept(name: str) -> None:
    assert len(np.unique(open_image2d(CASES / f"png16/{name}.png", silent).reference.data)) == 64


def test_large_numbers_stay_above_small_ones() -> None:
    values = open_image2d(CASES / "tiff_u32/u32.tif", silent).reference.data.astype(float)
    assert len(np.unique(values)) > 60
    assert (np.diff(values.squeeze()[:, 32]) >= 0).all()


@pytest.mark.parametrize("name", ["float64.tif", "jpeg12.jpg", "jpeg2000.jp2"])
def test_what_is_whole_is_not_called_damaged(capfd: pytest.CaptureFixture[str], name: str) -> None:
    code = run("info", CASES / "not_damaged" / name, "--json")
    out, err = capfd.readouterr()
    assert code == 0 or (code == 2 and len(err.splitlines()) == 1)
    assert "damaged" not in out + err


def test_rounded_quaternion_is_an_orientation(capfd: pytest.CaptureFixture[str]) -> None:
    good, rounded = (
        told(capfd, "info", CASES / "qform" / f"{name}_flair.nii")["sequences"]["FLAIR"]
        for name in ("good", "rounded")
    )
    assert good["orientation"] == rounded["orientation"] == "LPS"


def test_metres_are_converted(capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("mm", "meter"):
        said = told(capfd, "info", CASES / "units" / f"{name}_flair.nii.gz")
        spacing = said["sequences"]["FLAIR"]["spacing_mm"]
        assert spacing == pytest.approx([2, 2, 3], rel=1e-4)


def test_no_side_without_orientation(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    for path in demo_paths():  # at 2 mm, since it is the orientation that matters
        image = nib.load(path)
        affine = image.affine @ np.diag([2.0, 2, 2, 1])
        thin = nib.Nifti1Image(np.asarray(image.dataobj)[::2, ::2, ::2], affine, image.header)
        nib.save(thin, tmp_path / "demo" / path.name)
    monkeypatch.setattr("sys.argv", ["make.py", str(tmp_path / "demo")])
    runpy.run_path(str(CASES / "no_orientation" / "make.py"))
    assert run("pick", "study") == 0
    words = "".join(capfd.readouterr()).lower()
    assert "(right, anterior, superior)" not in words
    said = told(capfd, "analyze", "study", "-o", "out")
    assert _named(said, "position_mm") == [None] * len(_named(said, "position_mm"))
    assert all(side is None for side in _named(said, "side"))
    assert "sides" in json.dumps(said)


def _named(value: Any, name: str) -> list[Any]:
    """Every value with this name, at any depth."""
    if isinstance(value, dict):
        mine = [value[name]] if name in value else []
        return mine + [found for v in value.values() for found in _named(v, name)]
    if isinstance(value, list):
        return [found for v in value for found in _named(v, name)]
    return []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("folder_sentences/analyze", ("Analyze",)),
        ("folder_sentences/other", ("mgz", "MGZ", "FreeSurfer")),
    ],
)
def test_folder_is_named_for_what_it_holds(
    capfd: pytest.CaptureFixture[str], path: str, words: tuple[str, ...]
) -> None:
    assert run("info", CASES / path) == 2
    sentence = refused(capfd)
    assert any(word in sentence for word in words)


def test_root_of_a_disc_leads_to_its_images(capfd: pytest.CaptureFixture[str]) -> None:
    code = run("info", CASES / "cd" / "cd", "--json")
    out, err = capfd.readouterr()
    assert "damaged" not in out + err
    assert code == 0 or "SE000000" in err
