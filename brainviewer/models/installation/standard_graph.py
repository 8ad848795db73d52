"""Any ONNX classifier in the form that the engines run.

The input becomes ``image`` (n, size, size, channels), grey values 0..255: scaling, the order of
axes and grey as three equal colours become a part of the graph. The outputs become ``logits``
(n, classes) and, where the network ends in global average pooling and one dense layer, ``features``
(n, h, w, c), which class-activation maps are made of (Zhou et al. 2016).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix

from brainviewer.core.errors import ModelError
from brainviewer.models.installation.classifier_end import ClassifierEnd, Known, find_end
from brainviewer.models.installation.input_spec import InputSpec, Scale

KERNEL = "dense"
"""Name of the weights of the dense layer, which lie in a file of their own."""
IMAGE, LOGITS, FEATURES = "image", "logits", "features"
_PREFIX = "net/"
_SCALING = ("Mul", "Div", "Sub", "Add", "BatchNormalization")
_WAYS = ("Transpose", "Cast", "Identity")
_LARGEST = 1024
_LEAST_PROBABILITY = 1e-7


class NotTold(ModelError):
    """What a file does not say and nobody has said.

    option, key : where it is given; a key of ``--input``.
    """

    def __init__(self, option: str, message: str, advice: str, key: str = "") -> None:
        super().__init__(message, advice)
        self.option, self.key = option, key


@dataclass(frozen=True, eq=False)
class StandardGraph:
    """graph : ONNX; kernel : (c, classes) float32, which the graph has none of; None without."""

    graph: bytes
    kernel: NDArray[np.float32] | None
    size: int


@dataclass(frozen=True)
class _Input:
    name: str
    size: int
    depth: int
    channels_first: bool


def standardise(
    model: onnx.ModelProto, spec: InputSpec, classes: int, probabilities: bool = False
) -> StandardGraph:
    """Bring a checked network into the common form.

    classes : how many there are; probabilities : the network ends in probabilities, as running it
        has shown, though not in a softmax layer.

    Raises NotTold where size or scale is not known, ModelError where the network does not fit.
    """
    given = _input(model, spec)
    model = add_prefix(onnx.shape_inference.infer_shapes(model), _PREFIX)
    graph = model.graph
    known = Known(graph)
    if spec.scale is None and not _scales_itself(graph, _PREFIX + given.name):
        raise NotTold(
            "--input",
            "Nothing says which grey values the network was trained on.",
            "Say it with --input scale=0..255, 0..1, -1..1, imagenet or caffe.",
            "scale",
        )
    end = find_end(known, graph.output, classes)
    first = _preparation(spec, given)
    last, kernel = _ends(end, probabilities)
    nodes = [*first, *graph.node, *last]
    del graph.node[:]
    graph.node.extend(nodes)
    if kernel is not None:
        tensor = TensorProto(name=KERNEL, data_type=TensorProto.FLOAT, dims=kernel.shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=KERNEL)
        graph.initializer.append(tensor)
    del graph.input[:], graph.output[:], graph.value_info[:]
    shape = ["n", given.size, given.size, len(spec.channels)]
    graph.input.append(helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, shape))
    outputs: dict[str, list[Any]] = {LOGITS: ["n", classes]}
    if kernel is not None:
        outputs[FEATURES] = ["n", None, None, len(kernel)]
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, of) for name, of in outputs.items()
    )
    return StandardGraph(model.SerializeToString(deterministic=True), kernel, given.size)


def _input(model: onnx.ModelProto, spec: InputSpec) -> _Input:
    held = {tensor.name for tensor in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in held]
    if len(inputs) != 1:
        raise ModelError(
            f"The network has {len(inputs)} inputs; one is needed, an image.", "Add another file."
        )
    tensor = inputs[0].type.tensor_type
    sides = [side.dim_value or None for side in tensor.shape.dim]
    if tensor.elem_type != TensorProto.FLOAT or len(sides) != 4:
        raise ModelError(
            "The network does not look at images of 32-bit floating-point numbers.",
            "Export it with an input of the shape (n, channels, rows, columns), float32.",
        )
    _, second, third, last = sides
    given = len(spec.channels)
    wanted = (1, 3) if given == 1 else (given,)
    first = second in wanted and last not in wanted
    depth = second if first else last
    if depth is None or depth not in wanted:
        raise _other_depth(min((s for s in (second, last) if s), default=None), spec)
    rows, columns = (third, last) if first else (second, third)
    if (rows or columns) != (columns or rows):
        raise ModelError(
            f"The network looks at images of {rows} x {columns} pixels.",
            "Add one that looks at square images.",
        )
    size = rows or columns or spec.size
    if size is None:
        raise NotTold(
            "--input",
            "The network does not say how large its images are.",
            "Give the side in pixels, such as --input size=224.",
            "size",
        )
    if spec.size not in (None, size):
        raise ModelError(
            f"The network looks at images of {size} pixels, not {spec.size}.",
            "Correct size in --input, or leave it out.",
        )
    if not 16 <= size <= _LARGEST:
        raise ModelError(
            f"The network looks at images of {size} pixels.", f"16 to {_LARGEST} can be used."
        )
    return _Input(inputs[0].name, size, depth, first)


def _other_depth(depth: int | None, spec: InputSpec) -> ModelError:
    if depth is None:
        return ModelError(
            "The network does not say how many channels its images have.",
            "Export it with a fixed number of channels.",
        )
    if spec.of_images:
        return ModelError(
            f"The network takes {depth} channels, but an image has 1, or 3 colours.",
            "If they are sequences of a study, name them: --input sequences=T1+FLAIR+T1ce.",
        )
    return ModelError(
        f"The network takes {depth} channels, but --input names {len(spec.channels)} sequences.",
        "Name as many sequences as it has channels, in its order.",
    )


def _scales_itself(graph: Any, start: str) -> bool:
    """Whether the first thing that a network does is to scale its input."""
    names = {start}
    for node in graph.node:
        if names.isdisjoint(node.input):
            continue
        if node.op_type not in _WAYS:
            return node.op_type in _SCALING
        names.update(node.output)
    return False


def _constant(name: str, values: Any) -> Any:
    array = np.array(values, np.float32)
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name))


def _preparation(spec: InputSpec, given: _Input) -> list[Any]:
    """Nodes from ``image`` to the input that the network had."""
    scale, x = spec.scale or Scale(), IMAGE
    nodes = []
    if given.depth != len(spec.channels):
        nodes.append(helper.make_node("Concat", [x] * given.depth, ["colours"], axis=-1))
        x = "colours"
    if max(len(scale.factor), len(scale.offset)) not in (1, given.depth):
        raise ModelError(
            "The scales imagenet and caffe are for networks with 3 channels, and this one has "
            f"{given.depth}.",
            "Choose another scale, such as 0..1.",
        )
    if scale.turned:
        order = numpy_helper.from_array(np.arange(given.depth)[::-1].copy(), "order")
        nodes.append(helper.make_node("Constant", [], ["order"], value=order))
        nodes.append(helper.make_node("Gather", [x, "order"], ["turned"], axis=3))
        x = "turned"
    nodes += [_constant("factor", scale.factor), _constant("offset", scale.offset)]
    nodes.append(helper.make_node("Mul", [x, "factor"], ["times"]))
    into = _PREFIX + given.name
    if not given.channels_first:
        return [*nodes, helper.make_node("Add", ["times", "offset"], [into])]
    nodes.append(helper.make_node("Add", ["times", "offset"], ["scaled"]))
    return [*nodes, helper.make_node("Transpose", ["scaled"], [into], perm=[0, 3, 1, 2])]


def _ends(end: ClassifierEnd, probabilities: bool) -> tuple[list[Any], NDArray[np.float32] | None]:
    """Nodes that give logits and features, and the kernel of the dense layer."""
    # A single number speaks for the second class: softmax of -z/2 and z/2 is its sigmoid.
    halves = np.array([[-0.5, 0.5]], np.float32)
    if end.kernel is not None:
        # Once more with numbers of our own, which heatmaps are made of as well.
        bias = np.broadcast_to(np.array(end.bias, np.float32), end.kernel.shape[1:])
        kernel = end.kernel @ halves if end.one_column else end.kernel
        way = [0, 2, 3, 1] if end.channels_first else [0, 1, 2, 3]
        return [
            _constant("bias", bias @ halves if end.one_column else bias),
            helper.make_node("MatMul", [end.pooled, KERNEL], ["times_dense"]),
            helper.make_node("Add", ["times_dense", "bias"], [LOGITS]),
            helper.make_node("Transpose", [end.features], [FEATURES], perm=way),
        ], kernel
    if end.one_column:
        return [
            _constant("halves", halves),
            helper.make_node("MatMul", [end.logits, "halves"], [LOGITS]),
        ], None
    if not probabilities:
        return [helper.make_node("Identity", [end.logits], [LOGITS])], None
    return [
        _constant("least", [_LEAST_PROBABILITY]),
        helper.make_node("Max", [end.logits, "least"], ["positive"]),
        helper.make_node("Log", ["positive"], [LOGITS]),
    ], None
