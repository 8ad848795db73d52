"""A Keras network of the usual layers of image classifiers, as ONNX.

Keras keeps images as (n, h, w, channels), ONNX as (n, channels, h, w): they are turned once at the
beginning, and back where they are laid flat.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from brainviewer.core.errors import ModelError

_OPSET, _IR = 17, 8
INPUT, OUTPUT = "image", "probabilities"
_PLAIN = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "elu": "Elu"}


class _Graph:
    """Collects nodes and numbers."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.numbers: list[Any] = []

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        output = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, value: Any, kind: Any = np.float32) -> str:
        name = f"numbers_{len(self.numbers)}"
        self.numbers.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), name))
        return name

    def activation(self, x: str, name: str) -> str:
        if name == "linear":
            return x
        if name in _PLAIN:
            return self.node(_PLAIN[name], [x])
        if name in ("silu", "swish"):
            return self.node("Mul", [x, self.node("Sigmoid", [x])])
        if name == "softmax":
            return self.node("Softmax", [x], axis=-1)
        raise ModelError(f"The activation '{name}' cannot be written as ONNX.")


def to_onnx(model: Any) -> bytes:
    """The network as one ONNX file: input ``image``, output ``probabilities``.

    model : a Keras functional or sequential model, which may hold others as layers. One with named
        outputs keeps their names.

    Raises ModelError for a layer that is not known here.
    """
    # A sequential model keeps its nodes in a functional one.
    model = getattr(model, "_functional", None) or model
    graph = _Graph()
    shape = model.inputs[0].shape
    names = {id(model.inputs[0]): graph.node("Transpose", [INPUT], perm=[0, 3, 1, 2])}
    _walk(graph, model, names)
    outputs = model.output if isinstance(model.output, dict) else {OUTPUT: model.outputs[0]}
    for name, tensor in outputs.items():
        last = names[id(tensor)]
        if len(tensor.shape) == 4:
            last = graph.node("Transpose", [last], perm=[0, 2, 3, 1])
        graph.nodes.append(helper.make_node("Identity", [last], [name], name=name))
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", *shape[1:]])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *tensor.shape[1:]])
                for name, tensor in outputs.items()
            ],
            graph.numbers,
        ),
        producer_name="brainviewer",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
    )
    return bytes(made.SerializeToString(deterministic=True))


def _walk(graph: _Graph, model: Any, names: dict[int, str]) -> None:
    """Write the nodes of a model, from its inputs on.

    names : of the tensors that are written, by the identity of Keras' tensor.
    """
    nodes = getattr(model, "_functional", None) or model
    for depth in sorted(nodes._nodes_by_depth, reverse=True):
        for node in nodes._nodes_by_depth[depth]:
            layer, kind = node.operation, type(node.operation).__name__
            if kind == "InputLayer":
                continue
            inputs = [names[id(one)] for one in node.arguments.keras_tensors]
            if getattr(layer, "data_format", None) == "channels_first":
                raise ModelError("A layer with the channels first cannot be written as ONNX.")
            if kind in MODELS:
                inner = dict(zip(map(id, layer.inputs), inputs, strict=True))
                _walk(graph, layer, inner)
                out = inner[id(layer.outputs[0])]
            elif kind in _MERGES:
                out = _merge(graph, kind, inputs)
            elif kind in _LAYERS:
                out = _LAYERS[kind](graph, layer, inputs[0])
            else:
                raise ModelError(f"The layer '{kind}' cannot be written as ONNX.")
            names[id(node.outputs[0])] = out


def _arrays(layer: Any) -> list[NDArray[np.float32]]:
    return [np.asarray(value) for value in layer.get_weights()]


def _per_channel(graph: _Graph, value: Any) -> str:
    """A number, or one for each channel, as ONNX lays it over images."""
    array = np.asarray(value, np.float32)
    return graph.constant(array if array.ndim == 0 else array.reshape(1, -1, 1, 1))


def _window(layer: Any, size: Any) -> dict[str, Any]:
    return {
        "kernel_shape": list(size),
        "strides": list(layer.strides),
        "auto_pad": "SAME_UPPER" if layer.padding == "same" else "VALID",
    }


def _conv(graph: _Graph, layer: Any, x: str) -> str:
    """A convolution of all channels, of each for itself, or the second and then the first."""
    arrays = _arrays(layer)
    kernels, bias = [a for a in arrays if a.ndim == 4], [a for a in arrays if a.ndim == 1]
    how = _window(layer, layer.kernel_size)
    for kernel in kernels:
        numbers = [kernel.transpose(3, 2, 0, 1)]
        if kernel is not kernels[0]:
            how = {}  # 1x1
        elif type(layer).__name__ == "Conv2D":
            how["dilations"] = list(layer.dilation_rate)
        else:
            height, width, channels, times = kernel.shape
            turned = kernel.transpose(2, 3, 0, 1)
            numbers = [turned.reshape(channels * times, 1, height, width)]
            how["group"] = channels
        numbers += bias if kernel is kernels[-1] else []
        x = graph.node("Conv", [x, *map(graph.constant, numbers)], **how)
    return graph.activation(x, layer.activation.__name__)


