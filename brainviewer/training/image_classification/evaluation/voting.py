"""The best networks that were trained before answer together, by majority and by soft vote."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.image_classification.data.labelled_images import LabelledImages
from brainviewer.training.image_classification.evaluation import results
from brainviewer.training.image_classification.evaluation.duplicate_leak import leak_of
from brainviewer.training.image_classification.evaluation.page import write_page
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    read_predictions,
    read_result,
    write_predictions,
)
from brainviewer.training.image_classification.evaluation.results import (
    RESULT_FILE,
    SHIPPED,
    Predictions,
)
from brainviewer.training.image_classification.recipes.recipe import (
    IMAGE_CLASSES,
    IMAGE_VOTE,
    VoteRecipe,
)
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.intervals import value_of
from brainviewer.training.provenance import made_with

_SEED = 2026
Stacked = NDArray[np.float64]


class _Member(NamedTuple):
    """A trained network: what is known of it, and what it answered, sorted by file.

    seen : answers for its validation images; None where they were not kept.
    """

    result: dict[str, Any]
    tested: Predictions
    seen: Predictions | None


def vote(
    recipe: VoteRecipe, recipe_sha256: str, source: LabelledImages, runs: Sequence[Path], out: Path
) -> list[dict[str, Any]]:
    """Choose the members among the results below ``runs`` and measure their votes; two results.

    The members are the best on their validation images among the networks that were tested on the
    same images of ``source``; where there are several such groups, the largest is taken.

    Raises FileError if there are too few.
    """
    members = _chosen(recipe, source, runs)
    seen = [member.seen for member in members if member.seen is not None]
    if len(seen) < len(members) or len({(part.files, part.folds) for part in seen}) > 1:
        seen = []
    found = []
    for name, together in (("majority", majority), ("soft", lambda stacked: stacked.mean(axis=0))):
        classified = _voted([member.tested for member in members], together)
        result = _result(recipe, recipe_sha256, f"{recipe.name}-{name}", members, classified)
        result["leak"] = leak_of(source, classified)
        make_folder(out / name)
        validated = _voted(seen, together) if seen else None
        write_predictions(out / name / PREDICTIONS_FILE, classified, validated)
        write_page(result, classified, None, out / name)
        write_whole(out / name / RESULT_FILE, dump(result).encode())
        found.append(result)
    return found


def _chosen(recipe: VoteRecipe, source: LabelledImages, runs: Sequence[Path]) -> list[_Member]:
    """The best networks, the best first; raises FileError if there are too few."""
    groups: dict[tuple[Any, ...], list[_Member]] = defaultdict(list)
    for file in sorted({file for run in runs for file in run.rglob(RESULT_FILE)}):
        result, kept = read_result(file), read_predictions(file.parent / PREDICTIONS_FILE)
        if result is None or kept is None or result["kind"] not in (IMAGE_CLASSES, SHIPPED):
            continue
        if result["data"]["images_sha256"] == source.sha256:
            tested, seen = kept.test.by_file(), kept.validation and kept.validation.by_file()
            groups[*result["classes"], tested.files].append(_Member(result, tested, seen))
    largest = max(groups.values(), key=len, default=[])
    if len(largest) < recipe.members:
        raise FileError(
            f"A vote of {recipe.members} needs as many networks tested on the same images; "
            f"{len(largest)} {'was' if len(largest) == 1 else 'were'} found.",
            "Train more recipes with the same data and fold, and name their folders with --runs.",
        )

    def worth(member: _Member) -> float:
        return float((member.result["validation"] or {}).get(recipe.chosen_by, 0))

    return sorted(largest, key=worth, reverse=True)[: recipe.members]


def majority(stacked: Stacked) -> Stacked:
    """(members, n, classes) -> (n, classes) fractions of the votes.

    Where votes are equal the mean probability decides, by a hundredth of a vote.
    """
    votes = np.eye(stacked.shape[2])[stacked.argmax(axis=2)].mean(axis=0)
    probabilities = votes + 0.01 * stacked.mean(axis=0)
    return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))


def _voted(parts: Sequence[Predictions], together: Callable[[Stacked], Stacked]) -> Predictions:
    """The answer of all members to the images that each of them answered."""
    stacked = np.stack([part.probabilities for part in parts])
    return replace(parts[0], probabilities=together(stacked))


def _result(
    recipe: VoteRecipe,
    recipe_sha256: str,
    name: str,
    members: Sequence[_Member],
    tested: Predictions,
) -> dict[str, Any]:
    known = [member.result for member in members]
    first = known[0]
    return results.result_record(
        IMAGE_VOTE,
        first["classes"],
        tested,
        _SEED,
        recipe=recipe.name,
        network=name,
        about=recipe.about,
        reported=recipe.reported,
        recipe_sha256=recipe_sha256,
        data=first["data"],
        protocol=first["protocol"],
        settings={
            "seed": _SEED,
            "pretrained": any(one["settings"]["pretrained"] for one in known),
            "chosen_by": recipe.chosen_by,
        },
        changes=[],
        made_with=made_with(),
        members=[
            {
                "network": one["network"],
                "recipe": one["recipe"],
                "validation": one["validation"],
                "accuracy": value_of(one, "accuracy"),
            }
            for one in known
        ],
        notices=list(dict.fromkeys(notice for one in known for notice in one["notices"])),
        **{key: _sum([one[key] for one in known]) for key in results.COSTS},
    )


def _sum(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 3) if len(known) == len(costs) else None
