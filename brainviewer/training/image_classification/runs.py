"""Runs a recipe for single images in a folder that belongs to it.

The folder keeps the recipe and the choices of the command, and for each network (a grid has many,
each in a folder of its own) the trained files, ``result.json`` and its page. The same command goes
on where it was stopped.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report
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
    prepare,
    read_list,
    unread_words,
    write_doubtful,
)
from brainviewer.training.image_classification.data.split import Chosen, choose, split, without
from brainviewer.training.image_classification.data.split_list import with_split_list
from brainviewer.training.image_classification.evaluation.page import PAGE_FILE
from brainviewer.training.image_classification.evaluation.result_files import read_result
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE
from brainviewer.training.image_classification.evaluation.voting import vote
from brainviewer.training.image_classification.network_run import NetworkRun
from brainviewer.training.image_classification.networks.pretrained_weights import (
    IMAGENET,
    NONE,
    weights_of,
)
from brainviewer.training.image_classification.recipes.options import (
    Options,
    changes,
    no_meaning,
    with_weights,
)
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE, ImageRecipe
from brainviewer.training.image_classification.recipes.recipe_file import (
    read_image_recipe,
    read_vote_recipe,
    recipe_content,
)
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.run_folder import begin_run, check_run, describe_run

COMPARED = {"images_sha256": "other images", "choices": "other options"}
"""What a run must have been begun with to go on, besides its recipe."""
Tell = Callable[[str], None]


def train_images_or_vote(
    recipe: Path, data: Path, out: Path, report: Report, tell: Tell, options: Options
) -> str:
    """Do what a recipe for single images says; returns what to tell in the end.

    Raises BrainViewerError if recipe, data or options cannot be used.
    """
    if recipe_content(recipe).get("kind") == IMAGE_VOTE:
        options.check(recipe, ("--runs", "--split", "--group-by"))
        found, done = _vote(recipe, data, out, options), "Measured"
    elif options.runs:
        raise no_meaning("--runs", recipe)
    else:
        found, done = train_images(recipe, data, out, report, tell, options), "Trained"
    lines = [
        f"{one['network']}: accuracy {value_of(one, 'accuracy'):.3f}, "
        f"macro F1 {value_of(one, 'macro F1'):.3f} on "
        f"{counted(one['protocol']['test'], 'test image')}\n"
        for one in found
    ]
    page = out / PAGE_FILE
    where = f"See {page}" if page.exists() else f"See {PAGE_FILE} of each network in {out}"
    return "".join([*lines, f"{done}. {where}.\n"])


def _vote(recipe: Path, data: Path, out: Path, options: Options) -> list[dict[str, Any]]:
    source = find_split(data, options)
    plan, runs = read_vote_recipe(recipe), options.runs or (out.parent,)
    if missing := [run for run in runs if not run.is_dir()]:
        raise FileError(f"There is no folder '{missing[0].name}'.", "Correct --runs.")
    about = describe_run(recipe, source.folder, images_sha256=source.sha256, choices={})
    check_run(about, out, COMPARED)
    found = vote(plan, about["recipe_sha256"], source, runs, out)
    begin_run(about, recipe, out)
    return found


def train_images(
    recipe_file: Path, data: Path, out: Path, report: Report, tell: Tell, options: Options
) -> list[dict[str, Any]]:
    """Train and measure every network of a recipe; returns their results.

    Raises BrainViewerError, before anything is written, if recipe, options or data cannot be used,
    or if ``out`` holds another run.
    """
    if options.exclude is not None:
        options = replace(options, excluded=tuple(read_list(options.exclude)))
    own = _only(read_image_recipe(recipe_file), options.only)
    recipes = [with_weights(one, options.weights) for one in own]
    first = recipes[0]
    for folder in filter(None, (out, options.augmented, options.logs)):
        check_new_folder(folder)
    if options.weights not in ("", NONE, IMAGENET):
        weights_of(options.weights)
    source = find_split(data, options)
    chosen = choose(first, source, options.excluded, options.limit)
    split(first, chosen, options.fold)  # refused before the images are read
    if first.triage is not None and first.triage[0] not in chosen.classes:
        raise FileError(
            f"The recipe {first.name} asks for the sensitivity of '{first.triage[0]}', which is "
            "none of its classes.",
            f"Its classes: {', '.join(chosen.classes)}.",
        )
    about = describe_run(
        recipe_file,
        source.folder,
        layout=source.layout,
        images=len(source.images),
        images_sha256=source.sha256,
        choices=options.content(),
    )
    begun = check_run(about, out, COMPARED)
    notices = [*source.notices, *_notices(chosen, options)]
    images, crops, unread = prepare(source.folder, chosen.images, first.preparation, report)
    if unread:
        notices.append(unread_words(unread, len(chosen.images)))
        chosen = without(chosen, unread)
    splits = split(first, chosen, options.fold)
    if not begun:
        _check_networks(recipes, len(chosen.classes), options.threads)
        begin_run(about, recipe_file, out)
        if doubtful := write_doubtful(source.folder, chosen.images, crops, out):
            tell(
                f"{counted(doubtful, 'crop is', 'crops are')} doubtful: look at {SHEET_FILE}, and "
                f"give what is left of {LIST_FILE} as --exclude to train without those."
            )
    for notice in notices:
        tell(notice)
    if options.augmented is not None:
        train = splits[0].train
        images2d, into = [chosen.images[place] for place in train], options.augmented
        written = write_copies(into, images2d, images[train], first.augmentation, first.seed)
        many = counted(written, "varied image was", "varied images were")
        tell(f"{many} written into {into.name}.")
    found = []
    for number, (before, recipe) in enumerate(zip(own, recipes, strict=True), start=1):
        place = out / recipe.network if recipe.axes else out
        known = read_result(place / RESULT_FILE)
        if known is None:
            start_tensorflow(options.threads)
            named = f"{recipe.network} ({number} of {len(recipes)})"
            named = named if recipe.axes else recipe.network
            job = NetworkRun(recipe, chosen, images, splits, place, named, report, options.logs)
            less = changes(before, options)
            known = job.run(options, about["recipe_sha256"], notices, less)
        found.append(known)
    return found


def find_split(data: Path, options: Options) -> LabelledImages:
    """The images of a folder, split as the list says if there is one; raises FileError."""
    source = find_images(data, options.group_by)
    return source if options.split is None else with_split_list(source, options.split)


def _only(recipes: list[ImageRecipe], names: Sequence[str]) -> list[ImageRecipe]:
    known = {recipe.network: recipe for recipe in recipes}
    if unknown := [name for name in names if name not in known]:
        raise FileError(
            f"The recipe {recipes[0].name} has no network '{unknown[0]}'.",
            f"Its networks: {', '.join(known)}.",
        )
    return [known[name] for name in names] if names else recipes


def _check_networks(recipes: Sequence[ImageRecipe], classes: int, threads: int) -> None:
    """Raises FileError if a network cannot be built, or cannot start from its weights."""
    start_tensorflow(threads)
    import keras

    from brainviewer.training.image_classification.fitting.keras_fit import begin

    for recipe in recipes:
        begin(recipe, classes)
        keras.utils.clear_session()


def _notices(chosen: Chosen, options: Options) -> Iterator[str]:
    source = chosen.source
    if any(p.fold for p in chosen.images) and any(p.fold is None for p in chosen.images):
        without = sorted({p.label for p in chosen.images if p.fold is None})
        yield (
            f"The data gives no fold to images of the class {', '.join(without)}: they were dealt "
            "to the folds in series of neighbouring names, not by patient."
        )
    if options.limit is not None:
        many = counted(len(source.images), "image")
        yield f"Only {len(chosen.images)} of {many} were used."
    if unused := set(source.classes) - {p.label for p in chosen.images}:
        yield f"Images of the class {', '.join(sorted(unused))} were left out by the recipe."


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
