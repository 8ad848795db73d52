"""Runs a recipe for single images in a folder that belongs to it.

The folder keeps the recipe and the choices of the command, the prepared images, and for each
network (a grid has many, each in a folder of its own) the trained files, ``result.json`` and its
page. The same command goes on where it was stopped.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.files.native_output import without_stderr
from brainviewer.files.writing import check_new_folder
from brainviewer.training.image_classification.data.augmentation import write_copies
from brainviewer.training.image_classification.data.labelled_images import (
    LabelledImages,
    find_images,
)
from brainviewer.training.image_classification.data.preparation import (
    LIST_FILE,
    SHEET_FILE,
    Images,
    cache_key,
    prepare,
    read_cache,
    unread_words,
    write_cache,
    write_doubtful,
)
from brainviewer.training.image_classification.data.split import (
    Chosen,
    Split,
    choose,
    split,
    without,
)
from brainviewer.training.image_classification.data.split_list import with_split_list
from brainviewer.training.image_classification.evaluation.result_files import read_result
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE
from brainviewer.training.image_classification.network_run import NetworkRun
from brainviewer.training.image_classification.networks.pretrained_weights import (
    IMAGENET,
    NONE,
    weights_of,
)
from brainviewer.training.image_classification.recipes.options import (
    Choices,
    Options,
    changes,
    with_choices,
)
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.run_folder import begin_run, check_run, describe_run

CACHE_FILE = "prepared.npz"
COMPARED = {"images_sha256": "other images", "choices": "other options"}
"""What a run must have been begun with to go on, besides its recipe."""
Tell = Callable[[str], None]


def train_images(
    recipe_file: Path, data: Path, out: Path, report: Report, tell: Tell, options: Options
) -> list[dict[str, Any]]:
    """Train and measure every network of a recipe; returns their results.

    Raises BrainViewerError, before anything is written, if recipe, options or data cannot be used,
    or if ``out`` holds another run.
    """
    choices = options.choices
    own = _only(read_image_recipe(recipe_file), choices.only)
    recipes = [with_choices(one, choices) for one in own]
    for folder in filter(None, (out, options.augmented, options.logs)):
        check_new_folder(folder)
    if choices.weights not in ("", NONE, IMAGENET):
        weights_of(choices.weights)
    require_onnx()
    source = find_split(data, options.split, options.group_by)
    chosen = choose(recipes[0], source, choices.excluded, choices.limit)
    splits = split(recipes[0], chosen, choices.fold)
    _check_triage(recipes[0], chosen)
    about = describe_run(
        recipe_file,
        source.folder,
        layout=source.layout,
        images=len(source.pictures),
        images_sha256=source.sha256,
        choices=choices.content(),
    )
    check_run(about, out, COMPARED)

    def begin(readable: Chosen) -> None:
        split(recipes[0], readable, choices.fold)
        _check_networks(recipes, len(chosen.answers), options.threads)
        begin_run(about, recipe_file, out)

    images, unread = _images(recipes[0], chosen, out, report, tell, begin)
    notices = (*source.notices, *_notices(chosen, choices))
    if unread:
        notices = (*notices, unread_words(unread, len(chosen.pictures)))
        chosen = without(chosen, unread)
        splits = split(recipes[0], chosen, choices.fold)
    for notice in notices:
        tell(notice)
    if options.augmented is not None:
        _write_augmented(recipes[0], chosen, splits[0], images, options.augmented, tell)
    found = []
    for number, recipe in enumerate(recipes, start=1):
        grid = bool(recipe.axes)
        place = out / recipe.network if grid else out
        known = read_result(place / RESULT_FILE)
        if known is None:
            start_tensorflow(options.threads)
            named = f"{recipe.network} ({number} of {len(recipes)})" if grid else recipe.network
            job = NetworkRun(recipe, chosen, images, splits, place, named, report, options.logs)
            less = changes(own[number - 1], recipe, choices)
            known = job.run(choices, about["recipe_sha256"], notices, less)
        found.append(known)
    return found


def find_split(data: Path, split_list: Path | None, group_by: str = "") -> LabelledImages:
    """The images of a folder, split as the list says if there is one; raises FileError."""
    source = find_images(data, group_by)
    return source if split_list is None else with_split_list(source, split_list)


def _only(recipes: list[ImageRecipe], names: Sequence[str]) -> list[ImageRecipe]:
    known = {recipe.network: recipe for recipe in recipes}
    if unknown := [name for name in names if name not in known]:
        raise FileError(
            f"The recipe {recipes[0].name} has no network '{unknown[0]}'.",
            f"Its networks: {', '.join(known)}.",
        )
    return [known[name] for name in names] if names else recipes


def require_onnx() -> None:
    """Raises BrainViewerError if networks could not be saved as ONNX."""
    if importlib.util.find_spec("onnx") is None:
        raise BrainViewerError(
            "Training needs the package onnx, to save networks: pip install 'brainviewer[train]'."
        )


def _check_triage(recipe: ImageRecipe, chosen: Chosen) -> None:
    if recipe.triage is not None and recipe.triage[0] not in chosen.answers:
        raise FileError(
            f"The recipe {recipe.name} asks for the sensitivity of '{recipe.triage[0]}', which is "
            "none of its classes.",
            f"Its classes: {', '.join(chosen.answers)}.",
        )


def _images(
    recipe: ImageRecipe,
    chosen: Chosen,
    out: Path,
    report: Report,
    tell: Tell,
    begin: Callable[[Chosen], None],
) -> tuple[Images, dict[str, str]]:
    """The prepared images, from the run if it has them, and which files cannot be read.

    begin : checks what can be read and begins the run.
    """
    folder = chosen.source.folder
    key = cache_key(folder, chosen.pictures, recipe.preparation)
    kept = read_cache(out / CACHE_FILE, key)
    if kept is not None:
        return kept
    unread: dict[str, str] = {}
    images, crops = prepare(folder, chosen.pictures, recipe.preparation, report, unread)
    readable = without(chosen, unread)
    begin(readable)
    doubtful = write_doubtful(folder, readable.pictures, crops, out)
    if doubtful:
        tell(
            f"{counted(doubtful, 'crop is', 'crops are')} doubtful: look at {SHEET_FILE}, and "
            f"give what is left of {LIST_FILE} as --exclude to train without those."
        )
    write_cache(out / CACHE_FILE, images, key, unread)
    return images, unread


def _check_networks(recipes: Sequence[ImageRecipe], classes: int, threads: int) -> None:
    """Raises FileError if a network cannot be built, or cannot start from its weights."""
    start_tensorflow(threads)
    import keras

    from brainviewer.training.image_classification.fitting.keras_fit import begin

    for recipe in recipes:
        begin(recipe, classes)
        keras.utils.clear_session()


def _notices(chosen: Chosen, choices: Choices) -> Iterator[str]:
    source = chosen.source
    if any(p.fold for p in chosen.pictures) and any(p.fold is None for p in chosen.pictures):
        without = sorted({p.label for p in chosen.pictures if p.fold is None})
        yield (
            f"The data gives no fold to images of the class {', '.join(without)}: they were dealt "
            "to the folds in series of neighbouring names, not by patient."
        )
    if choices.limit is not None:
        many = counted(len(source.pictures), "image")
        yield f"Only {len(chosen.pictures)} of {many} were used."
    unused = set(source.classes) - {p.label for p in chosen.pictures}
    if unused:
        yield f"Images of the class {', '.join(sorted(unused))} were left out by the recipe."


def _write_augmented(
    recipe: ImageRecipe, chosen: Chosen, part: Split, images: Images, out: Path, tell: Tell
) -> None:
    pictures = [chosen.pictures[place] for place in part.train]
    written = write_copies(out, pictures, images[part.train], recipe.augmentation, recipe.seed)
    tell(f"{counted(written, 'varied image was', 'varied images were')} written into {out.name}.")


def start_tensorflow(threads: int) -> None:
    """Load TensorFlow, if that is not done, without what it says about itself.

    threads : cores it may use.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with without_stderr():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.get_logger().setLevel("ERROR")
        tf.config.list_physical_devices()
