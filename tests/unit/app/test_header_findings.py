"""The header doctor: what headers say, and what was done about it."""

from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from brainviewer.app.headers.header_findings import (
    header_findings,
    header_lines,
    header_records,
)
from brainviewer.app.headers.said import Check, Level, Said
from brainviewer.app.opening.study import open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.source_header import (
    axes_turned,
    corners_apart,
    obliquity,
    squareness,
)
from brainviewer.core.study import Modality, Study
from brainviewer.files.nifti.reader import read_nifti
from tests.dicom_writer import write_study
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_finding, marker_study

SHAPE = (24, 26, 28)
VALUES = np.random.default_rng(2).integers(1, 900, SHAPE).astype(np.int16)
STRAIGHT = np.diag([4.0, 4.0, 4.0, 1.0])


def turned(degrees: float, axis: str = "x", sizes=(4.0, 4.0, 4.0)) -> np.ndarray:
    made = np.eye(4)
    made[:3, :3] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix() * sizes
    return made


def save(
    path: Path, sform: np.ndarray | None = STRAIGHT, qform: np.ndarray | None = STRAIGHT, **fields
) -> Path:
    image = nibabel.Nifti1Image(VALUES, STRAIGHT)
    image.set_sform(sform, code=0 if sform is None else 1)
    image.set_qform(qform, code=0 if qform is None else 1)
    image.header.set_xyzt_units("mm")
    raw = bytearray(image.to_bytes())
    header = nibabel.Nifti1Header(raw[:348])
    for name, value in fields.items():
        header[name] = value
    path.write_bytes(bytes(header.structarr.tobytes()) + bytes(raw[348:]))
    return path


def told(study: Study, check: Check, modality: Modality = Modality.FLAIR) -> list[Said]:
    return [
        one.said
        for one in header_findings(study)
        if one.said.check is check and modality in one.sequences
    ]


def opened(folder: Path, **header) -> Study:
    return open_study([save(folder / "a_flair.nii", **header)])


# -- the arithmetic -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_a_straight_grid_is_straight_in_every_orientation(case) -> None:
    grid = grid_of(*case)
    assert obliquity(grid) == pytest.approx(0, abs=1e-6)
    assert squareness(grid) == pytest.approx(90)
    for degrees in (0.1, 7.0, 25.0):
        tilted = Grid(grid.shape, turned(degrees, "y", (1, 1, 1)) @ grid.affine)
        assert obliquity(tilted) == pytest.approx(degrees, rel=1e-3)
        assert axes_turned(grid.affine, tilted.affine) == pytest.approx(degrees, rel=1e-3)
        assert squareness(tilted) == pytest.approx(90)


def test_corners_are_compared_in_mm() -> None:
    one = Grid((11, 21, 31), np.eye(4))
    moved = np.eye(4)
    moved[:3, 3] = (3, 0, 4)
    assert corners_apart(one, Grid((11, 21, 31), moved)) == pytest.approx(5)
    longer = np.diag([1.0, 1.0, 1.1, 1.0])
    assert corners_apart(one, Grid((11, 21, 31), longer)) == pytest.approx(3)


# -- NIfTI --------------------------------------------------------------------------------------


def test_a_plain_header_is_fine(tmp_path: Path) -> None:
    study = opened(tmp_path)
    assert {one.said.level for one in header_findings(study)} == {Level.FINE}
    (said,) = told(study, Check.FORMS)
    assert said.found == "qform and sform agree to 0.00 mm and 0.00°."
    assert said.values == {"apart_mm": 0.0, "turned_degrees": 0.0}


def test_forms_that_differ_are_measured(tmp_path: Path) -> None:
    study = opened(tmp_path, qform=turned(10))
    (said,) = told(study, Check.FORMS)
    assert said.level is Level.CAUTION
    assert said.values["turned_degrees"] == pytest.approx(10, abs=0.01)
    farthest = 2 * np.sin(np.radians(5)) * np.hypot(25, 27) * 4
    assert said.values["apart_mm"] == pytest.approx(farthest, abs=0.02)
    assert said.done == "The sform is used."
    assert np.allclose(study.grid.affine, STRAIGHT)


