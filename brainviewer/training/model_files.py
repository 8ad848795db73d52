"""Files that every packaged model has: network, card, and the texts of its ``about.toml``."""

import hashlib
import json
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.files.writing import write_whole
from brainviewer.models.card import Task
from brainviewer.models.card_file import FORMAT
from brainviewer.training.json_files import write_json

ABOUT_FILE, README_FILE = "about.toml", "README.md"
EVALUATION_FILE = "evaluation.json"
OOD_FILE, NETWORK_CHECK_FILE = "scope.npz", "network.json"
NETWORK_FILES = {
    "architecture": "architecture.json",
    "weights": "model.weights.h5",
    "graph": "graph.onnx",
}
About = dict[str, Any]


def read_about(folder: Path) -> About:
    """What people wrote about the model in ``folder``; raises FileError."""
    try:
        return tomllib.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{ABOUT_FILE} of {folder.name} cannot be read: {error}.") from None


def write_network_files(model: Any, folder: Path) -> None:
    """Write architecture, weights (float16) and ONNX graph (without weights) of a Keras model.

    The model's own weights are rounded to float16 as well: the graph finds them by their values.
    """
    from brainviewer.models.installation.keras_onnx import to_onnx
    from brainviewer.training.packing.graph_without_weights import without_weights

    write_json(folder / NETWORK_FILES["architecture"], json.loads(model.to_json()))
    weights = folder / NETWORK_FILES["weights"]
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole.weights.h5"
        model.save_weights(whole)
        _halve(whole, weights)
    model.load_weights(weights)
    write_whole(folder / NETWORK_FILES["graph"], without_weights(to_onnx(model), weights))


def _halve(source: Path, target: Path) -> None:
    """Copy a Keras weights file with every number as float16: half the size, same layout."""
    with h5py.File(source, "r") as old, h5py.File(target, "w") as new:

        def copy(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                made = new.create_dataset(name, data=item[()].astype(np.float16))
            else:
                made = new.require_group(name)
            made.attrs.update(item.attrs)

        new.attrs.update(old.attrs)
        old.visititems(copy)


def own_network(model_input: Mapping[str, Any], folder: Path) -> About:
    """What a card says of the network whose files lie in ``folder``; model_input : as it shall."""
    return {
        "input": dict(model_input),
        "dense_layer": dense_data_set(folder / NETWORK_FILES["weights"]),
    }


def dense_data_set(weights: Path) -> str:
    """Name of the data set that holds the kernel of the layer ``logits`` in a weights file."""
    with h5py.File(weights, "r") as file:
        group = file.visititems(
            lambda name, item: name if item.attrs.get("name") == "logits" else None
        )
    return f"{group}/0"


def card_of(
    about: About,
    codes: Sequence[str],
    roles: Mapping[str, str],
    folder: Path,
    *,
    fusion_head: About,
    network: Any,
    figures: About,
    external: Sequence[About] = (),
) -> About:
    """A card as plain data, of any model.

    codes : its classes; roles : its files in ``folder`` by what they are.
    external : see ``external_of``.
    """
    of_image = IMAGE in about["sequences"]
    return {
        "format": FORMAT,
        "task": str(Task.IMAGE_CLASSIFICATION if of_image else Task.SUBTYPE),
        **{key: about[key] for key in ("id", "version", "name")},
        "classes": [{"code": code, "name": about["class_names"][code]} for code in codes],
        **{key: about[key] for key in ("sequences", "needed")},
        "head": fusion_head,
        "network": network,
        "figures": figures,
        **({"external": list(external)} if external else {}),
        **{key: about[key] for key in ("training_data", "intended_use", "limits")},
        "roles": dict(roles),
        "files": {name: sha256(folder / name) for name in roles.values()},
    }


def external_of(evaluation: About, model_id: str) -> list[About]:
    """Tests on other data that an evaluation holds for a model, as its card holds them.

    Each may name its ``model``, where several models share an evaluation.
    """
    tests = evaluation.get("external", [])
    mine = (test for test in tests if test.get("model", model_id) == model_id)
    return [{key: value for key, value in test.items() if key != "model"} for test in mine]


def sha256(path: Path) -> str:
    """Checksum of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
