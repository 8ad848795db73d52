"""JSON and NumPy files of training runs, written whole or not at all."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.shown_text import storable
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
    """Write a JSON file; raises FileError."""
    write_whole(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def write_arrays(path: Path, *, compress: bool = True, **arrays: Any) -> None:
    """Write named arrays as ``.npz``; raises FileError."""
    make_folder(path.parent)
    content = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(content, **arrays)
    write_whole(path, content.getvalue())
