"""Runs a model with Keras on TensorFlow: the engine for machines with a GPU.

Imported only in the child process that runs networks, and in training: the import alone takes
seconds.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.models.card import Network


class KerasRuntime:
    """One loaded model; to be used from one thread.

    engine : name of the engine, for the result.
    device : what it runs on, "CPU" or "GPU: name".
    """

    engine = "tensorflow"

    def __init__(self) -> None:
        self.device = _device()
        self._call: Any = None

    def load(self, network: Network) -> None:
        """Load a network; raises ModelError if its files cannot be used. Verify them before."""
        try:
            architecture = network.path("architecture").read_text(encoding="utf-8")
            # Keras refuses architectures that carry code (Lambda layers).
            loaded = keras.models.model_from_json(architecture)
            loaded.load_weights(network.path("weights"))
        except Exception as error:  # Keras raises errors of many kinds for a wrong file
            raise ModelError(
                f"The model {network.id} cannot be loaded ({type(error).__name__}).",
                "Install the model again.",
            ) from error
        if network.input is None:
            raise ModelError(f"The model {network.id} is not run by Keras.", "Choose onnx.")
        size = network.input.size
        # One signature for any number of images: traced once, without the overhead of predict().
        signature = tf.TensorSpec((None, size, size, network.input.depth), tf.float32)
        self._call = tf.function(
            lambda tensor: loaded(tensor, training=False), input_signature=[signature]
        )

    def predict(self, tensor: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """(n, size, size, depth) float32 -> logits (n, classes) and features (n, h, w, c)"""
        outputs = self._call(tf.constant(tensor, tf.float32))
        return outputs["logits"].numpy(), outputs["features"].numpy()


def _device() -> str:
    """Let TensorFlow take GPU memory as it needs it, and say what it runs on."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            break  # TensorFlow runs already; what was set then stays
    details = tf.config.experimental.get_device_details(gpus[0])
    return f"GPU: {details.get('device_name', 'unknown')}"
