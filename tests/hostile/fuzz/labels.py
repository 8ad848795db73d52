"""Segmentations that lie with a study: label maps in NIfTI, and DICOM segmentation objects."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

import numpy as np

from brainviewer.app.opening.sources import NiftiSource, SegmentationSource
from brainviewer.core.errors import silent
from brainviewer.core.geometry import Grid
from brainviewer.files.dicom.series.segmentation import segmentation_in
from brainviewer.files.study.folder import holds_labels
from tests.hostile.fuzz.changes import number_changed
from tests.hostile.fuzz.dicom_seeds import segmentation_object
from tests.hostile.fuzz.nifti import image_bytes
from tests.hostile.fuzz.target import Target

_GRID = Grid((4, 4, 3), np.diag((40.0, 40.0, 50.0, 1.0)))


def seeds() -> Iterable[bytes]:
    for kind in ("u1", "i2", "f4"):
        yield b"n" + image_bytes(kind)
    for kind in ("BINARY", "LABELMAP", "FRACTIONAL"):
        yield b"d" + segmentation_object(kind)


def read(content: bytes, folder: Path) -> None:
    path = folder / "a"
    path.write_bytes(content[1:])
    if content[:1] == b"n":
        stored = NiftiSource(path).read(silent)
        holds_labels(stored)
        return
    file = segmentation_in(path)
    if file is None:
        return
    for grids in ((), (_GRID,)):
        source = SegmentationSource(file, grids)
        stored = source.read(silent)
        assert stored.data.shape == source.header().grid.shape
        there = set(np.unique(stored.data)) - {0}
        assert there <= set(stored.label_names or {})


def change(content: bytes, random: Random) -> bytes:
    """A number somewhere behind the mark of the kind."""
    return content[:1] + number_changed(content[1:], random)


TARGET = Target(seeds, read, change, longest=6144)
