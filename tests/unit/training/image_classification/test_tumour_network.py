"""The network for single images is one and the same in PyTorch, Keras and ONNX."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)
torch = pytest.importorskip("torch")
pytest.importorskip("torch._dynamo")  # before Keras: the other way round, the process dies
import keras  # noqa: E402

from brainviewer.assets import resources  # noqa: E402
from brainviewer.core.errors import FileError  # noqa: E402
from brainviewer.models.card import Network  # noqa: E402
from brainviewer.models.engine.onnx_runtime import OnnxRuntime  # noqa: E402
from brainviewer.training.image_classification.networks import resnet50v2  # noqa: E402
from brainviewer.training.image_classification.networks.backbones import (  # noqa: E402
    build_network,
    pretrained_network,
    write_networks,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import (  # noqa: E402
    TumourRecipe,
    read_tumour_recipe,
)
from brainviewer.training.packing.weights import save_weights  # noqa: E402
from brainviewer.training.resnet50 import MapNetwork  # noqa: E402
from tests.gluon_arrays import write_gluon_arrays  # noqa: E402

RECIPES = resources() / "recipes"
ROLES = {"architecture": "architecture.json", "weights": "model.weights.h5", "graph": "graph.onnx"}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def network_of(recipe: TumourRecipe) -> MapNetwork:
    """As if trained: no number is 0 or 1 any more."""
    torch.manual_seed(0)
    made = build_network(recipe.network).eval()
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
    return made


def test_what_ships_predicts_as_what_was_trained(tmp_path: Path) -> None:
    recipe = read_tumour_recipe(RECIPES / "resnet50-tumour.toml")
    network = network_of(recipe)
    save_weights(network, tmp_path / "final.npz")
    write_networks(tmp_path / "final.npz", recipe, tmp_path)
    model = keras.models.model_from_json((tmp_path / "architecture.json").read_text("utf-8"))
    model.load_weights(tmp_path / "model.weights.h5")
    assert (tmp_path / "graph.onnx").stat().st_size < 200_000
    assert (tmp_path / "model.weights.h5").stat().st_size < 50e6
    shape = (2, recipe.input.size, recipe.input.size, 1)
    images = np.random.default_rng(1).uniform(-3, 5, shape).astype(np.float32)
    runtime = OnnxRuntime(1)
    runtime.load(Network("x", tmp_path, recipe.input, "logits", {}, ROLES))
    logits, features = runtime.predict(images)
    said = model.predict_on_batch(images)
    with torch.no_grad():
        maps = network.features(torch.from_numpy(images).permute(0, 3, 1, 2))
        wanted = network.logits(maps).numpy()
    top = float(maps.max())
    assert top > 0.1
    assert_allclose(features, said["features"], atol=1e-3 * top)
    assert_allclose(features, maps.permute(0, 2, 3, 1).numpy(), atol=1e-2 * top)
    # Half as many digits are kept; the ResNet's made-up numbers give large answers.
    large = max(1.0, float(np.abs(wanted).max()))
    assert_allclose(logits, said["logits"], atol=1e-3)
    assert_allclose(logits, wanted, atol=2e-3 * large)


def test_frozen_blocks_stay_and_the_rest_learns() -> None:
    network = network_of(read_tumour_recipe(RECIPES / "resnet50-tumour.toml")).train()
    network.freeze(4)
    learning = {name for name, number in network.named_parameters() if number.requires_grad}
    assert not any(name.startswith(("conv", "norm", "stages.2.")) for name in learning)
    assert any(name.startswith("stages.3.") for name in learning)
    image = torch.rand(1, 1, 96, 96)
    network.eval()
    with torch.no_grad():
        whole = network.maps(image)
        parts = network.maps(network.lower(image, 4), after=4)
    for one, other in zip(whole, parts, strict=True):
        assert_allclose(one.numpy(), other.numpy(), atol=1e-5)
    assert whole[0].shape == (1, 1024, 6, 6)
    assert whole[1].shape == (1, 2048, 3, 3)


SEQUENCES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.0, 0.5))


@pytest.mark.parametrize("shown", [resnet50v2.GREY, SEQUENCES], ids=["grey", "sequences"])
def test_gluon_numbers_see_channels_as_they_saw_colours(
    shown: tuple[tuple[float, float, float], ...], tmp_path: Path
) -> None:
    write_gluon_arrays(tmp_path, last=1)
    made = resnet50v2.from_gluon_arrays(str(tmp_path), 4, (-3.0, 5.0), shown).eval()
    gamma, beta, mean, variance, kernel = (
        torch.from_numpy(np.load(tmp_path / f"resnetv24_{name}.npy"))
        for name in (
            "batchnorm0_gamma", "batchnorm0_beta", "batchnorm0_running_mean",
            "batchnorm0_running_var", "conv0_weight",
        )
    )  # fmt: skip
    image = torch.rand(1, len(shown), 64, 64) * 8 - 3
    colours = torch.einsum("nchw,cd->ndhw", (image + 3) / 8, torch.tensor(shown))
    usual = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[:, :, None, None]
    scaled = (colours - usual[0]) / usual[1]
    normed = torch.nn.functional.batch_norm(scaled, mean, variance, gamma, beta)
    plain = torch.nn.functional.conv2d(normed, kernel, stride=2, padding=3)
    own = (made.norm.running_mean, made.norm.running_var, made.norm.weight, made.norm.bias)
    own_mean = torch.from_numpy(np.load(tmp_path / "resnetv24_batchnorm1_running_mean.npy"))
    with torch.no_grad():
        found = made.norm(made.conv(image))
        wanted = torch.nn.functional.batch_norm(plain, own_mean, *own[1:], eps=1e-5)
    # At the edge the padding is of another value.
    inner = (..., slice(3, -3), slice(3, -3))
    assert_allclose(found[inner].numpy(), wanted[inner].numpy(), atol=1e-4)
    first, second = made.stages[3][0].conv_1, made.stages[3][0].conv_2
    stored = np.load(tmp_path / "resnetv24_stage4_conv0_weight.npy")
    assert_allclose(first.weight.detach().numpy(), stored)
    assert second.weight.std() > 0
    assert bool((made.last_norm.running_mean == 0).all())


def test_gluon_numbers_that_are_not_there(tmp_path: Path) -> None:
    recipe = read_tumour_recipe(RECIPES / "resnet50-tumour.toml")
    with pytest.raises(FileError, match="cannot be fetched"):
        pretrained_network(recipe, "imagenet")
    write_gluon_arrays(tmp_path, last=0)
    np.save(tmp_path / "resnetv24_stage2_conv3_weight.npy", np.zeros((2, 2), np.float32))
    with pytest.raises(
        FileError, match=r"no resnetv24_stage2_conv3_weight\.npy of the right shape"
    ):
        pretrained_network(recipe, str(tmp_path))
