"""How a segmentation network is trained, and which fold each case belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.models.plain_data import read
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.recipes import Schedule, parsed, read_schedule
from brainviewer.training.settings import SEED, number, whole

_USUAL = {"label_smoothing": 0.0, "warm_up": 0.15}


@dataclass(frozen=True)
class SegmentationRecipe:
    """How the network is trained.

    in_full : chance that a slice is one of a patient whose three regions are marked.
    input : what the network sees and tells.
    """

    seed: int
    folds: int
    in_full: float
    input: SliceInput
    training: Schedule


def read_segmentation_recipe(path: Path) -> SegmentationRecipe:
    """Read a recipe; raises FileError if it cannot be read or lacks something."""

    def parse(content: dict[str, Any]) -> SegmentationRecipe:
        training = read_schedule({**_USUAL, **content["training"]}, parts=0)
        return SegmentationRecipe(
            seed=SEED.read("seed", content["seed"]),
            folds=whole(2, 100).read("folds", content["folds"]),
            in_full=number(0, 1).read("in_full", content["in_full"]),
            input=read(SliceInput, content["input"]),
            training=training,
        )

    return parsed(path, SegmentationRecipe, parse)


def split(cases: Sequence[Case], recipe: SegmentationRecipe) -> NDArray[np.int64]:
    """The fold of every case; all studies of one patient lie in one."""
    return folds_of(cases, recipe.folds, recipe.seed)
