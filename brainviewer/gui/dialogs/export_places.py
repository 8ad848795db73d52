"""Where an export may go."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths


def there_is(path: Path, kind: Callable[[Path], bool]) -> bool:
    """Whether a path is of a kind, such as ``Path.is_dir``; no path that cannot be is."""
    try:
        return kind(path)
    except (OSError, ValueError):
        # Too long or otherwise unusable; saving will say so.
        return False


def pictures_folder() -> Path:
    """The user's folder of pictures, or the home folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    folder = Path(place) if place else Path.home()
    return folder if folder.is_dir() else Path.home()
