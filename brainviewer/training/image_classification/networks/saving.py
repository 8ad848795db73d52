"""A trained network as files: architecture, weights, ONNX and a card, each whole or not at all."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.writing import write_whole
from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.models.installation.keras_onnx import to_onnx
from brainviewer.training.image_classification.networks.timing import milliseconds, some_image
from brainviewer.training.json_files import dump
from brainviewer.training.model_files import sha256

ARCHITECTURE_FILE, WEIGHTS_FILE = "architecture.json", "model.weights.h5"
GRAPH_FILE, CARD_FILE = "model.onnx", "card.json"
MODEL_FILES = (ARCHITECTURE_FILE, WEIGHTS_FILE, GRAPH_FILE)
_FORMAT = "image-1"
# Keras computes in another order than ONNX Runtime.
_TOLERANCE = 1e-3


def save_network(model: Any, out: Path) -> dict[str, Any]:
    """Write architecture, weights and ONNX; returns parameters, size and speed.

    ``ms_per_image`` is the median of single images with ONNX Runtime on two threads.

    Raises FileError if they cannot be written, and ModelError if ONNX does not answer as Keras.
    """
    architecture = json.loads(model.to_json())
    # How it was trained stands in the result, and would bring the optimizer's numbers along.
    architecture.pop("compile_config", None)
    # Once more from the file's content: so each layer is used once, and it is known to load.
    saved = keras.models.model_from_json(json.dumps(architecture))
    saved.set_weights(model.get_weights())
    write_whole(out / ARCHITECTURE_FILE, dump(architecture).encode())
    write_whole(out / WEIGHTS_FILE, _weights(saved))
    write_whole(out / GRAPH_FILE, to_onnx(saved))
    _, size, _, channels = model.input_shape
    image = some_image(size, channels)
    prediction = OnnxFile(out / GRAPH_FILE, threads=1).predict(image)
    difference = np.abs(prediction - model.predict_on_batch(image)).max()
    if difference > _TOLERANCE:
        raise ModelError(f"The ONNX file answers otherwise than the network ({difference:.2g}).")
    return {
        "parameters": int(model.count_params()),
        "size_bytes": (out / GRAPH_FILE).stat().st_size,
        "ms_per_image": milliseconds(out / GRAPH_FILE, size, channels),
    }


def write_card(result: Mapping[str, Any], out: Path) -> None:
    """Write the card: what the network is, what it is given, how good it is, and its files."""
    how = result["settings"]
    seen = {key: how[key] for key in ("colour", "crop")}
    card = {
        "format": _FORMAT,
        "id": result["network"],
        "name": result["about"],
        "classes": result["classes"],
        "input": {"size": how["input_size"], **seen, "range": [0, 255]},
        "output": "one probability for each class",
        "pretrained": how["pretrained"],
        "figures": result["figures"],
        "protocol": result["protocol"],
        "intended_use": "Research and comparison of methods only, not for diagnosis.",
        "limits": [
            "It answers with one of its classes whatever the image shows.",
            "It was measured on images of the same source as those that it learned from.",
            *result["notices"],
        ],
        "files": {name: sha256(out / name) for name in MODEL_FILES},
    }
    write_whole(out / CARD_FILE, dump(card).encode())


def _weights(model: Any) -> bytes:
    # Keras writes to a path only.
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / WEIGHTS_FILE
            model.save_weights(file)
            return file.read_bytes()
    except OSError:
        raise FileError(
            "The disk is full, so the weights were not saved.",
            "Free some space and run the same command again.",
        ) from None
