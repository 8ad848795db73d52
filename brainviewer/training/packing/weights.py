"""Weights of PyTorch networks: files, running mean, and conversion to and from Keras."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import FileError
from brainviewer.training.json_files import read_arrays, write_arrays


def save_weights(network: nn.Module, path: Path) -> None:
    """Write all numbers of the network to a ``.npz`` file, whole or not at all."""
    write_state(network.state_dict(), path)


def write_state(state: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors by name, whole or not at all."""
    numbers = {name: value.detach().cpu().numpy() for name, value in state.items()}
    write_arrays(path, compress=False, **numbers)


def load_weights(network: nn.Module, path: Path) -> None:
    """Read what ``save_weights`` wrote, into a network of the same layout; raises FileError."""
    network.load_state_dict(read_state(path))


def read_state(path: Path) -> dict[str, Tensor]:
    """What ``save_weights`` wrote, by name; raises FileError if it is not there."""
    try:
        numbers = read_arrays(path)
    except ValueError:
        numbers = None
    if numbers is None:
        raise FileError(
            f"The network {path.name} is not there, or is damaged.",
            "Run the same 'brainviewer train' again.",
        )
    return {name: torch.from_numpy(array) for name, array in numbers.items()}


def update_average(kept: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the running mean ``kept`` towards the newest numbers by the fraction 1 - ``decay``."""
    newest = network.state_dict()
    with torch.no_grad():
        for name, number in kept.state_dict().items():
            if number.is_floating_point():
                number.lerp_(newest[name], 1 - decay)
            else:
                number.copy_(newest[name])


def keras_arrays(*modules: Any) -> list[NDArray[np.float32]]:
    """The numbers of a convolution, dense layer or batch normalisation as Keras lays them out.

    modules : a separable convolution, one layer in Keras, has two.
    """
    return [view.contiguous().numpy() for module in modules for view in _keras_views(module)]


def _keras_views(module: Any) -> list[Tensor]:
    """The tensors of a module with Keras' order of axes."""
    if isinstance(module, nn.BatchNorm2d):
        values = [module.weight, module.bias, module.running_mean, module.running_var]
    else:
        values = [module.weight] if module.bias is None else [module.weight, module.bias]
    views = [value.detach() for value in values]
    if isinstance(module, nn.Conv2d):
        # Keras: (h, w, in, out); with one filter for each channel (h, w, channels, 1).
        order = (2, 3, 1, 0) if module.groups == 1 else (2, 3, 0, 1)
        views[0] = views[0].permute(order)
    elif isinstance(module, nn.Linear):
        views[0] = views[0].T
    return views
