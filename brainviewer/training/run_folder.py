"""The folder of a training run, and its record ``run.json``."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.structured import read_json
from brainviewer.files.writing import make_folder, write_whole

RECIPE_FILE, RUN_FILE = "recipe.toml", "run.json"
About = dict[str, Any]


def describe_run(recipe: Path, data: Path, **more: Any) -> About:
    """What ``run.json`` holds: recipe, data folder and whatever else decides the outcome."""
    return {
        "recipe": recipe.stem,
        "data": str(data.resolve()),
        "recipe_sha256": hashlib.sha256(recipe.read_bytes()).hexdigest(),
        **more,
    }


def read_run(out: Path) -> About | None:
    """What a folder says about the run in it; None if it holds none."""
    try:
        return dict(read_json(out / RUN_FILE))
    except (*SENSELESS, FileError):
        return None


def check_run(about: About, out: Path, compared: Mapping[str, str]) -> bool:
    """Whether ``out`` holds this run already.

    compared : keys of ``about`` that must be equal besides the recipe, each with the words for a
        difference ("other images").

    Raises FileError if it holds another run.
    """
    before = read_run(out)
    for key, what in {"recipe_sha256": "another recipe or other settings", **compared}.items():
        if before is not None and before.get(key) != about[key]:
            raise FileError(
                f"The folder {out.name} holds a training run with {what}.",
                "Choose an empty folder, or give what it was begun with.",
            )
    return before is not None


def begin_run(about: About, recipe: Path, out: Path) -> None:
    """Make the folder of a run, unless it is there; raises FileError."""
    make_folder(out)
    if not (out / RUN_FILE).exists():
        write_whole(out / RECIPE_FILE, recipe.read_bytes())
        write_whole(out / RUN_FILE, (json.dumps(about, indent=1) + "\n").encode())
