"""What recipes name becomes a network, and Keras and ONNX are one and the same."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)

import keras

from brainviewer.core.errors import FileError
from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.models.installation.keras_onnx import to_onnx
from brainviewer.training.image_classification.networks.keras_network import (
    build,
    freeze,
    learn_whole,
    thaw,
)
from brainviewer.training.image_classification.networks.pretrained_weights import load_base
from brainviewer.training.image_classification.recipes.recipe import BASES, ImageRecipe, expand
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe

SHIPPED = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"
LEAST = {"InceptionV3": 80, "Xception": 80}
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def recipe(name: str, size: int = 32) -> ImageRecipe:
    one = read_image_recipe(SHIPPED / f"{name}.toml")[-1]
    return replace(one, preparation=replace(one.preparation, size=size))


def as_trained(model: keras.Model) -> keras.Model:
    """Random numbers also where training starts from 0 or 1."""
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.2, w.shape) for w in layer.get_weights()])
    return model


def both(model: keras.Model, folder: Path) -> None:
    saved = keras.models.model_from_json(model.to_json())
    saved.set_weights(model.get_weights())
    (folder / "network.onnx").write_bytes(to_onnx(saved))
    images = np.random.default_rng(1).uniform(0, 255, (2, *model.input_shape[1:]))
    wanted = model.predict_on_batch(images.astype(np.float32))
    found = OnnxFile(folder / "network.onnx", 1).predict(images.astype(np.float32))
    assert_allclose(found, wanted, atol=2e-4)
    assert wanted.std() > 1e-4


@pytest.mark.parametrize("base", BASES)
def test_every_base_is_the_same_in_onnx(base: str, tmp_path: Path) -> None:
    one = recipe(f"transfer-{base.lower()}", LEAST.get(base, 32))
    both(as_trained(build(one, 4).whole), tmp_path)


@pytest.mark.parametrize("name", ["cnn-128-flip", "cnn-150-early-stopping", "cnn-grid", "ann-grid"])
def test_layers_are_the_same_in_onnx(name: str, tmp_path: Path) -> None:
    both(build(recipe(name, 40), 3).whole, tmp_path)


def test_all_layers_of_recipes(tmp_path: Path) -> None:
    layers = expand(
        [
            {"layer": "conv", "filters": 4, "kernel": 5, "stride": 2, "padding": "same"},
            {"layer": "batch-norm"},
            {"layer": "average-pool", "size": 2},
            {"layer": "conv", "filters": 3, "kernel": 2, "activation": "tanh"},
            {"layer": "dropout", "rate": 0.5},
            {"layer": "flatten"},
            {"layer": "dense", "units": 5, "activation": "sigmoid"},
            {"layer": "batch-norm"},
        ],
        {},
    )
    one = replace(recipe("cnn-128-flip"), layers=layers)
    both(as_trained(build(one, 2).whole), tmp_path)


def test_the_base_sees_what_it_was_pretrained_on() -> None:
    images = np.random.default_rng(1).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    for name in ("VGG16", "MobileNetV2"):
        trunk = build(recipe(f"transfer-{name.lower()}"), 4).trunk
        first = trunk.layers[1](images)
        module = {"VGG16": "vgg16", "MobileNetV2": "mobilenet_v2"}[name]
        wanted = getattr(keras.applications, module).preprocess_input(images.copy())
        assert_allclose(np.asarray(first), wanted, atol=1e-3)


def test_a_frozen_base_stays_and_its_last_layers_thaw() -> None:
    built = build(recipe("transfer-resnet50"), 4)
    freeze(built)
    assert [v.path for v in built.whole.trainable_variables] == ["answer/kernel", "answer/bias"]
    thaw(built, 10)
    learned = {v.path.split("/")[0] for v in built.whole.trainable_variables}
    assert {"answer", "conv5_block3_3_conv"} < learned
    assert all(name == "answer" or name.startswith("conv5_block3") for name in learned)
    assert not any(name.endswith("_bn") for name in learned)
    images = np.zeros((1, 32, 32, 3), np.float32)
    inner = built.top.predict_on_batch(built.trunk.predict_on_batch(images))
    assert_allclose(inner, built.whole.predict_on_batch(images), atol=1e-6)


def test_without_pretraining_everything_learns_but_the_turned_colours() -> None:
    built = build(recipe("transfer-resnet50"), 4)
    learn_whole(built)
    norms = [la for la in built.base if isinstance(la, keras.layers.BatchNormalization)]
    assert {norm.momentum for norm in norms} == {0.9}
    fixed = {v.path for v in built.whole.non_trainable_variables}
    assert {path.split("/")[-1] for path in fixed} == {
        "kernel", "bias", "moving_mean", "moving_variance"
    }  # fmt: skip
    assert [path for path in fixed if path.endswith("kernel")] == ["imagenet_channels/kernel"]


@pytest.mark.parametrize("suffix", ["base.weights.h5", "whole.weights.h5", "old.h5", "new.keras"])
def test_weights_come_from_files_old_and_new(suffix: str, tmp_path: Path) -> None:
    one = recipe("transfer-xception", 80)
    made = as_trained(build(one, 4).whole)
    file = tmp_path / suffix
    source = build(one, 4)
    source.whole.set_weights(made.get_weights())
    if suffix.startswith("base"):
        source.trunk.save_weights(file)
    elif suffix.startswith("whole"):
        source.whole.save_weights(file)
    else:
        source.whole.save(file)
    target = build(replace(one, seed=7), 4)
    assert load_base(target.base, str(file), "Xception") == suffix
    for own, wanted in zip(target.trunk.weights, source.trunk.weights, strict=True):
        assert np.array_equal(np.asarray(own), np.asarray(wanted))


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    small = build(recipe("transfer-vgg16"), 4)
    file = tmp_path / "vgg16.weights.h5"
    small.whole.save_weights(file)
    before = [np.asarray(v) for v in build(recipe("transfer-vgg19"), 4).trunk.weights]
    other = build(recipe("transfer-vgg19"), 4)
    with pytest.raises(FileError, match="do not fit VGG19: the layer block3_conv4 is not there"):
        load_base(other.base, str(file), "VGG19")
    for own, was in zip(other.trunk.weights, before, strict=True):
        assert np.array_equal(np.asarray(own), was)
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(FileError, match="cannot be read"):
        load_base(other.base, str(tmp_path / "text.h5"), "VGG19")
    with pytest.raises(FileError, match="resnet50-glioma"):
        load_base(other.base, "nothing", "VGG19")


def test_a_shipped_model_lends_its_weights() -> None:
    built = build(recipe("transfer-resnet50"), 4)
    assert load_base(built.base, "resnet50-glioma", "ResNet50") == "model resnet50-glioma"
    images = np.full((1, 32, 32, 3), 128, np.float32)
    assert_allclose(np.asarray(built.trunk.layers[1](images)), 1.0)


def test_a_size_that_is_too_small_is_refused() -> None:
    with pytest.raises(FileError, match="cannot be built at 16 x 16 pixels"):
        build(recipe("cnn-150-deep", 16), 4)
