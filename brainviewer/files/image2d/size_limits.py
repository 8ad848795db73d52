"""How small and how large an image may be; judged by headers, before memory is taken."""

from collections.abc import Sequence

from brainviewer.core.errors import FileError

MOST_PIXELS = 64_000_000
LEAST_SIDE = 8  # pixels


def check_size(name: str, columns: int, rows: int) -> None:
    """Raises FileError if one image is too small to show anything, or too large to open."""
    if min(columns, rows) < LEAST_SIDE:
        raise FileError(
            f"{name} is too small to show anything ({max(columns, 0)} × {max(rows, 0)} pixels).",
            f"Give an image of at least {LEAST_SIDE} × {LEAST_SIDE} pixels.",
        )
    if columns * rows > MOST_PIXELS:
        raise too_large(name, (columns, rows))


def too_large(
    name: str, size: Sequence[int] | None = None, most_pixels: int = MOST_PIXELS
) -> FileError:
    """What to raise for an image that is too large; size : columns, rows, frames, as known."""
    said = f" ({' × '.join(map(str, size))} pixels)" if size else ""
    return FileError(
        f"{name} is too large to open{said}.",
        f"Save it with at most {most_pixels // 1_000_000} million pixels.",
    )
