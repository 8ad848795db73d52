"""How pixels can be stored (PS3.6, annex A): which ways are read here, and which lose something."""

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
AS_THEY_LIE = (IMPLICIT, EXPLICIT)
"""Pixels can be read from the file without a decoder."""
NATIVE = {
    IMPLICIT: "Implicit VR Little Endian",
    EXPLICIT: "Explicit VR Little Endian",
    DEFLATED: "Deflated Explicit VR Little Endian",
    BIG_ENDIAN: "Explicit VR Big Endian",
}
COMPRESSED = {
    "1.2.840.10008.1.2.5": "RLE",
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.57": "JPEG Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
    "1.2.840.10008.1.2.4.90": "JPEG 2000",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000",
    "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000",
    "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
}
_WITH_LOSS = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
_MAYBE_WITH_LOSS = (
    "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203",
)  # fmt: skip


def loss(syntax: str, compressed: str, ratios: str) -> str:
    """A sentence on compression with loss, now or earlier; empty where there was none.

    compressed : Lossy Image Compression, ``00`` or ``01``; empty if it is not said
    ratios : Lossy Image Compression Ratio, of several steps separated by backslashes
    """
    compressed = compressed.strip()
    if compressed != "01" and syntax not in _WITH_LOSS:
        if compressed == "00" or syntax not in _MAYBE_WITH_LOSS:
            return ""
        name = COMPRESSED[syntax]
        return f"Its pixels may have been compressed with loss ({name}); the header does not say."
    words = [COMPRESSED[syntax]] if syntax in (*_WITH_LOSS, *_MAYBE_WITH_LOSS) else []
    factors = [float(ratio) for ratio in ratios.split("\\") if _above_one(ratio)]
    words += [f"{factor:.3g}:1" if factor < 100 else f"{factor:,.0f}:1" for factor in factors]
    how = f" ({', '.join(words)})" if words else ""
    return f"Its pixels were compressed with loss{how} and are not exactly the original ones."


def _above_one(ratio: str) -> bool:
    try:
        return 1 < float(ratio) < 1e4
    except ValueError:
        return False
