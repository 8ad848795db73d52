"""What was given as a NIfTI image and is none: named by its bytes, with what helps."""

from brainviewer.core.errors import FileError
from brainviewer.files.file_kind import CONVERT_DICOM, FileKind, kind_of
from brainviewer.files.ordinary_file import AGAIN

_ITSELF = "Open the NIfTI image itself (.nii or .nii.gz)."
_PACKED_TWICE = FileKind("a file that was packed twice", "Unpack it once with gunzip.")


def not_nifti(head: bytes, name: str) -> FileError:
    """The error for a file that is no NIfTI image.

    head : its first bytes, unpacked; HEAD_BYTES of them or fewer.
    """
    if name.upper() == "DICOMDIR":
        return FileError(
            f"{name} lists what lies on a CD; it holds no image itself.",
            "Open the folder that holds the images.",
        )
    if head[128:132] == b"DICM":
        return FileError(f"{name} is a DICOM file, not a NIfTI image.", CONVERT_DICOM)
    kind = known_kind(head)
    if kind is None:
        return FileError(f"{name} is not a NIfTI image.", "Open a file in .nii or .nii.gz format.")
    if "NIfTI" in kind.name:
        return FileError(f"The header of {name} is damaged.", AGAIN)
    advice = kind.advice
    if name.lower().endswith((".nii", ".nii.gz")) and "PNG" in advice:
        advice = _ITSELF  # whatever the picture is, a volume was meant
    return FileError(f"{name} is not a NIfTI image but {kind.name}.", advice)


def known_kind(head: bytes) -> FileKind | None:
    """The kind of a file by its first bytes, unpacked; see ``kind_of``."""
    return _PACKED_TWICE if head.startswith(b"\x1f\x8b") else kind_of(head)
