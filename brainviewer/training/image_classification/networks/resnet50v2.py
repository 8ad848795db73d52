"""ResNet50 v2 (He et al. 2016, "Identity mappings"), as PyTorch module and as Keras model.

The layout is that of GluonCV and the ONNX model zoo: the stride of a stage is in the 3x3
convolution of its first block, convolutions have no biases, and the stem has its own batch
normalisation. ``keras.applications.ResNet50V2`` differs in all three, so the Keras model is built
here, layer by layer.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from brainviewer.core.errors import FileError
from brainviewer.training.resnet50 import FEATURES, MIDDLE_FEATURES, STAGES, MapNetwork

_EPSILON = 1e-5
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet: red, green, blue
_NORM = ("gamma", "beta", "running_mean", "running_var")
GREY = ((1.0, 1.0, 1.0),)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_EPSILON)


def _conv(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class PreactivatedBlock(nn.Module):  # type: ignore[misc]  # mypy does not look into torch
    """Bottleneck block that normalises before each convolution and adds without a ReLU."""

    def __init__(self, inputs: int, filters: int, stride: int, shortcut: bool) -> None:
        super().__init__()
        self.bn_1, self.conv_1 = _norm(inputs), _conv(inputs, filters)
        self.bn_2, self.conv_2 = _norm(filters), _conv(filters, filters, 3, stride)
        self.bn_3, self.conv_3 = _norm(filters), _conv(filters, 4 * filters)
        self.conv_0 = _conv(inputs, 4 * filters, 1, stride) if shortcut else None

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, 4 * filters, h / stride, w / stride)"""
        y = torch.relu(self.bn_1(x))
        side = x if self.conv_0 is None else self.conv_0(y)
        y = torch.relu(self.bn_2(self.conv_1(y)))
        y = torch.relu(self.bn_3(self.conv_2(y)))
        return torch.as_tensor(self.conv_3(y) + side)


