"""What a file is by its first bytes, whatever its name says: to name what cannot be opened."""

import re
from dataclasses import dataclass

START_BYTES = 1024
"""How much of the beginning of a file ``kind_of`` wants to see."""


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be taken for an image or a study.

    name : with its article, such as ``a PDF document``
    advice : what helps, one sentence
    """

    name: str
    advice: str

    @property
    def image(self) -> bool:
        """Whether it is an image, although perhaps none that can be opened."""
        return self.advice == _SAVE


DICOM_BYTES = 140
"""How much of the beginning of a file ``starts_as_dicom`` wants to see."""
_PREAMBLE = 132
_META_STARTS = (b"\2\0\0\0UL", b"\2\0\1\0OB", b"\2\0\2\0UI", b"\2\0\3\0UI", b"\2\0\x10\0UI")
"""Group 0002 begins with its length, or with what follows where that is left out."""
_IN_GROUP_8 = frozenset((
    b"AE", b"AT", b"CS", b"DA", b"DT", b"IS", b"LO", b"LT", b"OB", b"PN", b"SH", b"SQ", b"ST",
    b"TM", b"UC", b"UI", b"UL", b"UN", b"UR", b"US", b"UT",
))  # fmt: skip
_FIRST_IN_GROUP_8, _LONGEST_FIRST = 0x0018, 1024
_SAVE = "Save the image that is meant as PNG or JPG."
_EXPORT = "Export the image that is meant as PNG or JPG."
_UNPACK = "Unpack it and give the files in it."
_OPEN_ZIP = "Give a ZIP archive of DICOM series itself; unpack any other and give the files in it."
_CONVERT = "Convert it to NIfTI."
_EXAMPLE = "Convert it to .nii.gz, for example with {}."
_SLICER, CONVERT_DICOM = _EXAMPLE.format("3D Slicer or ITK-SNAP"), _EXAMPLE.format("dcm2niix")
_CARRIED = "Give the file that was meant, not this one."

_NIFTI = FileKind("a NIfTI image", "Give it a name that ends in .nii or .nii.gz.")
_VIDEO = FileKind("a video", "Save the frame that is meant as PNG or JPG.")
_SOUND = FileKind("a sound recording", _CARRIED)
_RIFF = {b"WEBP": FileKind("a WebP image", _SAVE), b"AVI ": _VIDEO, b"WAVE": _SOUND}
_ISO_MEDIA = {
    code: FileKind(name, _SAVE)
    for name, *codes in (
        ("an AVIF image", b"avif", b"avis"),
        ("a camera's raw photo", b"crx "),
        ("an HEIC photo", b"heic", b"heix", b"hevc", b"heim", b"heis"),
        ("an HEIF image", b"mif1", b"msf1"),
        ("a JPEG 2000 image", b"jp2 "),
    )
    for code in codes
}
_BEGINNINGS: tuple[tuple[FileKind, tuple[bytes, ...]], ...] = tuple(
    (FileKind(name, advice), tuple(beginnings))
    for name, advice, *beginnings in (
        ("a PDF document", _EXPORT, b"%PDF-"),
        ("a PostScript document", _EXPORT, b"%!PS"),
        ("a GIF image", _SAVE, b"GIF8"),
        ("a PNG image", _SAVE, b"\x89PNG"),
        ("a JPEG image", _SAVE, b"\xff\xd8\xff"),
        ("a JPEG 2000 image", _SAVE, b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "),
        ("a JPEG XL image", _SAVE, b"\0\0\0\x0cJXL ", b"\xff\x0a"),
        ("a JPEG XR image", _SAVE, b"II\xbc\x01"),
        ("a TIFF image", _SAVE, b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        ("a Photoshop document", _SAVE, b"8BPS"),
        ("a GIMP document", _SAVE, b"gimp xcf"),
        ("an OpenEXR image", _SAVE, b"v/1\x01"),
        ("an icon", _SAVE, b"\0\0\1\0"),
        ("a QOI image", _SAVE, b"qoif"),
        ("a sound recording", _CARRIED, b"OggS", b"ID3", b"fLaC"),
        ("a video", _VIDEO.advice, b"\x1aE\xdf\xa3"),
        ("a ZIP archive or an office document", _OPEN_ZIP, b"PK\3\4"),
        ("an empty ZIP archive", _UNPACK, b"PK\5\6"),
        ("a 7-Zip archive", _UNPACK, b"7z\xbc\xaf\x27\x1c"),
        ("a RAR archive", _UNPACK, b"Rar!"),
        ("a file packed with gzip", _UNPACK, b"\x1f\x8b"),
        ("a file packed with bzip2", _UNPACK, b"BZh"),
        ("a file packed with xz", _UNPACK, b"\xfd7zXZ"),
        ("a file packed with zstd", _UNPACK, b"(\xb5/\xfd"),
        ("an office document", _EXPORT, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a text document", _EXPORT, b"{\\rtf"),
        ("an NRRD volume", _SLICER, b"NRRD"),
        ("an MRtrix volume", _EXAMPLE.format("mrconvert"), b"mrtrix image"),
        ("a file of MRtrix tracks", _CARRIED, b"mrtrix tracks"),
        (
            "the header of an AFNI volume",
            "Convert it to .nii.gz with 3dAFNItoNIFTI.",
            b"type = string-attribute",
            b"type  = string-attribute",
        ),
        ("a FITS image", _SAVE, b"SIMPLE  ="),
        ("what macOS keeps beside a file (AppleDouble)", _CARRIED, b"\0\5\x16\7"),
        ("what macOS keeps of a folder (.DS_Store)", _CARRIED, b"\0\0\0\1Bud1"),
        (
            "a FreeSurfer volume (mgh, mgz)",
            _EXAMPLE.format("mri_convert of FreeSurfer or with 3D Slicer"),
            b"\0\0\0\1\0\0",
        ),
        ("a MetaImage volume (mha, mhd)", _SLICER, b"ObjectType = Image", b"NDims = "),
        ("a MetaImage header", _CONVERT, b"ITK_MetaImage"),
        ("a MINC volume", _EXAMPLE.format("mnc2nii"), b"CDF\1"),
        ("an HDF5 file, as MINC 2 and MATLAB write it", "Convert it to .nii.gz.", b"\x89HDF\r\n"),
        ("a MATLAB file", "Save the volume as NIfTI (niftiwrite in MATLAB).", b"MATLAB"),
        ("a NumPy array", "Save it as NIfTI, for example with nibabel.", b"\x93NUMPY"),
        ("the header of a Philips PAR/REC pair", CONVERT_DICOM, b"# === DATA DESC"),
        ("a git-annex pointer", "Fetch the file itself with 'git annex get'.", b"/annex/objects/"),
        ("a database", _CARRIED, b"SQLite format 3"),
        ("a program", _CARRIED, b"\x7fELF", b"MZ"),
    )
)
"""Kinds that are known by their first bytes, whichever of several they are."""
_ENVELOPE = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""Begins the name of what cryptographic messages hold (RFC 5652), as secure DICOM files do."""
_JSON = re.compile(rb"[{\[]\s*(?:[\"{}\[\]\d-]|true|false|null|$)")
"""Other texts begin with a bracket, too, as settings of Windows do."""
_PLAIN_TEXT = re.compile(rb"[\t\n\f\r\x20-\x7e\x80-\xff]+")


