"""Images: PNG, TIFF, JPEG, BMP, GIF: sizes, bombs, loops, odd depths, EXIF."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.hostile.case import Case, Ends, file_of, sweep
from tests.hostile.kinds.dicom import jpeg

_COMMANDS = (
    ("info", "{file}"),
    ("classify", "{file}"),
    ("export", "{file}", "-o", "{out}/a.png"),
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(width: int, height: int, depth: int = 8, colour: int = 0, pixels: bytes | None = None,
        more: bytes = b"") -> bytes:  # fmt: skip
    """A PNG that says what it is told to say."""
    packed = zlib.compress(bytes(17) * 16) if pixels is None else pixels
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    start = b"\x89PNG\r\n\x1a\n"
    return start + head + more + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _png_bomb(side: int) -> bytes:
    packer, row = zlib.compressobj(9), bytes(side + 1)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return png(side, side, pixels=packed)


def _text_bomb() -> bytes:
    packed = zlib.compress(bytes(1 << 27), 9)
    return png(16, 16, more=_chunk(b"zTXt", b"Comment\0\0" + packed) * 16)


def bmp(width: int, height: int, bits: int = 8, offset: int = 1078) -> bytes:
    """A bitmap of 16 × 16 pixels that says another size."""
    head = b"BM" + struct.pack("<IHHI", 1334, 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 256, 0, 0, 256, 0)
    return head + info + bytes(1024) + bytes(range(256))


def tiff(tags: list[tuple[int, int, int, int]], following: int = 0, behind: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory: (tag, type, count, value)."""
    made = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags))
    for tag in sorted(tags):
        made += struct.pack("<HHII", *tag)
    return made + struct.pack("<I", following) + (behind or bytes(range(256)))


def _tags(across: int = 16, down: int = 16, **said: tuple[int, int, int]) -> list[tuple[int, ...]]:
    numbers = {"width": 256, "height": 257, "bits": 258, "packing": 259, "photometric": 262,
               "strips": 273, "samples": 277, "rows": 278, "counts": 279}  # fmt: skip
    told = {
        "width": (4, 1, across), "height": (4, 1, down), "bits": (3, 1, 8), "packing": (3, 1, 1),
        "photometric": (3, 1, 1), "strips": (4, 1, 122), "samples": (3, 1, 1),
        "rows": (4, 1, down), "counts": (4, 1, 256), **said,
    }  # fmt: skip
    return [(numbers[name], *value) for name, value in told.items()]


def _pages(count: int) -> bytes:
    """Directories that each name the next, and hold almost nothing."""
    made = bytearray(b"II*\0\x08\0\0\0")
    for n in range(count):
        tags = _tags(1, 1)
        size = 2 + 12 * len(tags) + 4
        made += struct.pack("<H", len(tags))
        for tag in sorted(tags):
            made += struct.pack("<HHII", *tag)
        made += struct.pack("<I", 8 + size * (n + 1) if n + 1 < count else 0)
    return bytes(made)


def saved(kind: str, mode: str, size: tuple[int, int] = (64, 64), **how: object) -> bytes:
    """An image as Pillow writes it."""
    from PIL import Image

    made = io.BytesIO()
    Image.new(mode, size).save(made, kind, **how)
    return made.getvalue()


def _exif(orientation: int, loop: bool) -> bytes:
    from PIL import Image

    told = Image.Exif()
    told[0x0112] = orientation
    content = bytearray(saved("JPEG", "L", exif=told))
    if loop:
        at = content.index(b"Exif\0\0") + 6
        count = int.from_bytes(content[at + 8 : at + 10], "big" if content[at] == 77 else "little")
        content[at + 10 + 12 * count : at + 14 + 12 * count] = content[at + 4 : at + 8]
    return bytes(content)


def _pngs() -> Iterator[tuple[str, bytes | Callable[[], bytes]]]:
    for width, height in ((0, 0), (0, 16), (1, 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1),
                          (60_000, 60_000), (1, 10**6)):  # fmt: skip
        yield f"{width} x {height}", png(width, height)
    for depth, colour in ((3, 0), (16, 3), (8, 1), (8, 7), (1, 2), (0, 0)):
        yield f"depth {depth}, colour {colour}", png(16, 16, depth, colour)
    yield "palette missing", png(16, 16, 8, 3)
    yield "palette twice", png(16, 16, 8, 3, more=_chunk(b"PLTE", bytes(3)) * 2)
    yield "no pixels", png(16, 16, pixels=b"")
    yield "pixels no zlib", png(16, 16, pixels=b"garbage")
    yield "bomb of 30000", partial(_png_bomb, 30_000)
    yield "bomb of text", _text_bomb
    yield "chunk length", b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffIHDR"
    yield "wrong checksum", png(16, 16)[:-20] + bytes(20)
    yield "too many pixels", png(16, 16, pixels=zlib.compress(bytes(1 << 22)))