class ResNet50V2(MapNetwork):
    """The network with one dense layer on globally averaged features.

    Its parts, for ``lower`` and ``freeze``, are the stem (1) and four stages (2 to 5).
    """

    application = "ResNet50V2"
    channels = (MIDDLE_FEATURES, FEATURES)

    def __init__(self, classes: int, depth: int = 1, dropout: float = 0.3) -> None:
        super().__init__()
        self.conv, self.norm = _conv(depth, 64, 7, 2), _norm(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        stages, inputs = [], 64
        for filters, blocks, stride in STAGES:
            made = [PreactivatedBlock(inputs, filters, stride, True)]
            inputs = 4 * filters
            made += [PreactivatedBlock(inputs, filters, 1, False) for _ in range(blocks - 1)]
            stages.append(nn.Sequential(*made))
        self.stages = nn.Sequential(*stages)
        self.last_norm = _norm(FEATURES)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(FEATURES, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def lower(self, x: Tensor, parts: int) -> Tensor:
        """(n, depth, size, size) -> what the stem and the stages up to ``parts`` make of it"""
        x = self.pool(torch.relu(self.norm(self.conv(x))))
        return torch.as_tensor(self.stages[: parts - 1](x))

    def maps(self, x: Tensor, after: int = 0) -> tuple[Tensor, Tensor]:
        """(n, depth, size, size) -> maps at size / 16 (1024), normalised, and size / 32 (2048)

        after : ``x`` is what that many parts have made of the images already; 0 for images.
        """
        x = x if after else self.lower(x, 1)
        middle = self.stages[max(after, 1) - 1 : 3](x)
        last = torch.relu(self.last_norm(self.stages[3](middle)))
        # What the last stage normalises first: the sums before it have no fixed scale.
        return torch.relu(self.stages[3][0].bn_1(middle)), last

    def lower_modules(self, parts: int) -> Sequence[nn.Module]:
        """The stem and the stages up to ``parts``."""
        return [self.conv, self.norm, *self.stages[: parts - 1]] if parts else []

    def keras_layers(self, model: Any) -> Iterator[tuple[Sequence[nn.Module], Any]]:
        """Every module has the name of its Keras layer, but for the dots."""
        for name, module in self.named_modules():
            if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
                yield [module], model.get_layer(_layer_name(name))

    def keras_base(self, size: int) -> tuple[Any, Any]:
        """Input and last maps of the Keras model, built from the modules of this one."""
        from keras import Input, layers

        names = {module: _layer_name(name) for name, module in self.named_modules()}

        def padded(x: Any, pixels: int) -> Any:
            return layers.ZeroPadding2D(pixels)(x) if pixels else x

        def conv(x: Any, module: nn.Conv2d) -> Any:
            window = (module.out_channels, module.kernel_size, module.stride)
            made = layers.Conv2D(*window, use_bias=False, name=names[module])
            return made(padded(x, module.padding[0]))

        def norm(x: Any, module: nn.BatchNorm2d) -> Any:
            made = layers.BatchNormalization(epsilon=_EPSILON, name=names[module])
            return layers.ReLU()(made(x))

        def block(x: Any, module: PreactivatedBlock) -> Any:
            y = norm(x, module.bn_1)
            side = x if module.conv_0 is None else conv(y, module.conv_0)
            y = norm(conv(y, module.conv_1), module.bn_2)
            y = norm(conv(y, module.conv_2), module.bn_3)
            return layers.Add()([conv(y, module.conv_3), side])

        image = Input((size, size, self.conv.in_channels))
        # After a ReLU nothing is below the zeros of the padding.
        x = layers.MaxPooling2D(3, 2)(padded(norm(conv(image, self.conv), self.norm), 1))
        for stage in self.stages:
            for module in stage:
                x = block(x, module)
        return image, norm(x, self.last_norm)


def _layer_name(name: str) -> str:
    return name.replace(".", "_")


def from_gluon_arrays(
    weights: str,
    classes: int,
    bounds: tuple[float, float],
    colours: Sequence[tuple[float, float, float]] = GREY,
) -> ResNet50V2:
    """The network with ImageNet numbers.

    weights : a folder of ``resnetv24_*.npy`` files.

    Where a convolution of the last stage is missing, it starts at random, as does what follows it.
    The stem is adapted to channels in ``bounds`` instead of colours in 0..1.

    colours : for each channel what it adds to red, green and blue.

    Raises FileError if another file is missing or does not fit.
    """
    folder = Path(weights)
    if not weights or not folder.is_dir():
        raise FileError(
            "The ImageNet numbers of this ResNet50 v2 cannot be fetched.",
            "Give --weights the folder models/resnet50v2_nchw/weights of the public repository "
            "BruceDai/test-data.",
        )
    network = ResNet50V2(classes, len(colours))
    shown = torch.tensor(colours).T
    with torch.no_grad():
        for name, module in gluon_names(network):
            if isinstance(module, nn.BatchNorm2d):
                own = (module.weight, module.bias, module.running_mean, module.running_var)
                for part, value in zip(_NORM, own, strict=True):
                    value.copy_(_read(folder, f"{name}_{part}", value.shape))
                continue
            if name.startswith("stage4") and not _file(folder, f"{name}_weight").is_file():
                break  # what follows would meet other values than it was trained with
            module.weight.copy_(_read(folder, f"{name}_weight", module.weight.shape))
        # What comes in is (colour - mean) / deviation, then normalised once more, per colour: one
        # factor and one summand of each. Summands go into the mean that the stem's norm takes away.
        gamma, beta, mean, variance = (_read(folder, f"batchnorm0_{part}", (3,)) for part in _NORM)
        gain = gamma / torch.sqrt(variance + _EPSILON)
        low, high = bounds
        factor = gain / torch.tensor(_DEVIATION) / (high - low)
        summand = beta - gain * (mean + torch.tensor(_MEAN) / torch.tensor(_DEVIATION))
        kernel = _read(folder, "conv0_weight", (64, 3, 7, 7))
        network.conv.weight.copy_(torch.einsum("ochw,c,cd->odhw", kernel, factor, shown))
        total = kernel.sum(dim=(2, 3)) @ (summand - factor * low * shown.sum(dim=1))
        network.norm.running_mean -= total
    nn.init.normal_(network.dense.weight, std=0.01)
    nn.init.zeros_(network.dense.bias)
    return network


def gluon_names(network: ResNet50V2) -> Iterator[tuple[str, nn.Module]]:
    """Modules in the order in which they run, with their names; without the first convolution."""
    yield "batchnorm1", network.norm
    for stage, blocks in enumerate(network.stages, start=1):
        numbers = {nn.Conv2d: count(), nn.BatchNorm2d: count()}
        for module in blocks.modules():
            if type(module) in numbers:
                kind = "conv" if isinstance(module, nn.Conv2d) else "batchnorm"
                yield f"stage{stage}_{kind}{next(numbers[type(module)])}", module
    yield "batchnorm2", network.last_norm


def _file(folder: Path, name: str) -> Path:
    return folder / f"resnetv24_{name}.npy"


def _read(folder: Path, name: str, shape: Sequence[int]) -> Tensor:
    path = _file(folder, name)
    try:
        array = np.load(path, allow_pickle=False)
        if array.shape != tuple(shape):
            raise ValueError(path.name)
    except (OSError, ValueError):
        raise FileError(
            f"The folder {folder.name} has no {path.name} of the right shape.",
            "Give --weights the folder of a ResNet50 v2 of GluonCV: resnetv24_*.npy.",
        ) from None
    return torch.from_numpy(array.astype(np.float32))
