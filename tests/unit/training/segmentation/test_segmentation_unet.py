"""The segmenting network is one and the same in PyTorch, Keras and ONNX."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from brainviewer.models.engine.onnx_runtime import OnnxFile  # noqa: E402
from brainviewer.models.segmentation.input import CHANNELS  # noqa: E402
from brainviewer.training.segmentation import unet  # noqa: E402
from brainviewer.training.segmentation.fit import load_network, segmentation_loss  # noqa: E402
from brainviewer.training.weights import save_weights  # noqa: E402

SIZE = (32, 48)


def some_network() -> unet.UNet:
    """Random numbers everywhere, also where training starts from 0 or 1."""
    torch.manual_seed(1)
    made = unet.UNet(CHANNELS)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    made.last.bias.data.fill_(0.1)
    return made.eval()


def some_slices(size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 1, (3, CHANNELS, *size)).astype(np.float32)


def prediction(network: unet.UNet, slices: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return torch.sigmoid(network(torch.from_numpy(slices))).numpy()


def test_onnx_runtime_runs_the_graph_at_any_size(tmp_path: Path) -> None:
    network = some_network()
    unet.write_graph(network, CHANNELS, tmp_path / "graph.onnx")
    file = OnnxFile(tmp_path / "graph.onnx")
    for size in (SIZE, (80, 96), (16, 64)):
        slices = some_slices(size)
        expected = prediction(network, slices)
        assert expected.std() > 0.01
        assert_allclose(file.predict(slices), expected, atol=1e-4)


@pytest.mark.skipif(
    "BRAINVIEWER_TEST_TRAINING" not in os.environ,
    reason="TensorFlow and OpenGL do not share a process: BRAINVIEWER_TEST_TRAINING=1, alone",
)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_gives_the_same_prediction() -> None:
    network = some_network()
    model = unet.keras_model(CHANNELS, SIZE)
    unet.copy_into_keras(network, model)
    found = np.asarray(model(some_slices().transpose(0, 2, 3, 1)))
    assert_allclose(found.transpose(0, 3, 1, 2), prediction(network, some_slices()), atol=1e-4)


def test_numbers_survive_a_file(tmp_path: Path) -> None:
    network = some_network()
    save_weights(network, tmp_path / "final.npz")
    again = load_network(tmp_path / "final.npz")
    assert_allclose(prediction(again, some_slices()), prediction(network, some_slices()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["final.npz"]


def test_small_enough_to_ship() -> None:
    count = sum(number.numel() for number in unet.UNet(CHANNELS).parameters())
    assert count < 1_000_000


def test_loss_falls_with_a_better_outline() -> None:
    mask = torch.zeros(2, 1, 8, 8)
    mask[:, :, 2:6, 2:6] = 1
    good, bad, worst = (segmentation_loss((mask * 8 - 4) * sign, mask) for sign in (1, 0.2, -1))
    assert 0 < good < bad < worst


def test_both_sides_are_asked_in_turn():
    from brainviewer.training.segmentation.evaluate import mean_of_sides

    def sees_one_side(slices):
        prediction = np.zeros((len(slices), 1, *slices.shape[2:]), np.float32)
        prediction[:, :, :4] = 1
        return prediction

    mean = mean_of_sides(sees_one_side)(np.zeros((2, 8, 8, 6), np.float32))
    np.testing.assert_array_equal(mean, np.full((2, 1, 8, 6), 0.5))
