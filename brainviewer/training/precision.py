"""What PyTorch computes on, and where with half the bits."""

from functools import cache

import torch
from torch import Tensor

PROCESSOR = torch.device("cpu")


@cache
def device() -> torch.device:
    """Where networks are trained: the first GPU that CUDA finds, else the processor."""
    return torch.device("cuda") if torch.cuda.is_available() else PROCESSOR


def device_words() -> str:
    """Words for progress texts; empty on the processor, where everything runs otherwise."""
    return f" on the GPU {torch.cuda.get_device_name()}" if device().type == "cuda" else ""


def mixed_precision(where: torch.device = PROCESSOR) -> torch.autocast:
    """bfloat16 on a processor or GPU with instructions for it, else float32, which is faster
    there."""
    if where.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16, enabled=torch.cuda.is_bf16_supported(False))
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())


def images_on_device(images: Tensor) -> Tensor:
    """(n, c, h, w) where networks are trained, with the channels last in memory."""
    return images.to(device(), memory_format=torch.channels_last)
