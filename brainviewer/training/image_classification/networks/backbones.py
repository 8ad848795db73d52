"""The networks that a recipe can name: as PyTorch modules that train, as Keras models that ship."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.networks.xception import Xception
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.model_files import write_network_files
from brainviewer.training.resnet50 import MapNetwork, ResNet50, copy_into_keras, keras_model
from brainviewer.training.weights import load_weights

BACKBONES: Mapping[str, type[MapNetwork]] = MappingProxyType(
    {"xception": Xception, "resnet50": ResNet50}
)


def build_network(name: str) -> MapNetwork:
    """A new network for one grey channel; ``name``: in ``BACKBONES``."""
    return BACKBONES[name](len(CLASSES), depth=1)


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
    application = network.application
    name = f"{application.lower()}_tumour"
    model = keras_model(recipe.input.size, len(CLASSES), 1, name, application)
    copy_into_keras(network, model)
    write_network_files(model, out)
