"""Small series of noise that are written as DICOM, changed, and read again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.dicom.series.candidates import Candidate, candidates_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from brainviewer.files.stored_volume import StoredVolume

CHANCE = np.random.default_rng(11)
AFFINE = np.diag((-1.0, -1.0, 2.0, 1.0))


def candidates(paths: list[Path]) -> tuple[Candidate, ...]:
    return candidates_of(read_headers(paths).frames)


def volume(paths: list[Path]) -> StoredVolume:
    (one,) = candidates(paths)
    return read_stack(one.stack)


def noise(most: int = 4095, kind: str = "uint16", least: int = 0) -> np.ndarray:
    return CHANCE.integers(least, most, (12, 10, 6), endpoint=True).astype(kind)


def changed(path: Path, **elements: Any) -> Path:
    dataset = dcmread(path)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def overwritten(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new.ljust(len(old))))
    return path


def told_of_all(paths: list[Path], said: str) -> None:
    """A sentence on the series, and on each file by itself."""
    (one,) = candidates(paths)
    assert said.lower() in one.left_out.lower()
    with pytest.raises(FileError, match=said) as refused:
        read_dicom(paths[0])
    assert refused.value.advice
