"""Texts in the character sets that files name (PS3.3, C.12.1.1.2), and in UTF-8 where they are.

Some programs write UTF-8 and name Latin-1 or nothing. Bytes beyond ASCII that are valid UTF-8 are
hardly ever anything else, so that they are taken for it there.
"""

import re
from collections.abc import Sequence

from brainviewer.files.dicom.keywords import UNDECODED

_CODECS = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
"""Python's names of the character sets of DICOM without code extensions (PS3.3, C.12.1.1.2)."""

_ESCAPE = b"\x1b"
_PARTS = re.compile(rb"^[^\x1b]+|\x1b[^\x1b]*")
_NAMES = ("PatientName", "ReferringPhysicianName")
_ENDS, _ENDS_IN_NAMES = re.compile(rb"[\\\r\n\t\f]"), re.compile(rb"[\\\r\n\t\f^=]")
_EXTENSIONS = {
    "ISO 2022 IR 6": ("ascii", b"\x1b(B"),
    "ISO 2022 IR 13": ("shift_jis", b"\x1b)I"),
    "ISO 2022 IR 58": ("gb2312", b"\x1b$)A"),
    "ISO 2022 IR 87": ("iso2022_jp", b"\x1b$B"),
    "ISO 2022 IR 100": ("latin-1", b"\x1b-A"),
    "ISO 2022 IR 101": ("iso8859-2", b"\x1b-B"),
    "ISO 2022 IR 109": ("iso8859-3", b"\x1b-C"),
    "ISO 2022 IR 110": ("iso8859-4", b"\x1b-D"),
    "ISO 2022 IR 126": ("iso8859-7", b"\x1b-F"),
    "ISO 2022 IR 127": ("iso8859-6", b"\x1b-G"),
    "ISO 2022 IR 138": ("iso8859-8", b"\x1b-H"),
    "ISO 2022 IR 144": ("iso8859-5", b"\x1b-L"),
    "ISO 2022 IR 148": ("iso8859-9", b"\x1b-M"),
    "ISO 2022 IR 149": ("euc_kr", b"\x1b$)C"),
    "ISO 2022 IR 159": ("iso2022_jp_2", b"\x1b$(D"),
    "ISO 2022 IR 166": ("tis-620", b"\x1b-T"),
}
"""Python's names of the character sets, and what begins them (PS3.3, C.12.1.1.2)."""
_LATIN_1 = ("ascii", "latin-1")
_BEGUN = {begin: codec for codec, begin in _EXTENSIONS.values()} | {b"\x1b(J": "shift_jis"}


def said_by(value: bytes, sets: Sequence[str], keyword: str) -> dict[str, str]:
    """The text of an element by its keyword, without what fills it up.

    What is in none of the sets is told as ``UNDECODED``: rather nothing than something else.

    sets : the values of Specific Character Set
    """
    try:
        return {keyword: _decoded(value, sets, keyword).strip(" \0")}
    except (UnicodeDecodeError, LookupError):
        return {keyword: "", UNDECODED: "\\".join(filter(None, sets)) or "none"}


def is_plain(value: bytes) -> bool:
    """Whether a text is the same in every character set."""
    return value.isascii() and _ESCAPE not in value


def _decoded(value: bytes, sets: Sequence[str], keyword: str) -> str:
    if is_plain(value):
        return value.decode("ascii")
    first = _EXTENSIONS[sets[0]][0] if sets[0] in _EXTENSIONS else _CODECS.get(sets[0])
    if first in _LATIN_1 and _ESCAPE not in value and (meant := _utf8(value)) is not None:
        return meant
    if any(name.startswith("ISO 2022") for name in sets):
        return _with_extensions(value, first, keyword)
    return value.decode(_CODECS.get(sets[-1], "ascii"))


def utf8_of_latin_1(text: str) -> str:
    """A text that was decoded as Latin-1, which is right where its bytes are no UTF-8."""
    try:
        meant = None if text.isascii() or "\x1b" in text else _utf8(text.encode("latin-1"))
    except UnicodeEncodeError:
        return text
    return text if meant is None else meant


def _utf8(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _with_extensions(value: bytes, first: str | None, keyword: str) -> str:
    """A text whose escape sequences change the character set (PS3.5, 6.1.2.4 and 6.1.2.5).

    first : codec that holds where nothing changes it, and again behind what separates values, lines
        and the parts of a name; None for a character set that is not known.
    """
    if first is None:
        raise LookupError
    ends = _ENDS_IN_NAMES if keyword in _NAMES else _ENDS
    said = []
    for part in _PARTS.findall(value):
        codec, text = first, part
        if part.startswith(_ESCAPE):
            length = 4 if part.startswith((b"\x1b$(", b"\x1b$)")) else 3
            codec, text = _BEGUN[part[:length]], part[length:]
        if codec.startswith("iso2022"):  # Python's own codec takes the escape sequence
            said.append(part.decode(codec))
            continue
        end = found.start() if (found := ends.search(text)) else len(text)
        said.append(text[:end].decode(codec) + text[end:].decode(first))
    return "".join(said)
