"""The segmentation network is one and the same in PyTorch and ONNX."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")
pytest.importorskip("monai")

from training_heads import WANTED, some_head  # noqa: E402

from brainviewer.models.engine.onnx_runtime import OnnxFile  # noqa: E402
from brainviewer.training.learning import Checkpoint  # noqa: E402
from brainviewer.training.packing.weights import save_weights  # noqa: E402
from brainviewer.training.recipes import Schedule  # noqa: E402
from brainviewer.training.segmentation.fit import segmentation_loss, train  # noqa: E402
from brainviewer.training.segmentation.network import (  # noqa: E402
    load_network,
    segmentation_unet,
    write_graph,
)
from brainviewer.training.segmentation.recipe import SegmentationRecipe  # noqa: E402

SIZE = (32, 48)


def some_network():
    """Random numbers everywhere, also where training starts from 0 or 1."""
    torch.manual_seed(1)
    made = segmentation_unet(WANTED)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    made.output_block.conv.conv.bias.data.fill_(0.1)
    return made.eval()


def some_slices(size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 1, (3, WANTED.channels, *size)).astype(np.float32)


def prediction(network, slices: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return torch.sigmoid(network(torch.from_numpy(slices))).numpy()


def test_onnx_runtime_runs_the_graph_at_any_size(tmp_path: Path) -> None:
    network = some_network()
    write_graph(network, tmp_path / "graph.onnx", WANTED)
    file = OnnxFile(tmp_path / "graph.onnx")
    for size in (SIZE, (80, 96), (16, 64)):
        slices = some_slices(size)
        expected = prediction(network, slices)
        assert expected.std() > 0.01
        assert_allclose(file.predict(slices), expected, atol=1e-4)


def test_numbers_survive_a_file(tmp_path: Path) -> None:
    network = some_network()
    save_weights(network, tmp_path / "final.npz")
    again = load_network(tmp_path / "final.npz", WANTED)
    assert_allclose(prediction(again, some_slices()), prediction(network, some_slices()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["final.npz"]


def test_loss_falls_with_a_better_mask_and_ignores_what_nobody_marked() -> None:
    mask = torch.zeros(2, len(WANTED.regions), 8, 8)
    mask[:, :, 2:6, 2:6] = 1
    asked = torch.ones(2, len(WANTED.regions), 1, 1, dtype=torch.bool)
    good, bad, worst = (
        segmentation_loss((mask * 8 - 4) * sign, mask, asked) for sign in (1, 0.2, -1)
    )
    assert 0 < good < bad < worst
    asked[:, 1:] = False
    logits = torch.randn(2, len(WANTED.regions), 8, 8)
    changed = logits.clone()
    changed[:, 1:] += 3
    torch.testing.assert_close(*(segmentation_loss(x, mask, asked) for x in (logits, changed)))
    assert not torch.isclose(
        segmentation_loss(logits, mask, ~asked), segmentation_loss(changed, mask, ~asked)
    )


def test_a_training_that_was_broken_off_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    schedule = Schedule(8, 2, 1e-3, 0.01, 0.0, 0.9)
    recipe = SegmentationRecipe(1, 2, 0.5, WANTED, schedule)
    heads = [some_head(), replace(some_head(), regions=1)]

    def stop(fraction: float, text: str) -> None:
        if fraction >= 0.5:
            raise KeyboardInterrupt

    torch.set_num_threads(1)  # several do not add up in the same order every time
    whole = train(recipe, heads, 0, "fold", lambda *_: None)
    path = tmp_path / "fold.part.npz"
    with pytest.raises(KeyboardInterrupt):
        train(recipe, heads, 0, "fold", stop, Checkpoint(path, 0.0))
    assert path.exists()
    resumed = train(recipe, heads, 0, "fold", lambda *_: None, Checkpoint(path, 0.0))
    for name, number in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], number, rtol=1e-3, atol=1e-3)
