"""The fields of a header against the reference reader of the format."""

from typing import Any

import nibabel as nib
import numpy as np
import pytest
from nibabel.quaternions import quat2mat

from brainviewer.files.nifti.fields import (
    FIELDS_1,
    FIELDS_2,
    NUMBER_TYPES,
    number_type,
    read_fields,
    rotation,
    sform,
)

KINDS = [(FIELDS_1, nib.Nifti1Header), (FIELDS_2, nib.Nifti2Header)]


@pytest.mark.parametrize(("kind", "reference"), KINDS)
def test_every_field_lies_where_the_standard_says(kind: np.dtype[Any], reference: Any) -> None:
    assert kind.fields == reference.template_dtype.fields
    assert kind.itemsize in (348, 540)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "reference"), KINDS)
def test_fields_are_read_in_either_byte_order(
    kind: np.dtype[Any], reference: Any, order: str
) -> None:
    random = np.random.default_rng(3)
    other = reference(endianness=order)
    for code, name in NUMBER_TYPES.items():
        other.set_data_dtype(np.dtype(name))
        other.set_data_shape(random.integers(2, 300, 3))
        other.set_sform(np.vstack([random.normal(size=(3, 4)), [0, 0, 0, 1]]), code=1)
        fields = read_fields(other.binaryblock + b"voxels", kind, order)
        assert int(fields["datatype"]) == code
        assert number_type(fields) == other.get_data_dtype()
        assert fields["dim"].tolist() == other["dim"].tolist()
        assert np.array_equal(sform(fields), other.get_sform())
        assert fields["magic"] == other["magic"].item()


def test_rotations_are_those_of_the_reference() -> None:
    random = np.random.default_rng(4)
    for quaternion in random.normal(size=(100, 4)):
        assert rotation(quaternion) == pytest.approx(quat2mat(quaternion), abs=1e-14)
