"""Recipes for classifiers of single images: everything that they decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brainviewer.training.image_classification.recipes.fields import (
    choice,
    number,
    switch,
    whole,
    words,
)
from brainviewer.training.image_classification.recipes.layers import Layer

IMAGE_CLASSES, IMAGE_VOTE = "image-classes", "image-vote"
BASES = (
    "ResNet50", "MobileNetV2", "VGG16", "VGG19", "InceptionV3", "Xception", "EfficientNetB0",
)  # fmt: skip
COLOURS = ("grey", "rgb")
CROPS = ("none", "largest-contour")
OPTIMIZERS = ("adam", "sgd", "rmsprop", "adamax")
CRITERIA = ("macro F1", "accuracy")


@dataclass(frozen=True)
class Preparation:
    """How an image becomes what the network sees.

    size : side of the square, in pixels; whatever shape the image has, it is stretched to it.
    """

    size: int = whole(16, 1024).field()
    colour: str = choice(COLOURS).field()
    crop: str = choice(CROPS, "none").field()


@dataclass(frozen=True)
class Augmentation:
    """How training images are varied.

    copies : varied images beside each one, made once; with ``fresh`` there are none, and every
        epoch varies the images anew instead.
    zoom, shift, brightness, shear : up to this share, either way; rotation in degrees.
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
    layers : for fine-tuning, how many of the last layers of the base learn as well.
    """

    epochs: int = whole(1, 10000).field()
    batch: int = whole(1, 4096).field()
    optimizer: str = choice(OPTIMIZERS, "adam").field()
    learning_rate: float = number(1e-8, 10, 0.001).field()
    patience: int = whole(0, 10000, 0).field()
    balanced: bool = switch().field()
    layers: int = 0


@dataclass(frozen=True)
class ImageRecipe:
    """Everything that decides how one network comes out, besides the data.

    network : its name; the recipe's own name, or for a grid one made of its values.
    classes : answer to the classes of the data that it stands for; empty to take them as they are.
    base, weights : of ``keras.applications``, and what it starts from; both empty without a base.
        Without pretraining (``none``) all of it learns, in one phase.
    test, validation : shares of the images, where the data says nothing.
    triage : the answer whose sensitivity is asked for, and that sensitivity; None without one.
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
