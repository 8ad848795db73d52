"""ResNet50 as an ONNX graph without numbers.

Its initializers are named after the data sets of the Keras weights file and stored nowhere: the
runtime fills them in (``inference.onnx_runtime``). So the weights exist once.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onnx import TensorProto, helper

from brainviewer.training.resnet50 import FEATURES, STAGES
from brainviewer.training.weights_file import data_sets

_EPSILON = 1.001e-5
_OPSET = 17


@dataclass
class _Graph:
    """Collects nodes and initializers; ``data_set`` maps Keras layers to the file's data sets."""

    data_set: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    nodes: list[Any] = field(default_factory=list)
    initializers: list[Any] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def numbers(self, layer: str, index: int) -> str:
        """An initializer for variable ``index`` of a layer, marked as stored elsewhere."""
        name = f"{self.data_set[layer]}/{index}"
        shape = self.shapes[name]
        if len(shape) == 4:  # Keras keeps kernels as (h, w, in, out), ONNX as (out, in, h, w)
            shape = (shape[3], shape[2], shape[0], shape[1])
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="model.weights.h5")
        self.initializers.append(tensor)
        return name

    def convolution(self, x: str, layer: str, kernel: int, stride: int, pad: int) -> str:
        inputs = [x, self.numbers(f"{layer}_conv", 0), self.numbers(f"{layer}_conv", 1)]
        x = self.node(
            "Conv",
            inputs,
            f"{layer}_conv",
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[pad] * 4,
        )
        norm = [self.numbers(f"{layer}_bn", index) for index in range(4)]
        return self.node("BatchNormalization", [x, *norm], f"{layer}_bn", epsilon=_EPSILON)

    def relu(self, x: str) -> str:
        return self.node("Relu", [x], f"{x}_relu")

    def block(self, x: str, name: str, stride: int, shortcut: bool) -> str:
        side = self.convolution(x, f"{name}_0", 1, stride, 0) if shortcut else x
        x = self.relu(self.convolution(x, f"{name}_1", 1, stride, 0))
        x = self.relu(self.convolution(x, f"{name}_2", 3, 1, 1))
        x = self.convolution(x, f"{name}_3", 1, 1, 0)
        return self.relu(self.node("Add", [x, side], f"{name}_add"))


def write_graph(weights: Path, size: int, classes: int, path: Path, depth: int = 3) -> None:
    """Write the graph that belongs to a Keras weights file.

    Input ``image`` (n, size, size, depth); outputs ``logits`` (n, classes) and ``features``
    (n, size / 32, size / 32, 2048), as the Keras model has them.
    """
    graph = _Graph(*data_sets(weights))
    x = graph.node("Transpose", ["image"], "channels_first", perm=[0, 3, 1, 2])
    x = graph.relu(graph.convolution(x, "conv1", 7, 2, 3))
    x = graph.node("MaxPool", [x], "pool1", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for stage, (_, count, stride) in enumerate(STAGES, start=2):
        for number in range(1, count + 1):
            first = number == 1
            x = graph.block(x, f"conv{stage}_block{number}", stride if first else 1, first)
    graph.node("Transpose", [x], "features", perm=[0, 2, 3, 1])
    pooled = graph.node("GlobalAveragePool", [x], "average")
    pooled = graph.node("Flatten", [pooled], "pooled")
    graph.node("Gemm", [pooled, graph.numbers("logits", 0), graph.numbers("logits", 1)], "logits")
    side = size // 32
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "resnet50",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", size, size, depth])],
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes]),
                helper.make_tensor_value_info(
                    "features", TensorProto.FLOAT, ["n", side, side, FEATURES]
                ),
            ],
            graph.initializers,
        ),
        producer_name="brainviewer",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=8,
    )
    path.write_bytes(model.SerializeToString(deterministic=True))
