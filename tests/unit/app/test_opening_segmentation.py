"""A DICOM segmentation that lies with a study is shown as its supplied segmentation."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from brainviewer.app.opening.study import open_study
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import CAVITY, WHOLE, LesionPart, segment_parts
from brainviewer.core.study import Modality, Study
from brainviewer.files.dicom.series.segmentation import LABEL_MAP, OVERLAP
from brainviewer.imaging.measure.agreement import compared
from tests.dicom_writer import DESCRIPTIONS, TIMES, write_series, write_study
from tests.phantoms import grid_of, marker_finding, marker_study, oblique_grid, with_parts
from tests.unit.app.test_dicom_results import exported

GRIDS = {
    "axial": grid_of(),
    "oblique": oblique_grid(),
    "reversed": grid_of((1, 0, 2), (1, -1, -1), tilt_degrees=(-21, 14, 33)),
}
ONE = (Modality.FLAIR,)


def parts_read(study: Study) -> np.ndarray:
    """Labels of LesionPart, by the names of the values."""
    assert study.segmentation is not None
    parts = np.zeros(study.segmentation.data.shape, np.uint8)
    for value, part in segment_parts(study.segment_names).items():
        parts[study.segmentation.data == value] = part
    return parts


def with_result(folder: Path, told_apart: bool = True, **how) -> tuple[Study, TumourFinding]:
    """A study with our own segmentation in its folder, as ``SEG.dcm``."""
    written = how.pop("study", None) or marker_study(how.pop("grid", grid_of()), ONE)
    write_study(folder, written, **how)
    study = open_study([folder])
    assert study.segmentation is None
    finding = marker_finding(study)
    if told_apart:
        finding = with_parts(finding, study)
    exported(folder / "out", study, finding, report=False)
    (folder / "out" / "SEG.dcm").rename(folder / "SEG.dcm")
    return study, finding


def changed(path: Path, change: Callable[[Dataset], None], to: Path | None = None) -> None:
    """Save a file with another content, and another identifier if it is saved beside it."""
    image = dcmread(path)
    change(image)
    if to is not None:
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid(None)
    image.save_as(to or path)


def left_out(folder: Path) -> str:
    study = open_study([folder])
    assert study.segmentation is None
    (said,) = [one for one in study.notices if "segmentation" in one.lower()]
    return said


@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
@pytest.mark.parametrize("name", GRIDS)
def test_our_own_equals_the_parts(tmp_path: Path, name: str, enhanced: bool) -> None:
    _, finding = with_result(tmp_path, grid=GRIDS[name], enhanced=enhanced)
    opened = open_study([tmp_path])
    assert np.unique(finding.parts).tolist() == [0, *LesionPart]
    assert np.array_equal(parts_read(opened), finding.parts)
    assert opened.segmentation.file_name.startswith("series 9001")
    assert not any("egmentation" in said for said in opened.notices)
    assert set(opened.segment_names.values()) == {part.title for part in LesionPart}
    agreement = compared(opened, finding).agreement
    assert agreement.lesion.dice == 1
    assert {part: one.dice for part, one in agreement.parts.items()} == dict.fromkeys(LesionPart, 1)


@pytest.mark.parametrize("name", GRIDS)
def test_our_own_equals_the_mask(tmp_path: Path, name: str) -> None:
    _, finding = with_result(tmp_path, told_apart=False, grid=GRIDS[name])
    opened = open_study([tmp_path])
    assert np.array_equal(opened.segmentation.data > 0, finding.mask)
    assert list(opened.segment_names.values()) == [WHOLE]


def test_it_lies_in_an_archive_as_well(tmp_path: Path) -> None:
    _, finding = with_result(tmp_path / "a", enhanced=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in (tmp_path / "a").glob("*"):
            if path.is_file():
                archive.write(path, path.name)
    assert np.array_equal(parts_read(open_study([tmp_path / "a.zip"])), finding.parts)


def test_one_of_other_images_is_brought_onto_the_grid(tmp_path: Path) -> None:
    """Its series is not there: the frames alone say where they lie."""
    _, finding = with_result(tmp_path / "a", enhanced=True)
    half = marker_study(grid_of(), ONE)
    coarse = half.grid.affine @ np.diag((2, 2, 2, 1))
    data = half.reference.data[::2, ::2, ::2]
    (tmp_path / "b").mkdir()
    flair = {**TIMES["FLAIR"], "SeriesDescription": DESCRIPTIONS["siemens"]["FLAIR"]}
    (path,) = write_series(tmp_path / "b", data, coarse, elements=flair, enhanced=True)
    source = dcmread(path)

    def same_place(seg: Dataset) -> None:
        for word in ("FrameOfReferenceUID", "StudyInstanceUID"):
            setattr(seg, word, source[word].value)

    changed(tmp_path / "a" / "SEG.dcm", same_place, tmp_path / "b" / "SEG.dcm")
    opened = open_study([tmp_path / "b"])
    from_study = finding.parts[::2, ::2, ::2]
    assert np.array_equal(parts_read(opened), from_study)


def test_the_newest_of_several_is_shown(tmp_path: Path) -> None:
    study, finding = with_result(tmp_path, enhanced=True)

    def older(seg: Dataset) -> None:
        seg.ContentDate = "20200101"
        seg.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeValue = "0"
        seg.PixelData = bytes(len(seg.PixelData))

    changed(tmp_path / "SEG.dcm", older, tmp_path / "A.dcm")
    opened = open_study([tmp_path])
    assert np.array_equal(parts_read(opened), finding.parts)
    (said,) = set(opened.notices) - set(study.notices)
    assert said.startswith("Of 2 segmentations the newest is shown, series 9001")


def other_frame(seg: Dataset) -> None:
    seg.FrameOfReferenceUID = generate_uid(None)


def other_patient(seg: Dataset) -> None:
    seg.PatientName, seg.PatientID = "Roe^Richard", "Q-1"


def no_frame(seg: Dataset) -> None:
    del seg.FrameOfReferenceUID


def fractional(seg: Dataset) -> None:
    seg.SegmentationType = "FRACTIONAL"


def far_away(seg: Dataset) -> None:
    for group in seg.PerFrameFunctionalGroupsSequence:
        place = group.PlanePositionSequence[0]
        place.ImagePositionPatient = [value + 5000 for value in place.ImagePositionPatient]


def without_places(seg: Dataset) -> None:
    for group in seg.PerFrameFunctionalGroupsSequence:
        del group.PlanePositionSequence


def anatomy(seg: Dataset) -> None:
    for segment in seg.SegmentSequence:
        segment.SegmentedPropertyCategoryCodeSequence[0].CodeValue = "123037004"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (other_frame, "has another frame of reference than FLAIR."),
        (other_patient, "is of another patient than FLAIR, as their IDs say."),
        (no_frame, "has the frame of reference of FLAIR."),
        (fractional, "holds fractions of voxels, which is not shown."),
        (far_away, "marks nothing within FLAIR."),
        (without_places, "does not say where its frames lie."),
        (anatomy, "has no segment that may be a lesion."),
    ],
)
def test_one_that_does_not_fit_is_left_out(
    tmp_path: Path, change: Callable[[Dataset], None], why: str
) -> None:
    with_result(tmp_path, enhanced=True)
    changed(tmp_path / "SEG.dcm", change)
    said = left_out(tmp_path)
    assert "segmentation was left out." in said or said.startswith("Nothing says")
    assert said.endswith(why)


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.999])
def test_a_damaged_one_does_not_stop_the_study(tmp_path: Path, kept: float) -> None:
    study, _ = with_result(tmp_path, enhanced=True)
    whole = (tmp_path / "SEG.dcm").read_bytes()
    (tmp_path / "SEG.dcm").write_bytes(whole[: int(kept * len(whole))])
    opened = open_study([tmp_path])
    assert opened.content_hash == study.content_hash
    assert opened.segmentation is None
    assert len(opened.notices) == len(study.notices) + 1


def test_labels_tell_parts_where_codes_do_not(tmp_path: Path) -> None:
    _, finding = with_result(tmp_path, enhanced=True)

    def renamed(seg: Dataset) -> None:
        labels = "resection cavity", "peritumoral edema", "non-enhancing tumour"
        for segment, label in zip(seg.SegmentSequence, labels, strict=True):
            segment.SegmentLabel = label
            segment.SegmentedPropertyTypeCodeSequence[0].CodeValue = "108369006"

    changed(tmp_path / "SEG.dcm", renamed)
    opened = open_study([tmp_path])
    assert opened.segment_names == {1: CAVITY, 2: LesionPart.OEDEMA.title, 3: WHOLE}
    assert np.array_equal(opened.segmentation.data > 0, finding.mask)


def test_a_label_map_is_read_as_well(tmp_path: Path) -> None:
    _, finding = with_result(tmp_path, enhanced=True)

    def as_label_map(seg: Dataset) -> None:
        numbers = [
            group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
            for group in seg.PerFrameFunctionalGroupsSequence
        ]
        pixels = seg.pixel_array * np.array(numbers, np.uint8)[:, None, None]
        places: dict[tuple, tuple[Dataset, list[np.ndarray]]] = {}
        for frame, group in zip(pixels, seg.PerFrameFunctionalGroupsSequence, strict=True):
            place = tuple(group.PlanePositionSequence[0].ImagePositionPatient)
            places.setdefault(place, (group, []))[1].append(frame)
            del group.SegmentIdentificationSequence
        seg.SOPClassUID = seg.file_meta.MediaStorageSOPClassUID = LABEL_MAP
        seg.SegmentationType = "LABELMAP"
        seg.BitsAllocated, seg.BitsStored, seg.HighBit = 8, 8, 7
        seg.PerFrameFunctionalGroupsSequence = [group for group, _ in places.values()]
        seg.NumberOfFrames = len(places)
        packed = b"".join(np.maximum.reduce(frames).tobytes() for _, frames in places.values())
        seg.PixelData = packed + b"\0" * (len(packed) % 2)

    changed(tmp_path / "SEG.dcm", as_label_map)
    assert np.array_equal(parts_read(open_study([tmp_path])), finding.parts)


def test_where_segments_overlap_the_smaller_is_shown(tmp_path: Path) -> None:
    _, finding = with_result(tmp_path, enhanced=True)

    def over_all(seg: Dataset) -> None:
        """The second segment marks all pixels of its frames."""
        pixels = seg.pixel_array.astype(bool)
        for frame, group in zip(pixels, seg.PerFrameFunctionalGroupsSequence, strict=True):
            if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 2:
                frame[:] = True
        packed = np.packbits(pixels.ravel(), bitorder="little").tobytes()
        seg.PixelData = packed + b"\0" * (len(packed) % 2)

    changed(tmp_path / "SEG.dcm", over_all)
    opened = open_study([tmp_path])
    read = parts_read(opened)
    for part in (LesionPart.NECROSIS, LesionPart.ENHANCING):
        assert np.array_equal(read == part, finding.parts == part)
    assert np.count_nonzero(read) > np.count_nonzero(finding.parts)
    assert f"The segmentation: {OVERLAP}" in opened.notices
