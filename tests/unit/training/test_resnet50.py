"""PyTorch, Keras and ONNX are one and the same network."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)
torch = pytest.importorskip("torch")

from brainviewer.models.card import Network  # noqa: E402
from brainviewer.models.engine.keras_runtime import KerasRuntime  # noqa: E402
from brainviewer.models.engine.onnx_runtime import OnnxRuntime  # noqa: E402
from brainviewer.training import model_files, resnet50, weights  # noqa: E402
from brainviewer.training.image_classification.networks.resnet50v2 import (  # noqa: E402
    ResNet50V2,
)
from brainviewer.training.model_files import dense_data_set  # noqa: E402
from brainviewer.training.subtype import package  # noqa: E402
from brainviewer.training.subtype.recipe import RECIPE, read_subtype_recipe  # noqa: E402


def some_network(depth: int = 3) -> ResNet50V2:
    """Random numbers everywhere, also where training starts from 0 or 1."""
    torch.manual_seed(1)
    made = ResNet50V2(3, depth)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.3, 0.6)
            module.bias.data.normal_(0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return made.eval()


# Keras 3 turns TensorFlow variables into arrays in a way that NumPy 2 complains about.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_three_engines_agree(tmp_path: Path) -> None:
    recipe = read_subtype_recipe(RECIPE)
    seen = replace(recipe.input, size=64)
    made = some_network(seen.depth)
    weights.save_weights(made, tmp_path / "final.npz")
    package.write_networks(replace(recipe, input=seen), tmp_path / "final.npz", tmp_path)
    file = tmp_path / model_files.NETWORK_FILES["weights"]
    loaded = Network("test", tmp_path, seen, dense_data_set(file), {}, model_files.NETWORK_FILES)
    tensor = np.random.default_rng(2).normal(0, 1, (2, 64, 64, 3)).astype(np.float32)
    with torch.no_grad():
        first = torch.from_numpy(tensor.transpose(0, 3, 1, 2).copy())
        features = made.features(first)
        expected = (made.logits(features).numpy(), features.numpy().transpose(0, 2, 3, 1))
    scale = [np.abs(part).max() for part in expected]
    for runtime in (OnnxRuntime(1), KerasRuntime()):
        runtime.load(loaded)
        for part, wanted, size in zip(runtime.predict(tensor), expected, scale, strict=True):
            # The files hold float16, so a part in a thousand is what can be asked for.
            assert_allclose(part / size, wanted / size, atol=1e-2)


def test_frozen_stages_stay_and_the_rest_follows_the_loss() -> None:
    made = some_network().train()
    made.freeze(4)
    x = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        lower = made.lower(x, 4)
    assert lower.shape == (2, 1024, 4, 4)
    made.logits(made.maps(lower, after=4)[1]).sum().backward()
    learned = {n for n, p in made.named_parameters() if p.grad is not None}
    assert all(n.startswith(("stages.3", "last_norm", "dense")) for n in learned)
    assert not made.norm.training
    made.eval()
    with torch.no_grad():
        torch.testing.assert_close(made.maps(made.lower(x, 4), after=4)[1], made.maps(x)[1])


def test_looking_beside_the_lesion_costs_more() -> None:
    made = ResNet50V2(2)
    made.dense.weight.data.fill_(1.0)
    covered = torch.zeros(2, 1, 64, 64)
    covered[:, :, :32, :32] = 1
    on, beside = torch.zeros(2, 2048, 2, 2), torch.zeros(2, 2048, 2, 2)
    on[:, :, 0, 0] = 1
    beside[:, :, 1, 1] = 1
    with torch.no_grad():
        near, far = (float(resnet50.guidance_loss(made, maps, covered)) for maps in (on, beside))
        nowhere = float(resnet50.guidance_loss(made, beside, torch.zeros_like(covered)))
    assert near < 0.05
    assert far > 3
    assert nowhere == 0
