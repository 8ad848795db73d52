"""What ``brainviewer train`` does with a recipe for single images."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report
from brainviewer.training.image_classification.data.labelled_images import Pictures
from brainviewer.training.image_classification.data.preparation import read_list
from brainviewer.training.image_classification.evaluation.page import PAGE_FILE
from brainviewer.training.image_classification.evaluation.voting import vote
from brainviewer.training.image_classification.recipes.overrides import Choices
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.image_classification.recipes.recipe_file import read_vote_recipe
from brainviewer.training.image_classification.runs import (
    Extras,
    begin_run,
    check_same_run,
    find_split,
    train_images,
)
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.training_runs import recipe_kind


@dataclass(frozen=True)
class Wishes:
    """All options of the command that are for single images only.

    split : a list as ``data audit --write-clean`` writes it; exclude : a list of pictures to leave
    out; runs : where a vote looks for its members; group_by : a pattern that names the patient.
    """

    choices: Choices
    exclude: Path | None = None
    augmented: Path | None = None
    logs: Path | None = None
    runs: tuple[Path, ...] = ()
    threads: int = 1
    split: Path | None = None
    group_by: str = ""

    def given(self) -> list[str]:
        """The options that were given, as they are written."""
        choices = self.choices
        values = {
            "--fold": choices.fold,
            "--epochs": choices.epochs,
            "--batch": choices.batch,
            "--size": choices.size,
            "--weights": choices.weights,
            "--limit": choices.limit,
            "--only": choices.only,
            "--split": self.split,
            "--group-by": self.group_by,
            "--exclude": self.exclude,
            "--augmented": self.augmented,
            "--logs": self.logs,
            "--runs": self.runs,
        }
        return [name for name, value in values.items() if value]

    def refuse_all(self, recipe: Path, allowed: Sequence[str] = ()) -> None:
        """Raises FileError if an option was given that the recipe has no use for."""
        if strange := [name for name in self.given() if name not in allowed]:
            raise no_meaning(strange[0], recipe)


def no_meaning(option: str, recipe: Path) -> FileError:
    """What to raise for an option that a recipe has no use for."""
    return FileError(
        f"The option {option} has no meaning for the recipe {recipe.stem}.", "Leave it out."
    )


def train_images_or_vote(
    recipe: Path,
    data: Path,
    out: Path,
    report: Report,
    tell: Callable[[str], None],
    wishes: Wishes,
) -> str:
    """Do what a recipe for single images says; returns what to tell in the end.

    Raises BrainViewerError if recipe, data or options cannot be used.
    """
    if recipe_kind(recipe) == IMAGE_VOTE:
        wishes.refuse_all(recipe, ("--runs", "--split", "--group-by"))
        source = find_split(data, wishes.split, wishes.group_by)
        found = _vote(recipe, source, out, wishes.runs or (out.parent,))
        return _told(found, out, "Measured")
    if wishes.runs:
        raise no_meaning("--runs", recipe)
    choices = wishes.choices
    if wishes.exclude is not None:
        choices = replace(choices, excluded=tuple(read_list(wishes.exclude)))
    extras = Extras(wishes.augmented, wishes.logs, wishes.threads)
    found = train_images(
        recipe, data, out, report, tell, choices, extras, wishes.split, wishes.group_by
    )
    return _told(found, out, "Trained")


def _vote(recipe: Path, source: Pictures, out: Path, runs: Sequence[Path]) -> list[dict[str, Any]]:
    plan = read_vote_recipe(recipe)
    if missing := [run for run in runs if not run.is_dir()]:
        raise FileError(f"There is no folder '{missing[0].name}'.", "Correct --runs.")
    sha256 = hashlib.sha256(recipe.read_bytes()).hexdigest()
    about = {
        "recipe": recipe.stem,
        "recipe_sha256": sha256,
        "data": str(source.folder.resolve()),
        "images_sha256": source.sha256,
        "choices": {},
    }
    check_same_run(about, out)
    found = vote(plan, sha256, source, runs, out)
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
