"""The recipe of a network for single images: a small TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input
from brainviewer.training.recipes import Schedule, parsed, read_schedule
from brainviewer.training.settings import SEED, number, read_table, whole, words

NETWORKS: Mapping[str, int] = MappingProxyType({"resnet50v2": 5})
"""Networks that a recipe can name, with how many of their parts may stay frozen."""
SOURCES = ("lgg", "sartaj")
_NETWORK = words(allowed=tuple(NETWORKS))


@dataclass(frozen=True)
class FurtherImages:
    """Images of another collection, which are learned from and not measured with.

    fraction : of the samples.
    classes : the only ones that are taken; empty for all.
    """

    fraction: float
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TumourRecipe:
    """Everything that decides how the network comes out, besides the data.

    network : one of ``NETWORKS``.
    weights : what it starts from: ``imagenet``, or a file or folder with those numbers.
    balance : 0 draws each class as often as it is there, 1 draws all equally often.
    hard : how many times as often images are drawn that look like another class; see
        ``data.hard_images``.
    mixup : parameter of the beta distribution that two images are mixed by; 0 for none.
    focal : exponent that gives samples more weight that are answered wrong; 0 for none.
    draws : with frozen parts, how many variants of each image are drawn beforehand, for all folds;
        0 draws anew for each step.
    further : other collections, in ``SOURCES``.
    left_out : images of ``cheng`` that are not learned from, nor are their copies.
    quantile : fraction of the unseen images that the limit of the OOD check lets pass.
    """

    further: Mapping[str, FurtherImages]
    left_out: tuple[str, ...]
    input: ModelInput
    training: Schedule
    seed: int = SEED.field()
    network: str = _NETWORK.field()
    weights: str = words().field()
    balance: float = number(0, 1).field()
    hard: float = number(0, 1000, 0.0).field()
    mixup: float = number(0, 1000, 0.0).field()
    focal: float = number(0, 1000, 0.0).field()
    draws: int = whole(0, 1000, 0).field()
    quantile: float = number(0.5, 0.999, 0.98).field()


def read_tumour_recipe(path: Path) -> TumourRecipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""
    return parsed(path, TumourRecipe, _parse)


def _parse(content: dict[str, Any]) -> TumourRecipe:
    network = _NETWORK.read("network", content["network"])
    tables = ("kind", "further", "left_out", "input", "training")
    recipe = read_table(
        TumourRecipe,
        {key: value for key, value in content.items() if key not in tables},
        "the recipe",
        further={
            name: FurtherImages(float(one["fraction"]), tuple(map(str, one.get("classes", ()))))
            for name, one in content["further"].items()
        },
        left_out=tuple(str(name) for name in content["left_out"]),
        input=parse_input(content["input"]),
        training=read_schedule(content["training"], parts=NETWORKS[network]),
    )
    fractions = [one.fraction for one in recipe.further.values()]
    if min(fractions, default=0) < 0 or sum(fractions) > 1:
        raise ValueError("the fractions of further images must lie between 0 and 1 together")
    if recipe.draws and not recipe.training.frozen:
        raise ValueError("variants can be drawn beforehand only where parts are frozen")
    if unknown := sorted(recipe.further.keys() - set(SOURCES)):
        raise ValueError(f"there is no collection {unknown[0]} (known: {', '.join(SOURCES)})")
    return recipe
