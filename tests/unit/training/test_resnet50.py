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
from brainviewer.training import (  # noqa: E402
    model_files,
    recipes,
    resnet50,
    weights,
)
from brainviewer.training.model_files import dense_data_set  # noqa: E402
from brainviewer.training.subtype import package  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


def some_network(depth: int = 3) -> resnet50.ResNet50:
    """Random numbers everywhere, also where training starts from 0 or 1."""
    torch.manual_seed(1)
    made = resnet50.ResNet50(3, depth)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.3, 0.6)
            module.bias.data.normal_(0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
        elif isinstance(module, torch.nn.Conv2d):
            module.bias.data.normal_(0, 0.1)
    return made.eval()


# Keras 3 turns TensorFlow variables into arrays in a way that NumPy 2 complains about.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_three_engines_agree(tmp_path: Path) -> None:
    recipe = recipes.read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    stacked = replace(recipe.input, size=64, slices=3, stacked=True)
    made = some_network(stacked.depth)
    weights.save_weights(made, tmp_path / "final.npz")
    package.write_networks(replace(recipe, input=stacked), tmp_path / "final.npz", tmp_path)
    file = tmp_path / model_files.NETWORK_FILES["weights"]
    loaded = Network("test", tmp_path, stacked, dense_data_set(file), {}, model_files.NETWORK_FILES)
    tensor = np.random.default_rng(2).normal(0, 1, (2, 64, 64, 9)).astype(np.float32)
    with torch.no_grad():
        first = torch.from_numpy(tensor.transpose(0, 3, 1, 2).copy())
        expected = (made(first).numpy(), made.features(first).numpy().transpose(0, 2, 3, 1))
    scale = [np.abs(part).max() for part in expected]
    for runtime in (OnnxRuntime(1), KerasRuntime()):
        runtime.load(loaded)
        for part, wanted, size in zip(runtime.predict(tensor), expected, scale, strict=True):
            # The files hold float16, so a part in a thousand is what can be asked for.
            assert_allclose(part / size, wanted / size, atol=4e-3)


def test_numbers_survive_the_file(tmp_path: Path) -> None:
    made, other = some_network(), resnet50.ResNet50(3)
    weights.save_weights(made, tmp_path / "numbers.npz")
    weights.load_weights(other, tmp_path / "numbers.npz")
    for name, value in made.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])
    model = resnet50.keras_model(made, 64, "test")
    back = resnet50.copy_from_keras(model, 3).state_dict()
    for name, value in made.state_dict().items():
        if "dense" not in name and "tracked" not in name:
            assert torch.equal(value, back[name])
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.npz"]


def test_each_block_starts_as_the_identity() -> None:
    block = resnet50.Block(64, 16, 1, shortcut=False)
    made = resnet50.ResNet50(3)
    assert all(not b.bn_3.weight.any() for b in made.blocks.values())
    torch.nn.init.zeros_(block.bn_3.weight)
    x = torch.rand(2, 64, 8, 8)
    assert torch.equal(block.eval()(x), x)


def test_more_slices_of_the_same_start_with_the_same_prediction(tmp_path: Path) -> None:
    made = some_network()
    weights.save_weights(made, tmp_path / "pretrained.npz")
    x = torch.rand(2, 3, 64, 64)
    for depth, seen in ((3, x), (9, x.repeat(1, 3, 1, 1))):
        wider = resnet50.from_pretrained(tmp_path / "pretrained.npz", 3, depth).eval()
        with torch.no_grad():
            torch.testing.assert_close(wider.features(seen), made.features(x))
    four = resnet50.from_pretrained(tmp_path / "pretrained.npz", 3, 4).eval()
    grey = x[:, :1]
    with torch.no_grad():
        torch.testing.assert_close(
            four.features(grey.repeat(1, 4, 1, 1)), made.features(grey.repeat(1, 3, 1, 1))
        )


def test_frozen_stages_stay_and_the_rest_follows_the_loss() -> None:
    made = resnet50.ResNet50(3).train()
    made.freeze(3)
    x = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        lower = made.lower(x, 3)
    assert lower.shape == (2, 512, 8, 8)
    made.logits(made.maps(lower, after=3)[1]).sum().backward()
    learned = {n for n, p in made.named_parameters() if p.grad is not None}
    assert all(n.startswith(("blocks.conv4", "blocks.conv5", "dense")) for n in learned)
    assert not made.conv1_bn.training
    made.eval()
    with torch.no_grad():
        torch.testing.assert_close(made.maps(made.lower(x, 3), after=3)[1], made.maps(x)[1])


def test_looking_beside_the_lesion_costs_more() -> None:
    made = resnet50.ResNet50(2)
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
