"""The first image of several that can be opened."""

from pathlib import Path

from brainviewer.app.opening.opened import Opened
from brainviewer.core.errors import FileError, Report

SERIES = "These DICOM images are shown one by one: they are no series of MR slices."
_MOST_TRIES = 20
"""Unreadable images in a row before a folder is given up."""


def first_readable(image_series: tuple[Path, ...], why: str, report: Report) -> Opened:
    """The first image that can be opened. Raises the error of the first if none can.

    why : DICOM images are no volume, and what helps; empty where nothing is known.
    """
    from brainviewer.app.opening.image2d import open_image2d
    from brainviewer.files.image2d.folder import is_dicom

    first: FileError | None = None
    for index, path in enumerate(image_series[:_MOST_TRIES]):
        try:
            study = open_image2d(path, report)
        except FileError as error:
            first = first or error
            continue
        said = [str(first)] if first else []
        if is_dicom(path) and (why or len(image_series) > 1):
            said.append(why or SERIES)
        tried = frozenset(range(index))
        return Opened.of(
            study, image_series=image_series, index=index, unreadable=tried, said=tuple(said)
        )
    assert first is not None
    raise first
