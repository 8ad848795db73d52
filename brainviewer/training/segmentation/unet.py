"""A small U-Net (Ronneberger et al. 2015): PyTorch for training, exported to Keras and ONNX.

Convolutions have no bias of their own; batch normalisation follows each.
"""

import io
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from brainviewer.files.writing import write_whole
from brainviewer.training.weights import keras_arrays

WIDTHS = (16, 24, 48, 64, 96)
_EPSILON = 1e-3


class Step(nn.Module):  # type: ignore[misc]  # mypy does not look into torch
    """Convolution 3x3, batch normalisation, rectifier."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=_EPSILON)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.norm(self.conv(x)))


class UNet(nn.Module):  # type: ignore[misc]
    """(n, channels, h, w) -> (n, 1, h, w) logits; h and w are multiples of 16.

    The finest level has one step on each side, the others two: most of the time goes there.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.steps = nn.ModuleDict({name: Step(a, b) for name, a, b in layout(channels)})
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.last = nn.Conv2d(WIDTHS[0], 1, 1)
        nn.init.constant_(self.last.bias, -3.0)

    def forward(self, x: Tensor) -> Tensor:
        kept: list[Tensor] = []
        depth = len(WIDTHS) - 1
        for level in range(depth + 1):
            if level:
                x = self.pool(x)
            for name in _steps("down", level):
                x = self.steps[name](x)
            kept.append(x)
        for level in range(depth - 1, -1, -1):
            x = torch.cat([self.up(x), kept[level]], 1)
            for name in _steps("up", level):
                x = self.steps[name](x)
        logits: Tensor = self.last(x)
        return logits


def layout(channels: int) -> list[tuple[str, int, int]]:
    """(name, inputs, outputs) of every step, in the order in which they run."""
    steps = []
    inputs = channels
    for level, width in enumerate(WIDTHS):
        for name in _steps("down", level):
            steps.append((name, inputs, width))
            inputs = width
    for level in range(len(WIDTHS) - 2, -1, -1):
        inputs += WIDTHS[level]
        for name in _steps("up", level):
            steps.append((name, inputs, WIDTHS[level]))
            inputs = WIDTHS[level]
    return steps


def _steps(way: str, level: int) -> list[str]:
    return [f"{way}{level}_{n}" for n in range(1 if level == 0 else 2)]


def keras_model(channels: int, size: tuple[int, int]) -> Any:
    """The Keras model: (n, height, width, channels) -> (n, height, width, 1) probabilities."""
    import keras

    def step(x: Any, name: str, width: int) -> Any:
        x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_conv")(x)
        x = keras.layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
        return keras.layers.ReLU(name=f"{name}_relu")(x)

    first = x = keras.Input((*size, channels), name="slices")
    kept = []
    for level, width in enumerate(WIDTHS):
        if level:
            x = keras.layers.MaxPooling2D(name=f"pool{level}")(x)
        for name in _steps("down", level):
            x = step(x, name, width)
        kept.append(x)
    for level in range(len(WIDTHS) - 2, -1, -1):
        x = keras.layers.UpSampling2D(interpolation="nearest", name=f"wider{level}")(x)
        x = keras.layers.Concatenate(name=f"joined{level}")([x, kept[level]])
        for name in _steps("up", level):
            x = step(x, name, WIDTHS[level])
    x = keras.layers.Conv2D(1, 1, activation="sigmoid", name="lesion")(x)
    return keras.Model(first, x, name="lesion_outline")


def copy_into_keras(network: UNet, model: Any) -> None:
    """Copy every number of the PyTorch module into the Keras model."""
    for name, step in network.steps.items():
        model.get_layer(f"{name}_conv").set_weights(keras_arrays(step.conv))
        model.get_layer(f"{name}_norm").set_weights(keras_arrays(step.norm))
    model.get_layer("lesion").set_weights(keras_arrays(network.last))


def write_graph(network: UNet, channels: int, path: Path) -> None:
    """Write the network as ONNX: ``slices`` (n, channels, h, w) -> ``lesion`` (n, 1, h, w).

    The exporter folds each batch normalisation into its convolution.
    """
    graph = io.BytesIO()
    sides = {0: "n", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        # The newer exporter needs a package more.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            nn.Sequential(network, nn.Sigmoid()).eval(),
            (torch.zeros(1, channels, 64, 64),),
            graph,
            input_names=["slices"],
            output_names=["lesion"],
            dynamic_axes={"slices": sides, "lesion": sides},
            opset_version=13,
            dynamo=False,
        )
    write_whole(path, graph.getvalue())
