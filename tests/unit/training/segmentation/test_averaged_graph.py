"""Two networks in one graph: the whole lesion is their mean, the parts are the new one's."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from training_heads import WANTED

from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.training.segmentation.averaged import average, channels_of_earlier


def write_sums(path: Path, kernel: np.ndarray, opset: int) -> None:
    """A network that sums weighted channels."""
    regions, channels = kernel.shape
    graph = helper.make_graph(
        [helper.make_node("Conv", ["slices", "kernel"], ["lesion"])],
        "sums",
        [helper.make_tensor_value_info("slices", TensorProto.FLOAT, ("n", channels, "h", "w"))],
        [helper.make_tensor_value_info("lesion", TensorProto.FLOAT, ("n", regions, "h", "w"))],
        [numpy_helper.from_array(kernel[..., None, None].astype(np.float32), "kernel")],
    )
    opsets = [helper.make_opsetid("", opset)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def test_the_earlier_network_sees_its_own_channels() -> None:
    # FLAIR two up and down, mirrored FLAIR, T1 and T1ce here.
    assert channels_of_earlier(WANTED) == [0, 1, 2, 3, 4, 5, 7, 10]


def test_the_whole_is_the_mean_and_the_parts_are_left(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    new, earlier = random.normal(size=(3, 15)), random.normal(size=(1, 8))
    write_sums(tmp_path / "new.onnx", new, 17)
    write_sums(tmp_path / "earlier.onnx", earlier, 13)
    both = tmp_path / "both.onnx"
    both.write_bytes(average(tmp_path / "new.onnx", tmp_path / "earlier.onnx", WANTED))
    slices = random.normal(0, 2, (2, 15, 4, 6)).astype(np.float32)
    found = OnnxFile(both).predict(slices)
    own = np.einsum("rc,nchw->nrhw", new, slices)
    other = np.einsum("rc,nchw->nrhw", earlier, slices[:, channels_of_earlier(WANTED)].clip(max=2))
    assert found[:, :1] == pytest.approx((own[:, :1] + other) / 2, abs=1e-4)
    assert found[:, 1:] == pytest.approx(own[:, 1:], abs=1e-4)
