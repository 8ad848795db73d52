"""Networks in files of Keras, whatever its age, rebuilt from a closed list of layers.

Nothing in a file is executed: names and numbers of known layers are read, all else is left out or
refused, and only then Keras builds the network anew. Keras' own loaders never see the file.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py

from brainviewer.core.errors import SENSELESS, FileError, ModelError
from brainviewer.files.native_output import without_stderr
from brainviewer.files.ordinary_file import check_ordinary, plain_errors
from brainviewer.files.structured import MOST_BYTES_OF_JSON, read_json
from brainviewer.models.installation.keras_onnx import LAYERS, to_onnx

MOST_BYTES = 1_000_000_000
"""The largest file of a network that is read."""
_MOST_NUMBERS = MOST_BYTES // 2
_MOST_UNITS = 100_000  # of one layer: a network is built before its numbers are read
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"  # in a .keras file
_TENSOR = "__keras_tensor__"
_MODULES = {"Sequential": "keras", "Functional": "keras.src.models.functional"}
_OLD_MODELS = {"Model": "Functional"}
_AS_ONNX = "Save the network as ONNX and add that file."
Entry = dict[str, Any]


def keras_to_onnx(path: Path, weights: Path | None = None) -> bytes:
    """A network of Keras as ONNX.

    path : ``.keras``, a whole network in ``.h5``, or its architecture in ``.json``; then
        ``weights`` is the file of its numbers.

    Raises FileError or ModelError if a file is damaged or too large, if the network has layers that
    are not known or carry code, or if the numbers are not those of the architecture.
    """
    for file in filter(None, (path, weights)):
        check_ordinary(file, MOST_BYTES)
    with TemporaryDirectory() as folder:
        content, numbers = _parts(path, weights, Path(folder))
        architecture = known_only(content)
        legacy = check_numbers(numbers, path)
        # Keras tells the layout of a file of numbers by its name.
        named = Path(folder) / ("numbers.h5" if legacy else "numbers.weights.h5")
        shutil.copyfile(numbers, named)
        return _converted(architecture, named, path.name)


def _parts(path: Path, weights: Path | None, folder: Path) -> tuple[Any, Path]:
    """The architecture as JSON content, and the file of the numbers."""
    damaged = FileError(f"{path.name} is damaged, or no network of Keras.", "Save it again.")
    if weights is not None:
        return read_json(path), weights
    try:
        if zipfile.is_zipfile(path):
            return _unpacked(path, folder)
        with h5py.File(path, "r") as file:
            stored = file.attrs.get("model_config")
        if stored is None:
            raise FileError(
                f"{path.name} holds numbers, but not the network that they belong to.",
                "Put the .json file of the network beside it, and add that file.",
            )
        with plain_errors(path, damaged):
            return json.loads(stored), path
    except FileError:
        raise
    except Exception:  # damaged files make h5py and zipfile raise almost anything
        raise damaged from None


def _unpacked(path: Path, folder: Path) -> tuple[Any, Path]:
    with zipfile.ZipFile(path) as archive:
        limits = {_CONFIG: MOST_BYTES_OF_JSON, _WEIGHTS: MOST_BYTES}
        if any(archive.getinfo(name).file_size > most for name, most in limits.items()):
            raise FileError(f"{path.name} is too large for a network.", "Check the file.")
        for name in limits:
            with archive.open(name) as packed, (folder / name).open("wb") as out:
                shutil.copyfileobj(packed, out)
    return read_json(folder / _CONFIG), folder / _WEIGHTS


def known_only(content: Any) -> Entry:
    """The architecture with what the closed list knows, as Keras 3 writes it; raises ModelError.

    How layers were initialised and trained is left out; so are types of numbers: all are float32.
    """
    try:
        return _layer(content)
    except SENSELESS:
        raise ModelError("This is no architecture of Keras.", _AS_ONNX) from None


def _layer(entry: Any) -> Entry:
    kind = _OLD_MODELS.get(entry["class_name"], entry["class_name"])
    config = entry["config"]
    if kind == "Lambda":
        raise ModelError(
            "The network has a Lambda layer, which carries program code. Code in files is never "
            "run.",
            "Build it without one, for example with a Rescaling layer, and save it again.",
        )
    if kind not in LAYERS:
        raise ModelError(f"The network has a layer '{kind}', which is not known here.", _AS_ONNX)
    made: Entry = {"module": _MODULES.get(kind, "keras.layers"), "class_name": kind}
    made["registered_name"] = None
    if kind == "Sequential":
        made["config"] = _sequential(config)
    elif kind == "Functional":
        ends = {key: config[key] for key in ("name", "input_layers", "output_layers")}
        made["config"] = {**ends, "layers": [_layer(one) for one in config["layers"]]}
    else:
        made["config"] = _settings(kind, config)
    if "inbound_nodes" in entry:
        _check_nodes(entry["inbound_nodes"])
        made["inbound_nodes"] = entry["inbound_nodes"]
        made["name"] = entry.get("name", config["name"])
    return made


def _sequential(config: Any) -> Entry:
    # Before Keras 2.3 the list of layers alone.
    given = config if isinstance(config, list) else config["layers"]
    layers = [_layer(one) for one in given]
    if layers[0]["class_name"] != "InputLayer":
        shape = _input_shape(given[0])
        start = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None}
        layers.insert(0, {**start, "config": {"batch_shape": shape, "name": "image_given"}})
    name = config["name"] if isinstance(config, Mapping) else "sequential"
    return {"name": name, "layers": layers}


def _input_shape(entry: Any) -> Any:
    """The shape that the first layer of a model says, or a model in its place."""
    config = entry["config"]
    if "layers" in config or isinstance(config, list):
        return _input_shape((config if isinstance(config, list) else config["layers"])[0])
    return config.get("batch_shape") or config["batch_input_shape"]


def _settings(kind: str, config: Mapping[str, Any]) -> Entry:
    """The settings that are plain values; those that are objects belong to the training."""
    if kind == "InputLayer":
        return {"batch_shape": _input_shape({"config": config}), "name": config["name"]}
    if isinstance(config.get("activation"), Mapping):
        raise ModelError(f"The activation of a layer '{kind}' is not known here.", _AS_ONNX)
    left_out = ("dtype", "batch_input_shape", "quantization_config")
    made = {k: v for k, v in config.items() if _is_plain(v) and k not in left_out}
    for name in ("units", "filters"):
        if made.get(name, 0) > _MOST_UNITS:
            raise ModelError(f"A layer of the network has {made[name]} {name}.", "Check the file.")
    return made


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _check_nodes(value: Any) -> None:
    """How layers follow each other: values, names and tensors, but no other objects."""
    inner: Sequence[Any] = ()
    if isinstance(value, Mapping):
        if value.get("class_name", _TENSOR) != _TENSOR:
            raise ModelError("The network joins its layers by code.", _AS_ONNX)
        inner = tuple(value.values())
    elif isinstance(value, list):
        inner = value
    for one in inner:
        _check_nodes(one)


def check_numbers(file: Path, path: Path) -> bool:
    """Whether a file of numbers has the layout of before Keras 3.

    Raises FileError if it is damaged, if what it holds lies in other files, or is too much.
    """
    held: list[Any] = []  # what a visitor raises does not come through
    try:
        with h5py.File(file, "r") as opened:
            opened.visititems_links(lambda name, link: held.append(link))
            elsewhere = any(isinstance(link, h5py.ExternalLink) for link in held)
            held.clear()
            opened.visititems(lambda name, item: held.append(item))
            sets = [item for item in held if isinstance(item, h5py.Dataset)]
            elsewhere |= any(bool(item.external) or item.is_virtual for item in sets)
            total = sum(item.size for item in sets)
            legacy = "layer_names" in opened.attrs or "model_weights" in opened
    except Exception:  # damaged files make h5py raise almost anything
        raise FileError(f"The numbers of {path.name} cannot be read.", "Save it again.") from None
    if elsewhere:
        raise FileError(f"{path.name} refers to other files.", "Save it whole.")
    if total > _MOST_NUMBERS:
        raise FileError(f"{path.name} promises {total:,} numbers.", "Check the file.")
    return legacy


def _converted(architecture: Entry, numbers: Path, name: str) -> bytes:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with without_stderr():  # TensorFlow's first lines
        import keras
    try:
        model = keras.models.model_from_json(json.dumps(architecture))
    except Exception as error:  # Keras raises errors of many kinds
        raise ModelError(
            f"The network of {name} cannot be built ({_first_line(error)}).", _AS_ONNX
        ) from None
    try:
        model.load_weights(numbers)
    except Exception as error:
        raise ModelError(
            f"The numbers do not fit the network of {name} ({_first_line(error)}).",
            "Give the file that was saved with it.",
        ) from None
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"The network of {name} has {len(model.inputs)} inputs and {len(model.outputs)} "
            "outputs; one of each is needed.",
            "Save the part that classifies.",
        )
    if len(model.inputs[0].shape) != 4:
        raise ModelError(f"The network of {name} does not look at images.", "Add one that does.")
    try:
        return to_onnx(model)
    except ModelError as error:
        raise ModelError(error.message, error.advice or _AS_ONNX) from None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:160].rstrip(". ")