def test_forms_that_are_flipped_against_each_other_ask_for_a_look_at_the_sides(
    tmp_path: Path,
) -> None:
    (said,) = told(opened(tmp_path, qform=np.diag([-4.0, 4, 4, 1])), Check.FORMS)
    assert "in orientation" in said.found
    assert said.values["turned_degrees"] == 180
    assert "Check the sides." in said.done


@pytest.mark.parametrize(
    ("forms", "level", "found", "done"),
    [
        ({"qform": None}, Level.FINE, "There is a sform and no qform.", "The sform is used."),
        ({"sform": None}, Level.FINE, "There is a qform and no sform.", "The qform is used."),
        ({"srow_x": (np.nan,) * 4}, Level.CAUTION, "The sform is invalid.", "The qform is used."),
        ({"quatern_b": 7.0}, Level.CAUTION, "The qform is invalid.", "The sform is used."),
        ({"sform": None, "qform": None}, Level.CAUTION, "no sform and no qform", "No sides"),
        ({"qform": None, "srow_x": 0}, Level.CAUTION, "sform is invalid.", "No sides"),
    ],
)  # fmt: skip
def test_what_is_used_where_a_form_is_missing_or_invalid(
    tmp_path: Path, forms: dict, level: Level, found: str, done: str
) -> None:
    study = opened(tmp_path, **forms)
    (said,) = told(study, Check.FORMS)
    assert said.level is level
    assert found in said.found
    assert done in said.done
    assert study.grid.oriented is ("No sides" not in said.done)


def test_sequences_that_run_other_ways_are_named(tmp_path: Path) -> None:
    first = save(tmp_path / "a_flair.nii")
    other = np.diag([-4.0, 4, 4, 1])
    other[0, 3] = 4 * (SHAPE[0] - 1)
    second = save(tmp_path / "a_t1.nii", sform=other, qform=other)
    study = open_study([first, second])
    (said,) = told(study, Check.SIDES, Modality.T1)
    assert said.level is Level.NOTE
    assert said.values == {"orientation": "LAS", "reference": "RAS"}
    # What was done is what happened: the same place has the same voxel of the file.
    assert np.array_equal(study.volumes[Modality.T1].data, VALUES[::-1])


def test_images_that_are_mirrored_are_told_once_the_search_has_seen_it(tmp_path: Path) -> None:
    study = marker_study()
    finding = replace(marker_finding(study), left_out=(Modality.T2,))
    found = [one for one in header_findings(study, finding) if one.said.level is Level.CAUTION]
    assert [one.sequences for one in found] == [(Modality.T2,)]
    assert "mirrored" in found[0].said.found


def test_tilted_and_long_voxels(tmp_path: Path) -> None:
    affine = turned(12, sizes=(4, 4, 10))
    study = opened(tmp_path, sform=affine, qform=affine, pixdim=(1, 4, 4, 10, 0, 0, 0, 0))
    (said,) = told(study, Check.OBLIQUITY)
    assert said.values["obliquity_degrees"] == pytest.approx(12, abs=0.01)
    assert "along its own voxel axes" in said.done
    (said,) = told(study, Check.VOXELS)
    assert said.values["anisotropy"] == 2.5
    assert "2.5 times" in said.found


def test_sizes_units_and_angles_that_are_odd(tmp_path: Path) -> None:
    skewed = STRAIGHT.copy()
    skewed[0, 1] = 4 * np.tan(np.radians(10))
    study = opened(tmp_path, sform=skewed, qform=None, pixdim=(1, 2, 2, 2, 0, 0, 0, 0))
    said = " ".join(one.found + one.done for one in told(study, Check.VOXELS))
    assert "meet at 80.0°" in said
    assert "pixdim says voxels of 2 × 2 × 2 mm" in said
    metres = np.diag([0.004, 0.004, 0.004, 1])
    study = opened(tmp_path, sform=metres, qform=metres, xyzt_units=1,
                   pixdim=(1, 0.004, 0.004, 0.004, 0, 0, 0, 0))  # fmt: skip
    assert study.grid.spacing == pytest.approx((4, 4, 4))
    assert "Its lengths are in m." in [one.found for one in told(study, Check.VOXELS)]
    study = opened(tmp_path, xyzt_units=0)
    assert "No unit of length is named." in [one.found for one in told(study, Check.VOXELS)]


