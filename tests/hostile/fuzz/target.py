"""What is fuzzed: a reader, the files to begin with, and how they are changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Target:
    """One reader.

    seeds : small sound inputs, always the same ones.
    read : reads an input, in an empty folder of its own; what it may raise beside
        ``BrainViewerError`` are the ``allowed``, which callers of the reader expect.
    change : another input from one, of at most so many bytes; None where bytes are changed blindly.
    instrumented : packages whose lines count as new.
    longest : bytes of an input. seconds : of processor time that one may take.
    """

    seeds: Callable[[], Iterable[bytes]]
    read: Callable[[bytes, Path], None]
    change: Callable[[bytes, Random], bytes] | None = None
    allowed: tuple[type[BaseException], ...] = ()
    instrumented: tuple[str, ...] = ("brainviewer",)
    longest: int = 16_384
    seconds: float = 5.0


NAMES = {
    "nifti": "nifti",
    "dicom-elements": "dicom_elements",
    "dicom-series": "dicom_series",
    "dicom-decoder": "dicom_decoder",
    "study-folder": "study_folder",
    "labels": "labels",
    "journal": "journal",
    "card": "card",
    "session": "session",
}
"""Targets by name, and the modules here that hold them as ``TARGET``."""


def target_named(name: str) -> Target:
    """A target of ``NAMES``, or that of another module here."""
    target = import_module(f"tests.hostile.fuzz.{NAMES.get(name, name)}").TARGET
    assert isinstance(target, Target)
    return target
