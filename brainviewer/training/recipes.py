"""Recipes: small TOML files that say how a model is made."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input

Read = TypeVar("Read")
# Networks that a run leaves in its folder.
PRETRAINED_FILE = "pretrained.npz"
FINAL_FILE = "final.npz"


@dataclass(frozen=True)
class Schedule:
    """One training run: how many samples it sees, and how it learns from them.

    average : decay of the running mean of the weights that is kept in the end.
    coverage : weight of the second task, to say how much of each place is lesion.
    guidance : weight of looking at the lesion (see ``resnet50.guidance_loss``).
    frozen : how many of the network's stages or blocks stay as they were pretrained.
    """

    samples: int
    batch: int
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    average: float
    coverage: float = 0.0
    guidance: float = 0.0
    frozen: int = 0

    @property
    def steps(self) -> int:
        """How many batches that is."""
        return max(1, self.samples // self.batch)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model comes out, besides the data.

    seeds : the cross-validation is done once for each; a seed decides folds and chance alike.
    draws : samples of each case in the cache.
    weights : ``imagenet`` to start from those instead of pretraining.
    """

    seed: int
    seeds: tuple[int, ...]
    classes: tuple[str, ...]
    input: ModelInput
    pretraining: Schedule
    training: Schedule
    draws: int
    folds: int
    bootstrap: int
    weights: str = ""


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""

    def parse(content: dict[str, Any]) -> Recipe:
        asked = content["evaluation"]
        weights = content["pretraining"].get("weights", "")
        if weights not in ("", "imagenet"):
            raise ValueError("weights must be imagenet, or be left out")
        return Recipe(
            seed=int(content["seed"]),
            seeds=tuple(int(seed) for seed in asked["seeds"]),
            classes=tuple(str(code) for code in content["classes"]),
            input=parse_input(content["input"]),
            pretraining=read_schedule(content["pretraining"]),
            training=read_schedule(content["training"]),
            draws=int(content["bank"]["draws"]),
            folds=int(asked["folds"]),
            bootstrap=int(asked["bootstrap"]),
            weights=weights,
        )

    return parsed(path, parse)


def parsed(path: Path, parse: Callable[[dict[str, Any]], Read]) -> Read:
    """What ``parse`` makes of a TOML file; raises FileError if that cannot be read or used."""
    content = read_toml(path)
    try:
        return parse(content)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"The recipe {path.name} cannot be used: {error}.", "Check it.") from None


def read_schedule(content: Mapping[str, Any], parts: int = 4) -> Schedule:
    """A ``Schedule``; ``parts``: how many parts of the network may stay frozen.

    Raises KeyError, TypeError or ValueError if it is wrong.
    """
    if content.get("frozen", 0) not in range(parts + 1):
        raise ValueError(f"frozen must be a number of stages from 0 to {parts}")
    known = [one for one in fields(Schedule) if one.name in content or one.default is MISSING]
    kinds = Schedule.__annotations__
    return Schedule(**{one.name: kinds[one.name](content[one.name]) for one in known})
