"""ONNX graphs whose weights are stored in a Keras weights file only.

Their initializers are named after the data sets of that file and stored nowhere: the runtime fills
them in (``models.engine.onnx_runtime``).
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from brainviewer.models.engine.onnx_runtime import read_weights

_FEW = 16  # numbers: shapes and axes stay in the graph


def without_weights(graph: bytes, weights: Path) -> bytes:
    """Take every number that lies in a Keras weights file out of an ONNX file.

    They are found by their values: the graph must have been made from the very numbers of the file.
    A kernel with one filter for each channel lies turned in the file and is turned back.
    """
    model = onnx.load_from_string(graph)
    stored = read_weights(weights)
    names: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for name, value in stored.items():
        names[_fingerprint(value)].append(name)
    renamed: dict[str, str] = {}
    kept, turns, used = [], [], {}
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        same = names.get(_fingerprint(value))
        turned = names.get(_fingerprint(value.transpose(1, 0, 2, 3))) if value.ndim == 4 else None
        if same:
            renamed[tensor.name] = name = same.pop(0)
            used[name] = stored[name].shape
        elif turned:
            name = turned.pop(0)
            used[name] = stored[name].shape
            renamed[tensor.name] = made = f"{name}/turned"
            turns.append(helper.make_node("Transpose", [name], [made], perm=[1, 0, 2, 3]))
        else:
            assert value.size <= _FEW, f"{tensor.name} is not in {weights.name}"
            kept.append(tensor)
    nodes = [*turns, *model.graph.node]
    for node in nodes:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend([*kept, *(_elsewhere(n, s, weights) for n, s in used.items())])
    return bytes(model.SerializeToString(deterministic=True))


def _fingerprint(value: NDArray[Any]) -> tuple[Any, ...]:
    return (*value.shape, np.ascontiguousarray(value, np.float32).tobytes())


def _elsewhere(name: str, shape: tuple[int, ...], weights: Path) -> Any:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=weights.name)
    return tensor
