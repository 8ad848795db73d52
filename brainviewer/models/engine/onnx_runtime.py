"""Runs a network with ONNX Runtime: small, quick to start, the engine for machines without a GPU.

The ``graph.onnx`` of a classification network holds no weights. Its initializers carry the names of
the data sets in the Keras weights file and are filled from there, so that every number is stored
once. The graph of a segmentation network holds its own.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import Network


class OnnxRuntime:
    """One loaded network.

    engine : name of the engine, for the result.
    device : what it runs on.
    """

    engine = "onnx"
    device = "CPU"

    def __init__(self, threads: int = 2, thorough: bool = True) -> None:
        """threads : of one run; runs of several threads of the caller go side by side.
        thorough : take the time to lay a classification network out for fast runs: a quarter of
        a second at most, for runs that are a third faster. The layout of a segmentation network
        takes hundredths of a second and halves its time, and is always done."""
        self._threads, self._thorough = threads, thorough
        self._session: Any = None
        self._input, self._outputs = "", list[str]()

    def load(self, network: Network) -> None:
        """Load a network; raises ModelError if its files cannot be used. Verify them before."""
        options = _quiet_options(self._threads)
        # Waiting threads sleep: the window and its reading threads share the same cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if not self._thorough and not network.segments:
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            if "weights" in network.roles:
                numbers = read_weights(network.path("weights"))
                values = [ort.OrtValue.ortvalue_from_numpy(value) for value in numbers.values()]
                options.add_external_initializers(list(numbers), values)
            self._session = ort.InferenceSession(
                network.path("graph").read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except ModelError:
            raise
        except Exception as error:  # ONNX Runtime raises bare exceptions of its own
            raise ModelError(
                f"The model {network.id} cannot be loaded ({type(error).__name__}).",
                "Install the model again.",
            ) from error
        self._input = self._session.get_inputs()[0].name
        self._outputs = list(network.outputs)

    def predict(self, tensor: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """The network's ``outputs`` for an input; see ``card.Network``."""
        return tuple(self._session.run(self._outputs, {self._input: tensor}))


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every array of a Keras weights file by its name, as ONNX wants it.

    Kernels of convolutions come as (h, w, in, out) and are returned as (out, in, h, w).
    """
    import h5py  # a segmentation network needs none

    numbers: dict[str, NDArray[np.float32]] = {}

    def take(name: bytes, about: Any) -> None:
        if about.type == h5py.h5o.TYPE_DATASET:
            item = h5py.h5d.open(file.id, name)
            numbers[name.decode()] = _as_onnx(_stored(item, content))

    try:
        content = path.read_bytes()
        with h5py.File(path, "r") as file:
            # Half the time of ``visititems``, which makes an object of each group and data set.
            h5py.h5o.visit(file.id, take, info=True)
    except (OSError, ValueError):
        raise ModelError(
            f"The weights file {path.name} cannot be read.", "Install the model again."
        ) from None
    return numbers


def _stored(item: Any, content: bytes) -> NDArray[Any]:
    """The numbers of an HDF5 data set, where they lie in the file's bytes in one piece: HDF5
    would copy them once more, and hold up all other threads meanwhile.

    item : h5py.h5d.DatasetID
    """
    offset, shape = item.get_offset(), item.shape
    if offset is None:
        from h5py import h5s

        values = np.empty(shape, item.dtype)
        item.read(h5s.ALL, h5s.ALL, values)
        return values
    return np.frombuffer(content, item.dtype, math.prod(shape), offset).reshape(shape)


def _as_onnx(value: NDArray[Any]) -> NDArray[np.float32]:
    turned = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value
    # Moved while it is small: both steps in one take twice as long.
    return np.ascontiguousarray(turned).astype(np.float32, copy=False)


class OnnxFile:
    """A network in one ONNX file with its numbers, as trained classifiers of images are saved."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        """Raises ModelError if the file cannot be used."""
        try:
            self._session = ort.InferenceSession(
                path.read_bytes(), _quiet_options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises bare exceptions of its own
            raise ModelError(
                f"The network {path.name} cannot be loaded ({type(error).__name__}).",
                "Train it again.",
            ) from error
        self._input = self._session.get_inputs()[0].name

    def predict(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, size, size, depth) float32 in 0..255 -> probabilities (n, classes)"""
        return np.asarray(self._session.run(None, {self._input: images})[0])


def _quiet_options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return options
