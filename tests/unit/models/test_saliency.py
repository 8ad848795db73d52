"""The class-activation map lands where the network looked."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.card import Network
from brainviewer.models.engine.dense_layer import dense_weights
from brainviewer.models.saliency import (
    CropBox,
    class_activation,
    map_on_slice,
)


def test_the_map_shows_the_evidence_for_the_class_asked_for() -> None:
    features = np.zeros((1, 4, 4, 2), np.float32)
    features[0, 0, 0, 0] = 3
    features[0, 3, 3, 1] = 5
    dense = np.array([[1, -1], [-1, 2]], np.float32)
    first, second = (class_activation(features, dense, index) for index in (0, 1))
    assert np.unravel_index(first.argmax(), first.shape) == (0, 0)
    assert np.unravel_index(second.argmax(), second.shape) == (3, 3)
    assert first.max() == second.max() == 1
    assert first[3, 3] == 0  # evidence against is not evidence


def test_no_evidence_gives_an_empty_map() -> None:
    features = np.ones((1, 4, 4, 2), np.float32)
    assert not class_activation(features, -np.ones((2, 1), np.float32), 0).any()


@pytest.mark.parametrize("cell", [(0, 0), (0, 3), (1, 2), (3, 0)])
def test_a_cell_of_the_map_returns_to_its_place_on_the_slice(cell: tuple[int, int]) -> None:
    activation = np.zeros((4, 4), np.float32)
    activation[cell] = 1
    box = CropBox(top=20.0, left=50.0, side=80.0)
    heat = map_on_slice(activation, box, (200, 160))
    assert heat.shape == (200, 160)
    assert heat.dtype == np.float32
    assert heat.min() >= 0
    assert heat.max() <= 1
    rows, columns = np.nonzero(heat > 0.9 * heat.max())
    assert 20 + 20 * cell[0] <= rows.mean() <= 20 + 20 * (cell[0] + 1)
    assert 50 + 20 * cell[1] <= columns.mean() <= 50 + 20 * (cell[1] + 1)


def test_the_map_is_zero_outside_the_crop_also_beyond_the_slice() -> None:
    heat = map_on_slice(np.ones((4, 4), np.float32), CropBox(-10.0, 30.5, 40.0), (100, 60))
    assert heat[:30, 31:60].min() > 0.999
    assert heat[30:].max() == 0
    assert heat[:, :30].max() == 0


def test_dense_weights_come_from_the_weights_file(network: Network, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["layers/dense/vars/0"] = np.arange(6, dtype=np.float16).reshape(2, 3)
    weights = dense_weights(network)
    assert weights.dtype == np.float32
    assert weights[1].tolist() == [3, 4, 5]


def test_unreadable_weights_are_an_error_with_advice(network: Network, tmp_path: Path) -> None:
    (tmp_path / "w.h5").write_bytes(b"no")
    with pytest.raises(ModelError, match=r"w\.h5 cannot be read"):
        dense_weights(network)
