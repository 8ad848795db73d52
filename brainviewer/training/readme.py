"""Writes tables of metrics into a model's README."""

from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole

START = "<!-- figures: written by brainviewer.training -->"
END = "<!-- end of figures -->"


def put_tables(readme: Path, made: str) -> None:
    """Put what was made between the two marks of the README; raises FileError without them."""
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise FileError(f"{readme.name} has no place for the figures.", f"Add a line {START}.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    write_whole(readme, f"{before}{START}\n\n{made}\n\n{END}{after}".encode())
