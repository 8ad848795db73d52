"""Pictures to disk, with where they came from written inside."""

import io
import json
from collections.abc import Mapping
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


def check_picture_path(path: Path) -> None:
    """Raises FileError if the ending of the name is not one that pictures can be saved as."""
    if path.suffix.lower() not in SUFFIXES:
        raise FileError(
            f"Pictures cannot be saved as '{path.suffix or path.name}'.",
            "Choose a name that ends in .png or .tif.",
        )


def save_picture(image: Image.Image, path: Path, provenance: Mapping[str, Any]) -> None:
    """Save a picture as PNG or TIFF, as the file name says, whole or not at all.

    provenance : plain data; JSON in the PNG text chunk ``BrainViewer`` or in the TIFF's
        ImageDescription.

    Raises FileError; a file of that name which was there before then stays as it was.
    """
    check_picture_path(path)
    content = io.BytesIO()
    if SUFFIXES[path.suffix.lower()] == "PNG":
        chunks = PngInfo()
        chunks.add_itxt(PROVENANCE_KEY, json.dumps(storable(provenance), ensure_ascii=False))
        image.save(content, "PNG", pnginfo=chunks)
    else:
        # The tag is ASCII by definition.
        description = json.dumps(storable(provenance), ensure_ascii=True)
        image.save(
            content,
            "TIFF",
            compression="tiff_deflate",
            tiffinfo={_TIFF_DESCRIPTION: description},
        )
    write_whole(path, content.getvalue())


def read_provenance(path: Path) -> dict[str, Any]:
    """The provenance that ``save_picture`` wrote; empty if the picture carries none."""
    with Image.open(path) as image:
        text = image.info.get(PROVENANCE_KEY)
        if text is None:
            text = dict(getattr(image, "tag_v2", {})).get(_TIFF_DESCRIPTION)
    try:
        provenance = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return provenance if isinstance(provenance, dict) else {}
