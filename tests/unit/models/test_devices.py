"""The GPU is looked for without TensorFlow."""

import subprocess
import sys

import pytest

from brainviewer.models.engine import devices


class FakeCuda:
    """The part of the CUDA driver API that is asked."""

    def __init__(self, count=1, initialised=0, name=b"Some GPU"):
        self.count, self.initialised, self.name = count, initialised, name

    def cuInit(self, flags):
        return self.initialised

    def cuDeviceGetCount(self, count):
        count._obj.value = self.count
        return 0

    def cuDeviceGet(self, device, ordinal):
        return 0

    def cuDeviceGetName(self, name, length, device):
        name.value = self.name
        return 0


def missing(name):
    raise OSError(name)


@pytest.mark.parametrize(
    ("library", "name"),
    [
        (lambda _: FakeCuda(), "Some GPU"),
        (lambda _: FakeCuda(count=0), ""),
        (lambda _: FakeCuda(initialised=100), ""),
        (missing, ""),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="TensorFlow: GPUs on Linux only")
def test_gpu_name(library, name):
    assert devices.gpu_name(library) == name


@pytest.mark.parametrize(
    ("gpu", "cuda", "chosen"),
    [("Some GPU", True, "tensorflow"), ("Some GPU", False, "onnx"), ("", True, "onnx")],
)
def test_choose_engine(monkeypatch, gpu, cuda, chosen):
    monkeypatch.setattr(devices, "gpu_name", lambda: gpu)
    monkeypatch.setattr(devices, "tensorflow_has_cuda", lambda: cuda)
    assert devices.choose_engine() == chosen


def test_tensorflow_needs_cudnn(monkeypatch):
    monkeypatch.setattr(devices, "_installed", lambda module: module == "tensorflow")
    assert devices.tensorflow_has_cuda(lambda name: object())
    assert not devices.tensorflow_has_cuda(missing)
    monkeypatch.setattr(devices, "_installed", lambda module: True)
    assert devices.tensorflow_has_cuda(missing)
    monkeypatch.setattr(devices, "_installed", lambda module: False)
    assert not devices.tensorflow_has_cuda(lambda name: object())


def test_choosing_imports_no_engine():
    program = (
        "import sys; from brainviewer.models.engine import devices, engine, serve;"
        "devices.choose_engine(); assert devices.usable_cores() >= 1;"
        "sys.exit(bool({'tensorflow', 'keras', 'onnxruntime', 'h5py'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
