"""A measured run of a network in PyTorch as a model with a whole card, to be added as one's own."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.models.card_file import CARD_FILE
from brainviewer.models.installation.source import slug
from brainviewer.models.registry import image_model, model
from brainviewer.training.json_files import write_json
from brainviewer.training.model_files import ABOUT_FILE, EVALUATION_FILE, OOD_FILE, read_about
from brainviewer.training.recipes import FINAL_FILE
from brainviewer.training.run_folder import RECIPE_FILE, read_run
from brainviewer.training.training_runs import TUMOUR_IMAGES, recipe_kind, require_torch

_GLIOMA_MODEL = "resnet50-glioma"


@contextmanager
def packed(path: Path, name: str = "") -> Iterator[Path]:
    """A path to add a model from: of a run in PyTorch, a folder for now with what it makes."""
    if not all((path / file).is_file() for file in (FINAL_FILE, RECIPE_FILE)):
        yield path
        return
    with TemporaryDirectory() as folder:
        pack_run(path, Path(folder), name)
        yield Path(folder)


def pack_run(run: Path, out: Path, name: str = "", numbers: Path | None = None) -> None:
    """Write the model of a measured run into the folder ``out``, with what was measured.

    name : what to call it; by default as its ``about.toml`` says, or the folder.
    numbers : of the network; by default the final one's.

    Raises FileError if the run is not measured or of another kind, and BrainViewerError if PyTorch
    is not installed.
    """
    plan_file, numbers = run / RECIPE_FILE, numbers or run / FINAL_FILE
    of_images = recipe_kind(plan_file) == TUMOUR_IMAGES
    for needed in (EVALUATION_FILE, *((OOD_FILE,) if of_images else ())):
        if not (run / needed).is_file():
            raise FileError(
                f"The run {run.name} is not measured: there is no {needed}.",
                "Run 'brainviewer evaluate' on it first.",
            )
    require_torch()
    make_folder(out)
    evaluation = json.loads((run / EVALUATION_FILE).read_text(encoding="utf-8"))
    for file in (EVALUATION_FILE, OOD_FILE):
        if (run / file).is_file():
            write_whole(out / file, (run / file).read_bytes())
    recipe_text = plan_file.read_text(encoding="utf-8")
    about = _about(run, name, of_images, recipe_text)
    content: dict[str, Any]
    if of_images:
        from brainviewer.training.image_classification import tumour_package as package
        from brainviewer.training.image_classification.networks.backbones import write_networks
        from brainviewer.training.image_classification.recipes.tumour_recipe import (
            read_tumour_recipe,
        )

        write_networks(numbers, read_tumour_recipe(plan_file), out)
        content = package.card_content(about, evaluation, out)
    else:
        from brainviewer.training.subtype import package as subtype_package
        from brainviewer.training.subtype.recipe import read_subtype_recipe

        if "head" not in evaluation:
            raise FileError(f"The run {run.name} does not classify.", "Choose another run.")
        subtype_package.write_networks(read_subtype_recipe(plan_file), numbers, out)
        seen = tomllib.loads(recipe_text)["input"]
        content = subtype_package.card_content(about, evaluation, seen, out)
    write_json(out / CARD_FILE, content)


def _about(run: Path, name: str, of_images: bool, recipe_text: str) -> dict[str, Any]:
    """What is said of the model: by the run's own ``about.toml``, and else in general."""
    usual = image_model() if of_images else model(_GLIOMA_MODEL)
    recipe = str((read_run(run) or {}).get("recipe", run.name))
    channels = [IMAGE] if of_images else tomllib.loads(recipe_text)["input"]["channels"]
    told: dict[str, Any] = {
        "version": "1",
        "name": run.name,
        "class_names": {item.code: item.name for item in usual.classes},
        "training_data": f"The data of a training run by the recipe {recipe}.",
        "intended_use": usual.intended_use,
        "limits": ["It was measured by cross-validation within the data of its training only."],
        "sequences": channels,
        "needed": channels,
    }
    if (run / ABOUT_FILE).is_file():
        told |= read_about(run)
    told["name"] = name or told["name"]
    model_id = slug(told["name"])
    sources = ["network"] if of_images else ["network", "descriptors"]
    return {**told, "id": model_id, "network": model_id, "sources": sources}
