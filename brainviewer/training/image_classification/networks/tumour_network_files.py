"""The files of the network that ships: architecture, weights (float16), graph without numbers."""

import json
import os
import tempfile
from pathlib import Path

from brainviewer.training.graph_without_weights import without_numbers
from brainviewer.training.image_classification.data.tumour_folds import CLASSES
from brainviewer.training.image_classification.networks.backbones import BACKBONES, load_network
from brainviewer.training.image_classification.networks.keras_onnx import to_onnx
from brainviewer.training.image_classification.recipes.tumour_recipe import PictureRecipe
from brainviewer.training.subtype.evaluate import dump
from brainviewer.training.subtype.package import NETWORK_FILES, halve


def write_networks(numbers: Path, recipe: PictureRecipe, out: Path) -> None:
    """Write the files of the network whose numbers a run left; raises FileError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    backbone = BACKBONES[recipe.network]
    network = load_network(numbers, recipe.network)
    model = backbone.keras_model(recipe.input.size, len(CLASSES))
    backbone.copy_into_keras(network, model)
    architecture = dump(json.loads(model.to_json()))
    (out / NETWORK_FILES["architecture"]).write_text(architecture, encoding="utf-8")
    weights = out / NETWORK_FILES["weights"]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.weights.h5"
        model.save_weights(whole)
        halve(whole, weights)
    # The graph finds its numbers by their values, and those lost half their digits.
    model.load_weights(weights)
    graph = without_numbers(to_onnx(model), weights)
    (out / NETWORK_FILES["graph"]).write_bytes(graph)
