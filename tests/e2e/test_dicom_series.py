"""DICOM series open as other programs convert them, and as the NIfTI files they were made of."""

import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import uid

from brainviewer.app.opening.study import open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.candidates import candidates_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from tests.dicom_writer import write_series, write_study
from tests.phantoms import marker_study, oblique_grid
from tests.studies import DATA, STUDIES, needs_studies

DCM2NIIX = Path(sys.executable).parent / "dcm2niix"
PHANTOM = marker_study(oblique_grid(), (Modality.T1,)).volumes[Modality.T1]


def read(paths: list[Path]):
    (one,) = candidates_of(read_headers(paths).frames)
    return read_stack(one.stack)


def apart(one: Grid, other: Grid) -> float:
    """How far in mm the corners of two grids lie from each other, whatever their axes are."""
    ends = np.array(list(np.ndindex(2, 2, 2)))
    here, there = (grid.to_world(ends * (np.array(grid.shape) - 1)) for grid in (one, other))
    distances = np.linalg.norm(here[:, None] - there[None], axis=2)
    return float(distances.min(axis=1).max())


def same_as_dcm2niix(folder: Path, out: Path) -> bool:
    """Whether voxels and places are those of the reference, in whatever order it stores them."""
    program = str(DCM2NIIX if DCM2NIIX.exists() else shutil.which("dcm2niix"))
    done = subprocess.run(
        [program, "-z", "n", "-b", "n", "-o", str(out), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (converted,) = out.glob("*.nii")
    assert done.returncode == 0, done.stdout
    theirs, ours = nibabel.load(converted), read(sorted(folder.iterdir()))
    affine = np.asarray(theirs.affine, float)
    grid = Grid(theirs.shape[:3], affine)
    turned = grid.to_ras.turn(np.asarray(theirs.dataobj))
    assert np.array_equal(turned, ours.grid.to_ras.turn(ours.data))
    return apart(grid, ours.grid) < 1e-3


# Of enhanced files by other makers it takes the frames in the order of the file.
@pytest.mark.parametrize(
    ("vendor", "enhanced"),
    [("siemens", False), ("ge", False), ("philips", False), ("philips", True)],
)
def test_phantoms_are_where_dcm2niix_puts_them(tmp_path: Path, vendor: str, enhanced: bool) -> None:
    write_series(
        tmp_path / "in", PHANTOM.data, PHANTOM.grid.affine, vendor=vendor, enhanced=enhanced
    )
    (tmp_path / "out").mkdir()
    assert same_as_dcm2niix(tmp_path / "in", tmp_path / "out")


@pytest.mark.data
@pytest.mark.parametrize("name", ["ge_t1", "siemens_t1", "siemens_multiframe"])
def test_real_series_are_where_dcm2niix_puts_them(tmp_path: Path, name: str) -> None:
    assert same_as_dcm2niix(DATA / "dicom" / name, tmp_path)


@pytest.mark.data
@needs_studies
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("TCGA-FG-6692", {"vendor": "siemens"}),
        ("BraTS2024-GLI-00009-000", {"vendor": "philips", "enhanced": True, "said": False}),
        ("native_TCGA-FG-6692", {"vendor": "ge", "syntax": uid.ImplicitVRLittleEndian}),
    ],
)
def test_a_study_is_the_same_as_dicom(tmp_path: Path, name: str, how: dict) -> None:
    expected = open_study([STUDIES / name])
    if any(volume.data.dtype.kind == "f" for volume in expected.volumes.values()):
        pytest.skip("its values are no whole numbers")
    write_study(tmp_path / "dicom", expected, **how)
    study = open_study([tmp_path / "dicom"])
    assert study.modalities == expected.modalities
    for modality, volume in study.volumes.items():
        other = expected.volumes[modality]
        one, two = (v.grid.to_ras.turn(v.data) for v in (volume, other))
        assert np.array_equal(one, two)
        assert apart(volume.grid, other.grid) < 1e-4
