"""What lies in a folder that the user names."""

from pathlib import Path

from brainviewer.core.errors import FileError


def list_folder(folder: Path) -> list[Path]:
    """Files and folders in a folder, without hidden ones, by name; raises FileError."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        raise FileError(
            f"The folder {folder.name} cannot be read.",
            "Check that it is still there and that you have permission to read it.",
        ) from None
