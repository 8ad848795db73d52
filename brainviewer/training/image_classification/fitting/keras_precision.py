"""Half the bits in Keras: only where it finds a GPU, and a recipe asks for it."""

import json
from typing import Any

import keras

from brainviewer.training.image_classification.recipes.recipe import ImageRecipe

_FULL, _MIXED = "float32", "mixed_float16"


def gpus() -> int:
    """How many GPUs Keras finds."""
    return len(keras.distribution.list_devices("gpu"))


def set_precision(recipe: ImageRecipe) -> None:
    """What the layers that are made from now on compute with (Micikevicius et al. 2018)."""
    keras.config.set_dtype_policy(_MIXED if recipe.mixed_precision and gpus() else _FULL)


def device_words(recipe: ImageRecipe) -> str:
    """Words for progress texts; empty on the processor, where everything runs otherwise."""
    if not gpus():
        return ""
    return " on the GPU" + (" with mixed precision" if recipe.mixed_precision else "")


def in_full(model: Any) -> Any:
    """The network as it is saved and measured: with all bits, which its numbers have anyhow."""
    if keras.config.dtype_policy().name != _MIXED:
        return model
    keras.config.set_dtype_policy(_FULL)
    layers = json.loads(model.to_json().replace(_MIXED, _FULL))
    layers.pop("compile_config", None)
    made = keras.models.model_from_json(json.dumps(layers))
    made.set_weights(model.get_weights())
    return made
