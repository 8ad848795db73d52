"""Real DICOM series open as the reference library reads them."""

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from brainviewer.files.dicom.reader import read_dicom

pytestmark = pytest.mark.data
DATA = Path(os.environ.get("BRAINVIEWER_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILES = sorted((DATA / "dicom").glob("*/*.dcm"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_values_and_places_are_those_of_gdcm(path: Path) -> None:
    image = read_dicom(path)
    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    expected = reader.Execute()
    assert np.array_equal(image.frames, SimpleITK.GetArrayFromImage(expected))
    turn = np.reshape(expected.GetDirection(), (3, 3))
    affine = np.eye(4)
    affine[:3, :3] = np.diag((-1, -1, 1)) @ turn @ np.diag(expected.GetSpacing())
    affine[:3, 3] = np.array(expected.GetOrigin()) * (-1, -1, 1)
    assert np.allclose(image.grid.affine, affine, atol=1e-4)
    assert image.grid.oriented
