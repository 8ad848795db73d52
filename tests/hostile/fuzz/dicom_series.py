"""A folder of DICOM files: which series there are, which is which, and their voxels."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

import numpy as np

from brainviewer.app.opening.dicom.looking import examination_in
from brainviewer.app.opening.dicom.series import choice_of
from brainviewer.app.opening.sources import SeriesSource
from brainviewer.core.errors import BrainViewerError, silent
from tests.hostile.fuzz.changes import number_changed
from tests.hostile.fuzz.dicom_seeds import series
from tests.hostile.fuzz.parts import joined, split
from tests.hostile.fuzz.target import Target

_MOST_FILES = 6


def seeds() -> Iterable[bytes]:
    yield joined(series())
    yield joined(series("1.2.840.10008.1.2"))
    yield joined(series("1.2.840.10008.1.2.2"))
    yield joined(series(enhanced=True))
    yield joined(series()[:2] + series("1.2.840.10008.1.2.1.99")[2:])


def read(content: bytes, folder: Path) -> None:
    for number, part in enumerate(split(content, _MOST_FILES)):
        (folder / f"IM{number}").write_bytes(part)
    examination = examination_in([folder])
    if examination is None:
        return
    choice_of(examination)
    for candidate in examination.candidates:
        source = SeriesSource(candidate)
        try:
            header = source.header()
            image = source.read(silent)
        except BrainViewerError:
            continue
        assert image.data.shape == header.grid.shape
        assert np.isfinite(image.data).all()
        assert np.isfinite(image.grid.affine).all()


def change(content: bytes, random: Random) -> bytes:
    """A number in one of the files, or another order of them."""
    files = list(split(content, _MOST_FILES))
    if not files:
        return content
    if random.random() < 0.1:
        random.shuffle(files)
        return joined(files[: random.randint(1, len(files))])
    at = random.randrange(len(files))
    files[at] = number_changed(files[at], random)
    return joined(files)


TARGET = Target(seeds, read, change, longest=12_288)
