"""Networks of Keras, new and old, become models; code in their files is never run."""

import json
import logging
import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("test_keras_apart runs it in a process of its own", allow_module_level=True)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

from brainviewer.core.errors import BrainViewerError, FileError, ModelError
from brainviewer.files.user_folders import models_folder
from brainviewer.models import registry
from brainviewer.models.engine.onnx_runtime import OnnxRuntime
from brainviewer.models.installation import keras_file
from brainviewer.models.installation.install import NotTold, Options, add_model

pytestmark = [
    pytest.mark.usefixtures("home"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
TOLD = Options(("glioma", "meningioma", "none"), "scale=-1..1", "mine")
IMAGE = np.random.default_rng(3).uniform(0, 255, (1, 32, 32, 1)).astype(np.float32)


def network(depth: int = 3, nested: bool = False, own_scale: bool = False):
    """A small classifier with what training alone does in it."""
    layers = keras.layers
    base = [
        layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.1),
        layers.Conv2D(6, 3, activation="relu"),
    ]
    if nested:
        base = [keras.Sequential([keras.Input((32, 32, depth)), *base], name="base")]
    start = [layers.Rescaling(1 / 127.5, offset=-1.0)] if own_scale else []
    made = keras.Sequential([
        keras.Input((32, 32, depth)), *start, layers.RandomFlip(), *base,
        layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    random = np.random.default_rng(1)
    made.set_weights(
        [
            w if w.dtype.kind == "u" else random.uniform(0.2, 1.0, w.shape)
            for w in made.get_weights()
        ]
    )
    return made


def wanted(model, scaled: bool = True) -> np.ndarray:
    """What Keras says of ``IMAGE``, seen in three equal colours."""
    depth = model.input_shape[-1]
    image = np.repeat(IMAGE, depth, axis=3)
    return model.predict_on_batch(image / 127.5 - 1 if scaled else image)[0]


def answer(card) -> np.ndarray:
    """Probabilities of the installed model for ``IMAGE``."""
    registry.verify(card)
    runtime = OnnxRuntime(1)
    runtime.load(card.network)
    logits = runtime.predict(IMAGE)[0][0]
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


@pytest.mark.parametrize("kind", ["keras", "h5", "json", "json-3"])
@pytest.mark.parametrize("nested", [False, True])
def test_every_way_to_save_one(tmp_path: Path, kind: str, nested: bool) -> None:
    model = network(nested=nested)
    file = tmp_path / ("model.json" if "json" in kind else f"net.{kind}")
    if kind == "json-3":
        file.write_text(model.to_json())
        model.save_weights(tmp_path / "model.weights.h5")
    elif kind == "json":
        from keras.src.legacy.saving import legacy_h5_format

        file.write_text(model.to_json())
        with h5py.File(tmp_path / "weights.h5", "w") as weights:
            legacy_h5_format.save_weights_to_hdf5_group(weights, model)
    else:
        logging.disable(logging.WARNING)  # that .h5 is an old format
        model.save(file)
        logging.disable(logging.NOTSET)
    card = add_model(file, TOLD)
    assert_allclose(answer(card), wanted(model), atol=1e-4)
    assert card.network.dense_layer


def test_a_network_that_scales_its_input_needs_no_scale(tmp_path: Path) -> None:
    model = network(own_scale=True)
    model.save(tmp_path / "net.keras")
    card = add_model(tmp_path / "net.keras", Options(TOLD.classes, "", "mine"))
    assert_allclose(answer(card), wanted(model, scaled=False), atol=1e-4)
    plain = network()
    plain.save(tmp_path / "plain.keras")
    with pytest.raises(NotTold, match="which grey values"):
        add_model(tmp_path / "plain.keras", Options(TOLD.classes, "", "other"))


# As Keras 2.1 wrote it: the layers in a list, types of numbers and initialisers in every layer.
_INITIAL = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg"}}
OLD = {
    "class_name": "Sequential",
    "keras_version": "2.1.4",
    "backend": "tensorflow",
    "config": [
        {
            "class_name": "Conv2D",
            "config": {
                "name": "conv2d_1", "trainable": True, "batch_input_shape": [None, 32, 32, 1],
                "dtype": "float32", "filters": 4, "kernel_size": [3, 3], "strides": [1, 1],
                "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1],
                "activation": "relu", "use_bias": True, "kernel_initializer": _INITIAL,
                "bias_initializer": {"class_name": "Zeros", "config": {}},
                "kernel_regularizer": None,
            },
        },
        {
            "class_name": "MaxPooling2D",
            "config": {
                "name": "max_pooling2d_1", "trainable": True, "pool_size": [2, 2],
                "padding": "valid", "strides": [2, 2], "data_format": "channels_last",
            },
        },
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {
            "class_name": "Dense",
            "config": {
                "name": "dense_1", "trainable": True, "units": 3, "activation": "softmax",
                "use_bias": True, "kernel_initializer": _INITIAL, "kernel_constraint": None,
            },
        },
    ],
}  # fmt: skip


def old_files(folder: Path, content=None) -> dict[str, np.ndarray]:
    """``model.json`` and ``weights.h5`` of Keras 2; returns the numbers."""
    random = np.random.default_rng(5)
    numbers = {
        "conv2d_1": [random.normal(0, 0.3, (3, 3, 1, 4)), random.normal(0, 0.1, 4)],
        "dense_1": [random.normal(0, 0.1, (15 * 15 * 4, 3)), random.normal(0, 0.1, 3)],
    }
    (folder / "model.json").write_text(json.dumps(OLD if content is None else content))
    with h5py.File(folder / "weights.h5", "w") as file:
        names = [layer["config"]["name"] for layer in OLD["config"]]
        file.attrs["layer_names"] = [name.encode() for name in names]
        file.attrs["keras_version"], file.attrs["backend"] = b"2.1.4", b"tensorflow"
        for name in names:
            group = file.create_group(name)
            kinds = ("kernel:0", "bias:0") if name in numbers else ()
            group.attrs["weight_names"] = [f"{name}/{kind}".encode() for kind in kinds]
            for kind, value in zip(kinds, numbers.get(name, ()), strict=True):
                group.create_group(name) if name not in group else None
                group[f"{name}/{kind}"] = value.astype(np.float32)
    return numbers


def test_a_network_of_the_first_systems(tmp_path: Path) -> None:
    numbers = old_files(tmp_path)
    card = add_model(tmp_path, Options(TOLD.classes, "scale=0..1", "mine"))
    image = IMAGE[0, :, :, 0] / 255
    (kernel, bias), (dense, last) = numbers.values()
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    maps = np.maximum(np.einsum("ijkl,klo->ijo", windows, kernel[:, :, 0]) + bias, 0)
    pooled = maps[:30, :30].reshape(15, 2, 15, 2, 4).max(axis=(1, 3))
    scores = pooled.ravel() @ dense + last
    weights = np.exp(scores - scores.max())
    assert_allclose(answer(card), weights / weights.sum(), atol=1e-4)
    assert not card.network.dense_layer  # no heatmap: it ends in a dense layer on all pixels
    assert registry.model("mine").id == "mine"


def as_model_of_models(content):
    """The same as a functional network of before Keras 3 whose class is called Model."""
    layers, before = [], None
    shape = content["config"][0]["config"]["batch_input_shape"]
    start = {"batch_input_shape": shape, "dtype": "float32", "sparse": False, "name": "input_1"}
    layers.append({"class_name": "InputLayer", "config": start, "name": "input_1"})
    layers[0]["inbound_nodes"], before = [], "input_1"
    for layer in content["config"]:
        name = layer["config"]["name"]
        layers.append({**layer, "name": name, "inbound_nodes": [[[before, 0, 0, {}]]]})
        before = name
    config = {"name": "model_1", "layers": layers, "input_layers": [["input_1", 0, 0]]}
    return {"class_name": "Model", "config": {**config, "output_layers": [[before, 0, 0]]}}


def test_a_functional_network_of_before_keras_3(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    old_files(tmp_path / "a")
    old_files(tmp_path / "b", as_model_of_models(OLD))
    one, other = (
        add_model(tmp_path / name, Options(TOLD.classes, "scale=0..1", name)) for name in "ab"
    )
    assert_allclose(answer(one), answer(other), atol=1e-6)


def lambda_layer(where: Path):
    """A Lambda layer as Keras 3 and Keras 2 save it; it would make a file."""
    return [
        {
            "class_name": "Lambda",
            "module": "keras.layers",
            "config": {
                "name": "lambda",
                "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAAA"}},
            },
        },
        {
            "class_name": "Lambda",
            "config": {"name": "lambda", "function": ["4wEAAAAA", None, None]},
        },
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_lambda_layers_are_refused_in_words(tmp_path: Path, which: int) -> None:
    content = {**OLD, "config": [*OLD["config"], lambda_layer(tmp_path)[which]]}
    old_files(tmp_path, content)
    with pytest.raises(ModelError, match="Lambda layer, which carries program code") as caught:
        add_model(tmp_path, TOLD)
    assert "Rescaling" in caught.value.advice
    assert not list(models_folder().iterdir())


def test_other_ways_to_name_code_are_left_out_or_refused(tmp_path: Path) -> None:
    """Functions, classes of other modules and registered names never reach Keras."""
    call = {"module": "os", "class_name": "function", "config": "system", "registered_name": "s"}
    layer = dict(OLD["config"][0], module="os.path", registered_name="evil>Conv2D")
    layer["config"] = {**layer["config"], "kernel_initializer": call, "kernel_constraint": call}
    known = keras_file.known_only({**OLD, "config": [layer, *OLD["config"][1:]]})
    assert "system" not in json.dumps(known)
    assert "os.path" not in json.dumps(known)
    assert "evil" not in json.dumps(known)
    layer["config"] = {**layer["config"], "activation": call}
    with pytest.raises(ModelError, match="activation of a layer 'Conv2D' is not known"):
        keras_file.known_only({**OLD, "config": [layer]})
    nodes = as_model_of_models(OLD)
    nodes["config"]["layers"][1]["inbound_nodes"][0][0][3] = {"fn": call}
    with pytest.raises(ModelError, match="joins its layers by code"):
        keras_file.known_only(nodes)
    with pytest.raises(ModelError, match="layer 'TFOpLambda', which is not known"):
        keras_file.known_only({"class_name": "TFOpLambda", "config": {}})
    for nonsense in (None, [], {"class_name": "Sequential"}, {"class_name": 3, "config": 4}):
        with pytest.raises(ModelError):
            keras_file.known_only(nonsense)


def refused(path: Path, match: str) -> None:
    with pytest.raises(BrainViewerError, match=match) as caught:
        add_model(path, Options(TOLD.classes, "scale=0..1", "mine"))
    assert caught.value.advice
    assert not list(models_folder().iterdir())


def test_damaged_and_incomplete_files(tmp_path: Path) -> None:
    model = network()
    whole = tmp_path / "net.keras"
    model.save(whole)
    (tmp_path / "half.keras").write_bytes(whole.read_bytes()[:5000])
    refused(tmp_path / "half.keras", "damaged, or no network of Keras")
    (tmp_path / "none.h5").write_bytes(b"no HDF5")
    refused(tmp_path / "none.h5", "damaged, or no network of Keras")
    with zipfile.ZipFile(tmp_path / "part.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    refused(tmp_path / "part.keras", "damaged, or no network of Keras")
    apart = tmp_path / "apart"
    apart.mkdir()
    old_files(apart)
    (apart / "model.json").unlink()
    refused(apart / "weights.h5", "holds numbers, but not the network")
    (apart / "weights.h5").unlink()
    (apart / "model.json").write_text(json.dumps(OLD))
    refused(apart / "model.json", "no .h5 file beside model.json")
    old_files(apart)
    with h5py.File(apart / "weights.h5", "a") as file:
        del file["dense_1/dense_1/kernel:0"]
        file["dense_1/dense_1/kernel:0"] = np.zeros((7, 3), np.float32)
    refused(apart, "numbers do not fit the network")


def test_numbers_in_other_files_are_refused(tmp_path: Path) -> None:
    old_files(tmp_path)
    with h5py.File(tmp_path / "weights.h5", "a") as file:
        del file["conv2d_1"]
        file["conv2d_1"] = h5py.ExternalLink("/etc/hostname", "/x")
    refused(tmp_path, "refers to other files")
    old_files(tmp_path)
    with h5py.File(tmp_path / "weights.h5", "a") as file:
        del file["dense_1/dense_1/bias:0"]
        file.create_dataset(
            "dense_1/dense_1/bias:0", (3,), "f4", external=[("/etc/hostname", 0, 12)]
        )
    refused(tmp_path, "refers to other files")


def test_promises_that_are_too_large(tmp_path: Path, monkeypatch) -> None:
    old_files(tmp_path)
    with h5py.File(tmp_path / "weights.h5", "a") as file:
        file.create_dataset("more", (10**6, 10**6), "f4", chunks=(100, 100))
    refused(tmp_path, "promises 1,000,000,00")
    layer = OLD["config"][-1]
    layer = {**layer, "config": {**layer["config"], "units": 10**9}}
    old_files(tmp_path, {**OLD, "config": [*OLD["config"][:-1], layer]})
    refused(tmp_path, "A layer of the network has 1000000000 units")
    monkeypatch.setattr(keras_file, "MOST_BYTES", 100)
    refused(tmp_path, "too large for what it should be")


def test_networks_that_look_at_something_else(tmp_path: Path) -> None:
    row = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    row.save(tmp_path / "row.keras")
    refused(tmp_path / "row.keras", "does not look at images")
    image, other = keras.Input((32, 32, 1)), keras.Input((32, 32, 1))
    both = keras.layers.Flatten()(keras.layers.Add()([image, other]))
    keras.Model([image, other], keras.layers.Dense(3)(both)).save(tmp_path / "two.keras")
    refused(tmp_path / "two.keras", "2 inputs and 1 outputs")
    wide = keras.Input((32, 48, 1))
    keras.Model(wide, keras.layers.Dense(3)(keras.layers.Flatten()(wide))).save(
        tmp_path / "wide.keras"
    )
    refused(tmp_path / "wide.keras", "32 x 48 pixels")


def test_folders_with_no_network_or_several(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="holds no network"):
        add_model(tmp_path, TOLD)
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FileError, match="holds 2 networks"):
        add_model(tmp_path, TOLD)
