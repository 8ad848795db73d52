"""A folder becomes a study: one grid, notices, a hash of the content."""

import shutil
import threading
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.app.opening import sources
from brainviewer.app.opening.sequence_assignment import UnknownSequences
from brainviewer.app.opening.study import demo_paths, open_study, open_without_asking
from brainviewer.app.report.study_record import study_record
from brainviewer.core.errors import Cancelled, FileError
from brainviewer.core.study import SEQUENCES
from brainviewer.files.nifti import volume_limits
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.files.study.folder import Assignment

FLAIR, T1, T1CE, T2 = SEQUENCES
SHAPE = (12, 14, 10)
AFFINE = np.diag([-1.0, -1.0, 2.0, 1.0])


def values(seed: int, shape=SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 900, shape).astype(np.int16)


def save(path: Path, data, affine=AFFINE, description=""):
    image = nib.Nifti1Image(data, affine)
    image.header["descrip"] = description.encode()
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


@pytest.fixture
def folder(tmp_path):
    """Four sequences and a segmentation, in a folder with an unusual name."""
    folder = tmp_path / "Fall Müller 7"
    folder.mkdir()
    for seed, name in enumerate(("flair", "t1", "t1ce", "t2")):
        save(folder / f"x_{name}.nii.gz", values(seed))
    labels = np.zeros(SHAPE, np.float32)
    labels[3:6, 3:6, 3:6] = 4
    save(folder / "x_seg.nii.gz", labels)
    return folder


def test_four_sequences_and_a_segmentation(folder):
    study = open_study([folder])
    assert study.name == "Fall Müller 7"
    assert study.modalities == SEQUENCES
    assert study.missing == ()
    assert study.notices == ()
    assert not study.synthetic
    for seed, modality in enumerate(SEQUENCES):
        volume = study.volumes[modality]
        np.testing.assert_array_equal(volume.data, values(seed))
        assert volume.data.dtype == np.int16
        assert volume.source_grid is None
        assert volume.grid is study.grid
    assert study.segmentation is not None
    assert study.segmentation.data.dtype == np.uint8
    assert study.segmentation.data.sum() == 4 * 27


def test_what_is_missing_is_said(folder):
    study = open_study([folder / "x_t1.nii.gz", folder / "x_t2.nii.gz"])
    assert study.modalities == (T1, T2)
    assert study.notices == ("FLAIR and T1ce are missing.",)
    assert study.reference is study.volumes[T1]
    assert study.segmentation is None
    assert study.name == "Fall Müller 7"


def test_info(folder):
    (folder / "x_t2.nii.gz").unlink()
    study = open_study([folder])
    info = study_record(study)
    assert list(info) == [
        "sha256", "synthetic", "edited", "grid", "name", "sequences", "missing", "segmentation",
    ]  # fmt: skip
    assert info["sha256"] == study.content_hash
    assert info["grid"] == {"shape": [12, 14, 10], "spacing_mm": [1, 1, 2], "orientation": "LPS"}
    assert list(info["sequences"]) == ["FLAIR", "T1", "T1ce"]
    assert info["sequences"]["T1ce"] == {
        "file": "x_t1ce.nii.gz",
        "shape": [12, 14, 10],
        "spacing_mm": [1.0, 1.0, 2.0],
        "orientation": "LPS",
        "dtype": "int16",
        "resampled": False,
        "used": True,
        "moved_mm": 0,
        "shift_mm": [0, 0, 0],
        "rotation_degrees": [0, 0, 0],
    }
    assert info["missing"] == ["T2"]
    assert info["segmentation"] == "x_seg.nii.gz"
    assert study.notices == ("T2 is missing.",)
    unnamed = study_record(study, named=False)
    assert "x_" not in str(unnamed)
    assert study.name not in str(unnamed)


def damage(path: Path) -> None:
    path.write_bytes(b"no image")


@pytest.mark.parametrize("spoil", [damage, Path.unlink])
def test_a_segmentation_that_was_named_is_not_left_out(folder, spoil):
    named = folder / "outline.nii.gz"
    (folder / "x_seg.nii.gz").rename(named)
    spoil(named)
    with pytest.raises(FileError):
        open_study([folder / "x_t1.nii.gz", Path(f"seg={named}")])


def test_a_damaged_segmentation_that_lies_there_is_left_out_and_said(folder):
    damage(folder / "x_seg.nii.gz")
    (notice,) = open_study([folder]).notices
    assert notice.startswith("The segmentation was left out.")


# -- one grid -------------------------------------------------------------------------------


