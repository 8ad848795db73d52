"""The files of the network that ships: architecture, weights (float16), graph without numbers."""

import json
import os
import tempfile
from pathlib import Path

from brainviewer.inference.card import ModelInput
from brainviewer.training.evaluate import dump
from brainviewer.training.graph_without_numbers import without_numbers
from brainviewer.training.images.onnx_graph import to_onnx
from brainviewer.training.package import NETWORK_FILES, halve
from brainviewer.training.tumour_pictures.fit import load_network
from brainviewer.training.tumour_pictures.folds import CLASSES
from brainviewer.training.tumour_pictures.xception import copy_into_keras, keras_model


def write_networks(numbers: Path, model_input: ModelInput, out: Path) -> None:
    """Write the files of the network whose numbers a run left; raises FileError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    network = load_network(numbers)
    model = keras_model(model_input.size, len(CLASSES))
    copy_into_keras(network, model)
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
