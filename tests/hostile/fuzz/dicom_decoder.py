"""The decoders of DICOM, which the program keeps in a process of their own.

They may fail in any way there. What counts is that no file takes more memory or time than that
process has, that frames are what their header promised, and that nothing crashes.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from brainviewer.files.decoding.message import MOST_BYTES, Decoding
from brainviewer.files.dicom.nested_header import start_decoding as nested
from brainviewer.files.dicom.pixels.decoding import start_decoding
from tests.hostile.fuzz.changes import number_changed
from tests.hostile.fuzz.dicom_seeds import single_files
from tests.hostile.fuzz.target import Target


def read(content: bytes, folder: Path) -> None:
    for start in (start_decoding, nested):
        try:
            decoding = start(io.BytesIO(content), "a.dcm")
        except Exception:
            continue
        _take(decoding)


def _take(decoding: Decoding) -> None:
    size = np.prod((decoding.count, *decoding.shape), dtype=float)
    if size * np.dtype(decoding.dtype).itemsize > MOST_BYTES:
        return  # whoever asked refuses it
    taken = 0
    try:
        for _ in decoding.frames:
            taken += 1
            if taken == decoding.count:
                break
    except Exception:
        return


def seeds() -> Iterable[bytes]:
    return single_files()


TARGET = Target(seeds, read, number_changed, instrumented=("brainviewer", "pydicom"), longest=4096)
