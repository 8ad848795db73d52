"""JSON, NumPy and CSV files of training runs, written whole or not at all."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import storable
from brainviewer.files.ordinary_file import open_ordinary
from brainviewer.files.writing import make_folder, write_whole


def dump(content: Any) -> str:
    """JSON with one prediction or metric per line: readable, and small in a diff."""
    return _dump(storable(content), 0) + "\n"


def _dump(value: Any, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) <= 96 - depth or depth >= 4:
        return flat
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(k)}: {_dump(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * depth + "}"
    return "[\n" + ",\n".join(pad + _dump(v, depth + 1) for v in value) + "\n" + " " * depth + "]"


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file as ``dump`` lays it out; raises FileError."""
    write_whole(path, dump(content).encode())


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file; raises FileError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(storable(list(row)) for row in (columns, *rows))
    write_whole(path, text.getvalue().encode())


def write_arrays(path: Path, *, compress: bool = True, **arrays: Any) -> None:
    """Write named arrays as ``.npz``; raises FileError, also if the disk is full."""
    make_folder(path.parent)
    content = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(content, **arrays)
    write_whole(path, content.getvalue())


def read_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a ``.npz`` by name; None if there is none, ValueError if it is damaged."""
    if not path.exists():
        return None
    try:
        with open_ordinary(path) as opened, np.load(opened, allow_pickle=False) as kept:
            return dict(kept)
    except (FileError, OSError, ValueError, zipfile.BadZipFile):
        raise ValueError(f"{path.name} cannot be read") from None