def test_other_grids_are_resampled_and_it_is_said(folder):
    # The same head, stored right to left and with its rows and columns exchanged.
    turned = AFFINE @ np.array([[0, -1, 0, 11], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    stored = np.ascontiguousarray(values(1)[::-1].transpose(1, 0, 2))
    save(folder / "x_t1.nii.gz", stored, turned)
    study = open_study([folder])
    np.testing.assert_array_equal(study.volumes[T1].data, values(1))
    assert study.volumes[T1].grid is study.grid
    assert study.volumes[T1].file_grid.shape == (14, 12, 10)
    said = study_record(study)["sequences"]
    assert said["T1"]["shape"] == [14, 12, 10]
    assert (said["T1"]["resampled"], said["T1"]["moved_mm"]) == (True, 0)
    assert [m for m, v in study.volumes.items() if v.resampled] == [T1]
    assert said["FLAIR"]["resampled"] is False
    (notice,) = study.notices
    assert notice == "T1 lies on another grid and was resampled onto that of FLAIR."


def test_a_sequence_of_another_place(folder):
    away = AFFINE.copy()
    away[0, 3] = 500
    save(folder / "x_t2.nii.gz", values(3), away)
    assert "T2 shows another place than the rest of the study." in open_study([folder]).notices


def without_orientation(path: Path, data) -> None:
    image = nib.Nifti1Image(data, None)
    image.header.set_zooms((1, 1, 2))
    image.header.set_xyzt_units("mm")
    image.set_sform(None, 0)
    image.set_qform(None, 0)
    nib.save(image, path)


def test_one_file_without_orientation_takes_the_sides_from_all(folder):
    without_orientation(folder / "x_t1.nii.gz", values(1))
    study = open_study([folder])
    assert study.grid.orientation == "???"
    assert study.segmentation is not None
    assert study.volumes[FLAIR].file_grid.orientation == "LPS"
    assert any(notice.startswith("T1: It is not said how") for notice in study.notices)
    assert "T1 was laid over FLAIR by the order of the voxels" in study.notices[-1]


def test_what_knows_nothing_and_does_not_fit_is_left_out(folder):
    without_orientation(folder / "x_t1.nii.gz", values(1, (9, 9, 9)))
    study = open_study([folder])
    assert study.modalities == (FLAIR, T1CE, T2)
    assert study.grid.orientation == "LPS"
    (notice,) = study.notices
    assert notice.startswith("T1 was left out: it does not say how the patient lay")
    assert "9×9×9" in notice
    assert "12×14×10" in notice


MIRRORED = AFFINE @ np.array([[-1, 0, 0, 11], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])


@pytest.mark.parametrize("unknown", SEQUENCES)
def test_only_the_file_that_knows_nothing_is_laid_over_by_array_order(folder, unknown):
    """All others are stored right to left and turned, and say so."""
    for seed, modality in enumerate(SEQUENCES):
        if modality is not unknown and modality is not FLAIR:
            save(folder / f"x_{modality.lower()}.nii.gz", values(seed)[::-1], MIRRORED)
    without_orientation(folder / f"x_{unknown.lower()}.nii.gz", values(SEQUENCES.index(unknown)))
    study = open_study([folder])
    turned = unknown is FLAIR  # then T1 gives the study its grid, with its rows the other way
    for seed, modality in enumerate(SEQUENCES):
        expected = values(seed)[::-1] if turned and modality is not FLAIR else values(seed)
        np.testing.assert_array_equal(study.volumes[modality].data, expected)
    assert not study.grid.oriented
    by_order = [notice for notice in study.notices if "by the order of the voxels" in notice]
    assert len(by_order) == 1
    assert by_order[0].startswith(f"{unknown} was laid over {T1 if turned else FLAIR}")


def test_where_nobody_knows_all_are_laid_over_the_first(folder):
    for seed, modality in enumerate(SEQUENCES):
        without_orientation(folder / f"x_{modality.lower()}.nii.gz", values(seed))
    study = open_study([folder])
    assert study.modalities == SEQUENCES
    assert [n for n in study.notices if "how the patient lay" in n] == [
        "FLAIR, T1, T1ce and T2: It is not said how the patient lay; no sides can be shown."
    ]
    assert any("T1, T1ce and T2 were laid over FLAIR" in notice for notice in study.notices)
    assert any("segmentation was laid over FLAIR" in notice for notice in study.notices)


# -- the segmentation never stands in the way -----------------------------------------------


@pytest.mark.parametrize("kind", ["broken", "no labels", "other grid"])
def test_segmentations_that_do_not_fit(folder, kind):
    path = folder / "x_seg.nii.gz"
    if kind == "broken":
        path.write_bytes(path.read_bytes()[:-20])
    elif kind == "no labels":
        save(path, values(0).astype(np.float32) / 7)
    else:
        without_orientation(path, np.ones((3, 3, 3), np.uint8))
    study = open_study([folder])
    assert study.segmentation is None
    (notice,) = study.notices
    assert notice.startswith("The segmentation was left out. ")


def test_segmentation_on_another_grid(folder):
    fine = AFFINE @ np.diag([0.5, 0.5, 0.5, 1])
    labels = np.zeros((24, 28, 20), np.uint8)
    labels[6:12, 6:12, 6:12] = 2
    save(folder / "x_seg.nii.gz", labels, fine)
    segmentation = open_study([folder]).segmentation
    assert segmentation is not None
    assert segmentation.data.shape == SHAPE
    assert np.argwhere(segmentation.data == 2).min(axis=0).tolist() == [3, 3, 3]
    assert (segmentation.data == 2).sum() == 27


# -- bad sequences --------------------------------------------------------------------------


def test_a_broken_sequence_is_named(folder):
    path = folder / "x_t1ce.nii.gz"
    path.write_bytes(path.read_bytes()[:-20])
    (notice,) = open_study([folder]).notices
    assert notice.startswith("T1ce was left out. x_t1ce.nii.gz is incomplete")
    with pytest.raises(FileError, match="x_t1ce"):
        open_study([path])


def test_notices_say_which_sequence(folder):
    save(folder / "x_t2.nii.gz", np.full(SHAPE, 3, np.int16))
    study = open_study([folder])
    assert study.volumes[T2].constant
    (notice,) = study.notices
    assert notice.startswith("T2: Every voxel has the same value")


def test_only_a_segmentation(folder):
    with pytest.raises(FileError, match="None of the files is an MR sequence"):
        open_study([folder / "x_seg.nii.gz"])


# -- which file is which --------------------------------------------------------------------


def test_silent_names_are_asked_about(folder):
    silent = (folder / "x_t1ce.nii.gz").rename(folder / "scan 4.nii.gz")
    with pytest.raises(UnknownSequences, match="scan 4") as caught:
        open_study([folder])
    assert caught.value.files == (silent,)
    assert caught.value.assignment.files[FLAIR] == folder / "x_flair.nii.gz"
    assert "T1ce=FILE" in caught.value.advice
    study = open_study([folder, Path(f"t1ce={silent}")])
    np.testing.assert_array_equal(study.volumes[T1CE].data, values(2))
    chosen = Assignment({T2: silent, FLAIR: folder / "x_flair.nii.gz"})
    study = open_study([folder], which=chosen)
    assert study.modalities == (FLAIR, T2)
    assert list(study.volumes) == [FLAIR, T2]
    np.testing.assert_array_equal(study.volumes[T2].data, values(2))


@pytest.mark.parametrize(
    ("content", "words"), [(b"Dear reader", "is not a NIfTI image"), (None, "There is no file")]
)
def test_what_is_no_image_is_not_asked_about(tmp_path, content, words):
    path = tmp_path / "README.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError, match=words):
        open_study([path])


def test_a_single_silent_file(folder):
    path = (folder / "x_t1.nii.gz").rename(folder / "scan.nii.gz")
    with pytest.raises(UnknownSequences):
        open_study([path])
    assert open_study([Path(f"FLAIR={path}")]).modalities == (FLAIR,)


def test_a_silent_file_is_left_out_where_nobody_can_be_asked(folder):
    silent = (folder / "x_t1ce.nii.gz").rename(folder / "scan 4.nii.gz")
    (folder / "notes.nii").write_bytes(b"Dear reader")
    study = open_without_asking([folder])
    assert study.modalities == (FLAIR, T1, T2)
    assert "does not say which sequence it is: scan 4.nii.gz." in study.notices[-1]
    assert any("notes.nii" in notice for notice in study.notices)
    with pytest.raises(UnknownSequences):
        open_without_asking([silent])


def test_two_files_of_a_sequence_are_asked_about(folder):
    shutil.copy(folder / "x_t1.nii.gz", folder / "y_t1.nii.gz")
    for door in (open_study, open_without_asking):
        with pytest.raises(UnknownSequences, match="2 files are named as T1") as asked:
            door([folder])
        assert set(asked.value.assignment.files) == {FLAIR, T1CE, T2}
        assert len(asked.value.files) == 2


def test_a_mask_of_the_brain_is_no_tumour(folder):
    save(folder / "x_seg.nii.gz", np.ones(SHAPE, np.uint8), np.diag([-9.0, -9.0, 9.0, 1.0]))
    study = open_study([folder])
    assert study.segmentation is None
    assert "may be the mask of a brain" in study.notices[0]


# -- hash and annotations -------------------------------------------------------------------------


def test_the_hash_is_that_of_the_content(folder, tmp_path):
    first = open_study([folder]).content_hash
    assert len(first) == 64
    other = tmp_path / "elsewhere"
    other.mkdir()
    for path in folder.iterdir():
        if "seg" not in path.name:
            nib.save(nib.load(path), other / path.name.replace("x_", "renamed-")[:-3])
    assert open_study([other]).content_hash == first
    changed = values(0)
    changed[5, 5, 5] += 1
    save(other / "renamed-flair.nii", changed)
    assert open_study([other]).content_hash != first
    save(other / "renamed-flair.nii", values(0), AFFINE @ np.diag([-1, 1, 1, 1]))
    assert open_study([other]).content_hash != first
    exchanged = {FLAIR: folder / "x_t1.nii.gz", T1: folder / "x_flair.nii.gz"}
    straight = {FLAIR: folder / "x_flair.nii.gz", T1: folder / "x_t1.nii.gz"}
    assert (
        open_study([], which=Assignment(exchanged)).content_hash
        != open_study([], which=Assignment(straight)).content_hash
    )


def test_synthetic_images_are_marked(folder):
    assert not open_study([folder]).synthetic
    save(folder / "x_t1.nii.gz", values(1), description="SYNTHETIC head")
    assert open_study([folder]).synthetic


def test_the_demo_opens():
    study = open_study(demo_paths())
    assert study.synthetic
    assert study.modalities == SEQUENCES
    assert study.segmentation is not None
    assert study.notices == ()


# -- progress and cancel --------------------------------------------------------------------


def test_progress_grows_and_never_names_a_file(folder):
    seen = []
    open_study([folder], lambda fraction, text: seen.append((fraction, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {"Reading FLAIR", "Reading T1ce"} <= {text for _, text in seen}
    assert not any("x_" in text or "Müller" in text for _, text in seen)


def test_files_are_read_beside_each_other(folder):
    """All five files wait for each other: reading them one by one would never end."""
    together = threading.Barrier(5)
    waited = set()

    def report(fraction: float, text: str) -> None:
        assert threading.current_thread() is threading.main_thread() or text.startswith("Reading")

    def wait_and_read(path, report):
        together.wait(timeout=20)
        waited.add(path.name)
        return read_nifti(path, report)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "read_nifti", wait_and_read)
        open_study([folder], report)
    assert len(waited) == 5


@pytest.mark.parametrize("after", [0, 1, 4, 9])
def test_cancel(folder, after):
    calls = []

    def report(fraction: float, text: str) -> None:
        calls.append(text)
        if len(calls) > after:
            raise Cancelled

    with pytest.raises(Cancelled):
        open_study([folder], report)
    assert len(calls) <= after + 5  # each file that is being read asks once more, at most
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read")]


def test_a_study_that_disappears_while_open_stays(folder):
    study = open_study([folder])
    shutil.rmtree(folder)
    np.testing.assert_array_equal(study.volumes[FLAIR].data, values(0))


def test_a_segmentation_that_leaves_no_room_is_left_out(folder, monkeypatch):
    whole = open_study([folder])
    monkeypatch.setattr(volume_limits, "MOST_BYTES", volume_bytes(whole))
    study = open_study([folder])
    assert study.modalities == SEQUENCES
    assert study.segmentation is None
    (notice,) = study.notices
    assert notice.startswith("The segmentation was left out. ")
    assert "too large" in notice
    monkeypatch.setattr(volume_limits, "MOST_BYTES", volume_bytes(whole) - 1)
    with pytest.raises(FileError, match="together are too large"):
        open_study([folder])


def volume_bytes(study) -> int:
    """What the sequences of a study are reckoned to take."""
    kept = sum(volume.data.nbytes for volume in study.volumes.values())
    return kept + volume_limits._MASK_BYTES * study.reference.data.size


@pytest.mark.parametrize(("mm", "told"), [(2.0, True), (10.0, False), (70.0, True)])
def test_a_size_that_no_head_has_is_told(tmp_path, monkeypatch, mm, told):
    monkeypatch.setattr("brainviewer.files.nifti.volume_limits.LEAST_HEAD_MM", 60.0)
    affine = np.diag((mm, mm, mm, 1.0))
    for name in ("flair", "t1"):
        image = nib.Nifti1Image(values(1), affine)
        image.header.set_xyzt_units("mm")
        nib.save(image, tmp_path / f"{name}.nii.gz")
    notices = [one for one in open_study([tmp_path]).notices if "implausible for a head" in one]
    assert len(notices) == told
    if told:
        shown = " × ".join(f"{n * mm:.3g}" for n in SHAPE)
        assert notices[0].startswith(f"FLAIR and T1: By their headers they show {shown} mm")
