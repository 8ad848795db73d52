"""The engines that run networks, how each is made, and what they answer."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError, Report, silent
from brainviewer.files.native_output import without_stderr
from brainviewer.models.card import Network, Task
from brainviewer.models.engine.dense_layer import dense_weights
from brainviewer.models.engine.devices import usable_cores


class Runtime(Protocol):
    """One engine with one network loaded; used from one thread, but for ONNX Runtime."""

    engine: str
    device: str

    def load(self, network: Network) -> None:
        """Load a network; raises ModelError if its files cannot be used."""

    def predict(self, tensor: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """The outputs of the loaded network for an input; see ``Network.outputs``."""


MakeRuntime = Callable[[], Runtime]


@dataclass(frozen=True, eq=False)
class EngineOutput:
    """Output of a classification network.

    logits : (n, classes) float32, one row per image
    features : (n, h, w, c) float32, the last feature map; None where the network does not end in
        global average pooling and one dense layer.
    dense : (c, classes) float32, what that layer makes of it; None without
    load_seconds : what it took to check and load the model, when that was done.
    predict_seconds : what this prediction took.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float32] | None
    dense: NDArray[np.float32] | None
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    notices: tuple[str, ...] = ()


def classified(
    runtime: Runtime, network: Network, tensor: NDArray[np.float32], load_seconds: float
) -> EngineOutput:
    """Run a classification network that is loaded; raises whatever the engine does."""
    began = time.perf_counter()
    logits, *maps = runtime.predict(tensor)
    seconds = time.perf_counter() - began
    features = maps[0] if network.dense_layer else None
    # Read where the network runs, so that the window never has to import what reads it.
    dense = dense_weights(network)
    return EngineOutput(
        logits, features, dense, runtime.engine, runtime.device, load_seconds, seconds
    )


class Runner(Protocol):
    """Runs networks in a child process or in this one; loads them first if need be."""

    def predict(
        self, network: Network, tensor: NDArray[np.float32], report: Report = silent
    ) -> EngineOutput:
        """Run a classification network; raises ModelError, or Cancelled if ``report`` does.

        tensor : (n, size, size, depth) float32
        """

    def segment(
        self, network: Network, slices: NDArray[np.float32], report: Report = silent
    ) -> NDArray[np.float32]:
        """Run a network that tells voxels apart; raises ModelError, or Cancelled if ``report``
        does.

        slices : float32; see ``Network.outputs``. h and w are multiples of 16, x, y and z of 32.

        Returns float32, probabilities.
        """


def make_onnx() -> Runtime:
    """ONNX Runtime."""
    from brainviewer.models.engine.onnx_runtime import OnnxRuntime

    return OnnxRuntime(usable_cores())


def make_onnx_for_once() -> Runtime:
    """ONNX Runtime, sooner loaded and a third slower to run."""
    from brainviewer.models.engine.onnx_runtime import OnnxRuntime

    return OnnxRuntime(usable_cores(), thorough=False)


def make_onnx_for_many() -> Runtime:
    """ONNX Runtime for threads that each run inputs of their own: no core waits for another."""
    from brainviewer.models.engine.onnx_runtime import OnnxRuntime

    return OnnxRuntime(threads=1)


def make_tensorflow() -> Runtime:
    """Keras on TensorFlow, without its chatter."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with without_stderr():  # its first lines come whatever the log level is
        from brainviewer.models.engine.keras_runtime import KerasRuntime

        return KerasRuntime()


SPARE = "onnx"
"""The engine that runs everywhere, and every network that tells voxels apart."""
RUNTIMES: Mapping[str, MakeRuntime] = MappingProxyType(
    {"onnx": make_onnx, "tensorflow": make_tensorflow}
)


DOING: Mapping[Task, str] = MappingProxyType(
    {
        Task.SEGMENTATION: "Segmenting the lesion",
        Task.BRAIN_EXTRACTION: "Finding the brain",
        Task.SUBTYPE: "Classifying",
        Task.IMAGE_CLASSIFICATION: "Classifying",
    }
)
"""What a running network does."""


def start_runtime(make: MakeRuntime) -> Runtime:
    """Make an engine; raises ModelError if it cannot be made."""
    try:
        return make()
    except Exception as error:  # a broken installation fails in any way it likes
        raise ModelError(
            f"The engine cannot be started ({type(error).__name__}: {error}).",
            "Choose the other engine, or install BrainViewer again.",
        ) from error


def not_run(error: Exception) -> ModelError:
    """What to say of anything that goes wrong with a network."""
    if isinstance(error, ModelError):
        return error
    return ModelError(
        f"The network could not be run ({type(error).__name__}: {error}).",
        "Run it again, or choose the other engine.",
    )
