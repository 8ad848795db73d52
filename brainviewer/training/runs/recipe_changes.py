"""A recipe with other values for some of its keys, as ``--set KEY=VALUE`` gives them."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.files.writing import write_whole
from brainviewer.training.image_classification.recipes.recipe import (
    IMAGE_CLASSES,
    Augmentation,
    Phase,
    Preparation,
)
from brainviewer.training.recipes import Schedule
from brainviewer.training.settings import Setting
from brainviewer.training.training_runs import recipe_kind, shipped_recipes

_IMAGE_TABLES = {
    "input": Preparation,
    "augmentation": Augmentation,
    "training": Phase,
    "fine_tuning": Phase,
}
_TABLES = {"training": Schedule, "pretraining": Schedule}
"""The settings that a table may hold besides those that a recipe shows."""
_OWN = ("classes.", "grid.")
"""Tables whose keys are names that each recipe gives."""
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
    nothing. Raises FileError for what cannot be read, is no key of such a recipe, or of another
    type.
    """
    if not settings:
        yield recipe
        return
    content = read_toml(recipe)
    known, changed, said = _known(recipe, content), deepcopy(content), []
    # In this order, so that the same settings make the same file.
    for key, value in sorted(dict(map(_read, settings)).items()):
        _check(recipe, key, value, known)
        *tables, name = key.split(".")
        table = changed
        for within in tables:
            table = table.setdefault(within, {})
        table[name] = float(value) if known[key] is float else value
        said.append(f"{key} = {_value(table[name])}")
    if changed == content:
        yield recipe
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / recipe.name
        first = f"# {recipe.stem} with {', '.join(said)}"
        write_whole(file, f"{first}\n{_toml(changed)}".encode(errors="replace"))
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


def _known(recipe: Path, content: Mapping[str, Any]) -> dict[str, type]:
    """Every key that such a recipe can have, with the type of its values."""
    kind = recipe_kind(recipe)
    shown = [read_toml(file) for file in shipped_recipes().values() if recipe_kind(file) == kind]
    known: dict[str, type] = {}
    for one in (*shown, content):
        for key, of in _types(one, ""):
            if one is content or not key.startswith(_OWN):
                known[key] = float if float in (of, known.get(key)) else of
    for table, made in (_IMAGE_TABLES if kind == IMAGE_CLASSES else _TABLES).items():
        if table in known:
            settings: list[tuple[str, Setting]] = [
                (one.name, one.metadata["setting"]) for one in fields(made) if one.metadata
            ]
            known |= {f"{table}.{name}": setting.kind for name, setting in settings}
    return known | ({"mixed_precision": bool} if kind == IMAGE_CLASSES else {})


def _types(content: Mapping[str, Any], above: str) -> Iterator[tuple[str, type]]:
    for key, value in content.items():
        yield f"{above}{key}", type(value)
        if isinstance(value, dict):
            yield from _types(value, f"{above}{key}.")


def _check(recipe: Path, key: str, value: Any, known: Mapping[str, type]) -> None:
    if key not in known:
        guess = get_close_matches(key, known, n=1)
        table = key.rpartition(".")[0]
        beside = [one for one in sorted(known) if one.rpartition(".")[0] == table]
        beside = beside or [one for one in sorted(known) if "." not in one]
        raise FileError(
            f"The recipe {recipe.stem} has no key '{key}'"
            + (f"; did you mean '{guess[0]}'?" if guess else "."),
            f"Keys there: {', '.join(beside)}.",
        )
    wanted = known[key]
    kind = _KINDS.get(wanted, "a value of another kind")
    if type(value) is not wanted and not (wanted is float and type(value) is int):
        raise FileError(
            f"The key '{key}' of the recipe {recipe.stem} takes {kind}.",
            "Write it as in TOML.",
        )


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
