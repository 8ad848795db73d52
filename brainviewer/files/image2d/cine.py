"""Cine loops as files: MP4 and GIF, with where they came from written inside."""

import io
import os
import struct
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.writer import svg_description
from brainviewer.files.native_output import without_stderr

CINE_SUFFIXES = {".mp4": "MP4", ".gif": "GIF"}
"""Endings of the files that cines are exported as, and their formats."""
SPEEDS = (1, 50)
"""The lowest and the highest number of images a second; GIF knows hundredths of a second."""
PROVENANCE_BOX = uuid5(NAMESPACE_URL, "urn:brainviewer").bytes
"""The type of the MP4 box that holds the provenance as JSON."""
_CODECS = (("avc1", "H.264"), ("mp4v", "MPEG-4 Part 2"))
_COLOURS = 256

Frame = NDArray[np.uint8]
"""(rows, columns, 3)"""


def codec_notice(codec: str) -> str:
    """A sentence on an MP4 file; "" of H.264, and of a GIF, whose codec is ""."""
    if codec in ("", "H.264"):
        return ""
    return (
        f"It is encoded as {codec}, since there is no encoder for H.264 here: browsers may not "
        "play it."
    )


def check_cine_path(path: Path) -> None:
    """Raises FileError if the ending of the name is not one that cines can be saved as."""
    if path.suffix.lower() not in CINE_SUFFIXES:
        raise FileError(
            f"A cine cannot be saved as '{path.suffix or path.name}'.",
            "Choose a name that ends in .mp4 or .gif.",
        )


def gif_content(frames: Iterable[Frame], per_second: float, provenance: Mapping[str, Any]) -> bytes:
    """The content of a GIF file that plays without an end; provenance in its comment."""
    reduced = (
        Image.fromarray(frame).quantize(_COLOURS, dither=Image.Dither.NONE) for frame in frames
    )
    content = io.BytesIO()
    next(reduced).save(
        content,
        "GIF",
        save_all=True,
        append_images=reduced,
        duration=round(100 / per_second) * 10,
        loop=0,
        comment=svg_description(provenance).encode("ascii", "backslashreplace"),
    )
    return content.getvalue()


def mp4_content(
    frames: Iterable[Frame], per_second: float, provenance: Mapping[str, Any]
) -> tuple[bytes, str]:
    """The content of an MP4 file with provenance in a box of its own, and the codec's name.

    frames : all of one size; black is added where a side is odd.

    H.264 where the system has an encoder for it, else MPEG-4 Part 2. Raises FileError where there
    is neither.
    """
    import cv2

    with tempfile.TemporaryDirectory(prefix="brainviewer-") as folder:
        path = os.path.join(folder, "cine.mp4")  # noqa: PTH118 - as OpenCV takes it
        writer, codec, size = None, "", (0, 0)
        try:
            for frame in frames:
                if writer is None:
                    size = frame.shape[1] + frame.shape[1] % 2, frame.shape[0] + frame.shape[0] % 2
                    writer, codec = _writer(cv2, path, per_second, size)
                even = np.zeros((size[1], size[0], 3), np.uint8)
                even[: frame.shape[0], : frame.shape[1]] = frame[..., ::-1]
                writer.write(even)
        finally:
            if writer is not None:
                writer.release()
        content = Path(path).read_bytes()
    told = svg_description(provenance).encode("utf-8", "backslashreplace")
    box = struct.pack(">I4s16s", 24 + len(told), b"uuid", PROVENANCE_BOX) + told
    return content + box, codec


def _writer(cv2: Any, path: str, per_second: float, size: tuple[int, int]) -> tuple[Any, str]:
    """What encodes a file, and the name of its codec."""
    with without_stderr():  # of those that are missing
        for mark, name in _CODECS:
            writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*mark), per_second, size)
            if writer.isOpened():
                return writer, name
    raise FileError(
        "There is no codec for MP4 on this computer, so no cine was saved.", "Save it as GIF."
    )
