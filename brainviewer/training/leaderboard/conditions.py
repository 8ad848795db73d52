"""In what a network was trained or tested with less than its recipe says, in words."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.labelled_images import FOLDS
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE, ImageRecipe
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.training_runs import shipped_recipes


def conditions(result: Mapping[str, Any]) -> list[str]:
    """What a reader of a result must know before comparing it; empty if all is as described."""
    if result["kind"] == IMAGE_VOTE:
        names = ", ".join(one["network"] for one in result.get("members", ()))
        return [f"votes of {names}", *_tested(result)]
    how, recipe = result["settings"], _recipe(str(result.get("recipe")))
    said = []
    if how.get("base") and not how.get("pretrained"):
        said.append("without pretraining, all of it trained at once")
    if recipe is not None:
        said += _less(how, recipe)
    limit = result["protocol"].get("limit")
    if limit is not None:
        said.append(f"on {counted(result['protocol']['train'], 'training image')} only")
    return [*said, *_tested(result)]


def _less(how: Mapping[str, Any], recipe: ImageRecipe) -> list[str]:
    """Settings that differ from those of the recipe of that name, as it ships: "4 of 20 epochs"."""
    said = []
    size, own = how.get("input_size"), recipe.preparation.size
    if size != own:
        said.append(f"{size} of {own} px")
    training, tuning = how.get("training"), how.get("fine_tuning")
    if training and training["epochs"] != recipe.training.epochs:
        said.append(f"{training['epochs']} of {recipe.training.epochs} epochs")
    if recipe.fine_tuning is not None and how.get("pretrained"):
        if tuning is None:
            said.append("not fine-tuned")
        elif tuning["epochs"] != recipe.fine_tuning.epochs:
            said.append(f"fine-tuned for {tuning['epochs']} of {recipe.fine_tuning.epochs} epochs")
    if training and training["batch"] != recipe.training.batch:
        said.append(f"batches of {training['batch']}, not {recipe.training.batch}")
    copies = (how.get("augmentation") or {}).get("copies", 0)
    if copies < recipe.augmentation.copies:
        many = counted(copies, "varied copy", "varied copies") if copies else "no varied copies"
        said.append(f"{many}, not {recipe.augmentation.copies}")
    return said


def _tested(result: Mapping[str, Any]) -> list[str]:
    protocol = result["protocol"]
    alone = protocol["split"] == FOLDS and len(protocol["tested"]) == 1
    return [f"tested on fold {protocol['tested'][0]} only"] if alone else []


@cache
def _recipe(name: str) -> ImageRecipe | None:
    """A recipe that ships; None if there is none of that name. A grid differs in layers only."""
    file = shipped_recipes().get(name)
    try:
        return None if file is None else read_image_recipe(file)[0]
    except FileError:  # of another kind
        return None
