"""The recipe of a network for single images: a small TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input
from brainviewer.training.recipes import Schedule, parsed, read_schedule
from brainviewer.training.settings import SEED

NETWORKS: Mapping[str, int] = MappingProxyType({"xception": 11, "resnet50v2": 5})
"""Networks that a recipe can name, with how many of their parts may stay frozen."""
SOURCES = ("lgg", "sartaj")
_STEP = 32  # pixels: every network shrinks images by it


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
    early : fraction of the steps in which images are smaller, ``early_size``, and learning quicker.
    further : other collections, in ``SOURCES``.
    left_out : images of ``cheng`` that are not learned from, nor are their copies.
    quantile : fraction of the unseen images that the limit of the OOD check lets pass.
    """

    seed: int
    network: str
    weights: str
    balance: float
    hard: float
    mixup: float
    focal: float
    early: float
    early_size: int
    further: Mapping[str, FurtherImages]
    left_out: tuple[str, ...]
    quantile: float
    input: ModelInput
    training: Schedule


def read_tumour_recipe(path: Path) -> TumourRecipe:
    """Read a recipe; raises FileError if it cannot be read or does not hold what it must."""
    return parsed(path, _parse)


def _parse(content: dict[str, Any]) -> TumourRecipe:
    network = str(content["network"])
    if network not in NETWORKS:
        raise ValueError(f"the network must be one of {', '.join(NETWORKS)}")
    recipe = TumourRecipe(
        seed=SEED.read("seed", content["seed"]),
        network=network,
        weights=str(content["weights"]),
        balance=float(content["balance"]),
        hard=float(content.get("hard", 0)),
        mixup=float(content.get("mixup", 0)),
        focal=float(content.get("focal", 0)),
        early=float(content.get("early", 0)),
        early_size=int(content.get("early_size", _STEP)),
        further={
            name: FurtherImages(float(one["fraction"]), tuple(map(str, one.get("classes", ()))))
            for name, one in content["further"].items()
        },
        left_out=tuple(str(name) for name in content["left_out"]),
        quantile=float(content.get("quantile", 0.98)),
        input=parse_input(content["input"]),
        training=read_schedule(content["training"], parts=NETWORKS[network]),
    )
    fractions = [one.fraction for one in recipe.further.values()]
    if not all(0 <= value <= 1 for value in (recipe.balance, recipe.early, sum(fractions))):
        raise ValueError("balance, early and all fractions together must lie between 0 and 1")
    if min(recipe.hard, recipe.mixup, recipe.focal, *fractions) < 0 or recipe.early_size % _STEP:
        raise ValueError(f"early_size must be a multiple of {_STEP}, and no number below 0")
    if not 0.5 <= recipe.quantile < 1:
        raise ValueError("the quantile must lie between 0.5 and 1")
    if unknown := sorted(recipe.further.keys() - set(SOURCES)):
        raise ValueError(f"there is no collection {unknown[0]} (known: {', '.join(SOURCES)})")
    return recipe
