"""A data folder becomes cases, whichever layout it has, or a sentence."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from labelled_folders import PATIENTS, SHAPE, write_challenge, write_lgg

from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.training.labelled_data.cases import find_cases, read_cases

THREE = dict(list(PATIENTS.items())[:3])
FIRST, SECOND, THIRD = THREE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "challenge"
    write_challenge(folder, THREE)
    return folder


@pytest.fixture
def challenge(made: Path, tmp_path: Path) -> Path:
    """A challenge folder to be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def lgg(tmp_path: Path) -> Path:
    write_lgg(tmp_path / "data" / "lgg")
    return tmp_path / "data" / "lgg"


def file_of(folder: Path, case: str, sequence: str) -> Path:
    return folder / case / f"{case}_{sequence}.nii.gz"


def change_table(folder: Path, change: Callable[[str], str]) -> None:
    (table,) = folder.glob("*.csv")
    table.write_text(change(table.read_text()))


def test_the_challenge_layout(made: Path) -> None:
    found = find_cases(made)
    assert (found.layout, found.notices) == ("challenge", ())
    assert [case.case_id for case in found.cases] == list(THREE)
    assert [case.label for case in found.cases] == ["A", "O", "G"]
    assert [case.age_years for case in found.cases] == pytest.approx([41, 50, 63], abs=0.01)
    loaded = found.cases[2].load()
    assert loaded.study.modalities == SEQUENCES
    assert loaded.study.grid.shape == SHAPE
    assert loaded.lesion is not None
    flair = loaded.study.volumes[Modality.FLAIR].data
    assert flair[loaded.lesion].mean() > 1.5 * flair[(flair > 0) & ~loaded.lesion].mean()


def test_cases_may_lie_one_folder_down(challenge: Path) -> None:
    (challenge / "Radiology").mkdir()
    for case in THREE:
        (challenge / case).rename(challenge / "Radiology" / case)
    (challenge / "Pathology").mkdir()
    found = find_cases(challenge)
    assert [case.case_id for case in found.cases] == list(THREE)
    assert found.notices == ()


@pytest.mark.parametrize("inner", [True, False])
def test_the_lgg_layout_itself_or_in_a_folder(lgg: Path, inner: bool) -> None:
    found = find_cases(lgg if inner else lgg.parent)
    assert (found.layout, len(found.cases), found.notices) == ("lgg", 2, ())
    assert [(case.label, case.age_years) for case in found.cases] == [("A", 38), ("G", 61)]
    loaded = found.cases[0].load()
    assert loaded.study.modalities == (Modality.FLAIR, Modality.T1, Modality.T1CE)
    assert loaded.lesion is not None
    np.testing.assert_array_equal(loaded.lesion.sum(axis=(0, 1)), [0, 200, 300])


def test_a_case_without_segmentation_has_no_outline(challenge: Path) -> None:
    file_of(challenge, SECOND, "seg").unlink()
    assert read_cases(challenge)[1].load().lesion is None


def test_sequences_on_another_grid_are_brought_onto_that_of_the_flair(challenge: Path) -> None:
    import nibabel

    path = file_of(challenge, FIRST, "t2")
    image = nibabel.load(path)
    half = image.slicer[:, :, ::2]
    nibabel.save(nibabel.Nifti1Image(np.asarray(half.dataobj), half.affine), path)
    study = read_cases(challenge)[0].load().study
    assert study.volumes[Modality.T2].data.shape == SHAPE


def test_what_is_left_out_or_missing_is_said(challenge: Path) -> None:
    shutil.copytree(challenge / FIRST, challenge / "stranger")
    file_of(challenge, SECOND, "t2").unlink()
    notices = find_cases(challenge).notices
    assert len(notices) == 2
    assert "stranger" in notices[0]
    assert "T2 is missing" in notices[1]
    assert SECOND in notices[1]


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _pack_again(folder: Path) -> None:
    """The FLAIR of the first case under the second one's name, packed in another way."""
    content = gzip.decompress(file_of(folder, FIRST, "flair").read_bytes())
    file_of(folder, SECOND, "flair").write_bytes(gzip.compress(content, 1))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: _remove(d / SECOND), rf"{SECOND} \(row 3 of .*\) has no folder"),
        (lambda d: [_remove(f) for f in (d / SECOND).iterdir()], f"{SECOND} holds no images"),
        (lambda d: _remove(file_of(d, SECOND, "flair")), f"{SECOND} has no FLAIR"),
        (lambda d: file_of(d, THIRD, "t1").write_bytes(b""), f"{THIRD}: .* is empty"),
        (lambda d: file_of(d, THIRD, "t1").write_bytes(b"text" * 200), f"Case {THIRD}: "),
        (lambda d: shutil.copy(file_of(d, THIRD, "t1"), d / THIRD / "t1.nii.gz"), "2 files"),
        (_pack_again, f"{FIRST} and {SECOND} hold the same image"),
        (lambda d: change_table(d, lambda t: t.replace(",O,", ",X,")), "'X'"),
        (lambda d: [_remove(f) for f in d.glob("*.csv")], "no table"),
        (lambda d: shutil.copy(next(d.glob("*.csv")), d / "more.csv"), "2 tables"),
        (lambda d: shutil.copytree(d / FIRST, d / "sub" / FIRST), f"two folders .* {FIRST}"),
        (lambda d: change_table(d, lambda t: t.replace(",", "|")), "no column"),
    ],
)
def test_a_challenge_folder_that_is_not_right(
    challenge: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(challenge)
    with pytest.raises(FileError, match=said) as refused:
        find_cases(challenge)
    assert refused.value.advice.endswith(".")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: [_remove(f) for f in d.glob("*1111/*_mask.png")], "1111 has no segmentation"),
        (lambda d: _remove(d / "TOY-BB-2222" / "002.jpg"), "002_mask.png without its slice"),
        (lambda d: shutil.copy(d / "TOY-AA-1111/002.jpg", d / "TOY-BB-2222/003.jpg"), "same image"),
        (lambda d: [_remove(f) for f in d.glob("*2222/*")], "2222 holds no images"),
    ],
)
def test_an_lgg_folder_that_is_not_right(
    lgg: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(lgg)
    with pytest.raises(FileError, match=said):
        find_cases(lgg)


def test_an_image_that_cannot_be_read(lgg: Path) -> None:
    (lgg / "TOY-AA-1111" / "003.jpg").write_bytes(b"no image")
    with pytest.raises(FileError, match=r"003\.jpg of the case TOY-AA-1111"):
        read_cases(lgg)[0].load()


def test_folders_that_hold_no_data(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is empty"):
        find_cases(tmp_path)
    with pytest.raises(FileError, match="does not exist"):
        find_cases(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="not a folder"):
        find_cases(tmp_path / "file")
    with pytest.raises(FileError, match="no table"):
        find_cases(tmp_path)