@pytest.mark.parametrize(
    ("fields", "level", "found", "done"),
    [
        ({"scl_slope": 0.0}, Level.FINE, "as they are stored", ""),
        ({"scl_slope": np.nan, "scl_inter": np.nan}, Level.FINE, "as they are stored", ""),
        ({"scl_slope": 1.0, "scl_inter": 0.0}, Level.FINE, "as they are stored", ""),
        ({"scl_slope": 0.5, "scl_inter": -3.0}, Level.NOTE, "0.5 × what is stored − 3", "scaled"),
        ({"scl_slope": -1.0, "scl_inter": 0.0}, Level.CAUTION, "negative", "scaled"),
        ({"scl_slope": np.inf}, Level.CAUTION, "slope is inf", "shown as they are stored"),
        ({"scl_slope": 2.0, "scl_inter": np.inf}, Level.CAUTION, "intercept", "taken for 0"),
    ],
)
def test_scaling(tmp_path: Path, fields: dict, level: Level, found: str, done: str) -> None:
    study = opened(tmp_path, **fields)
    (said,) = told(study, Check.SCALING)
    assert said.level is level
    assert found in said.found
    assert done in said.done
    slope, intercept = fields["scl_slope"], fields.get("scl_inter", 0.0)
    if done == "scaled":
        assert np.allclose(study.reference.data, VALUES * slope + intercept)
    elif level is Level.FINE or done.startswith("shown"):
        assert np.array_equal(study.reference.data, VALUES)
    else:
        assert np.allclose(study.reference.data, VALUES * slope)


def test_texts_and_extensions_that_may_hold_a_name(tmp_path: Path) -> None:
    study = opened(tmp_path, descrip=b"Jane Doe", aux_file=b"doe.txt")
    (said,) = told(study, Check.TEXT)
    assert said.level is Level.NOTE
    assert "Doe" not in said.found
    assert dict(said.texts) == {"descrip": "Jane Doe", "aux_file": "doe.txt"}
    assert any("descrip: Jane Doe" in line for line in header_lines(study))
    image = nibabel.Nifti1Image(VALUES, STRAIGHT)
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"Jane Doe"))
    image.to_filename(tmp_path / "b_t1.nii")
    said = told(open_study([tmp_path / "b_t1.nii"]), Check.TEXT, Modality.T1)
    assert [one.values for one in said] == [{"extra_bytes": 16}]
    assert read_nifti(tmp_path / "b_t1.nii").data.shape == SHAPE


# -- DICOM --------------------------------------------------------------------------------------


def test_dicom_says_whose_it_is_without_repeating_it(tmp_path: Path) -> None:
    write_study(tmp_path, marker_study())
    study = open_study([tmp_path])
    said = told(study, Check.TEXT)
    assert "PatientName" in said[0].found
    assert said[0].level is Level.CAUTION
    assert "Doe" not in str(header_records(study)) + " ".join(header_lines(study))
    assert told(study, Check.FORMS) == []
    assert told(study, Check.OBLIQUITY)


def test_what_holds_of_several_sequences_is_said_of_several(tmp_path: Path) -> None:
    save(tmp_path / "a_flair.nii", turned(20), None)
    save(tmp_path / "a_t1.nii", turned(20), None)
    save(tmp_path / "a_t2.nii")
    study = open_study([tmp_path])
    lines = "\n".join(header_lines(study))
    assert "FLAIR and T1: Their voxel axes are tilted by 20.0°" in lines
    assert "T2: Its slices are straight" in lines
    assert "FLAIR, T1 and T2: Their voxels are 4 × 4 × 4 mm." in lines
    assert "T1: Its" not in lines and "T1 and T2: Its" not in lines