def _batch_norm(graph: _Graph, layer: Any, x: str) -> str:
    values = _arrays(layer)
    channels = len(values[-1])
    gamma = values.pop(0) if layer.scale else np.ones(channels)
    beta = values.pop(0) if layer.center else np.zeros(channels)
    numbers = [graph.constant(value) for value in (gamma, beta, *values)]
    return graph.node("BatchNormalization", [x, *numbers], epsilon=float(layer.epsilon))


def _relu(graph: _Graph, layer: Any, x: str) -> str:
    if layer.negative_slope or layer.threshold:
        raise ModelError("A leaky ReLU cannot be written as ONNX.")
    if layer.max_value is None:
        return graph.node("Relu", [x])
    return graph.node("Clip", [x, graph.constant(0.0), graph.constant(layer.max_value)])


def _zero_padding(graph: _Graph, layer: Any, x: str) -> str:
    (top, bottom), (left, right) = layer.padding
    pads = graph.constant([0, 0, top, left, 0, 0, bottom, right], np.int64)
    return graph.node("Pad", [x, pads])


def _rescaling(graph: _Graph, layer: Any, x: str) -> str:
    x = graph.node("Mul", [x, _per_channel(graph, layer.scale)])
    return graph.node("Add", [x, _per_channel(graph, layer.offset)])


def _normalization(graph: _Graph, layer: Any, x: str) -> str:
    mean, variance = np.asarray(layer.mean), np.asarray(layer.variance)
    spread = np.maximum(np.sqrt(variance.ravel()), 1e-7)
    x = graph.node("Sub", [x, _per_channel(graph, mean.ravel())])
    return graph.node("Div", [x, _per_channel(graph, spread)])


def _flatten(graph: _Graph, layer: Any, x: str) -> str:
    if len(layer.input.shape) == 4:
        x = graph.node("Transpose", [x], perm=[0, 2, 3, 1])
    return graph.node("Reshape", [x, graph.constant([0, -1], np.int64)])


def _global_pool(graph: _Graph, layer: Any, x: str) -> str:
    average = "Average" in type(layer).__name__
    x = graph.node("GlobalAveragePool" if average else "GlobalMaxPool", [x])
    return x if layer.keepdims else graph.node("Flatten", [x])


def _dense(graph: _Graph, layer: Any, x: str) -> str:
    kernel, *bias = _arrays(layer)
    x = graph.node("Gemm", [x, graph.constant(kernel), *map(graph.constant, bias)])
    return graph.activation(x, layer.activation.__name__)


def _reshape(graph: _Graph, layer: Any, x: str) -> str:
    height, width, channels = layer.target_shape
    if (height, width) != (1, 1):
        raise ModelError("Only rows of numbers can be reshaped in ONNX.")
    return graph.node("Reshape", [x, graph.constant([0, channels, 1, 1], np.int64)])


_LAYERS: dict[str, Callable[[_Graph, Any, str], str]] = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), _conv),
    "BatchNormalization": _batch_norm,
    "Activation": lambda g, layer, x: g.activation(x, layer.activation.__name__),
    "ReLU": _relu,
    "ZeroPadding2D": _zero_padding,
    "MaxPooling2D": lambda g, la, x: g.node("MaxPool", [x], **_window(la, la.pool_size)),
    "AveragePooling2D": lambda g, la, x: g.node("AveragePool", [x], **_window(la, la.pool_size)),
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D"), _global_pool),
    "Rescaling": _rescaling,
    "Normalization": _normalization,
    "Flatten": _flatten,
    "Dense": _dense,
    "Reshape": _reshape,
    "Softmax": lambda g, layer, x: g.activation(x, "softmax"),
    "LeakyReLU": lambda g, la, x: g.node("LeakyRelu", [x], alpha=float(la.negative_slope)),
    # What only training does.
    **dict.fromkeys(
        (
            "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "RandomFlip",
            "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
            "RandomBrightness", "ActivityRegularization",
        ),
        lambda g, layer, x: x,
    ),
}  # fmt: skip


def _merge(graph: _Graph, kind: str, inputs: list[str]) -> str:
    if kind == "Concatenate":
        return graph.node("Concat", inputs, axis=1)
    x, *others = inputs
    for other in others:
        x = graph.node(_MERGES[kind], [x, other])
    return x


_MERGES = {"Add": "Add", "Multiply": "Mul", "Concatenate": "Concat"}
MODELS = ("Functional", "Sequential")
"""Models, which may be layers of others."""
LAYERS = frozenset({"InputLayer", *MODELS, *_LAYERS, *_MERGES})
"""The layers that are known here."""
