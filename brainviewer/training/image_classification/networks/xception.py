"""Xception (Chollet 2017) as a PyTorch module that trains, and as the Keras model that ships.

The module has exactly the layout of ``keras.applications.Xception``, so that numbers can be copied
over one by one; training it is far faster on a CPU. It sees one grey channel in the unit that
``models.image_classification.input`` gives: the first layers of the ImageNet numbers are adapted so
that they see what they would have seen of the same image in grey, 0 to 255.
"""

import importlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from brainviewer.models.card import ModelInput
from brainviewer.models.image_classification.input import image_bounds
from brainviewer.training.image_classification.networks.pretrained_weights import load_base
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.weights import copy_keras_arrays

FEATURES, MIDDLE_FEATURES = 2048, 1024
_EPSILON, _MOMENTUM = 1e-3, 0.02


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_EPSILON, momentum=_MOMENTUM)


class Separable(nn.Module):  # type: ignore[misc]  # mypy does not look into torch
    """A 3x3 convolution of each channel, then one of 1x1 across channels, and a norm."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depth = nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False)
        self.point = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h, w)"""
        return torch.as_tensor(self.norm(self.point(self.depth(x))))


class Shrinking(nn.Module):  # type: ignore[misc]
    """Two separable convolutions and max pooling by 2, beside a strided 1x1 convolution."""

    def __init__(self, inputs: int, middle: int, outputs: int, first: bool = False) -> None:
        super().__init__()
        self.convs = nn.ModuleList([Separable(inputs, middle), Separable(middle, outputs)])
        self.side = nn.Conv2d(inputs, outputs, 1, 2, bias=False)
        self.side_norm = _norm(outputs)
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h / 2, w / 2), rounded up"""
        y = self.convs[0](x if self.first else torch.relu(x))
        y = _pool(self.convs[1](torch.relu(y)))
        return torch.as_tensor(y + self.side_norm(self.side(x)))


class Middle(nn.Module):  # type: ignore[misc]
    """Three separable convolutions beside the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList([Separable(channels, channels) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) -> the same shape"""
        y = x
        for conv in self.convs:
            y = conv(torch.relu(y))
        return x + y


class Xception(MapNetwork):
    """The network with one dense layer on globally averaged features."""

    application = "Xception"
    channels = (728, FEATURES)

    def __init__(self, classes: int, depth: int = 1, dropout: float = 0.3) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(depth, 32, 3, 2, bias=False), _norm(32)
        self.conv2, self.norm2 = nn.Conv2d(32, 64, 3, bias=False), _norm(64)
        entry = [
            Shrinking(64, 128, 128, first=True),
            Shrinking(128, 256, 256),
            Shrinking(256, 728, 728),
        ]
        self.blocks = nn.Sequential(
            *entry, *(Middle(728) for _ in range(8)), Shrinking(728, 728, MIDDLE_FEATURES)
        )
        self.last = nn.ModuleList([Separable(MIDDLE_FEATURES, 1536), Separable(1536, FEATURES)])
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(FEATURES, classes)

    def lower(self, x: Tensor, parts: int) -> Tensor:
        """(n, 1, size, size) -> what the first ``parts`` of the 12 blocks make of it"""
        x = torch.relu(self.norm1(self.conv1(x)))
        x = torch.relu(self.norm2(self.conv2(x)))
        return torch.as_tensor(self.blocks[:parts](x))

    def maps(self, x: Tensor, after: int = 0) -> tuple[Tensor, Tensor]:
        """(n, 1, size, size) -> the maps at size / 16 (728) and the last ones at size / 32 (2048)

        after : ``x`` is what that many blocks have made of the images already; 0 for images.
        """
        middle = self.blocks[after:-1](x if after else self.lower(x, 0))
        x = self.blocks[-1](middle)
        for conv in self.last:
            x = torch.relu(conv(x))
        return middle, x

    def lower_modules(self, parts: int) -> Sequence[nn.Module]:
        """The stem and the first ``parts`` blocks."""
        return (self.conv1, self.norm1, self.conv2, self.norm2, *self.blocks[:parts])

    def keras_layers(self, model: Any) -> Iterator[tuple[Sequence[nn.Module], Any]]:
        """Keras counts layers beside the blocks anew in every session: their order tells them."""
        yield [self.conv1], model.get_layer("block1_conv1")
        yield [self.norm1], model.get_layer("block1_conv1_bn")
        yield [self.conv2], model.get_layer("block1_conv2")
        yield [self.norm2], model.get_layer("block1_conv2_bn")
        unnamed = (
            [la for la in model.layers if type(la).__name__ == kind and "block" not in la.name]
            for kind in ("Conv2D", "BatchNormalization")
        )
        sides = [block for block in self.blocks if isinstance(block, Shrinking)]
        for block, conv, norm in zip(sides, *unnamed, strict=True):
            yield [block.side], conv
            yield [block.side_norm], norm
        for number, convs in enumerate([*(block.convs for block in self.blocks), self.last], 2):
            for place, conv in enumerate(convs, start=1):
                name = f"block{number}_sepconv{place}"
                yield [conv.depth, conv.point], model.get_layer(name)
                yield [conv.norm], model.get_layer(f"{name}_bn")


def _pool(x: Tensor) -> Tensor:
    """Max pooling 3x3 with stride 2 and the padding that Keras calls the same."""
    top, left = (length % 2 for length in x.shape[2:])
    padded = nn.functional.pad(x, (left, 1, top, 1), value=float("-inf"))
    return nn.functional.max_pool2d(padded, 3, 2)


def from_imagenet(weights: str, classes: int, model_input: ModelInput) -> Xception:
    """The network with the ImageNet numbers of a file, or of those that Keras fetches.

    weights : ``imagenet``, or a Keras file that holds an Xception.

    Raises FileError if they cannot be had.
    """
    # Before Keras: TensorFlow and an optimizer's compiler each bring an LLVM, and only in this
    # order does the process survive both.
    importlib.import_module("torch._dynamo")
    import keras

    fetched = weights == "imagenet"
    base = keras.applications.Xception(
        include_top=False, weights="imagenet" if fetched else None, input_shape=(96, 96, 3)
    )
    if not fetched:
        load_base(base.layers, weights, "Xception")
    network = Xception(classes)
    kernel, *_ = base.get_layer("block1_conv1").get_weights()
    with torch.no_grad():
        for modules, layer in islice(network.keras_layers(base), 1, None):
            copy_keras_arrays(layer.get_weights(), *modules)
        # Grey instead of three equal colours, and low..high instead of -1..1: what a constant
        # adds is taken into the mean that the norm takes away.
        low, high = image_bounds(model_input)
        grey = torch.from_numpy(kernel).sum(dim=2, keepdim=True).permute(3, 2, 0, 1)
        scale = 2 / (high - low)
        network.conv1.weight.copy_(grey * scale)
        assert network.norm1.running_mean is not None
        network.norm1.running_mean -= grey.sum(dim=(1, 2, 3)) * (-1 - low * scale)
    nn.init.normal_(network.dense.weight, std=0.01)
    nn.init.zeros_(network.dense.bias)
    return network
