"""NIfTI: headers, sizes, number types, positions, packing, extensions, pairs."""

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from tests.hostile.case import Case, Ends, Place, cut, file_of, folder_of, sweep
from tests.hostile.sound import image

_INFO = ("info", "{file}")
_EXPORT = ("export", "{file}", "-o", "{out}/a.png", "--slice", "1")
_PICK = ("pick", "{file}", "--mask", "{out}/mask.nii.gz")
_COMMANDS = (_INFO, _EXPORT, _INFO, _PICK, _INFO, _INFO)
"""Most are asked what they are, which reads all of them; a search takes seconds."""
NAN, INF = math.nan, math.inf

_FIELDS: tuple[tuple[str, str, int, tuple[float, ...]], ...] = (
    ("sizeof_hdr", "i", 0, (0, -1, 349, 540, 2**31 - 1)),
    ("dim0", "h", 40, (0, -1, 1, 2, 8, 32767)),
    ("dim1", "h", 42, (0, -1, 1, 32767, -32768)),
    ("dim3", "h", 46, (0, -5, 1, 32767)),
    ("dim4", "h", 48, (0, -1, 2, 32767)),
    ("datatype", "h", 70, (0, 1, 2, 32, 128, 255, 1536, 2048, -1, 999)),
    ("bitpix", "h", 72, (0, 1, 8, 64, -16)),
    ("pixdim0", "f", 76, (NAN, 0, 5)),
    ("pixdim1", "f", 80, (0, -1, NAN, INF, 1e-38, 3e38)),
    ("pixdim3", "f", 88, (0, NAN, INF, 1e30)),
    ("vox_offset", "f", 108, (-1, 0, 351, 353.5, 1e9, NAN, INF, -INF)),
    ("scl_slope", "f", 112, (NAN, INF, -1, 3e38, 1e-45)),
    ("scl_inter", "f", 116, (NAN, INF, 3e38)),
    ("xyzt_units", "B", 123, (0, 1, 3, 255)),
    ("qform_code", "h", 252, (-1, 9, 32767)),
    ("sform_code", "h", 254, (-1, 9, 32767)),
    ("srow_x0", "f", 280, (0, NAN, INF, 1e30, 1e-30)),
    ("srow_x3", "f", 292, (NAN, INF, 3e38)),
    ("srow_z2", "f", 320, (0, NAN, -INF)),
)  # fmt: skip


@cache
def _sound() -> bytes:
    return image()


def poked(kind: str, at: int, value: float) -> bytes:
    """A sound image with another number at a place in its header."""
    whole = value if kind in "fd" else int(value)
    content = bytearray(_sound())
    struct.pack_into(f"<{kind}", content, at, whole)
    return bytes(content)


def _bytes_at(at: int, content: bytes) -> bytes:
    sound = bytearray(_sound())
    sound[at : at + len(content)] = content
    return bytes(sound)


def _members(each: bytes, count: int, first: bytes = b"") -> bytes:
    return gzip.compress(first, 1, mtime=0) + gzip.compress(each, 9, mtime=0) * count


def _bomb(gibibytes: int, first: bytes) -> bytes:
    """Zeros without end: a gzip file of members of 64 MiB each."""
    return _members(bytes(1 << 26), gibibytes * 16, first)


def _huge(first: bytes) -> bytes:
    dims = struct.pack("<8h", 3, 32767, 32767, 32767, 1, 1, 1, 1)
    return first[:40] + dims + first[56:]


def _large_true() -> bytes:
    """A header that says 2 GiB of float64, and as many zeros, packed."""
    content = bytearray(_sound()[:352])
    struct.pack_into("<8h", content, 40, 3, 512, 512, 1024, 1, 1, 1, 1)
    struct.pack_into("<2h", content, 70, 64, 64)
    return _members(bytes(1 << 26), 32, bytes(content))


def _volumes() -> bytes:
    content = bytearray(_sound()[:352])
    struct.pack_into("<8h", content, 40, 4, 32, 32, 24, 32767, 1, 1, 1)
    return _members(bytes(1 << 20), 1536, bytes(content))


def _extension(size: int, code: int = 4, length: int = 64) -> bytes:
    sound = _sound()
    part = struct.pack("<ii", size, code) + b"x" * (length - 8)
    head = bytearray(sound[:348] + b"\1\0\0\0")
    struct.pack_into("<f", head, 108, 352.0 + length)
    return bytes(head) + part + sound[352:]


def _pair(header: str, pixels: str | None) -> dict[str, bytes]:
    head = bytearray(_sound()[:348])
    head[344:348] = b"ni1\0"
    struct.pack_into("<f", head, 108, 0.0)
    files = {header: bytes(head)}
    if pixels:
        files[pixels] = _sound()[352:]
    return files


def _sparse(place: Path, length: int) -> Path:
    with place.open("wb") as file:
        file.write(_huge(_sound()))
        file.truncate(length)
    return place


def _make_sparse(name: str, length: int, place: Place) -> Path:
    return _sparse(place.folder / name, length)


