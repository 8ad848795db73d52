"""A DICOM segmentation that is named: with ``seg=``, among the files, or alone."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless

from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Modality, Study
from brainviewer.files.nifti.writer import write_labels
from brainviewer.files.sources import files_of
from tests.command_line import refused, run
from tests.unit.app.desk import Desk
from tests.unit.app.test_opening_segmentation import (
    anatomy,
    changed,
    far_away,
    fractional,
    no_frame,
    other_frame,
    other_patient,
    parts_read,
    with_result,
)


@pytest.fixture
def apart(tmp_path: Path) -> tuple[Path, Path, np.ndarray]:
    """A DICOM study, a segmentation of it that lies elsewhere, and the parts that it marks."""
    _, finding = with_result(tmp_path / "study", enhanced=True)
    shutil.rmtree(tmp_path / "study" / "out")
    (tmp_path / "elsewhere").mkdir()
    path = (tmp_path / "study" / "SEG.dcm").rename(tmp_path / "elsewhere" / "SEG.dcm")
    return tmp_path / "study", path, finding.parts


def named(path: Path) -> Path:
    return Path(f"seg={path}")


def older(seg: Dataset) -> None:
    """An older one, that marks nothing."""
    seg.ContentDate = "20200101"
    seg.PixelData = bytes(len(seg.PixelData))


def test_it_is_the_mask_of_a_dicom_study(apart: tuple[Path, Path, np.ndarray]) -> None:
    folder, path, parts = apart
    before = open_study([folder])
    for paths in ([folder, named(path)], [folder, path]):
        study = open_study(paths)
        assert np.array_equal(parts_read(study), parts)
        assert study.notices == before.notices
        assert study.content_hash == before.content_hash
        assert path in files_of(paths)


def test_the_named_one_goes_before_a_newer(apart: tuple[Path, Path, np.ndarray]) -> None:
    folder, path, parts = apart
    changed(path, lambda seg: setattr(seg, "ContentDate", "20990101"), folder / "newer.dcm")
    changed(folder / "newer.dcm", lambda seg: setattr(seg, "PixelData", bytes(len(seg.PixelData))))
    assert not parts_read(open_study([folder])).any()
    for paths in ([folder, named(path)], [folder, path]):
        study = open_study(paths)
        assert np.array_equal(parts_read(study), parts)
        assert not any("newest" in said for said in study.notices)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (other_frame, "has another frame of reference than FLAIR."),
        (other_patient, "is of another patient than FLAIR, as their IDs say."),
        (no_frame, "has the frame of reference of FLAIR."),
        (fractional, "holds fractions of voxels, which is not shown."),
        (far_away, "marks nothing within FLAIR."),
        (anatomy, "has no segment that may be a lesion."),
    ],
)
def test_a_named_one_that_does_not_fit_is_refused(
    apart: tuple[Path, Path, np.ndarray], change: Callable[[Dataset], None], why: str
) -> None:
    folder, path, _ = apart
    changed(path, change)
    with pytest.raises(BrainViewerError) as caught:
        open_study([folder, named(path)])
    assert caught.value.message.endswith(why)
    assert caught.value.advice


def test_dicom_that_is_no_segmentation_is_refused(apart: tuple[Path, Path, np.ndarray]) -> None:
    folder, path, _ = apart
    image = next(folder.glob("IM*"))
    with pytest.raises(BrainViewerError, match=r"IM\w+\.dcm is DICOM, but no segmentation\."):
        open_study([folder, named(image)])
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(BrainViewerError):
        open_study([folder, named(path)])


@pytest.fixture
def beside(tmp_path: Path, apart: tuple[Path, Path, np.ndarray]) -> tuple[Path, Path, np.ndarray]:
    """The same study as a NIfTI file in a folder."""
    folder, path, parts = apart
    volume = open_study([folder]).volumes[Modality.FLAIR]
    (tmp_path / "nifti").mkdir()
    image = nibabel.Nifti1Image(np.asarray(volume.data), volume.grid.affine)
    nibabel.save(image, tmp_path / "nifti" / "head_flair.nii.gz")
    return tmp_path / "nifti", path, parts


def test_it_is_the_mask_of_nifti_files(beside: tuple[Path, Path, np.ndarray]) -> None:
    folder, path, parts = beside
    (image,) = folder.iterdir()
    for paths in (
        [folder, named(path)], [folder, path], [image, path], [Path(f"FLAIR={image}"), named(path)],
        [Path(f"FLAIR={image}"), path],
    ):  # fmt: skip
        study = open_study(paths)
        assert np.array_equal(parts_read(study), parts), paths
        assert study.notices == open_study([folder]).notices
        assert path in files_of(paths)


def test_one_that_lies_unnamed_with_nifti_files_is_told(
    beside: tuple[Path, Path, np.ndarray],
) -> None:
    folder, path, _ = beside
    before = open_study([folder])
    shutil.copy(path, folder / "SEG.dcm")
    study = open_study([folder])
    assert study.segmentation is None
    (said,) = set(study.notices) - set(before.notices)
    assert said == (
        "The folder also holds a DICOM Segmentation, which is not shown: SEG.dcm. "
        "Name it with seg=FILE."
    )


def test_beside_nifti_files_on_another_grid_it_is_told(
    beside: tuple[Path, Path, np.ndarray],
) -> None:
    folder, path, _ = beside

    def shifted(seg: Dataset) -> None:
        for group in seg.PerFrameFunctionalGroupsSequence:
            place = group.PlanePositionSequence[0]
            x, y, z = map(float, place.ImagePositionPatient)
            place.ImagePositionPatient = [x + 0.4, y, z]

    changed(path, shifted)
    study = open_study([folder, named(path)])
    assert parts_read(study).any()
    assert any(
        said.startswith("Nothing says that series 9001") and said.endswith("check where it lies.")
        for said in study.notices
    )


def test_a_nifti_mask_beside_dicom_is_read_as_before(
    apart: tuple[Path, Path, np.ndarray], tmp_path: Path
) -> None:
    folder, _, parts = apart
    write_labels(tmp_path / "mask.nii.gz", (parts > 0).astype(np.uint8), open_study([folder]).grid)
    study = open_study([folder, named(tmp_path / "mask.nii.gz")])
    assert np.array_equal(study.segmentation.data > 0, parts > 0)


def test_alone_it_opens_the_study_in_its_folder(apart: tuple[Path, Path, np.ndarray]) -> None:
    folder, path, parts = apart
    shutil.copy(path, folder / "mine.dcm")
    changed(path, lambda seg: setattr(seg, "ContentDate", "20990101"), folder / "newer.dcm")
    study = open_without_asking([folder / "mine.dcm"])
    assert np.array_equal(parts_read(study), parts)
    assert study.name == folder.name
    assert set(folder.iterdir()) == set(files_of([folder / "mine.dcm"]))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    made = Desk()
    monkeypatch.setattr(made.session.segmentation, "find", lambda *_, **__: None)
    yield made
    made.close()
    assert not made.crashes


def test_dropped_alone_it_is_the_mask_of_the_open_study(
    desk: Desk, apart: tuple[Path, Path, np.ndarray]
) -> None:
    folder, path, parts = apart
    another = path.with_name("other.dcm")
    changed(path, anatomy, another)
    desk.session.documents.open([folder])
    desk.until(lambda: desk.state.study is not None)
    assert desk.state.study.segmentation is None
    for _ in range(2):  # a second takes the place of the first
        before = desk.state.study
        desk.session.documents.open([path])
        desk.until(lambda before=before: desk.state.study is not before)
        assert np.array_equal(parts_read(desk.state.study), parts)
    before = desk.state.study
    desk.session.documents.open([another])
    desk.until(lambda: desk.sentences("error"))
    assert "has no segment that may be a lesion." in desk.sentences("error")[0]
    assert desk.state.study is before


@pytest.mark.parametrize("change", [None, other_frame])
def test_alone_without_its_study_it_is_told(
    apart: tuple[Path, Path, np.ndarray],
    change: Callable[[Dataset], None] | None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder, path, _ = apart
    if change is not None:
        changed(path, change)
        path = path.rename(folder / "SEG.dcm")
    assert run("info", path) == 2
    assert "SEG.dcm is a segmentation, and the images that it was made of" in refused(capfd)


def test_on_the_command_line(
    apart: tuple[Path, Path, np.ndarray], capfd: pytest.CaptureFixture[str]
) -> None:
    folder, path, _ = apart
    assert run("info", folder, f"seg={path}") == 0
    assert "egmentation" in capfd.readouterr().out


def test_the_next_newest_is_shown_where_the_newest_cannot_be_read(tmp_path: Path) -> None:
    study, finding = with_result(tmp_path, enhanced=True)
    changed(tmp_path / "SEG.dcm", older, tmp_path / "older.dcm")

    def damaged(seg: Dataset) -> None:
        """Says that its pixels are compressed, and they are not what any decoder knows."""
        seg.ContentDate, seg.SeriesNumber = "20990101", 77
        frames = [b"\xff\xd8 no image " * 8] * seg.NumberOfFrames
        seg.PixelData = encapsulate(frames)
        seg["PixelData"].VR = "OB"
        seg.file_meta.TransferSyntaxUID = JPEG2000Lossless

    changed(tmp_path / "SEG.dcm", damaged, tmp_path / "newest.dcm")
    opened = open_study([tmp_path])
    assert np.array_equal(parts_read(opened), finding.parts)
    told = [said for said in opened.notices if said not in study.notices]
    assert told[0].startswith("The segmentation was left out. Series 77")
    assert told[1].startswith("Of 3 segmentations series 9001")
    assert told[1].endswith("is shown, the newest that can be; 1 older one is not.")
    assert len(told) == 2


def as_fractional(seg: Dataset) -> np.ndarray:
    """The same marks as fractions of 200; returns the pixels, to be changed."""
    pixels = seg.pixel_array * np.uint8(200)
    seg.SegmentationType, seg.MaximumFractionalValue = "FRACTIONAL", 200
    seg.SegmentationFractionalType = "PROBABILITY"
    seg.BitsAllocated, seg.BitsStored, seg.HighBit = 8, 8, 7
    return pixels


def with_pixels(seg: Dataset, pixels: np.ndarray) -> None:
    packed = pixels.tobytes()
    seg.PixelData = packed + b"\0" * (len(packed) % 2)


def test_fractions_that_are_all_or_nothing_are_a_mask(tmp_path: Path) -> None:
    _, finding = with_result(tmp_path, enhanced=True)
    changed(tmp_path / "SEG.dcm", lambda seg: with_pixels(seg, as_fractional(seg)))
    opened = open_study([tmp_path])
    assert np.array_equal(parts_read(opened), finding.parts)


def test_true_fractions_are_told(tmp_path: Path) -> None:
    with_result(tmp_path, enhanced=True)

    def change(seg: Dataset) -> None:
        pixels = as_fractional(seg)
        pixels[0, 0, 0] = 90
        with_pixels(seg, pixels)

    changed(tmp_path / "SEG.dcm", change)
    opened = open_study([tmp_path])
    assert opened.segmentation is None
    assert opened.notices[-1].endswith("holds fractions of voxels, which is not shown.")


def test_only_what_is_a_lesion_is_shown_of_several_segments(tmp_path: Path) -> None:
    """Another program's file: anatomy beside the lesion, and codes that nobody knows."""
    _, finding = with_result(tmp_path, enhanced=True)

    def others(seg: Dataset) -> None:
        first, second, third = seg.SegmentSequence
        first.SegmentedPropertyCategoryCodeSequence[0].CodeValue = "123037004"
        first.SegmentLabel = "ventricle"
        for segment in (second, third):
            del segment.SegmentedPropertyCategoryCodeSequence
            segment.SegmentedPropertyTypeCodeSequence[0].CodeValue = "99ABC"
            segment.SegmentLabel = "mass"

    changed(tmp_path / "SEG.dcm", others)
    opened: Study = open_study([tmp_path])
    first = min(int(value) for value in np.unique(finding.parts) if value)
    assert np.array_equal(
        opened.segmentation.data > 0, (finding.parts > 0) & (finding.parts != first)
    )
    assert Modality.FLAIR in opened.volumes
