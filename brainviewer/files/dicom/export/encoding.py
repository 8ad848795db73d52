"""DICOM objects as the content of files (PS3.10)."""

from io import BytesIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

from brainviewer.files.dicom.export.patient import NAME, fixed_uid


def file_content(dataset: Dataset) -> bytes:
    """The content of a file that holds the object, uncompressed."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = fixed_uid(f"implementation {NAME}")
    meta.ImplementationVersionName = NAME.upper()
    plain = Dataset(dataset)
    plain.file_meta, plain.preamble = meta, bytes(128)
    content = BytesIO()
    dcmwrite(content, plain, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return content.getvalue()