def starts_as_dicom(first_bytes: bytes) -> bool:
    """Whether a file is DICOM by its beginning, with a preamble (PS3.10, 7.1) or without one.

    first_bytes : its first ``DICOM_BYTES`` bytes, or fewer where it is shorter.
    """
    return dicom_meta(first_bytes) is not None or _starts_as_data_set(first_bytes)


def dicom_meta(first_bytes: bytes) -> int | None:
    """Where group 0002 of a DICOM file begins: behind the preamble, or at 0; None without both."""
    if first_bytes[128:_PREAMBLE] == b"DICM":
        return _PREAMBLE
    return 0 if first_bytes.startswith(_META_STARTS) else None


def _starts_as_data_set(start: bytes) -> bool:
    """Whether it begins with an element of group 0008, in little endian."""
    if start[:2] != b"\x08\0" or len(start) < 8:
        return False
    if start[4:6] in _IN_GROUP_8:
        return True
    element, length = (int.from_bytes(start[at : at + n], "little") for at, n in ((2, 2), (4, 4)))
    if element <= 1:  # the length of the group, or of all (retired)
        return length == 4
    return element <= _FIRST_IN_GROUP_8 and length <= _LONGEST_FIRST


def kind_of(first_bytes: bytes) -> FileKind | None:
    """The kind of a file, or None if it is none of those that are known.

    first_bytes : its first ``START_BYTES`` bytes, or fewer where it is shorter.
    """
    if first_bytes.startswith(b"version https://git-lfs"):
        return FileKind("a Git LFS pointer", "Fetch the file itself with 'git lfs pull'.")
    if first_bytes[4:8] == b"ftyp":
        return _ISO_MEDIA.get(first_bytes[8:12], _VIDEO)
    if first_bytes.startswith(b"RIFF"):
        return _RIFF.get(first_bytes[8:12])
    if first_bytes.startswith(b"BM") and first_bytes[6:10] == b"\0\0\0\0":
        return FileKind("a BMP image", _SAVE)
    start = first_bytes.lstrip(b"\n")
    for kind, beginnings in _BEGINNINGS:
        if start.startswith(beginnings):
            return kind
    if first_bytes.startswith(b"\x30") and _ENVELOPE in first_bytes[:24]:
        said = "Decrypt it where it comes from, and open the result."
        return FileKind("an encrypted file", said)
    if starts_as_dicom(first_bytes):
        return FileKind("a DICOM file", "Give it a name that ends in .dcm.")
    if first_bytes[344:348] in (b"n+1\0", b"ni1\0") or first_bytes[4:8] in (b"n+2\0", b"ni2\0"):
        return _NIFTI
    if first_bytes[:4] in (b"\x5c\1\0\0", b"\0\0\1\x5c") and first_bytes[38:39] == b"r":
        return FileKind("the header of an Analyze volume", _CONVERT)
    if first_bytes[257:262] == b"ustar":
        return FileKind("a tar archive", _UNPACK)
    if re.match(rb"P[1-7]\s", first_bytes):
        return FileKind("a PNM image", _SAVE)
    return _kind_of_text(first_bytes)


def _kind_of_text(first_bytes: bytes) -> FileKind | None:
    text = first_bytes.removeprefix(b"\xef\xbb\xbf").lstrip()
    start = text[:400].lower()
    if b"<!doctype html" in start or b"<html" in start:
        return FileKind("an HTML page", "Download the file itself, not the page about it.")
    if start.startswith((b"<svg", b"<?xml")):
        svg = b"<svg" in text.lower()
        return FileKind("an SVG drawing" if svg else "an XML file", _SAVE if svg else _CARRIED)
    if b"%pdf-" in start:
        return FileKind("a PDF document", _EXPORT)
    if _JSON.match(text) and _is_text(text):
        return FileKind("a JSON file", _CARRIED)
    if _is_text(text):
        return FileKind("a text file", "Check that it is the file you mean.")
    return None


def _is_text(start: bytes) -> bool:
    """Whether it reads as text: UTF-8 without control codes, but for a character cut at the end."""
    if not start or not _PLAIN_TEXT.fullmatch(start):
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(start) - 3 and len(start) > START_BYTES - 64
    return True
