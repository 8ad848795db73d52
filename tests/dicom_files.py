"""Small DICOM files of every kind, written byte for byte as the standard says."""

from pathlib import Path
from typing import Any

import imagecodecs
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder

MR_UID, MULTIFRAME = uid.MRImageStorage, "1.2.840.10008.5.1.4.1.1.7.2"
NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
DEFLATED = uid.DeflatedExplicitVRLittleEndian


def header(
    values: NDArray[Any], photometric: str = "MONOCHROME2", bits: int | None = None, **elements: Any
) -> Dataset:
    """All that is said of values (frames, rows, columns[, samples]); no pixels yet."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = MR_UID, uid.generate_uid(None)
    dataset.Modality = "MR"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = values.shape[:3]
    dataset.SamplesPerPixel = 1 if values.ndim == 3 else values.shape[3]
    if dataset.SamplesPerPixel > 1:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = photometric
    dataset.BitsAllocated = 8 * values.dtype.itemsize
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def save(
    path: Path,
    dataset: Dataset,
    pixels: bytes | list[bytes],
    syntax: str = uid.ExplicitVRLittleEndian,
    element: str = "PixelData",
) -> Path:
    """Write a file; pixels : as they are stored, or one compressed item per frame."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = uid.UID(syntax)
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    kind = uid.UID(syntax)
    file = FileDataset(
        str(path),
        dataset,
        file_meta=meta,
        preamble=bytes(128),
        is_implicit_VR=kind.is_implicit_VR,
        is_little_endian=kind.is_little_endian,
    )
    content = encapsulate(pixels) if isinstance(pixels, list) else pixels
    setattr(file, element, content + bytes(len(content) % 2))
    if element == "PixelData":
        deep = dataset.BitsAllocated > 8 and not isinstance(pixels, list)
        file["PixelData"].VR = "OW" if deep or kind.is_implicit_VR else "OB"
    file.save_as(path, enforce_file_format=True)
    return path


def native(values: NDArray[Any], syntax: str) -> bytes:
    """Values as an uncompressed transfer syntax stores them."""
    order = "<" if uid.UID(syntax).is_little_endian else ">"
    return values.astype(values.dtype.newbyteorder(order)).tobytes()


def compressed(values: NDArray[Any], syntax: str, bits: int) -> list[bytes]:
    """Each frame of values without loss, or with as little as the syntax allows."""
    unsigned = values.view(f"u{values.dtype.itemsize}")
    colour = values.ndim == 4
    items = []
    for frame, plain in zip(values, unsigned, strict=True):
        if syntax in (uid.JPEGLossless, uid.JPEGLosslessSV1):
            space = {"colorspace": "RGB", "outcolorspace": "RGB"} if colour else {}
            item = imagecodecs.jpeg8_encode(
                plain, lossless=True, bitspersample=bits, predictor=1, **space
            )
        elif syntax in (uid.JPEGLSLossless, uid.JPEGLSNearLossless):
            item = imagecodecs.jpegls_encode(plain, level=0)
        elif syntax in (uid.JPEG2000, uid.JPEG2000Lossless):
            item = imagecodecs.jpeg2k_encode(
                frame, level=0, codecformat="J2K", reversible=True, mct=colour, bitspersample=bits
            )
        elif syntax == uid.HTJ2KLossless:
            item = imagecodecs.htj2k_encode(frame, reversible=True)
        elif syntax == uid.RLELossless:
            item = _run_length(plain, bits)
        else:
            item = imagecodecs.jpeg8_encode(plain, level=100, bitspersample=bits)
        items.append(item + bytes(len(item) % 2))
    return items


def _run_length(frame: NDArray[Any], bits: int) -> bytes:
    """PackBits of each byte plane (PS3.5, annex G), by pydicom's own encoder."""
    options = {
        "rows": frame.shape[0],
        "columns": frame.shape[1],
        "samples_per_pixel": 1 if frame.ndim == 2 else frame.shape[2],
        "photometric_interpretation": "MONOCHROME2" if frame.ndim == 2 else "RGB",
        "bits_allocated": 8 * frame.dtype.itemsize,
        "bits_stored": bits,
        "pixel_representation": 0,
        "number_of_frames": 1,
        "planar_configuration": 0,
    }
    encoder = get_encoder(uid.RLELossless)
    return bytes(encoder.encode(frame.tobytes(), encoding_plugin="pydicom", **options))
