"""What ``brainviewer train`` does with a recipe for single images."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report
from brainviewer.training.image_classification.data.labelled_images import LabelledImages
from brainviewer.training.image_classification.data.preparation import read_list
from brainviewer.training.image_classification.evaluation.page import PAGE_FILE
from brainviewer.training.image_classification.evaluation.voting import vote
from brainviewer.training.image_classification.recipes.options import Options, no_meaning
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.image_classification.recipes.recipe_file import read_vote_recipe
from brainviewer.training.image_classification.runs import COMPARED, find_split, train_images
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.run_folder import begin_run, check_run, describe_run
from brainviewer.training.training_runs import recipe_kind


def train_images_or_vote(
    recipe: Path,
    data: Path,
    out: Path,
    report: Report,
    tell: Callable[[str], None],
    options: Options,
) -> str:
    """Do what a recipe for single images says; returns what to tell in the end.

    Raises BrainViewerError if recipe, data or options cannot be used.
    """
    if recipe_kind(recipe) == IMAGE_VOTE:
        options.check(recipe, ("--runs", "--split", "--group-by"))
        source = find_split(data, options.split, options.group_by)
        found = _vote(recipe, source, out, options.runs or (out.parent,))
        return _told(found, out, "Measured")
    if options.runs:
        raise no_meaning("--runs", recipe)
    if options.exclude is not None:
        excluded = tuple(read_list(options.exclude))
        options = replace(options, choices=replace(options.choices, excluded=excluded))
    return _told(train_images(recipe, data, out, report, tell, options), out, "Trained")


def _vote(
    recipe: Path, source: LabelledImages, out: Path, runs: Sequence[Path]
) -> list[dict[str, Any]]:
    plan = read_vote_recipe(recipe)
    if missing := [run for run in runs if not run.is_dir()]:
        raise FileError(f"There is no folder '{missing[0].name}'.", "Correct --runs.")
    about = describe_run(recipe, source.folder, images_sha256=source.sha256, choices={})
    check_run(about, out, COMPARED)
    found = vote(plan, about["recipe_sha256"], source, runs, out)
    begin_run(about, recipe, out)
    return found


def _told(found: Sequence[dict[str, Any]], out: Path, done: str) -> str:
    lines = [
        f"{one['network']}: accuracy {value_of(one, 'accuracy'):.3f}, "
        f"macro F1 {value_of(one, 'macro F1'):.3f} on "
        f"{counted(one['protocol']['test'], 'test image')}\n"
        for one in found
    ]
    page = out / PAGE_FILE
    where = f"See {page}" if page.exists() else f"See {PAGE_FILE} of each network in {out}"
    return "".join([*lines, f"{done}. {where}.\n"])
