"""The leaderboard as plain data."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.labelled_images import FOLDS
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE, ImageRecipe
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.leaderboard.duplicate_leak import inflation
from brainviewer.training.leaderboard.entries import FIGURES, RANKED_BY, Entry, Result, Table
from brainviewer.training.training_runs import shipped_recipes

SCHEMA = "brainviewer-leaderboard/2"
TABLES = (
    "The rows of a table were tested on the same images, n of them. Rows of other test images "
    "stand in a table of their own: do not rank across tables."
)
INTERVALS = (
    "Intervals (95 %) are over images where the data does not name patients: cheng tells the fold "
    "of an image, but not its patient. Images of one patient are alike, so read them as too narrow."
)
OTHER_DATA = (
    "The tutorial split is of other data than the patient-wise one, and the two differ in more "
    "than the split. The difference of their figures is no measure of the leak and is not given."
)
COPIES = (
    "Copies are test images whose thumbnail correlates above 0.995 with that of a training image. "
    "Some classes are mostly copies and others hardly, so that accuracy on copies and on the "
    "others differs by the classes alone."
)
INFLATION = (
    "Inflation: how much more often a test image is answered rightly if it is a copy of a training "
    "image, compared within its class. It is left out where most copies have no images without a "
    "copy in their class to be compared with, where the classes alone explain the difference, and "
    "where a result does not tell its classes apart."
)


def as_record(tables: Sequence[Table]) -> dict[str, Any]:
    """What ``--json`` prints: for each table its rows, the best first."""
    told = [TABLES] if len(tables) > 1 else []
    told.append(INTERVALS)
    if any(table.apart and table.tutorial for table in tables):
        told.append(OTHER_DATA)
    if any(e.tutorial and e.tutorial.get("leak") for table in tables for e in table.entries):
        told += [COPIES, INFLATION]
    return {
        "schema": SCHEMA,
        "ranked_by": f"patient-wise {RANKED_BY}",
        "notices": told,
        "tables": [
            {
                "classes": list(table.classes),
                "patient_wise": _data(table.apart),
                "tutorial": _data(table.tutorial),
                "rows": [as_row(entry) for entry in table.entries],
            }
            for table in tables
        ],
    }


def _data(result: Result | None) -> dict[str, Any] | None:
    """folder : its name, which older results do not tell; test : how many images are tested."""
    if result is None:
        return None
    data, protocol = result["data"], result["protocol"]
    named = {"folder": data.get("folder"), "layout": data["layout"]}
    return named | {key: protocol[key] for key in ("tested", "test")}


def as_row(entry: Entry) -> dict[str, Any]:
    """One network: figures of both splits, what copies do to the second, and what it costs."""
    known = entry.known
    # A result over several folds has the sum of their seconds.
    seconds, networks = known.get("training_seconds"), max(1, len(known["protocol"]["tested"]))
    return {
        **{key: known.get(key) for key in ("network", "recipe", "kind", "about")},
        "reported": known.get("reported", ""),
        "classes": known["classes"],
        "conditions": conditions(known),
        "patient_wise": _side(entry.apart),
        "tutorial": _side(entry.tutorial),
        "inflation": None if entry.tutorial is None else inflation(entry.tutorial.get("leak")),
        **{key: known.get(key) for key in ("parameters", "size_bytes", "ms_per_image")},
        "training_seconds": None if seconds is None else round(seconds / networks, 1),
    }


def _side(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    metrics = {one["name"]: one for one in result["figures"]}
    return {
        "figures": {
            name: {key: metrics[name][key] for key in ("value", "low", "high")} for name in FIGURES
        },
        "tested": result["protocol"]["tested"],
        "images": {part: result["protocol"][part] for part in ("train", "validation", "test")},
        "operating_point": result.get("operating_point"),
        "leak": result.get("leak"),
    }


def conditions(result: Mapping[str, Any]) -> list[str]:
    """In what a network was trained or tested with less than its recipe says, in words."""
    how, protocol = result["settings"], result["protocol"]
    said = []
    if result["kind"] == IMAGE_VOTE:
        said.append(f"votes of {', '.join(one['network'] for one in result.get('members', ()))}")
    else:
        if how.get("base") and not how.get("pretrained"):
            said.append("without pretraining, all of it trained at once")
        if (recipe := _recipe(str(result.get("recipe")))) is not None:
            said += _less(how, recipe)
        if protocol.get("limit") is not None:
            said.append(f"on {counted(protocol['train'], 'training image')} only")
    if protocol["split"] == FOLDS and len(protocol["tested"]) == 1:
        said.append(f"tested on fold {protocol['tested'][0]} only")
    return said


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


@cache
def _recipe(name: str) -> ImageRecipe | None:
    """A recipe that ships; None if there is none of that name. A grid differs in layers only."""
    file = shipped_recipes().get(name)
    try:
        return None if file is None else read_image_recipe(file)[0]
    except FileError:  # of another kind
        return None
