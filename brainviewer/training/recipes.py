"""Recipes: small TOML files that say how a model is made."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from math import cos, pi
from pathlib import Path
from typing import Any, TypeVar

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.structured import read_toml
from brainviewer.training.settings import check_keys, number, read_table, sub_table, whole, words

Read = TypeVar("Read")
ONE_CYCLE, CONSTANT = "one-cycle", "constant"
SCHEDULES = (ONE_CYCLE, "cosine", CONSTANT, "step")
"""How the learning rate changes (``rate_factor``)."""
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
    schedule, warm_up : how the learning rate changes, and the fraction of the steps in which it
        rises first (``rate_factor``).
    """

    samples: int = whole(1, 10**9).field()
    batch: int = whole(1, 65536).field()
    learning_rate: float = number(1e-8, 10).field()
    weight_decay: float = number(0, 10).field()
    label_smoothing: float = number(0, 0.999).field()
    average: float = number(0, 1).field()
    coverage: float = number(0, 1000, 0.0).field()
    guidance: float = number(0, 1000, 0.0).field()
    frozen: int = whole(0, 100, 0).field()
    schedule: str = words(ONE_CYCLE, SCHEDULES).field()
    warm_up: float = number(0, 0.9, 0.1).field()

    @property
    def steps(self) -> int:
        """How many batches that is."""
        return max(1, self.samples // self.batch)


def rate_factor(schedule: str, warm_up: float, step: int, steps: int) -> float:
    """What the learning rate is multiplied by in a step, from 0, of so many.

    schedule : after the warm-up, ``constant`` stays; ``cosine`` falls to 0 along half a cosine
        (Loshchilov & Hutter 2017); ``step`` is divided by 10 after half and again after three
        quarters of all steps (He et al. 2016); ``one-cycle`` rises along a cosine from 1/25 and
        falls along one to 1/250,000 (Smith & Topin 2018).
    warm_up : fraction of the steps in which it rises, in a line but for ``one-cycle``.
    """
    rising, last = warm_up * steps, max(1, steps - 1)
    if step < rising:
        done = (step + 1) / rising
        if schedule != ONE_CYCLE:
            return min(1.0, done)
        return 1 / 25 + (1 - 1 / 25) * (1 - cos(pi * step / rising)) / 2
    fallen = (1 + cos(pi * (step - rising) / max(1.0, last - rising))) / 2
    if schedule == "cosine":
        return fallen
    if schedule == ONE_CYCLE:
        return fallen + (1 - fallen) / 250_000
    return 1.0 if schedule == CONSTANT else 0.1 ** ((2 * step >= steps) + (4 * step >= 3 * steps))


def parsed(path: Path, made: type[Read], parse: Callable[[dict[str, Any]], Read]) -> Read:
    """What ``parse`` makes of a TOML file; raises FileError if that cannot be read or used.

    made : a dataclass; its fields are the keys that may be there, besides the kind, or in the
        table ``evaluation``.
    """
    content = read_toml(path)
    known = [one.name for one in fields(made)]  # type: ignore[arg-type]
    with unusable_refused(path):
        check_keys(content, ("kind", "evaluation", *known), "the recipe")
        check_keys(sub_table(content, "evaluation"), known, "[evaluation]")
        return parse(content)


@contextmanager
def unusable_refused(recipe: Path, advice: str = "Check it.") -> Iterator[None]:
    """Raises FileError, in words, for what is wrong with the content of a recipe."""
    try:
        yield
    except SENSELESS as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise FileError(f"The recipe {recipe.name} cannot be used: {why}.", advice) from None


def read_schedule(content: Mapping[str, Any], parts: int) -> Schedule:
    """A ``Schedule`` from a table.

    parts : how many parts of the network may stay frozen.

    Raises KeyError, TypeError or ValueError if it is wrong.
    """
    if content.get("frozen", 0) not in range(parts + 1):
        raise ValueError(f"frozen must be a number of stages from 0 to {parts}")
    return read_table(Schedule, content, "the schedule")
