"""Which engine suits this machine, found out without importing TensorFlow (that takes seconds)."""

import ctypes
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

Library = Callable[[str], Any]


def choose_engine() -> str:
    """The engine to try first: TensorFlow where it can use a GPU, else ONNX Runtime."""
    return "tensorflow" if gpu_name() and tensorflow_has_cuda() else "onnx"


def gpu_name(library: Library = ctypes.CDLL) -> str:
    """Name of the first NVIDIA GPU that this process may use, "" if there is none.

    Asks the driver itself (CUDA driver API); CUDA_VISIBLE_DEVICES is respected by it. TensorFlow
    uses GPUs on Linux only (WSL included).

    library : opens a shared library by name.
    """
    if not sys.platform.startswith("linux"):
        return ""
    try:
        cuda = library("libcuda.so.1")
    except OSError:
        return ""
    count, device, name = ctypes.c_int(0), ctypes.c_int(0), ctypes.create_string_buffer(256)
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value < 1:
        return ""
    if (
        cuda.cuDeviceGet(ctypes.byref(device), 0) != 0
        or cuda.cuDeviceGetName(name, len(name), device) != 0
    ):
        return ""
    return name.value.decode(errors="replace")


def tensorflow_has_cuda(library: Library = ctypes.CDLL) -> bool:
    """Whether TensorFlow is installed and finds cuDNN: as a wheel beside it, or in the system."""
    if not _installed("tensorflow"):
        return False
    if _installed("nvidia.cudnn"):
        return True
    try:
        library("libcudnn.so.9")
    except OSError:
        return False
    return True


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if sys.platform.startswith("linux"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):
        return False
