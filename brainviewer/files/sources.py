"""Results never take the place of what they are made from."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.image2d.folder import images_of
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.study.folder import collect, explicit


def refuse_source(target: Path, sources: Iterable[Path]) -> None:
    """Raises FileError if a file to be written is one of those that are read, by whatever name."""
    if is_there(target) and any(_same(target, source) for source in sources):
        raise FileError(
            f"'{shortened(target.name)}' is one of the files that are read, so nothing is saved "
            "under that name.",
            "Choose another file name.",
        )


def files_of(paths: Sequence[Path]) -> list[Path]:
    """All files that may be read of a study, or of an image, that is named like this.

    Raises FileError as opening it does.
    """
    given, plain = explicit(paths)
    named = [*given.files.values(), *([given.segmentation] if given.segmentation else [])]
    return [*named, *(images_of(plain) or collect(plain) if plain else ())]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False