def _tiffs() -> Iterator[tuple[str, bytes | Callable[[], bytes]]]:
    yield "sound", tiff(_tags())  # type: ignore[arg-type]
    for side in (0, 65_535, 2**31 - 1, 2**32 - 1):
        yield f"side {side}", tiff(_tags(side, side))  # type: ignore[arg-type]
    for name, said in (
        ("bits 0", {"bits": (3, 1, 0)}), ("bits 64", {"bits": (3, 1, 64)}),
        ("bits 12", {"bits": (3, 1, 12)}), ("samples 0", {"samples": (3, 1, 0)}),
        ("samples 65535", {"samples": (3, 1, 65535)}), ("rows 0", {"rows": (4, 1, 0)}),
        ("strips beyond", {"strips": (4, 1, 2**31)}), ("packing", {"packing": (3, 1, 9999)}),
        ("LZW garbage", {"packing": (3, 1, 5)}), ("JPEG garbage", {"packing": (3, 1, 7)}),
        ("fax", {"packing": (3, 1, 4)}), ("many strips", {"strips": (4, 2**28, 8)}),
        ("counts lie", {"counts": (4, 1, 2**32 - 1)}), ("types", {"width": (99, 1, 16)}),
    ):  # fmt: skip
        yield name, tiff(_tags(**said))  # type: ignore[arg-type]
    yield "loop", tiff(_tags(), following=8)  # type: ignore[arg-type]
    yield "directory beyond", b"II*\0\xf0\xff\xff\xff"
    yield "65535 tags", b"II*\0\x08\0\0\0\xff\xff" + bytes(100)
    yield "big, beyond", b"II+\0\x08\0\0\0" + b"\xff" * 8
    yield "20k pages", partial(_pages, 20_000)


_OPEN = (
    # The first palette, or page, or as many pixels as there are to be, is what is meant.
    "PNG palette twice", "PNG too many pixels", "TIFF loop",
    # Whole pixels, whatever is said of how they are cut into strips.
    "TIFF sound", "TIFF rows 0", "TIFF counts lie",
    # A way to turn it that there is not is none.
    "JPEG orientation 0", "JPEG orientation 9", "JPEG orientation 65535", "JPEG EXIF loop",
    "wrong ending",
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All of the kind."""
    made: list[tuple[str, str, bytes | Callable[[], bytes]]] = []
    made += [(f"PNG {name}", "a.png", content) for name, content in _pngs()]
    made += [(f"TIFF {name}", "a.tif", content) for name, content in _tiffs()]
    for width, height in ((65_500, 65_500), (0, 16), (16, 0), (65_535, 1)):
        made.append((f"JPEG {width} x {height}", "a.jpg", jpeg(width, height)))
    whole = jpeg(16, 16)
    made += [(f"JPEG cut at {at}", "a.jpg", whole[:at]) for at in sweep(whole, 6)]
    for n in (0, 9, 65_535):
        made.append((f"JPEG orientation {n}", "a.jpg", partial(_exif, n, False)))
    made.append(("JPEG EXIF loop", "a.jpg", partial(_exif, 6, True)))
    for width, height in (
        (2**31 - 1, 2**31 - 1),
        (-16, -16),
        (16, -(2**31)),
        (0, 0),
        (50_000, 50_000),
    ):
        made.append((f"BMP {width} x {height}", "a.bmp", bmp(width, height)))
    for bits in (0, 3, 64):
        made.append((f"BMP {bits} bits", "a.bmp", bmp(16, 16, bits)))
    made.append(("BMP offset", "a.bmp", bmp(16, 16, offset=2**32 - 1)))
    made.append(
        ("GIF huge", "a.gif", b"GIF89a" + b"\xff" * 4 + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0")
    )
    for mode in ("1", "P", "CMYK", "I;16", "I", "F", "RGBA", "LAB"):
        made.append((f"TIFF mode {mode}", "a.tif", partial(saved, "TIFF", mode)))
    made.append(("wrong ending", "a.png", partial(saved, "JPEG", "L")))
    made.append(("text", "a.png", b"hello"))
    made.append(
        (
            "SVG",
            "a.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        )
    )
    made.append(("ghostscript", "a.png", b"%!PS-Adobe-3.0\n(/etc/passwd) run\n"))
    for n, (name, file, content) in enumerate(made):
        # What is small enough to be judged without its pixels is not asked for a class.
        command = _COMMANDS[n % 3] if name.startswith("TIFF mode") else _COMMANDS[n % 2 * 2]
        known = name.startswith("TIFF mode") and name != "TIFF mode LAB"
        ends: Ends = "opens" if name in _OPEN or known else "refused"
        yield Case("images", name, file_of(file, content), command, ends)
