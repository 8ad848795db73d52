"""The networks that a recipe can name: as PyTorch modules that train, as Keras models that ship."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.training import resnet50
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.networks import xception
from brainviewer.training.image_classification.networks.xception import Xception
from brainviewer.training.resnet50 import MapNetwork, ResNet50
from brainviewer.training.weights import load_weights


@dataclass(frozen=True)
class Backbone:
    """A network for one grey channel.

    title : its name in print.
    build : makes the module for so many classes.
    keras_model : makes the Keras model for images of a size and so many classes.
    copy_into_keras : copies the module's numbers into it.
    """

    title: str
    build: Callable[[int], MapNetwork]
    keras_model: Callable[[int, int], Any]
    copy_into_keras: Callable[[Any, Any], None]


BACKBONES: Mapping[str, Backbone] = MappingProxyType(
    {
        "xception": Backbone("Xception", Xception, xception.keras_model, xception.copy_into_keras),
        "resnet50": Backbone(
            "ResNet50",
            partial(ResNet50, depth=1),
            partial(resnet50.keras_model, depth=1, name="resnet50_tumour"),
            resnet50.copy_into_keras,
        ),
    }
)


def load_network(path: Path, name: str) -> MapNetwork:
    """A network that a run left, ready to answer; ``name``: in ``BACKBONES``. Raises FileError."""
    network = BACKBONES[name].build(len(CLASSES))
    load_weights(network, path)
    network.eval()
    return network
