"""What a refusal says to open is opened, not refused again: the advice is followed to its end."""

import re
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread

from brainviewer.app.opening.study import open_study
from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality, Study
from tests import command_line
from tests.dicom_writer import TIMES, Examination, write_series
from tests.phantoms import marker_study

ONE = marker_study().volumes[Modality.T1]


def set_each(**elements: object) -> Callable[[Dataset, int], None]:
    def change(dataset: Dataset, _: int) -> None:
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)

    return change


def tilted(dataset: Dataset, _: int) -> None:
    x, y, z = map(float, dataset.ImagePositionPatient)
    dataset.ImagePositionPatient = [x, y + 0.3 * z, z]


def without_place(dataset: Dataset, _: int) -> None:
    del dataset.ImagePositionPatient


def uneven(dataset: Dataset, n: int) -> None:
    x, y, z = map(float, dataset.ImagePositionPatient)
    dataset.ImagePositionPatient = [x, y, z + 0.4 * (n % 3)]


def without_size(dataset: Dataset, _: int) -> None:
    del dataset.PixelSpacing


BROKEN = {
    "tilt": (tilted, r"tilted by \d+° \(gantry tilt\)", "corrects gantry tilt"),
    "no places": (without_place, "it does not say where its slices lie", "Image Position"),
    "uneven": (uneven, "its slices lie at uneven distances", "even distances"),
    "no size": (without_size, "does not say how large its pixels are", "Pixel Spacing"),
    "CT": (set_each(Modality="CT"), "the images are CT, not MR", "an MR examination"),
    "nothing": (set_each(Modality=""), "do not say that they are MR", "an MR examination"),
    "localiser": (
        set_each(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "localiser", "FLAIR, T1",
    ),
    "knee": (set_each(BodyPartExamined="KNEE"), "Knee", "of the head"),
}  # fmt: skip


def write_broken(root: Path, change: Callable[[Dataset, int], None], *names: str) -> None:
    examination = Examination()
    for number, name in enumerate(names, 3):
        paths = write_series(
            root / name, ONE.data, ONE.grid.affine, number=number, examination=examination,
            elements=TIMES["T1"],
        )  # fmt: skip
        for n, path in enumerate(paths):
            dataset = dcmread(path)
            change(dataset, n)
            dataset.save_as(path)


def refusal_of(path: Path) -> FileError:
    with pytest.raises(FileError) as refused:
        open_study([path])
    return refused.value


def example_of(error: FileError) -> Study:
    """What opens when the example in an advice is followed."""
    (path,) = re.findall(r"for example (.+)\.$", error.advice)
    return open_study([Path(path)])


@pytest.mark.parametrize("names", [("a", "b"), ("x/a", "x/y/b")], ids=["below", "far below"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_folder_of_folders_says_why_and_names_what_opens(
    tmp_path: Path, kind: str, names: tuple[str, ...]
) -> None:
    change, why, helps = BROKEN[kind]
    write_broken(tmp_path / "all", change, *names)
    whole = refusal_of(tmp_path / "all")
    inner = refusal_of(tmp_path / "all" / names[0])
    for error in (whole, inner):
        assert re.search(why, error.message)
        assert helps in error.advice
        assert "Open one of these folders" not in str(error)
        assert example_of(error).is_image2d


def test_each_reason_stands_with_its_series(tmp_path: Path) -> None:
    write_broken(tmp_path, tilted, "a", "b")
    for path in sorted((tmp_path / "b").iterdir()):
        dataset = dcmread(path)
        without_place(dataset, 0)
        dataset.save_as(path)
    error = refusal_of(tmp_path)
    assert "(gantry tilt) in series 3, it does not say where its slices lie in series 4." in str(
        error
    )
    assert "gantry tilt, such as" in error.advice
    assert "Image Position" in error.advice


def test_a_command_ends_with_the_reason(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_broken(tmp_path, tilted, "a", "b")
    for command in ("info", "classify"):
        assert command_line.run(command, tmp_path) == 2
        sentence = command_line.refused(capfd)
        assert "gantry tilt" in sentence
        (path,) = re.findall(r"for example (.+)\.$", sentence)
        assert command_line.run("info", path) == 0
        capfd.readouterr()


@pytest.mark.parametrize("names", [("a", "b"), ("x/a", "x/y/b")], ids=["below", "far below"])
def test_files_without_pixels_in_folders_are_told_at_once(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    write_broken(tmp_path / "all", lambda dataset, n: None, *names)
    for path in (tmp_path / "all").rglob("IM*"):
        path.write_bytes(path.read_bytes()[:-200])
    error = refusal_of(tmp_path / "all")
    assert "end before all pixels are there" in error.message
    assert "Open one" not in error.advice


def test_images_in_folders_name_one_that_opens(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for n in range(2):
            Image.fromarray(np.full((40, 30), 90, np.uint8)).save(tmp_path / name / f"{n}.png")
    error = refusal_of(tmp_path)
    assert error.advice.startswith("Open one of these folders")
    assert example_of(error).is_image2d
    assert example_of(refusal_of(tmp_path / "a")).is_image2d


def test_every_study_that_is_listed_opens(tmp_path: Path) -> None:
    for name, file in (("p1", "T1.nii.gz"), ("p2", "FLAIR.nii.gz"), ("masks", "seg.nii.gz")):
        (tmp_path / name).mkdir()
        image = nibabel.Nifti1Image(ONE.data.astype(np.int16), ONE.grid.affine)
        image.to_filename(tmp_path / name / file)
    error = refusal_of(tmp_path)
    assert "holds 2 studies: p1, p2." in error.message
    for name in ("p1", "p2"):
        assert open_study([tmp_path / name]).volumes