def _packing() -> Iterator[tuple[str, Ends, str, object]]:
    sound = gzip.compress(_sound(), mtime=0)
    yield "empty", "refused", "a_flair.nii.gz", b""
    yield "not packed", "opens", "a_flair.nii.gz", _sound()
    yield "packed as plain", "opens", "a_flair.nii", sound
    yield "twice packed", "refused", "a_flair.nii.gz", gzip.compress(sound)
    yield "wrong checksum", "refused", "a_flair.nii.gz", sound[:-8] + b"\1\2\3\4" + sound[-4:]
    yield "wrong length", "refused", "a_flair.nii.gz", sound[:-4] + b"\1\2\3\4"
    yield "text behind", "opens", "a_flair.nii.gz", sound + b"and more"
    yield "zlib", "refused", "a_flair.nii.gz", zlib.compress(_sound())
    yield "100k empty members", "refused", "a_flair.nii.gz", gzip.compress(b"", mtime=0) * 100_000
    yield "endless name", "refused", "a_flair.nii.gz", b"\x1f\x8b\x08\x08" + b"n" * (1 << 25)
    yield "bomb behind", "refused", "a_flair.nii.gz", partial(_bomb, 8, _sound())
    yield "bomb of nothing", "refused", "a_flair.nii.gz", partial(_bomb, 8, b"")
    yield "bomb, huge", "refused", "a_flair.nii.gz", partial(_bomb, 8, _huge(_sound()))
    yield "2 GiB", "refused", "a_flair.nii.gz", _large_true
    yield "32767 volumes", "refused", "a_flair.nii.gz", _volumes
    for at in sweep(sound, 9):
        yield f"cut at {at} packed", "refused", "a_flair.nii.gz", sound[:at]
    for at in (12, 40, len(sound) // 2):
        turned = sound[:at] + bytes([sound[at] ^ 255]) + sound[at + 1 :]
        yield f"flipped at {at} packed", "refused", "a_flair.nii.gz", turned


# What the voxels mean does not rest on these: other fields win over them, or a value that makes
# no sense counts as none, as the format has it, and is told. NaN and infinite scalings are none.
_NO_MATTER = ("dim4", "bitpix", "pixdim0", "pixdim1", "pixdim3", "scl_slope", "scl_inter",
              "qform_code", "sform_code", "srow_x0", "srow_x3", "srow_z2")  # fmt: skip
_AS_GOOD = ("vox_offset 0", "xyzt_units 0", "xyzt_units 3", "xyzt_units 255")
_SAYS = {"xyzt_units 0": "The unit of length is not named", "xyzt_units 3": "implausible",
         "scl_slope 3e+38": "too large for a number of 32 bits",
         "sform_code -1": "no sides can be shown"}  # fmt: skip


def _ends(name: str) -> Ends:
    return "opens" if name.split(maxsplit=1)[0] in _NO_MATTER or name in _AS_GOOD else "refused"


def _says(name: str) -> str:
    if name.startswith("srow") and name != "srow_x3 3e+38":
        return "is invalid"
    return _SAYS.get(name, "" if _ends(name) == "opens" else "a_flair.nii")


def cases() -> Iterator[Case]:
    """All of the kind."""
    number = 0
    for field, kind, at, values in _FIELDS:
        for value in values:
            make = file_of("a_flair.nii", partial(poked, kind, at, value))
            command = _COMMANDS[number % 6]
            name = f"{field} {value}"
            yield Case("nifti", name, make, command, _ends(name), says=_says(name))
            number += 1
    for at in sweep(_sound(), 16):
        make = file_of("a_flair.nii", cut(_sound, at))
        yield Case("nifti", f"cut at {at}", make, _COMMANDS[at % 6])
    for name, place, content in (
        ("magic", 344, b"n+9\0"), ("magic zero", 344, bytes(4)), ("magic pair", 344, b"ni1\0"),
        ("big-endian", 40, b"\0\3"), ("descriptions", 148, bytes(range(1, 100))),
        ("all ones", 0, b"\xff" * 348), ("all zero", 0, bytes(348)),
    ):  # fmt: skip
        make = file_of("a_flair.nii", partial(_bytes_at, place, content))
        ends: Ends = "opens" if name == "descriptions" else "refused"
        yield Case("nifti", name, make, _INFO, ends)
    for size in (0, -1, 7, 15, 2**31 - 1, 1 << 20):
        make = file_of("a_flair.nii", partial(_extension, size))
        # They are not read; the header says where the voxels begin.
        yield Case("nifti", f"extension of {size}", make, _INFO, "opens")
    for name, ends, file, content in _packing():
        yield Case("nifti", name, file_of(file, content), _INFO, ends)  # type: ignore[arg-type]
    yield Case("nifti", "header alone", folder_of(_pair("a_flair.hdr", None).items()))
    yield Case("nifti", "pixels alone", folder_of([("a_flair.img", _sound()[352:])]))
    for length in (1 << 20, 1 << 36):
        make = partial(_make_sparse, "a_flair.nii", length)
        yield Case("nifti", f"huge, of {length} bytes", make, _EXPORT)
    yield Case("nifti", "analyze", folder_of({"a_flair.hdr": _sound()[:344] + bytes(4),
                                             "a_flair.img": _sound()[352:]}.items()),
               _INFO, "refused")  # fmt: skip
