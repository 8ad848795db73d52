"""A made-up model of single images that really runs, and images for it."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
import SimpleITK
from numpy.typing import NDArray

from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import load_card
from brainviewer.models.engine.runtimes import EngineOutput

CLASSES = {
    "glioma": "Glioma",
    "meningioma": "Meningioma",
    "pituitary": "Pituitary tumour",
    "none": "No tumour",
}
_SIZE = 32


def mr_head(lesion: bool = False, size: int = 160) -> NDArray[np.uint8]:
    """(size, size): a head on black with tissue of its own, bright fat around it, and a lesion."""
    random = np.random.default_rng(3)
    noise = cv2.resize(random.random((9, 9)).astype(np.float32), (size, size), interpolation=2)
    inside = np.zeros((size, size), np.uint8)
    middle = (size // 2, size // 2)
    cv2.ellipse(inside, middle, (size * 34 // 100, size * 42 // 100), 0, 0, 360, 1, cv2.FILLED)
    image = (inside * (60 + 90 * noise)).astype(np.uint8)
    cv2.ellipse(image, middle, (size * 34 // 100, size * 42 // 100), 0, 0, 360, 190, 2)
    if lesion:
        cv2.circle(image, (size * 36 // 100, size * 40 // 100), size // 10, 250, cv2.FILLED)
    return image


def write_frames(path: Path, lesions: Sequence[bool], size: int = 160) -> Path:
    """A DICOM file with a frame for each of ``lesions``: a head with a lesion, or without."""
    frames = np.stack([mr_head(lesion, size) for lesion in lesions])
    image = SimpleITK.GetImageFromArray(frames)
    image.SetMetaData("0008|0016", "1.2.840.10008.5.1.4.1.1.7")  # secondary capture
    image.SetMetaData("0008|0060", "MR")
    SimpleITK.WriteImage(image, str(path))
    return path


def card_content() -> dict[str, Any]:
    """What stands in the card, without the files' fingerprints."""
    fraction = 1 / len(CLASSES)
    return {
        "format": 2,
        "id": "toy-pictures",
        "version": "1.0.0",
        "name": "Toy of images",
        "classes": [{"code": code, "name": name} for code, name in CLASSES.items()],
        "sequences": ["picture"],
        "needed": ["picture"],
        "head": {
            "classes": list(CLASSES),
            "network": {"alone": 1.0, "together": 1.0},
            "descriptors": None,
            "age": None,
            "prevalences": {
                "equal": {"shares": dict.fromkeys(CLASSES, fraction), "source": "tests"},
                "clinic": {
                    "shares": {"glioma": 0.1, "meningioma": 0.1, "pituitary": 0.1, "none": 0.7},
                    "source": "tests",
                },
            },
            "default_prevalence": "equal",
            "least_confident": 0.5,
            "lapse": 0.02,
        },
        "network": {
            "input": {
                "size": _SIZE,
                "channels": ["picture"],
                "steps": [
                    {"name": "standardise_in_head", "floor": 0.1, "low": -4.0, "high": 8.0},
                    {"name": "blacken_outside_head", "value": -4.0},
                    {"name": "crop_to_head", "margin": 1.1},
                ],
                "mirrored": True,
            },
            "dense_layer": "dense",
        },
        "figures": {
            "image": [
                {"name": "accuracy", "value": 0.95, "low": 0.94, "high": 0.96, "patients": 2832},
                {"name": DOUBTFUL, "value": 0.5, "low": 0.3, "high": 0.7, "patients": 40},
            ]
        },
        "training_data": "made up",
        "intended_use": "tests",
        "limits": ["It only knows bright from dark."],
        "roles": {"architecture": "a.json", "weights": "w.h5", "graph": "g.onnx"},
    }


DOUBTFUL = "error below the threshold"


def write_model(folder: Path) -> ModelCard:
    """A model that calls an image ``glioma`` where much of the head is far above its median.

    Its features are the bright part and the dark part of the input, averaged over squares of
    eight pixels.
    """

    from onnx import TensorProto, helper

    folder.mkdir(parents=True, exist_ok=True)
    dense = np.array([[100, 0, 0, 0], [0, 0, 0, 1]], np.float32)
    with h5py.File(folder / "w.h5", "w") as file:
        file["dense"] = dense
    # Shipped graphs hold no numbers: they are found by name in the weights file.
    stored = TensorProto(name="dense", data_type=TensorProto.FLOAT, dims=dense.shape)
    stored.data_location = TensorProto.EXTERNAL
    stored.external_data.add(key="location", value="w.h5")
    nodes = [
        helper.make_node("Transpose", ["x"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("Sub", ["first", "three"], ["above"]),
        helper.make_node("Relu", ["above"], ["bright"]),
        helper.make_node("Neg", ["first"], ["below"]),
        helper.make_node("Relu", ["below"], ["dark"]),
        helper.make_node("Concat", ["bright", "dark"], ["both"], axis=1),
        helper.make_node("AveragePool", ["both"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Transpose", ["pooled"], ["features"], perm=[0, 2, 3, 1]),
        helper.make_node("GlobalAveragePool", ["pooled"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["vector"]),
        helper.make_node("MatMul", ["vector", "dense"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", _SIZE, _SIZE, 1])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 4]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 4, 4, 2]),
        ],
        [
            helper.make_tensor("three", TensorProto.FLOAT, [], [3.0]),
            stored,
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "g.onnx").write_bytes(made.SerializeToString())
    (folder / "a.json").write_text("{}", encoding="utf-8")
    content = card_content()
    content["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in content["roles"].values()
    }
    (folder / "card.json").write_text(json.dumps(content), encoding="utf-8")
    return load_card(folder)


class ToyEngine:
    """Answers at once, in this process: ``glioma`` where something is bright, else ``none``.

    asked : how often it was asked.
    """

    state = "Engine ready"

    def __init__(self) -> None:
        self.asked = 0

    def predict(self, network: Any, tensor: NDArray[np.float32], report: Any) -> EngineOutput:
        self.asked += 1
        report(0.5, "Classifying")
        bright = float((tensor > 3).mean())
        logits = np.array([[200 * bright, 0, 0, 3]], np.float32)
        features = np.ones((1, 4, 4, 2), np.float32)
        features[0, 0, 0] = 5 + bright
        return EngineOutput(logits, features, np.ones((2, 4), np.float32), "toy", "CPU", 0, 0)

    def close(self) -> None:
        """Nothing runs."""


def install_toy(session: Any, folder: Path, monkeypatch: Any) -> ToyEngine:
    """Let a session classify images by a toy, whatever is installed."""
    from brainviewer.app.prediction import frame_class as image_prediction
    from brainviewer.models.image_classification.prediction import classify_image

    card, engine = write_model(folder), ToyEngine()
    monkeypatch.setattr("brainviewer.models.registry.model", lambda model_id="": card)
    monkeypatch.setattr(image_prediction, "image_classifier", lambda: classify_image)
    session.engine._engine, session.classification.rest_seconds = engine, 0.0
    return engine
