"""Results never take the place of what they are made from."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.dicom.places import may_hold_series, nifti_beside, possible_files
from brainviewer.files.dicom.series.segmentation import with_its_folder
from brainviewer.files.image2d.folder import images_of
from brainviewer.files.ordinary_file import is_there, same_place
from brainviewer.files.study.folder import collect, explicit


def refuse_source(target: Path, sources: Iterable[Path]) -> None:
    """Raises FileError if a file to be written is one of those that are read, by whatever name."""
    if is_there(target) and any(same_place(target, source) for source in sources):
        raise FileError(
            f"'{shortened(target.name)}' is one of the files that are read, so nothing is saved "
            "under that name.",
            "Choose another file name.",
        )


def files_of(paths: Sequence[Path]) -> list[Path]:
    """All files that may be read of a study, or of an image, that is named like this.

    Raises FileError as opening it does.
    """
    given, plain = explicit(with_its_folder(paths))
    named = [*given.files.values(), *([given.segmentation] if given.segmentation else [])]
    if may_hold_series(plain):
        return [*named, *possible_files(plain).files]
    if nifti := nifti_beside(plain):
        return [*named, *possible_files(plain).files, *nifti]
    return [*named, *(images_of(plain) or collect(plain) if plain else ())]
