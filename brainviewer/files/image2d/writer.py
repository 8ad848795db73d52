"""Images to disk, with where they came from written inside."""

import io
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import storable
from brainviewer.files.writing import write_whole

PROVENANCE_KEY = "BrainViewer"
"""Key of the PNG text chunk that holds the provenance as JSON."""

_TIFF_DESCRIPTION = 270
SUFFIXES = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
"""Endings of image files and their formats."""
PAGE_SUFFIXES = {**SUFFIXES, ".svg": "SVG", ".pdf": "PDF"}
"""Endings of the files that pages of slices are exported as, and their formats."""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:brainviewer="urn:brainviewer">
<brainviewer:provenance>{}</brainviewer:provenance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def check_page_path(path: Path) -> None:
    """Raises FileError if the ending of the name is not one that pages can be exported as."""
    _check_ending(path, PAGE_SUFFIXES, ".png, .tif, .svg or .pdf")


def check_image_path(path: Path) -> None:
    """Raises FileError if the ending of the name is not one that images can be saved as."""
    _check_ending(path, SUFFIXES, ".png or .tif")


def _check_ending(path: Path, known: Mapping[str, str], said: str) -> None:
    if path.suffix.lower() not in known:
        raise FileError(
            f"Images cannot be saved as '{path.suffix or path.name}'.",
            f"Choose a name that ends in {said}.",
        )


def save_image(image: Image.Image, path: Path, provenance: Mapping[str, Any]) -> None:
    """Save an image as PNG or TIFF, as the file name says, whole or not at all.

    provenance : plain data; JSON in the PNG text chunk ``BrainViewer`` or in the TIFF's
        ImageDescription.

    Raises FileError; a file of that name which was there before then stays as it was.
    """
    check_image_path(path)
    write_whole(path, image_bytes(image, SUFFIXES[path.suffix.lower()], provenance))


def image_bytes(
    image: Image.Image, kind: str, provenance: Mapping[str, Any], dpi: int = 0
) -> bytes:
    """The content of an image file, ``PNG`` or ``TIFF``; see ``save_image``.

    dpi : pixels an inch on paper, which the file says; nothing if 0.
    """
    content = io.BytesIO()
    printed: dict[str, Any] = {"dpi": (dpi, dpi)} if dpi else {}
    if kind == "PNG":
        chunks = PngInfo()
        chunks.add_itxt(PROVENANCE_KEY, svg_description(provenance))
        image.save(content, "PNG", pnginfo=chunks, **printed)
    else:
        # The tag is ASCII by definition.
        description = json.dumps(storable(provenance), ensure_ascii=True)
        tags = {_TIFF_DESCRIPTION: description}
        image.save(content, "TIFF", compression="tiff_deflate", tiffinfo=tags, **printed)
    return content.getvalue()


def svg_description(provenance: Mapping[str, Any]) -> str:
    """What an SVG file carries in its ``desc``: the provenance as JSON."""
    return json.dumps(storable(provenance), ensure_ascii=False)


def pdf_metadata(provenance: Mapping[str, Any]) -> bytes:
    """What a PDF file carries as its XMP packet: the provenance as JSON."""
    return _XMP.format(escape(svg_description(provenance), quote=False)).encode()
