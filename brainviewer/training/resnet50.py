"""What training asks of a network, with the sizes of ResNet50 (He et al. 2016), and the Keras model
of the same layout that ships."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from brainviewer.training.packing.weights import keras_arrays

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # filters, blocks, stride
FEATURES = 2048
MIDDLE_FEATURES = 1024


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
        raise NotImplementedError

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
