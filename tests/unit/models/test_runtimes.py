"""The model that ships: whole, small enough, and the same in both engines."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import ModelCard, Network
from brainviewer.models.engine.engine import Engine
from brainviewer.models.engine.onnx_runtime import OnnxRuntime
from brainviewer.models.prediction import mean_logits
from brainviewer.models.registry import model, verify

LOAD_CODE = """
import sys
from dataclasses import replace
from pathlib import Path
import keras
from brainviewer.core.errors import ModelError
from brainviewer.models.engine.keras_runtime import KerasRuntime
from brainviewer.models.registry import model

folder = Path(sys.argv[1])
layers = [keras.Input((128, 128, 3)), keras.layers.Lambda(lambda tensor: tensor)]
(folder / "architecture.json").write_text(keras.Sequential(layers).to_json(), "utf-8")
try:
    KerasRuntime().load(replace(model("resnet50-glioma").network, folder=folder))
except ModelError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def shipped() -> ModelCard:
    card = model("resnet50-glioma")
    verify(card)
    return card


def network_of(card: ModelCard) -> Network:
    assert card.network is not None
    return card.network


def tensors() -> list[NDArray[np.float32]]:
    random = np.random.default_rng(11)
    whole = random.normal(0, 2, (1, 128, 128, 3)).astype(np.float32)
    smooth = np.kron(random.normal(0, 3, (1, 8, 8, 3)), np.ones((1, 16, 16, 1)))
    partly = whole.copy()
    partly[..., 0] = 0
    blobs = np.random.default_rng(7).normal(size=(1, 16, 16, 3)).repeat(8, 1).repeat(8, 2)
    made = [whole, smooth, partly, np.zeros_like(whole), blobs]
    return [tensor.astype(np.float32) for tensor in made]


def test_both_engines_give_the_same_probabilities(shipped: ModelCard) -> None:
    network, fusion_head = network_of(shipped), shipped.fusion_head
    with Engine("onnx") as onnx, Engine("tensorflow") as tensorflow:
        seen = []
        for tensor in tensors():
            predictions = [engine.predict(network, tensor) for engine in (onnx, tensorflow)]
            assert [prediction.engine for prediction in predictions] == ["onnx", "tensorflow"]
            for prediction in predictions:
                assert prediction.logits.shape == (1, 3)
                assert prediction.features.shape == (1, 4, 4, 2048)
                assert prediction.logits.dtype == prediction.features.dtype == np.float32
            by_onnx, by_tensorflow = predictions
            close = {"rtol": 1e-3, "atol": 1e-3}
            np.testing.assert_allclose(by_onnx.logits, by_tensorflow.logits, **close)
            scale = float(np.abs(by_tensorflow.features).max())
            np.testing.assert_allclose(by_onnx.features, by_tensorflow.features, atol=1e-3 * scale)
            first, second = (
                np.array(
                    [*fusion_head.predict(mean_logits(shipped, a.logits)).probabilities.values()]
                )
                for a in predictions
            )
            assert np.abs(first - second).max() <= 1e-3
            seen.append(first)
    assert np.ptp(seen, axis=0).max() > 0.01  # the answer depends on the image


def test_the_network_is_resnet50_in_float16_and_stored_once(shipped: ModelCard) -> None:
    network = network_of(shipped)
    weights, graph = network.path("weights"), network.path("graph")
    assert weights.stat().st_size <= 50_000_000
    assert graph.stat().st_size < 1_000_000
    sizes: list[int] = []

    def look(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            assert item.dtype == np.float16
            sizes.append(item.size)

    with h5py.File(weights, "r") as file:
        file.visititems(look)
    # Of v2: no biases, a normalisation of the stem.
    resnet50_without_top, dense = 23_546_048, 2048 * 3 + 3
    assert sum(sizes) == resnet50_without_top + dense


def test_an_architecture_that_carries_code_is_refused(tmp_path: Path) -> None:
    # TensorFlow may crash in a process that has loaded OpenGL drivers, as this one may have.
    alone = subprocess.run(
        [sys.executable, "-c", LOAD_CODE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr
    assert "cannot be loaded" in alone.stdout


def test_damaged_weights_are_an_error_not_a_crash(shipped: ModelCard, tmp_path: Path) -> None:
    for name in shipped.files:
        (tmp_path / name).write_bytes(b"damaged")
    network = replace(network_of(shipped), folder=tmp_path)
    with pytest.raises(ModelError, match=r"model\.weights\.h5 cannot be read"):
        OnnxRuntime(1).load(network)
    (tmp_path / "model.weights.h5").write_bytes(network_of(shipped).path("weights").read_bytes())
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        OnnxRuntime(1).load(network)
    assert caught.value.advice
