"""What a file is by its first bytes, whatever its name says: to name what cannot be opened."""

import re
from dataclasses import dataclass

HEAD_BYTES = 1024
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
    def picture(self) -> bool:
        """Whether it is a picture, although perhaps none that can be opened."""
        return self.advice == _SAVE


_SAVE = "Save the image that is meant as PNG or JPG."
_EXPORT = "Export the image that is meant as PNG or JPG."
_FETCH = "Fetch the file itself with 'git lfs pull'."
_PAGE = "Download the file itself, not the page about it."
_UNPACK = "Unpack it and give the files in it."
_CONVERT = "Convert it to NIfTI."
_SLICER = "Convert it to .nii.gz, for example with 3D Slicer or ITK-SNAP."
CONVERT_DICOM = "Convert it to .nii.gz, for example with dcm2niix."
_COPY = "Check that it is the file you mean."
_CARRIED = "Give the file that was meant, not this one."

_LFS = FileKind("a Git LFS pointer", _FETCH)
_HTML = FileKind("an HTML page", _PAGE)
_NIFTI = FileKind("a NIfTI image", "Give it a name that ends in .nii or .nii.gz.")
_ISO_MEDIA = {
    b"avif": FileKind("an AVIF image", _SAVE),
    b"avis": FileKind("an AVIF image", _SAVE),
    b"crx ": FileKind("a camera's raw photo", _SAVE),
    b"heic": FileKind("an HEIC photo", _SAVE),
    b"heix": FileKind("an HEIC photo", _SAVE),
    b"hevc": FileKind("an HEIC photo", _SAVE),
    b"heim": FileKind("an HEIC photo", _SAVE),
    b"heis": FileKind("an HEIC photo", _SAVE),
    b"mif1": FileKind("an HEIF image", _SAVE),
    b"msf1": FileKind("an HEIF image", _SAVE),
    b"jp2 ": FileKind("a JPEG 2000 image", _SAVE),
}
_VIDEO = FileKind("a video", "Save the frame that is meant as PNG or JPG.")
_SOUND = FileKind("a sound recording", _CARRIED)
_RIFF = {b"WEBP": FileKind("a WebP image", _SAVE), b"AVI ": _VIDEO, b"WAVE": _SOUND}
_BEGINNINGS: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", FileKind("a PDF document", _EXPORT)),
    (b"%!PS", FileKind("a PostScript document", _EXPORT)),
    (b"GIF8", FileKind("a GIF image", _SAVE)),
    (b"\x89PNG", FileKind("a PNG image", _SAVE)),
    (b"\xff\xd8\xff", FileKind("a JPEG image", _SAVE)),
    (b"\xff\x4f\xff\x51", FileKind("a JPEG 2000 image", _SAVE)),
    (b"\0\0\0\x0cjP  ", FileKind("a JPEG 2000 image", _SAVE)),
    (b"\0\0\0\x0cJXL ", FileKind("a JPEG XL image", _SAVE)),
    (b"\xff\x0a", FileKind("a JPEG XL image", _SAVE)),
    (b"II\xbc\x01", FileKind("a JPEG XR image", _SAVE)),
    (b"II*\0", FileKind("a TIFF image", _SAVE)),
    (b"MM\0*", FileKind("a TIFF image", _SAVE)),
    (b"II+\0", FileKind("a TIFF image", _SAVE)),
    (b"MM\0+", FileKind("a TIFF image", _SAVE)),
    (b"8BPS", FileKind("a Photoshop document", _SAVE)),
    (b"gimp xcf", FileKind("a GIMP document", _SAVE)),
    (b"v/1\x01", FileKind("an OpenEXR image", _SAVE)),
    (b"\0\0\1\0", FileKind("an icon", _SAVE)),
    (b"qoif", FileKind("a QOI image", _SAVE)),
    (b"OggS", _SOUND),
    (b"ID3", _SOUND),
    (b"fLaC", _SOUND),
    (b"\x1aE\xdf\xa3", _VIDEO),
    (b"PK\3\4", FileKind("a ZIP archive or an office document", _UNPACK)),
    (b"PK\5\6", FileKind("an empty ZIP archive", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", FileKind("a 7-Zip archive", _UNPACK)),
    (b"Rar!", FileKind("a RAR archive", _UNPACK)),
    (b"\x1f\x8b", FileKind("a file packed with gzip", _UNPACK)),
    (b"BZh", FileKind("a file packed with bzip2", _UNPACK)),
    (b"\xfd7zXZ", FileKind("a file packed with xz", _UNPACK)),
    (b"(\xb5/\xfd", FileKind("a file packed with zstd", _UNPACK)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind("an office document", _EXPORT)),
    (b"{\\rtf", FileKind("a text document", _EXPORT)),
    (b"NRRD", FileKind("an NRRD volume", _SLICER)),
    (
        b"mrtrix image",
        FileKind("an MRtrix volume", "Convert it to .nii.gz, for example with mrconvert."),
    ),
    (b"mrtrix tracks", FileKind("a file of MRtrix tracks", _CARRIED)),
    (
        b"type = string-attribute",
        FileKind("the header of an AFNI volume", "Convert it to .nii.gz with 3dAFNItoNIFTI."),
    ),
    (
        b"type  = string-attribute",
        FileKind("the header of an AFNI volume", "Convert it to .nii.gz with 3dAFNItoNIFTI."),
    ),
    (b"SIMPLE  =", FileKind("a FITS image", _SAVE)),
    (b"\0\5\x16\7", FileKind("what macOS keeps beside a file (AppleDouble)", _CARRIED)),
    (b"\0\0\0\1Bud1", FileKind("what macOS keeps of a folder (.DS_Store)", _CARRIED)),
    (
        b"\0\0\0\1\0\0",
        FileKind(
            "a FreeSurfer volume (mgh, mgz)",
            "Convert it to .nii.gz, for example with mri_convert of FreeSurfer or with 3D Slicer.",
        ),
    ),
    (b"ObjectType = Image", FileKind("a MetaImage volume (mha, mhd)", _SLICER)),
    (b"NDims = ", FileKind("a MetaImage volume (mha, mhd)", _SLICER)),
    (b"ITK_MetaImage", FileKind("a MetaImage header", _CONVERT)),
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
    (b"SQLite format 3", FileKind("a database", _CARRIED)),
    (b"\x7fELF", FileKind("a program", _CARRIED)),
    (b"MZ", FileKind("a program", _CARRIED)),
)
_JSON = re.compile(rb"[{\[]\s*(?:[\"{}\[\]\d-]|true|false|null|$)")
"""Other texts begin with a bracket, too, as settings of Windows do."""
_PLAIN_TEXT = re.compile(rb"[\t\n\f\r\x20-\x7e\x80-\xff]+")


def kind_of(head: bytes) -> FileKind | None:
    """The kind of a file, or None if it is none of those that are known.

    head : its first ``HEAD_BYTES`` bytes, or fewer where it is shorter.
    """
    if head.startswith(b"version https://git-lfs"):
        return _LFS
    if head[4:8] == b"ftyp":
        return _ISO_MEDIA.get(head[8:12], _VIDEO)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return FileKind("a BMP image", _SAVE)
    start = head.lstrip(b"\n")
    for beginning, kind in _BEGINNINGS:
        if start.startswith(beginning):
            return kind
    if head[128:132] == b"DICM":
        return FileKind("a DICOM file", "Give it a name that ends in .dcm.")
    if head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0"):
        return _NIFTI
    if head[:4] in (b"\x5c\1\0\0", b"\0\0\1\x5c") and head[38:39] == b"r":
        return FileKind("the header of an Analyze volume", _CONVERT)
    if head[257:262] == b"ustar":
        return FileKind("a tar archive", _UNPACK)
    if re.match(rb"P[1-7]\s", head):
        return FileKind("a PNM image", _SAVE)
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> FileKind | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    start = text[:400].lower()
    if b"<!doctype html" in start or b"<html" in start:
        return _HTML
    if start.startswith((b"<svg", b"<?xml")):
        svg = b"<svg" in text.lower()
        return FileKind("an SVG drawing" if svg else "an XML file", _SAVE if svg else _CARRIED)
    if b"%pdf-" in start:
        return FileKind("a PDF document", _EXPORT)
    if _JSON.match(text) and _is_text(text):
        return FileKind("a JSON file", _CARRIED)
    if _is_text(text):
        return FileKind("a text file", _COPY)
    return None


def _is_text(head: bytes) -> bool:
    """Whether it reads as text: UTF-8 without control codes, but for a character cut at the end."""
    if not head or not _PLAIN_TEXT.fullmatch(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) > HEAD_BYTES - 64
    return True
