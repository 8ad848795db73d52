"""PyTorch, Keras and ONNX are one and the same network."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)
torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from brainviewer.inference.card_file import parse_card  # noqa: E402
from brainviewer.inference.keras_runtime import KerasRuntime  # noqa: E402
from brainviewer.inference.onnx_runtime import OnnxRuntime  # noqa: E402
from brainviewer.training import network, package, recipes  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


def some_network() -> network.ResNet50:
    """Random numbers everywhere, also where training starts from 0 or 1."""
    torch.manual_seed(1)
    made = network.ResNet50(3)
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
    small = recipes.Recipe(
        **{**vars(recipe), "input": type(recipe.input)(**{**vars(recipe.input), "size": 64})}
    )
    made = some_network()
    network.save_numbers(made, tmp_path / "final.npz")
    package.write_networks(small, tmp_path / "final.npz", tmp_path)
    content = json.loads(
        (ROOT / "resources" / "models" / "resnet50-glioma" / "card.json").read_text("utf-8")
    )
    content["input"]["size"] = 64
    card = parse_card(content, tmp_path)
    tensor = np.random.default_rng(2).normal(0, 1, (1, 64, 64, 3)).astype(np.float32)
    with torch.no_grad():
        first = torch.from_numpy(tensor.transpose(0, 3, 1, 2).copy())
        expected = (made(first).numpy(), made.features(first).numpy().transpose(0, 2, 3, 1))
    scale = [np.abs(part).max() for part in expected]
    for runtime in (OnnxRuntime(1), KerasRuntime()):
        runtime.load(card)
        for part, wanted, size in zip(runtime.predict(tensor), expected, scale, strict=True):
            # The files hold float16, so a part in a thousand is what can be asked for.
            assert_allclose(part / size, wanted / size, atol=4e-3)


def test_numbers_survive_the_file(tmp_path: Path) -> None:
    made, other = some_network(), network.ResNet50(3)
    network.save_numbers(made, tmp_path / "numbers.npz")
    network.load_numbers(other, tmp_path / "numbers.npz")
    for name, value in made.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.npz"]


def test_each_block_starts_as_the_identity() -> None:
    block = network.Block(64, 16, 1, shortcut=False)
    made = network.ResNet50(3)
    assert all(not b.bn_3.weight.any() for b in made.blocks.values())
    torch.nn.init.zeros_(block.bn_3.weight)
    x = torch.rand(2, 64, 8, 8)
    assert torch.equal(block.eval()(x), x)
