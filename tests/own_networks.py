"""Small networks as users bring them along: made by hand, as other programs export them."""

import hashlib
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model

CLASSES = ("glioma", "meningioma", "none")
_RANDOM = np.random.default_rng(7)
CONV = _RANDOM.normal(0, 0.3, (5, 3, 3, 3)).astype(np.float32)
DENSE = _RANDOM.normal(0, 1, (3, 5)).astype(np.float32)
BIAS = np.array([0.1, -0.2, 0.3], np.float32)


def torch_like(
    size=32, classes=3, depth=3, end="Softmax", pooled=True, batch="n", dense=DENSE, bias=BIAS
):
    """Convolution, global average pooling and one dense layer, as PyTorch exports them.

    end : the last operator; "" for logits. pooled : without it the dense layer sees all pixels.
    """
    nodes = [helper.make_node("Conv", ["input", "conv"], ["maps"], pads=[1, 1, 1, 1])]
    nodes.append(helper.make_node("Relu", ["maps"], ["relu"]))
    kernel = dense[:classes]
    if pooled:
        nodes.append(helper.make_node("GlobalAveragePool", ["relu"], ["pool"]))
        nodes.append(helper.make_node("Flatten", ["pool"], ["flat"]))
    else:
        nodes.append(helper.make_node("Flatten", ["relu"], ["flat"]))
        kernel = np.repeat(kernel, size * size, axis=1) / size**2
    nodes.append(helper.make_node("Gemm", ["flat", "kernel", "bias"], ["scores"], transB=1))
    if end:
        nodes.append(helper.make_node(end, ["scores"], ["answer"]))
    numbers = {"conv": CONV[:, :depth], "kernel": kernel, "bias": bias[:classes]}
    return model_of(
        nodes,
        {name: np.ascontiguousarray(value) for name, value in numbers.items()},
        [batch, depth, size, size],
        ["answer" if end else "scores", [batch, classes]],
    )


def model_of(nodes, numbers, shape, output, name="input"):
    """A model with one input and one output."""
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
        [numpy_helper.from_array(value, key) for key, value in numbers.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_onnx(path: Path, model=None, **kind) -> Path:
    """Save a network; returns the path."""
    save_model(torch_like(**kind) if model is None else model, path)
    return path


def write_run_network(run: Path, tested: int, **kind) -> None:
    """The network of a run for single images, with its card; tested : how many images it was."""
    network = write_onnx(run / "model.onnx", size=96, **kind)
    card = {
        "format": "image-1",
        "id": "net",
        "name": "A small network.",
        "classes": list(CLASSES),
        "input": {"size": 96, "colour": "rgb", "crop": "none", "range": [0, 255]},
        "figures": [],
        "protocol": {"test": tested},
        "limits": ["Made up."],
        "files": {"model.onnx": hashlib.sha256(network.read_bytes()).hexdigest()},
    }
    (run / "card.json").write_text(json.dumps(card))


def answer_of(pixels):
    """Probabilities (3,) of ``torch_like`` for (size, size) grey values 0..1, without ONNX."""
    padded = np.pad(pixels.astype(np.float64), 1)
    maps = np.zeros((5, *pixels.shape))
    for row in range(3):
        for column in range(3):
            part = padded[row : row + pixels.shape[0], column : column + pixels.shape[1]]
            maps += CONV[:, :, row, column].sum(axis=1)[:, None, None] * part
    maps = np.maximum(maps, 0)
    scores = DENSE @ maps.mean(axis=(1, 2)) + BIAS
    weights = np.exp(scores - scores.max())
    return weights / weights.sum(), maps
