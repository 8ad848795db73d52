"""Reads back where an exported file says that it came from."""

import json
from html import unescape
from pathlib import Path
from typing import Any

from PIL import Image

from brainviewer.files.image2d.writer import PAGE_SUFFIXES, PROVENANCE_KEY

_PDF_TAG = b"brainviewer:provenance"
_TIFF_DESCRIPTION = 270


def read_provenance(path: Path) -> dict[str, Any]:
    """The provenance inside an exported file; empty if it carries none."""
    kind = PAGE_SUFFIXES.get(path.suffix.lower())
    tag = {"SVG": b"desc", "PDF": _PDF_TAG}.get(kind or "")
    text = _image_text(path) if tag is None else _between(path.read_bytes(), tag)
    try:
        provenance = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return provenance if isinstance(provenance, dict) else {}


def _between(content: bytes, tag: bytes) -> str:
    """The text of the first XML element of a name."""
    _, _, after = content.partition(b"<" + tag + b">")
    return unescape(after.partition(b"</" + tag + b">")[0].decode("utf-8", "replace"))


def _image_text(path: Path) -> str | None:
    with Image.open(path) as image:
        text: str | None = image.info.get(PROVENANCE_KEY)
        if text is None:
            text = dict(getattr(image, "tag_v2", {})).get(_TIFF_DESCRIPTION)
        return text
