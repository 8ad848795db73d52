"""From the layers of a recipe to a Keras network.

The input is what ``preparing`` makes, 0..255: scaling is a part of the network, so that nobody can
forget it. The output is one probability for each class. Imported only where a network is built:
TensorFlow takes seconds to load.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import keras
import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.networks.pretrained_weights import CHANNELS
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe, Layer

_IMAGENET_MEANS = (123.68, 116.779, 103.939)  # red, green, blue
_TURNED = ("ResNet50", "VGG16", "VGG19")
"""Trained on blue, green, red with the mean of ImageNet taken away; the others on -1..1."""
_OWN_SCALING = ("EfficientNetB0",)
_MOMENTUM = 0.9
# Layers and settings of recipes as Keras calls them.
_LAYERS = {
    "conv": keras.layers.Conv2D,
    "max-pool": keras.layers.MaxPooling2D,
    "average-pool": keras.layers.AveragePooling2D,
    "batch-norm": keras.layers.BatchNormalization,
    "dropout": keras.layers.Dropout,
    "flatten": keras.layers.Flatten,
    "global-average": keras.layers.GlobalAveragePooling2D,
    "dense": keras.layers.Dense,
}
_FIXED = ("global-average", "flatten", "max-pool", "average-pool")
"""Layers with neither numbers nor chance."""
_NAMES = {"kernel": "kernel_size", "stride": "strides", "size": "pool_size"}


@dataclass(frozen=True, eq=False)
class Built:
    """A network and its parts, which share their layers.

    whole : images (n, size, size, 1 or 3) to probabilities (n, classes).
    base : the layers of ``keras.applications`` in it; empty without one.
    trunk, top : the whole in two: what does not learn while the base is frozen, and the rest.
        None without a base.
    """

    whole: Any
    base: tuple[Any, ...]
    trunk: Any
    top: Any


def build(recipe: ImageRecipe, classes: int, imagenet: bool = False) -> Built:
    """The network of a recipe, with new numbers.

    imagenet : the base starts with the weights that Keras downloads.

    Raises FileError if the layers do not fit the size, or if the weights cannot be had.
    """
    keras.utils.set_random_seed(recipe.seed)
    size, depth = recipe.preparation.size, 1 if recipe.preparation.colour == "grey" else 3
    image = keras.Input((size, size, depth), name="image")
    try:
        if not recipe.base:
            scaled = keras.layers.Rescaling(1 / 255, name="scale")(image)
            prediction = _apply(_top(recipe.layers, classes), scaled)
            return Built(keras.Model(image, prediction, name="network"), (), None, None)
        base = _base(recipe.base, image, imagenet)
        fixed = list(takewhile(lambda layer: layer.name in _FIXED, recipe.layers))
        lower = _apply(map(_made, fixed), base.output)
        top = _top(recipe.layers[len(fixed) :], classes)
        whole = keras.Model(image, _apply(top, lower), name="network")
        features = keras.Input(lower.shape[1:], name="features")
        return Built(
            whole,
            tuple(base.layers),
            keras.Model(image, lower, name="trunk"),
            keras.Model(features, _apply(top, features), name="top"),
        )
    except ValueError as error:
        said = str(error).splitlines()[0][:160].rstrip(".")
        raise FileError(
            f"The network {recipe.network} cannot be built at {size} x {size} pixels: {said}.",
            "Choose a larger size or fewer layers.",
        ) from None


def learn_whole(built: Built) -> None:
    """Everything learns, the base without pretraining too.

    Its batch normalisation was made for training of weeks: its statistics follow faster here.
    """
    for layer in built.base:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _MOMENTUM


def freeze(built: Built) -> None:
    """Only what stands on the base learns."""
    for layer in built.base:
        layer.trainable = False


def thaw(built: Built, count: int) -> None:
    """The last layers of the base learn as well, except batch normalisation, which keeps the
    statistics that it was pretrained with."""
    for layer in built.base[-count:]:
        fixed = isinstance(layer, keras.layers.BatchNormalization) or layer.name == CHANNELS
        layer.trainable = not fixed


def variables(model: Any) -> list[Any]:
    """Everything a network holds, with the states of its chance (dropout)."""
    return [variable for layer in model.layers for variable in layer.variables]


def _base(name: str, image: Any, imagenet: bool) -> Any:
    scaled = image
    if name in _TURNED:
        # A fixed 1x1 convolution: data, where a Lambda layer would be code.
        turn = keras.layers.Conv2D(3, 1, name=CHANNELS, trainable=False)
        scaled = turn(image)
        means = -np.array(_IMAGENET_MEANS[::-1], np.float32)
        turn.set_weights([np.eye(3, dtype=np.float32)[::-1][None, None], means])
    elif name not in _OWN_SCALING:
        scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(image)
    make = getattr(keras.applications, name)
    if not imagenet:
        return make(include_top=False, weights=None, input_tensor=scaled)
    try:
        with warnings.catch_warnings():
            # MobileNetV2 says that its weights are those for 224 pixels: they fit all sizes.
            warnings.simplefilter("ignore", UserWarning)
            return make(include_top=False, weights="imagenet", input_tensor=scaled)
    except Exception as error:  # Keras raises bare exceptions if it cannot fetch a file
        raise FileError(
            f"The weights of ImageNet for {name} cannot be had ({type(error).__name__}).",
            "Connect to the internet, or give --weights a file, the id of an installed model, "
            "or none.",
        ) from None


def _apply(layers: Iterable[Any], x: Any) -> Any:
    for layer in layers:
        x = layer(x)
    return x


def _top(layers: Sequence[Layer], classes: int) -> list[Any]:
    # In this order: each layer that is made takes the next of its numbers from chance.
    made = list(map(_made, layers))
    return [
        *made,
        keras.layers.Dense(classes, activation="softmax", name="answer", dtype="float32"),
    ]


def _made(layer: Layer) -> Any:
    settings = {_NAMES.get(key, key): value for key, value in layer.settings.items()}
    return _LAYERS[layer.name](**settings)
