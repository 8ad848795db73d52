"""What was given as a NIfTI image and is none: named by its bytes, with what helps."""

from brainviewer.core.errors import FileError
from brainviewer.files.file_kind import FileKind, kind_of

CONVERT_DICOM = "Convert it to .nii.gz, for example with dcm2niix."
_SLICER = "Convert it to .nii.gz, for example with 3D Slicer or ITK-SNAP."
_ITSELF = "Open the NIfTI image itself (.nii or .nii.gz)."
_VOLUMES: tuple[tuple[bytes, FileKind], ...] = (
    (
        b"\0\0\0\1\0\0",
        FileKind(
            "a FreeSurfer volume (mgh, mgz)",
            "Convert it to .nii.gz, for example with mri_convert of FreeSurfer or with 3D Slicer.",
        ),
    ),
    (b"NRRD", FileKind("an NRRD volume", _SLICER)),
    (b"ObjectType = Image", FileKind("a MetaImage volume (mha, mhd)", _SLICER)),
    (b"NDims = ", FileKind("a MetaImage volume (mha, mhd)", _SLICER)),
    (b"CDF\1", FileKind("a MINC volume", "Convert it to .nii.gz, for example with mnc2nii.")),
    (
        b"\x89HDF\r\n",
        FileKind("an HDF5 file, as MINC 2 and MATLAB write it", "Convert it to .nii.gz."),
    ),
    (b"MATLAB", FileKind("a MATLAB file", "Save the volume as NIfTI (niftiwrite in MATLAB).")),
    (b"\x93NUMPY", FileKind("a NumPy array", "Save it as NIfTI, for example with nibabel.")),
    (b"# === DATA DESC", FileKind("the header of a Philips PAR/REC pair", CONVERT_DICOM)),
    (
        b"/annex/objects/",
        FileKind("a git-annex pointer", "Fetch the file itself with 'git annex get'."),
    ),
    (
        b"version https://git-lfs",
        FileKind("a Git LFS pointer", "Fetch the file itself with 'git lfs pull'."),
    ),
    (b"\x1f\x8b", FileKind("a file that was packed twice", "Unpack it once with gunzip.")),
)  # fmt: skip


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
        return FileError(f"The header of {name} is damaged.", "Copy or export the file again.")
    advice = kind.advice
    if name.lower().endswith((".nii", ".nii.gz")) and "PNG" in advice:
        advice = _ITSELF  # whatever the picture is, a volume was meant
    return FileError(f"{name} is not a NIfTI image but {kind.name}.", advice)


def known_kind(head: bytes) -> FileKind | None:
    """The kind of a file by its first bytes; of volumes with advice for their format."""
    for beginning, kind in _VOLUMES:
        if head.lstrip(b"\n").startswith(beginning):
            return kind
    return kind_of(head)
