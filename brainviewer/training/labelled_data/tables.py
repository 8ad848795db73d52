"""Read tables as spreadsheets save them: usual delimiters, ends of line and encodings."""

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


def as_rows(file: Path, lines: Sequence[tuple[int, list[str]]]) -> list[tuple[int, dict[str, str]]]:
    """What ``read_lines`` found as rows with their line numbers, by the columns' names.

    Raises FileError if a row has another length.
    """
    (_, header), *table = lines
    for line, cells in table:
        if len(cells) != len(header):
            raise FileError(
                f"Row {line} of {file.name} has {len(cells)} cells, another number of cells than "
                f"there are columns ({len(header)}).",
                "Put it right; a cell with a comma in it needs quotation marks.",
            )
    return [(line, dict(zip(header, cells, strict=True))) for line, cells in table]


def read_table(table: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table with their line numbers, by the columns' names in small letters.

    Raises FileError if it cannot be read, lacks a needed column, or has a row of another length.
    """
    example = f"Its first line must name the columns, for example: {','.join(needed)}."
    lines = read_lines(table, example)
    if not set(needed) <= {name.lower() for name in lines[0][1]}:
        named = f"{', '.join(needed[:-1])} and {needed[-1]}"
        raise FileError(f"{table.name} has no columns called {named}.", example)
    return [
        (line, {name.lower(): cell.strip() for name, cell in row.items()})
        for line, row in as_rows(table, lines)
    ]


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
