"""JSON and TOML from files that anybody may have written: their size and their depth are limited.

Both formats can nest without end. The parsers of Python then run out of stack, or, on a TOML key of
thousands of parts, out of time.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import plain_errors, read_ordinary

MOST_BYTES_OF_JSON = 50_000_000
MOST_BYTES_OF_TOML = 1_000_000
_DEEPEST = 40
_LONG_KEY = re.compile(rf"(?:[\w\"'-]{{1,99}}[ \t]*\.[ \t]*){{{_DEEPEST}}}")
_AGAIN = "Check that it is the file you mean."


def read_json(path: Path, most_bytes: int = MOST_BYTES_OF_JSON) -> Any:
    """The content of a JSON file in UTF-8; raises FileError that says why it cannot be read."""
    damaged = FileError(f"{path.name} is no valid JSON.", _AGAIN)
    content = read_ordinary(path, most_bytes)
    with plain_errors(path, damaged):
        return _shallow(json.loads(content.decode("utf-8-sig")), path)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file; raises FileError that says why it cannot be read."""
    content = read_ordinary(path, MOST_BYTES_OF_TOML)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(f"{path.name} is no text.", _AGAIN) from None
    if _LONG_KEY.search(text):
        raise _too_deep(path)
    try:
        return dict(_shallow(tomllib.loads(text), path))
    except RecursionError:
        raise _too_deep(path) from None
    except (ValueError, ArithmeticError) as error:
        raise FileError(f"{path.name} cannot be read: {error}.", _AGAIN) from None


def _shallow(content: Any, path: Path) -> Any:
    """The same; raises FileError if whoever walks through it could run out of stack."""
    level = [content]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return content
    raise _too_deep(path)


def _too_deep(path: Path) -> FileError:
    return FileError(f"{path.name} cannot be read: it is nested too deeply.", _AGAIN)
