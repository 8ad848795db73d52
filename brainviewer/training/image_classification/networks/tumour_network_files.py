"""The files of the network that ships: architecture, weights (float16), graph without numbers."""

import os
from pathlib import Path

from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.networks.backbones import BACKBONES, load_network
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.model_files import write_network_files


def write_networks(numbers: Path, recipe: TumourRecipe, out: Path) -> None:
    """Write the files of the network whose numbers a run left; raises FileError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    backbone = BACKBONES[recipe.network]
    model = backbone.keras_model(recipe.input.size, len(CLASSES))
    backbone.copy_into_keras(load_network(numbers, recipe.network), model)
    write_network_files(model, out)
