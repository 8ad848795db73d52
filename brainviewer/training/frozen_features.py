"""Features of the frozen lower parts of a network, as bits of bfloat16 in NumPy arrays.

Parts that stay as they were pretrained give every fold and every seed the same maps. Keeping those
saves most of the time of training.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from brainviewer.training.precision import mixed_precision
from brainviewer.training.resnet50 import MapNetwork


def frozen_features(
    network: MapNetwork, parts: int, images: NDArray[np.float32]
) -> NDArray[np.int16]:
    """(n, depth, size, size) -> (n, h, w, c) int16, what the first ``parts`` parts make of it."""
    flat = torch.from_numpy(np.ascontiguousarray(images))
    with torch.no_grad(), mixed_precision():
        made = network.lower(flat.to(memory_format=torch.channels_last), parts)
    bits = made.to(torch.bfloat16).permute(0, 2, 3, 1).contiguous().view(torch.int16)
    return np.asarray(bits.numpy())


def as_maps(bits: NDArray[np.int16]) -> Tensor:
    """(n, h, w, c) int16 -> (n, c, h, w) bfloat16"""
    return torch.from_numpy(bits).view(torch.bfloat16).permute(0, 3, 1, 2)
