"""What lies in a folder that the user names."""

from collections.abc import Iterable
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import is_folder


def list_folder(folder: Path) -> list[Path]:
    """Files and folders in a folder, without hidden ones, by name; raises FileError."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        raise FileError(
            f"The folder {folder.name} cannot be read.",
            "Check that it is still there and that you have permission to read it.",
        ) from None


def folders_in(places: Iterable[Path]) -> list[Path]:
    """The folders in several folders; raises FileError."""
    return [child for place in places for child in list_folder(place) if is_folder(child)]
