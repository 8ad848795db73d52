"""The numbers of a PyTorch network: kept in a file, and their running mean."""

import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from brainviewer.core.errors import FileError
from brainviewer.training.json_files import write_arrays


def save_numbers(network: nn.Module, path: Path) -> None:
    """Write all numbers of the network to a ``.npz`` file, whole or not at all."""
    numbers = {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
    write_arrays(path, compress=False, **numbers)


def load_numbers(network: nn.Module, path: Path) -> None:
    """Read what ``save_numbers`` wrote, into a network of the same layout; raises FileError."""
    network.load_state_dict(read_numbers(path))


def read_numbers(path: Path) -> dict[str, Tensor]:
    """What ``save_numbers`` wrote, by name; raises FileError if it is not there."""
    try:
        with np.load(path, allow_pickle=False) as numbers:
            return {name: torch.from_numpy(numbers[name]) for name in numbers.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        raise FileError(
            f"The network {path.name} is not there, or is damaged.",
            "Run the same 'brainviewer train' again.",
        ) from None


def follow(kept: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the running mean ``kept`` towards the newest numbers by the share 1 - ``decay``."""
    newest = network.state_dict()
    with torch.no_grad():
        for name, number in kept.state_dict().items():
            if number.is_floating_point():
                number.lerp_(newest[name], 1 - decay)
            else:
                number.copy_(newest[name])
