"""The JSON Schemas of ``docs/schema`` as validators."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schema"
_ENDING = ".schema.json"


@cache
def schemas() -> dict[str, Any]:
    """Every schema by its name."""
    return {
        path.name.removesuffix(_ENDING): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob(f"*{_ENDING}"))
    }


def faults(name: str, output: object) -> list[str]:
    """What a schema finds wrong with an output; none if it describes it, every field included."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas().values()
    )
    validator = Draft202012Validator(schemas()[name], registry=registry)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(output)]


def check_output(output: dict[str, Any]) -> None:
    """Fails unless the schema that an output names describes it."""
    name = output["schema"].removeprefix("brainviewer-").split("/")[0]
    if found := faults(name, output):
        raise AssertionError("\n".join(found))
