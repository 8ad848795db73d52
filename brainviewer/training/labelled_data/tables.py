"""Tables as spreadsheets save them: any of the usual delimiters, ends of line and encodings."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import read_ordinary

_MOST_BYTES = 50_000_000


def read_lines(file: Path, example: str) -> list[tuple[int, list[str]]]:
    """Lines that hold something, with their numbers; the first names the columns, each once.

    The delimiter is the one that this line uses most: comma, semicolon or tab.

    example : advice on how the first line should look.

    Raises FileError if it cannot be read, is empty or has two columns of one name.
    """
    text = _text(file)
    first = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        table = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        raise FileError(
            f"{file.name} is not a table that can be read ({error}).", "Save it as CSV again."
        ) from None
    if not table:
        raise FileError(f"{file.name} is empty.", example)
    header = [name.strip() for name in table[0][1]]
    for name in header:
        if header.count(name) > 1:
            raise FileError(f"{file.name} has two columns called '{name}'.", "Rename one of them.")
    return [(table[0][0], header), *table[1:]]


def read_table(table: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table with their line numbers, by the columns' names in small letters.

    Raises FileError if it cannot be read, lacks a needed column, or has a row of another length.
    """
    example = f"Its first line must name the columns, for example: {','.join(needed)}."
    (_, header), *lines = read_lines(table, example)
    columns = [name.lower() for name in header]
    if not set(needed) <= set(columns):
        named = f"{', '.join(needed[:-1])} and {needed[-1]}"
        raise FileError(f"{table.name} has no columns called {named}.", example)
    rows = []
    for line, cells in lines:
        if len(cells) != len(columns):
            raise FileError(
                f"Row {line} of {table.name} has another number of cells than there are columns.",
                "Put it right.",
            )
        stripped = (cell.strip() for cell in cells)
        rows.append((line, dict(zip(columns, stripped, strict=True))))
    return rows


def _text(file: Path) -> str:
    content = read_ordinary(file, _MOST_BYTES)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileError(f"{file.name} is not a text file.", "Save it as CSV, in UTF-8.")
