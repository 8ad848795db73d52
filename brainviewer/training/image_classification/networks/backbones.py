"""The networks that a recipe can name: as PyTorch modules that train, as Keras models that ship."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import torch

from brainviewer.models.image_classification.input import image_bounds
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.networks.resnet50v2 import (
    ResNet50V2,
    from_gluon_arrays,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.model_files import write_network_files
from brainviewer.training.packing.weights import load_weights
from brainviewer.training.resnet50 import MapNetwork, keras_model

BACKBONES: Mapping[str, type[MapNetwork]] = MappingProxyType({"resnet50v2": ResNet50V2})


def build_network(name: str) -> MapNetwork:
    """A new network for one grey channel; ``name``: in ``BACKBONES``."""
    return BACKBONES[name](len(CLASSES), depth=1)


def pretrained_network(recipe: TumourRecipe, weights: str) -> MapNetwork:
    """The network of a recipe with ImageNet numbers and a new dense layer.

    weights : the folder of arrays.

    Raises FileError if they cannot be had.
    """
    torch.manual_seed(recipe.seed)
    return from_gluon_arrays(weights, len(CLASSES), image_bounds(recipe.input))


def load_network(path: Path, name: str) -> MapNetwork:
    """A network that a run left, ready to answer; raises FileError."""
    network = build_network(name)
    load_weights(network, path)
    network.eval()
    return network


def write_networks(numbers: Path, recipe: TumourRecipe, out: Path) -> None:
    """Write architecture, weights (float16) and graph of a run's network; raises FileError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    network = load_network(numbers, recipe.network)
    name = f"{network.application.lower()}_tumour"
    write_network_files(keras_model(network, recipe.input.size, name), out)
