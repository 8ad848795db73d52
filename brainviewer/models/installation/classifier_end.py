"""How a classifier ends: its logits, and whether class-activation maps can be made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from brainviewer.core.errors import ModelError

_SAME = ("Identity", "Cast", "Dropout")
_FLAT = ("Flatten", "Reshape", "Squeeze", *_SAME)


@dataclass(frozen=True, eq=False)
class ClassifierEnd:
    """Names of tensors near the output of a network, and the numbers of its dense layer.

    logits : before softmax or sigmoid, where there is one.
    one_column : a single number speaks for the second of two classes.
    pooled, features : what the dense layer sees, (n, c), and its last feature map, four axes;
        empty without global average pooling and one dense layer.
    kernel : (c, classes) float32, None without; bias : one for each column of it.
    """

    logits: str
    one_column: bool
    pooled: str = ""
    features: str = ""
    channels_first: bool = True
    kernel: NDArray[np.float32] | None = None
    bias: tuple[float, ...] = (0.0,)


class Known:
    """What is known of a graph's tensors: which node makes one, its numbers, its shape."""

    def __init__(self, graph: Any) -> None:
        self._makers = {name: node for node in graph.node for name in node.output}
        self._numbers = {tensor.name: tensor for tensor in graph.initializer}
        self._numbers |= {
            node.output[0]: attribute.t
            for node in graph.node
            if node.op_type == "Constant"
            for attribute in node.attribute
            if attribute.name == "value"
        }
        infos = (*graph.value_info, *graph.output, *graph.input)
        self._shapes = {
            one.name: [side.dim_value or None for side in one.type.tensor_type.shape.dim]
            for one in infos
        }

    def maker(self, name: str, *kinds: str) -> Any:
        """The node that makes a tensor, if it is of one of these kinds; else None."""
        node = self._makers.get(name)
        return node if node is not None and node.op_type in kinds else None

    def numbers(self, name: str) -> NDArray[Any] | None:
        """The numbers of a constant tensor; None of others."""
        tensor = self._numbers.get(name)
        return None if tensor is None else np.asarray(numpy_helper.to_array(tensor))

    def shape(self, name: str) -> list[int | None]:
        """The sides of a tensor, None where a side is not known; empty if nothing is."""
        return self._shapes.get(name, [])

    def before(self, name: str, kinds: Sequence[str]) -> str:
        """The tensor before nodes of these kinds, as far back as there are any."""
        while (node := self.maker(name, *kinds)) is not None:
            name = node.input[0]
        return name


def find_end(known: Known, outputs: Sequence[Any], classes: int) -> ClassifierEnd:
    """The end of a network with so many classes.

    Raises ModelError if it gives another number of answers.
    """
    flat = [one.name for one in outputs if len(known.shape(one.name)) == 2]
    names = flat if len(outputs) > 1 else [outputs[0].name]
    columns = {name: (known.shape(name) or [None])[-1] for name in names}
    fitting = [n for n, c in columns.items() if c in (None, classes) or (c == 1 and classes == 2)]
    if len(fitting) != 1:
        raise _other_number(list(columns.values()), classes)
    output = known.before(fitting[0], _SAME)
    logits, one = output, columns[fitting[0]] == 1
    if (node := known.maker(output, "Softmax", "Sigmoid")) is not None:
        logits = node.input[0]
    return _with_dense(known, known.before(logits, _SAME), one)


def _other_number(columns: Sequence[int | None], classes: int) -> ModelError:
    told = [str(c) for c in columns if c is not None]
    if len(told) == 1:
        return ModelError(
            f"The network gives {told[0]} answers, but {classes} classes are named.",
            "Name each of its answers once, in its order, with --classes.",
        )
    return ModelError(
        "The network has no single output with one number for each class.",
        "Export the part of it that classifies.",
    )


def _with_dense(known: Known, logits: str, one: bool) -> ClassifierEnd:
    """The end with what heatmaps need, if it is global average pooling and one dense layer."""
    plain = ClassifierEnd(logits, one)
    dense = _dense(known, logits)
    if dense is None:
        return plain
    pooled, kernel, bias = dense
    pooling = known.maker(known.before(pooled, _FLAT), "GlobalAveragePool", "ReduceMean")
    if pooling is None:
        return plain
    features = pooling.input[0]
    axes = _pooled_axes(known, pooling)
    first = axes == [2, 3]
    sides = known.shape(features)
    if axes not in ([2, 3], [1, 2]) or (len(sides) == 4 and sides[1 if first else 3]) != len(
        kernel
    ):
        return plain
    return ClassifierEnd(logits, one, pooled, features, first, kernel, bias)


def _dense(known: Known, logits: str) -> tuple[str, NDArray[np.float32], tuple[float, ...]] | None:
    """Input, kernel (c, classes) and bias of the dense layer that makes the logits."""
    if (node := known.maker(logits, "Gemm")) is not None:
        how = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        kernel = known.numbers(node.input[1])
        bias = known.numbers(node.input[2]) if len(node.input) > 2 else np.zeros(1)
        if kernel is None or bias is None or how.get("transA"):
            return None
        kernel = how.get("alpha", 1.0) * (kernel.T if how.get("transB") else kernel)
        return _parts(node.input[0], kernel, how.get("beta", 1.0) * bias)
    if (add := known.maker(logits, "Add")) is not None:
        numbers = [known.numbers(name) for name in add.input]
        place = next((n for n, values in enumerate(numbers) if values is not None), None)
        if place is None:
            return None
        logits, bias = add.input[1 - place], numbers[place]
    else:
        bias = np.zeros(1)
    if (node := known.maker(logits, "MatMul")) is None:
        return None
    kernel = known.numbers(node.input[1])
    return None if kernel is None or bias is None else _parts(node.input[0], kernel, bias)


def _parts(
    x: str, kernel: NDArray[Any], bias: NDArray[Any]
) -> tuple[str, NDArray[np.float32], tuple[float, ...]] | None:
    if kernel.ndim != 2:
        return None
    return x, np.ascontiguousarray(kernel, np.float32), tuple(map(float, bias.ravel()))


def _pooled_axes(known: Known, node: Any) -> list[int]:
    """The axes that a pooling node averages over, counted from 0, of four."""
    if node.op_type == "GlobalAveragePool":
        return [2, 3]
    axes = next((helper.get_attribute_value(a) for a in node.attribute if a.name == "axes"), None)
    if axes is None and len(node.input) > 1:
        axes = known.numbers(node.input[1])
    return [] if axes is None else sorted(int(axis) % 4 for axis in axes)
