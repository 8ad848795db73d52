"""Where networks are computed with half the bits: only on processors that are faster for it."""

import torch


def mixed_precision() -> torch.autocast:
    """bfloat16 on a processor with instructions for it, else float32, which is faster there."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())
