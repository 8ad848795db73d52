"""A recipe with other values for some of its keys, as ``--set KEY=VALUE`` gives them."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.files.writing import write_whole
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.image_classification.recipes.recipe_file import (
    read_image_recipe,
    read_vote_recipe,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe
from brainviewer.training.segmentation.recipe import read_segmentation_recipe
from brainviewer.training.subtype.recipe import read_subtype_recipe
from brainviewer.training.training_runs import (
    GLIOMA_TYPE,
    LESION_SEGMENTATION,
    TUMOUR_IMAGES,
    recipe_kind,
)

_READERS: Mapping[str, Callable[[Path], object]] = MappingProxyType(
    {
        GLIOMA_TYPE: read_subtype_recipe,
        LESION_SEGMENTATION: read_segmentation_recipe,
        TUMOUR_IMAGES: read_tumour_recipe,
        IMAGE_CLASSES: read_image_recipe,
        IMAGE_VOTE: read_vote_recipe,
    }
)
_WORDS = re.compile(r"[A-Za-z][\w ./-]*")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "words",
    list: "a list",
    dict: "a table",
}


@contextmanager
def with_settings(recipe: Path, settings: Sequence[str]) -> Iterator[Path]:
    """The file of a recipe in which some keys have other values, for as long as it is used.

    settings : ``key=value`` each; the key of a value in a table is ``table.key``, and values are
        written as in TOML, or as bare words.

    The file says in its first line what was set. It is the recipe itself where that changes
    nothing. Raises FileError for what cannot be read, is of another type, or cannot be used.
    """
    if not settings:
        yield recipe
        return
    content = read_toml(recipe)
    changed, said = deepcopy(content), []
    # In this order, so that the same settings make the same file.
    for key, value in sorted(dict(map(_read, settings)).items()):
        *tables, name = key.split(".")
        table = changed
        for within in tables:
            table = table.setdefault(within, {})
            if not isinstance(table, dict):
                raise FileError(
                    f"'{within}' of the recipe {recipe.stem} is no table.",
                    f"Leave the setting '{key}' out.",
                )
        table[name] = _as_before(recipe, key, value, table.get(name))
        said.append(f"{key} = {_value(table[name])}")
    if changed == content:
        yield recipe
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / recipe.name
        first = f"# {recipe.stem} with {', '.join(said)}"
        write_whole(file, f"{first}\n{_toml(changed)}".encode(errors="replace"))
        _READERS[recipe_kind(file)](file)
        yield file


def setting(key: str, value: Any) -> str:
    """A setting for ``with_settings`` from a value of Python."""
    return f"{key}={_value(list(value) if isinstance(value, tuple) else value)}"


def _read(given: str) -> tuple[str, Any]:
    key, equals, text = (part.strip() for part in given.partition("="))
    if not equals or not key:
        raise FileError(f"'{given}' is no setting.", "Write KEY=VALUE, such as training.batch=8.")
    try:
        return key, tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        if _WORDS.fullmatch(text):
            return key, text
        raise FileError(
            f"The value '{text}' of {key} cannot be read.",
            'Write it as in TOML: 8, 0.1, true, "words" or [1, 2].',
        ) from None


def _as_before(recipe: Path, key: str, value: Any, before: Any) -> Any:
    """The value, of the type that the recipe has there; raises FileError for another."""
    if type(before) is float and type(value) is int:
        return float(value)
    if before is not None and type(value) is not type(before):
        kind = _KINDS.get(type(before), "a value of another kind")
        raise FileError(
            f"The key '{key}' of the recipe {recipe.stem} takes {kind}.",
            "Write it as in TOML.",
        )
    return value


def _toml(content: Mapping[str, Any]) -> str:
    """TOML with a table for each mapping of the first level."""
    own = [f"{_key(k)} = {_value(v)}" for k, v in content.items() if not isinstance(v, dict)]
    tables = [
        "\n".join([f"\n[{_key(name)}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())])
        for name, table in content.items()
        if isinstance(table, dict)
    ]
    return "\n".join([*own, *tables]) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else str(value)
