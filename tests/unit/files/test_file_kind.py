"""Files are known by their bytes, whatever they are called."""

import gzip
import io
import zipfile

import pytest
from PIL import Image

from brainviewer.files.file_kind import START_BYTES, kind_of


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "a")
    return content.getvalue()


def image(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("L", (9, 9)).save(content, kind)
    return content.getvalue()


CASES = {
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0",
    "video": b"\0\0\0\x18ftypisom\0\0\2\0",
    "PDF": b"%PDF-1.7\n%\xe2\xe3",
    "HTML": b"\xef\xbb\xbf \n<!DOCTYPE html><html><body>404</body></html>",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="x"/>',
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    "ZIP": zipped(),
    "gzip": gzip.compress(b"a"),
    "NRRD": b"NRRD0004\ntype: short\n",
    "FreeSurfer": b"\0\0\0\1" + (256).to_bytes(4, "big"),
    "Analyze": (348).to_bytes(4, "little") + bytes(34) + b"r" + bytes(309),
    "NIfTI": (348).to_bytes(4, "little") + bytes(340) + b"n+1\0",
    "DICOM": bytes(128) + b"DICM",
    "JPEG XL": b"\xff\x0a\xfa\x1f",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "GIF": image("GIF"),
    "BMP": image("BMP"),
    "TIFF": image("TIFF"),
    "WebP": image("WEBP"),
    "JSON": b'{"a": 1}',
    "text": "Größe, Alter\n".encode(),
}


@pytest.mark.parametrize("said", CASES)
def test_a_kind_is_known_by_its_bytes(said: str) -> None:
    kind = kind_of(CASES[said][:START_BYTES])
    assert kind is not None
    assert said in kind.name
    assert kind.advice.endswith(".")


@pytest.mark.parametrize("content", [b"", bytes(400), bytes(range(256)), b"\x80\x81 no text"])
def test_what_is_not_known_is_not_guessed(content: bytes) -> None:
    assert kind_of(content) is None


def test_text_that_is_cut_inside_a_character_is_text() -> None:
    kind = kind_of(("ä" * START_BYTES).encode()[: START_BYTES - 1])
    assert kind is not None
    assert kind.name == "a text file"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"RIFF\x24\0\0\0WAVEfmt ", "a sound recording"),
        (b"RIFF\x24\0\0\0AVI LIST", "a video"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP image"),
        (b"ID3\3\0", "a sound recording"),
        (b"[InternetShortcut]\nURL=https://example.org\n", "a text file"),
        (b"[1, 2]", "a JSON file"),
        (b'[\n {"a": 1}]', "a JSON file"),
        (b"{}", "a JSON file"),
        (b"mrtrix image\ndim: 240,240,155\n", "an MRtrix volume"),
        (b"\ntype  = string-attribute\nname  = HISTORY_NOTE\n", "the header of an AFNI volume"),
        (b"SIMPLE  =                    T", "a FITS image"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X", "what macOS keeps beside a file (AppleDouble)"),
    ],
)
def test_what_begins_alike_is_told_apart(content, said):
    kind = kind_of(content)
    assert kind is not None
    assert kind.name == said


def test_of_a_container_that_nobody_knows_nothing_is_said():
    assert kind_of(b"RIFF\x24\0\0\0ABCD") is None
