"""NIfTI images: the header, and what is read by it, plain and packed."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from random import Random

import nibabel
import numpy as np

from brainviewer.files.nifti.reader import read_header, read_nifti
from tests.hostile.fuzz.changes import number_changed
from tests.hostile.fuzz.target import Target

_PLAIN, _PACKED, _AS_IT_IS = range(3)


def image_bytes(kind: str, shape: tuple[int, ...] = (4, 3, 2), second: bool = False) -> bytes:
    """A small image of a number type, in NIfTI-1 or NIfTI-2."""
    values = (np.arange(np.prod(shape)) % 100).reshape(shape).astype(kind)
    maker = nibabel.Nifti2Image if second else nibabel.Nifti1Image
    affine = np.diag((-60.0, 60.0, 60.0, 1.0))
    affine[:3, 3] = 90, -80, -40
    image = maker(values, affine)
    image.header.set_xyzt_units("mm")
    image.set_qform(affine, code=1)
    return bytes(image.to_bytes())


def seeds() -> Iterable[bytes]:
    plain = [image_bytes(kind) for kind in ("u1", "i2", "u2", "f4", "f8", "i4")]
    plain += [image_bytes("i2", second=True), image_bytes("f4", (4, 3, 2, 2))]
    swapped = nibabel.Nifti1Image.from_bytes(image_bytes("i2"))
    turned = nibabel.Nifti1Header(endianness=">")
    for field in ("dim", "datatype", "bitpix", "pixdim", "srow_x", "srow_y", "srow_z"):
        turned[field] = swapped.header[field]
    turned["sform_code"] = turned["vox_offset"] = 0
    turned["sform_code"], turned["vox_offset"], turned["magic"] = 1, 352, b"n+1"
    values = np.asarray(swapped.dataobj).astype(">i2").tobytes("F")
    plain.append(turned.binaryblock + bytes(4) + values)
    for content in plain:
        yield bytes([_PLAIN]) + content
    yield bytes([_PACKED]) + plain[1]
    yield bytes([_AS_IT_IS]) + gzip.compress(plain[3], mtime=0)


def read(content: bytes, folder: Path) -> None:
    how, content = content[:1], content[1:]
    if how == bytes([_PACKED]):
        content = gzip.compress(content, 1, mtime=0)
    path = folder / ("a.nii" if how == bytes([_PLAIN]) else "a.nii.gz")
    path.write_bytes(content)
    header = read_header(path)
    image = read_nifti(path)
    assert image.data.shape == header.grid.shape
    assert np.isfinite(image.data).all()
    assert np.isfinite(image.grid.affine).all()


def change(content: bytes, random: Random) -> bytes:
    """A number in the header, where most of it is decided."""
    return content[:1] + number_changed(content[1:353], random) + content[353:]


TARGET = Target(seeds, read, change, longest=2048)
