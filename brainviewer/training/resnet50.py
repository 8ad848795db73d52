"""ResNet50 (He et al. 2016) as a PyTorch module that trains, and as the Keras model that ships.

The module has exactly the layout of ``keras.applications.ResNet50``: the stride sits in the first
1x1 convolution of a stage, convolutions have biases, batch normalisation uses epsilon 1.001e-5,
padding is symmetric. So its numbers can be copied over one by one. Training it is twice as fast
on a CPU as training the Keras model.
"""

import importlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from brainviewer.core.errors import FileError
from brainviewer.training.weights import copy_keras_arrays, keras_arrays, read_state

_EPSILON = 1.001e-5
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # filters, blocks, stride
FEATURES = 2048
MIDDLE_FEATURES = 1024


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_EPSILON)


class Block(nn.Module):  # type: ignore[misc]  # mypy does not look into torch
    """Bottleneck block ``conv{stage}_block{n}`` of the Keras model; names are its layers'."""

    def __init__(self, inputs: int, filters: int, stride: int, shortcut: bool) -> None:
        super().__init__()
        self.conv_1, self.bn_1 = nn.Conv2d(inputs, filters, 1, stride), _norm(filters)
        self.conv_2, self.bn_2 = nn.Conv2d(filters, filters, 3, 1, 1), _norm(filters)
        self.conv_3, self.bn_3 = nn.Conv2d(filters, 4 * filters, 1), _norm(4 * filters)
        if shortcut:
            self.conv_0 = nn.Conv2d(inputs, 4 * filters, 1, stride)
            self.bn_0 = _norm(4 * filters)
        self.shortcut = shortcut
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, 4 * filters, h / stride, w / stride)"""
        side = self.bn_0(self.conv_0(x)) if self.shortcut else x
        x = self.relu(self.bn_1(self.conv_1(x)))
        x = self.relu(self.bn_2(self.conv_2(x)))
        x = self.bn_3(self.conv_3(x))
        return self.relu(x + side)


def stage_of(block: str) -> int:
    """The stage, 2 to 5, that a block such as ``conv4_block1`` belongs to."""
    return int(block[4])


class MapNetwork(nn.Module):  # type: ignore[misc]
    """What training asks of a network: maps of features, averaged below one dense layer.

    application : its name in ``keras.applications`` and in print.
    channels : of the maps at size / 16 and at size / 32 that ``maps`` gives.
    """

    application: str
    channels: tuple[int, int]
    dropout: nn.Dropout
    dense: nn.Linear

    def lower(self, x: Tensor, parts: int) -> Tensor:
        """(n, depth, size, size) -> what the first parts make of it"""
        raise NotImplementedError

    def maps(self, x: Tensor, after: int = 0) -> tuple[Tensor, Tensor]:
        """(n, depth, size, size) -> maps; ``after``: ``x`` has passed that many parts already."""
        raise NotImplementedError

    def lower_modules(self, parts: int) -> Sequence[nn.Module]:
        """The modules that ``lower`` runs."""
        raise NotImplementedError

    def keras_layers(self, model: Any) -> Iterator[tuple[Sequence[nn.Module], Any]]:
        """Modules below the dense layer, each with the Keras layer that holds its numbers."""
        raise NotImplementedError

    def keras_base(self, size: int) -> tuple[Any, Any]:
        """Input and last maps of the Keras model with the same layout, for images of that size."""
        import keras

        depth = next(self.parameters()).shape[1]
        with warnings.catch_warnings():
            # It finds more than three channels unusual, because it means photographs.
            warnings.simplefilter("ignore", UserWarning)
            base = getattr(keras.applications, self.application)(
                include_top=False, weights=None, input_shape=(size, size, depth), pooling=None
            )
        return base.input, base.output

    def freeze(self, parts: int) -> None:
        """Keep the first parts as they are, whatever is learned."""
        for module in self.lower_modules(parts):
            module.eval().requires_grad_(False)

    def features(self, x: Tensor) -> Tensor:
        """(n, depth, size, size) -> the last maps, (n, channels, size / 32, size / 32)"""
        return self.maps(x)[1]

    def logits(self, features: Tensor) -> Tensor:
        """(n, channels, h, w) of the last maps -> (n, classes)"""
        return torch.as_tensor(self.dense(self.dropout(features.mean(dim=(2, 3)))))

    def forward(self, x: Tensor) -> Tensor:
        """(n, depth, size, size) -> (n, classes) logits"""
        return self.logits(self.features(x))


class ResNet50(MapNetwork):
    """The network with one dense layer on globally averaged features.

    depth : channels of the input.
    """

    application = "ResNet50"
    channels = (MIDDLE_FEATURES, FEATURES)

    def __init__(self, classes: int, depth: int = 3, dropout: float = 0.3) -> None:
        super().__init__()
        self.conv1_conv = nn.Conv2d(depth, 64, 7, 2, 3)
        self.conv1_bn = _norm(64)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.ModuleDict()
        inputs = 64
        for stage, (filters, count, stride) in enumerate(STAGES, start=2):
            for number in range(1, count + 1):
                first = number == 1
                block = Block(inputs, filters, stride if first else 1, shortcut=first)
                self.blocks[f"conv{stage}_block{number}"] = block
                inputs = 4 * filters
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(FEATURES, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, Block):
                # Each block starts as the identity (Goyal et al. 2017).
                nn.init.zeros_(module.bn_3.weight)

    def lower(self, x: Tensor, parts: int) -> Tensor:
        """(n, depth, size, size) -> what the first ``parts`` of its stages make of it, 1 to 5"""
        x = self.pool(self.relu(self.conv1_bn(self.conv1_conv(x))))
        return self._through(x, range(2, parts + 1))

    def maps(self, x: Tensor, after: int = 0) -> tuple[Tensor, Tensor]:
        """(n, depth, size, size) -> the last maps at size / 16 (1024) and at size / 32 (2048)

        after : ``x`` is what that many stages have made of the images already; 0 for images.
        """
        x = x if after else self.lower(x, 1)
        middle = self._through(x, range(max(after, 1) + 1, 5))
        return middle, self._through(middle, range(max(after + 1, 5), 6))

    def _through(self, x: Tensor, stages: range) -> Tensor:
        for name, block in self.blocks.items():
            if stage_of(name) in stages:
                x = block(x)
        return x

    def lower_modules(self, parts: int) -> Sequence[nn.Module]:
        """The modules of the first ``parts`` stages."""
        stem = [self.conv1_conv, self.conv1_bn] if parts else []
        return [*stem, *(block for name, block in self.blocks.items() if stage_of(name) <= parts)]

    def keras_layers(self, model: Any) -> Iterator[tuple[Sequence[nn.Module], Any]]:
        """Every module has the name of its Keras layer, up to the order of number and kind."""
        for name in ("conv1_conv", "conv1_bn"):
            yield [getattr(self, name)], model.get_layer(name)
        for name, block in self.blocks.items():
            for part, module in block.named_children():
                kind, _, number = part.partition("_")
                if number:
                    yield [module], model.get_layer(f"{name}_{number}_{kind}")


class Coverage(nn.Module):  # type: ignore[misc]
    """A second task that is only trained for, and not shipped: where the lesion lies.

    It makes the last maps hold what is seen in their own place, which training by class alone
    does not ask for. Two 1x1 convolutions say for each slice how much of a place is lesion.
    """

    def __init__(self, slices: int, middle: int, last: int) -> None:
        super().__init__()
        self.middle = nn.Conv2d(middle, slices, 1)
        self.last = nn.Conv2d(last, slices, 1)

    def loss(self, maps: tuple[Tensor, Tensor], covered: Tensor) -> Tensor:
        """Mean binary cross-entropy; ``covered`` is (n, slices, size, size) in 0..1."""
        total = torch.zeros(())
        for layer, features in zip((self.middle, self.last), maps, strict=True):
            said = layer(features)
            wanted = nn.functional.adaptive_avg_pool2d(covered, said.shape[2:])
            total = total + nn.functional.binary_cross_entropy_with_logits(said.float(), wanted)
        return total / 2


def guidance_loss(network: MapNetwork, features: Tensor, covered: Tensor) -> Tensor:
    """How little of the class-activation maps lies on the lesion: mean of -log of that fraction.

    Trained for, it has every class find its evidence in the lesion and not in the contour of the
    head or the corner of the crop (cf. Ross et al. 2017, "Right for the right reasons").

    features : (n, 2048, h, w), the last maps
    covered : (n, slices, size, size) in 0..1; images without lesion do not count.
    """
    weight = network.dense.weight
    evidence = torch.einsum("kc,nchw->nkhw", weight, features.float())
    # Softplus instead of the map's own cut at 0, so that there is always a way back.
    maps = nn.functional.softplus(evidence)
    wanted = nn.functional.adaptive_avg_pool2d(covered.amax(1, keepdim=True), maps.shape[2:])
    fraction = (maps * wanted).sum(dim=(2, 3)) / maps.sum(dim=(2, 3))
    shown = (wanted.sum(dim=(1, 2, 3)) > 0).float()[:, None]
    return torch.as_tensor(
        -(shown * torch.log(fraction + 1e-3)).sum() / (shown.sum() + 1) / len(weight)
    )


def from_pretrained(path: Path, classes: int, depth: int) -> ResNet50:
    """A network for another task, with all else as it was pretrained.

    Where the new input has several slices of the pretrained channels, each slice starts with the
    pretrained filters, scaled so that the sum stays what it was; with other channels altogether,
    each starts with the mean filter. Raises FileError if the file is missing.
    """
    state = read_state(path)
    stem = state["conv1_conv.weight"]
    if depth % stem.shape[1]:
        stem = stem.sum(dim=1, keepdim=True)
    times = depth // stem.shape[1]
    state["conv1_conv.weight"] = stem.repeat(1, times, 1, 1) / times
    network = ResNet50(len(state["dense.bias"]), depth)
    network.load_state_dict(state)
    network.dense = nn.Linear(FEATURES, classes)
    nn.init.normal_(network.dense.weight, std=0.01)
    nn.init.zeros_(network.dense.bias)
    return network


def from_imagenet(classes: int) -> ResNet50:
    """The network with the weights of ImageNet that Keras knows; raises FileError without them."""
    # Before Keras: TensorFlow and an optimizer's compiler each bring an LLVM, and only in this
    # order does the process survive both.
    importlib.import_module("torch._dynamo")
    import keras

    try:
        model = keras.applications.ResNet50(weights="imagenet", include_top=False)
    except Exception as error:  # Keras raises bare exceptions if it cannot fetch a file
        raise FileError(
            f"The weights of ImageNet cannot be had ({type(error).__name__}).",
            "Connect to the internet, or leave the line 'weights' out of the recipe.",
        ) from error
    return copy_from_keras(model, classes)


def keras_model(network: MapNetwork, size: int, name: str) -> Any:
    """The Keras model of the same layout, with the network's numbers.

    Input (n, size, size, depth), outputs ``logits`` and ``features``.
    """
    import keras

    inputs, features = network.keras_base(size)
    pooled = keras.layers.GlobalAveragePooling2D(name="average")(features)
    logits = keras.layers.Dense(network.dense.out_features, name="logits")(pooled)
    model = keras.Model(inputs, {"logits": logits, "features": features}, name=name)
    for modules, layer in network.keras_layers(model):
        layer.set_weights(keras_arrays(*modules))
    model.get_layer("logits").set_weights(keras_arrays(network.dense))
    return model


def copy_from_keras(model: Any, classes: int) -> ResNet50:
    """The PyTorch module with the numbers of a Keras ResNet50, and a new dense layer."""
    network = ResNet50(classes, model.get_layer("conv1_conv").get_weights()[0].shape[2])
    for modules, layer in network.keras_layers(model):
        copy_keras_arrays(layer.get_weights(), *modules)
    return network
