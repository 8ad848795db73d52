"""Recipes for classifiers of single images: everything that they decide.

A recipe holds data only: the layers that it may name are listed here, and none carries code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brainviewer.training.recipes import CONSTANT, SCHEDULES
from brainviewer.training.settings import (
    Setting,
    number,
    switch,
    whole,
    words,
)

IMAGE_CLASSES, IMAGE_VOTE = "image-classes", "image-vote"
BASES = (
    "ResNet50", "MobileNetV2", "VGG16", "VGG19", "InceptionV3", "Xception", "EfficientNetB0",
)  # fmt: skip
COLOURS = ("grey", "rgb")
CROPS = ("none", "largest-contour")
OPTIMIZERS = ("adam", "sgd", "rmsprop", "adamax")
CRITERIA = ("macro F1", "accuracy")

_ACTIVATION = words("relu", ("linear", "relu", "sigmoid", "tanh"))
_LAYERS: Mapping[str, Mapping[str, Setting]] = {
    "conv": {
        "filters": whole(1, 65536),
        "kernel": whole(1, 32),
        "stride": whole(1, 32, 1),
        "padding": words("valid", ("valid", "same")),
        "activation": _ACTIVATION,
    },
    "max-pool": {"size": whole(1, 32, 2)},
    "average-pool": {"size": whole(1, 32, 2)},
    "batch-norm": {},
    "dropout": {"rate": number(0, 0.999999)},
    "flatten": {},
    "global-average": {},
    "dense": {"units": whole(1, 65536), "activation": _ACTIVATION},
}
# Those that bring maps down to one row of numbers, and those that need maps.
_FLATTENING = ("flatten", "global-average")
_ON_MAPS = ("conv", "max-pool", "average-pool", *_FLATTENING)


@dataclass(frozen=True)
class Layer:
    """One layer: its name in recipes, and all of its settings."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Preparation:
    """How an image becomes what the network sees.

    size : side of the square, in pixels; whatever shape the image has, it is stretched to it.
    """

    size: int = whole(16, 1024).field()
    colour: str = words(allowed=COLOURS).field()
    crop: str = words("none", CROPS).field()


@dataclass(frozen=True)
class Augmentation:
    """How training images are varied.

    copies : varied images beside each one, made once; with ``fresh`` there are none, and every
        epoch varies the images anew instead.
    zoom, shift, brightness, shear : up to this fraction, either way; rotation in degrees.
    """

    copies: int = whole(0, 100, 0).field()
    fresh: bool = switch().field()
    flip_left_right: bool = switch().field()
    flip_up_down: bool = switch().field()
    rotation: float = number(0, 180, 0.0).field()
    zoom: float = number(0, 0.9, 0.0).field()
    shift: float = number(0, 0.9, 0.0).field()
    shear: float = number(0, 0.9, 0.0).field()
    brightness: float = number(0, 0.9, 0.0).field()


@dataclass(frozen=True)
class Phase:
    """One stretch of training.

    patience : epochs without a better validation loss before it stops; 0 to never stop early.
    balanced : every class weighs the same, however many images it has.
    schedule, warm_up : how the learning rate changes over all epochs, and the fraction of the steps
        in which it rises first (``training.recipes.rate_factor``).
    layers : for fine-tuning, how many of the last layers of the base learn as well.
    """

    epochs: int = whole(1, 10000).field()
    batch: int = whole(1, 4096).field()
    optimizer: str = words("adam", OPTIMIZERS).field()
    learning_rate: float = number(1e-8, 10, 0.001).field()
    patience: int = whole(0, 10000, 0).field()
    balanced: bool = switch().field()
    schedule: str = words(CONSTANT, SCHEDULES).field()
    warm_up: float = number(0, 0.9, 0.0).field()
    layers: int = 0


@dataclass(frozen=True)
class ImageRecipe:
    """Everything that decides how one network comes out, besides the data.

    network : its name; the recipe's own name, or for a grid one made of its values.
    classes : answer to the classes of the data that it stands for; empty to take them as they are.
    base, weights : of ``keras.applications``, and what it starts from; both empty without a base.
        Without pretraining (``none``) all of it learns, in one phase.
    test, validation : fractions of the images, where the data says nothing.
    triage : the answer whose sensitivity is asked for, and that sensitivity; None without one.
    mixed_precision : compute with half the bits where Keras finds a GPU.
    """

    name: str
    network: str
    about: str
    reported: str
    seed: int
    classes: Mapping[str, tuple[str, ...]]
    preparation: Preparation
    augmentation: Augmentation
    test: float
    validation: float
    base: str
    weights: str
    layers: tuple[Layer, ...]
    training: Phase
    fine_tuning: Phase | None
    triage: tuple[str, float] | None
    axes: Mapping[str, Any] = field(default_factory=dict)
    mixed_precision: bool = False


@dataclass(frozen=True)
class VoteRecipe:
    """A vote of networks that were trained before.

    members : how many, the best by ``chosen_by`` on their validation images.
    """

    name: str
    kind: str = words().field()
    about: str = words().field()
    members: int = whole(2, 99).field()
    chosen_by: str = words().field()
    reported: str = words("").field()


def expand(entries: Any, axes: Mapping[str, Any]) -> tuple[Layer, ...]:
    """The layers of a recipe one after the other, repeated and filled in for one network.

    entries : a list of ``{ layer = NAME, SETTING = VALUE }`` and of
        ``{ repeat = N, layers = [...] }``.
    axes : values of the grid by the name that stands for them in the recipe.

    Raises ValueError or TypeError, in words, for whatever is not known.
    """
    if not isinstance(entries, list):
        raise TypeError("'layers' must be a list")
    layers = tuple(_each(entries, axes))
    flat = False
    for layer in layers:
        if flat and layer.name in _ON_MAPS:
            raise ValueError(f"the layer '{layer.name}' cannot follow 'flatten' or another like it")
        if not flat and layer.name == "dense":
            raise ValueError("a dense layer needs 'flatten' or 'global-average' before it")
        flat = flat or layer.name in _FLATTENING
    if not flat:
        raise ValueError("the layers must hold 'flatten' or 'global-average'")
    return layers


def _each(entries: Sequence[Any], axes: Mapping[str, Any]) -> Iterator[Layer]:
    for entry in entries:
        if not isinstance(entry, dict):
            raise TypeError("each layer must be written as { layer = NAME }")
        given = {
            key: axes[value] if isinstance(value, str) and value in axes else value
            for key, value in entry.items()
            if key != "layer"
        }
        if "repeat" in given:
            if entry.keys() != {"repeat", "layers"}:
                raise ValueError("a repetition has the keys 'repeat' and 'layers'")
            for _ in range(whole(0, 64).read("repeat", given["repeat"])):
                yield from _each(entry["layers"], axes)
        else:
            yield _layer(entry.get("layer"), given)


def _layer(name: Any, given: Mapping[str, Any]) -> Layer:
    if name not in _LAYERS:
        raise ValueError(f"there is no layer '{name}' (known: {', '.join(_LAYERS)})")
    known = _LAYERS[name]
    if unknown := sorted(given.keys() - known.keys()):
        raise ValueError(f"the layer '{name}' has no setting '{unknown[0]}'")
    settings = {
        key: setting.read(key, given[key]) if key in given else setting.default
        for key, setting in known.items()
    }
    if missing := [key for key, value in settings.items() if value is None]:
        raise ValueError(f"the layer '{name}' needs the setting '{missing[0]}'")
    return Layer(name, settings)
