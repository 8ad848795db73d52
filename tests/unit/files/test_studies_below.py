"""A folder of studies: each is found once, however the collection is laid out."""

from datetime import date
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.study import places
from brainviewer.files.study.places import studies_below
from brainviewer.files.study.said_by_names import day_of, patient_and_study, patient_folder


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def found(root: Path) -> dict[str, int]:
    return {
        folder.relative_to(root).as_posix(): len(images) for folder, images in studies_below(root)
    }


def test_every_layout_is_found_once_in_the_order_of_names(tmp_path: Path) -> None:
    made(
        tmp_path,
        "b/x_flair.nii.gz", "b/x_t1.nii.gz",
        "a/ses-1/anat/a_FLAIR.nii.gz", "a/ses-1/func/a_bold.nii.gz",
        "a/ses-2/anat/a_FLAIR.nii.gz",
        "egd/1_T1/NIFTI/T1.nii.gz", "egd/2_FLAIR/NIFTI/FLAIR.nii.gz",
        "derivatives/masks/b_seg.nii.gz",
        "notes/readme.txt",
    )  # fmt: skip
    assert list(found(tmp_path).items()) == [("a/ses-1", 2), ("a/ses-2", 1), ("b", 2), ("egd", 2)]


def test_a_stray_file_hides_no_studies(tmp_path: Path) -> None:
    made(tmp_path, "atlas.nii.gz", "a/x_t1.nii.gz", "b/x_t1.nii.gz")
    assert found(tmp_path) == {"a": 1, "b": 1}


def test_a_single_study_is_a_list_of_one(tmp_path: Path) -> None:
    made(tmp_path, "T1/T1.nii.gz", "FLAIR/FLAIR.nii.gz")
    assert found(tmp_path) == {".": 2}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    made(tmp_path, "a/x_t1.nii.gz", "b/c/readme.txt")
    (tmp_path / "b" / "c" / "again").symlink_to(tmp_path / "b")
    assert found(tmp_path) == {"a": 1}


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        list(studies_below(tmp_path / "away"))


def test_the_first_is_there_before_the_last_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, *(f"{n:03}/x_t1.nii.gz" for n in range(50)))
    listed: list[Path] = []
    from brainviewer.files.study import places

    real = places._images_in
    monkeypatch.setattr(places, "_images_in", lambda f: listed.append(f) or real(f))
    assert next(studies_below(tmp_path))[0].name == "000"
    assert len(listed) < 5


@pytest.mark.parametrize(
    ("folder", "patient", "study", "day"),
    [
        ("/d/BraTS2021_01476", "BraTS2021_01476", "", None),
        ("/d/BraTS-GLI-00027-001", "BraTS-GLI-00027", "001", None),
        ("/d/sub-01/ses-2", "sub-01", "ses-2", None),
        ("/d/Miller/2024-05-17", "Miller", "2024-05-17", date(2024, 5, 17)),
        ("/d/Miller_20240517", "Miller", "20240517", date(2024, 5, 17)),
        ("/d/20241399", "20241399", "", None),
        ("/d/20240517_20250101", "20240517_20250101", "", None),
    ],
)
def test_what_names_say(folder: str, patient: str, study: str, day: date | None) -> None:
    assert patient_and_study(Path(folder)) == (patient, study)
    assert patient_folder(Path(folder)).name == patient
    assert day_of(Path(folder)) == day


def test_masks_alone_are_no_study(tmp_path: Path) -> None:
    made(tmp_path, "a/x_t1.nii", "a/out/mask.nii.gz", "b/out/mask.nii.gz", "b/out/mask_parts.nii")
    assert found(tmp_path) == {"a": 1}


def test_of_thousands_of_folders_few_names_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, *(f"patient {n:03}/x_t1.nii" for n in range(200)))
    asked: list[str] = []
    real = places.role_of
    monkeypatch.setattr(places, "role_of", lambda name: asked.append(name) or real(name))
    next(studies_below(tmp_path))
    assert len(asked) < 10
