"""ONNX files that anybody may have made: read whole, and refused if they do more than compute."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import onnx
from onnx.external_data_helper import load_external_data_for_model, uses_external_data
from onnx.inliner import inline_local_functions

from brainviewer.core.errors import FileError, ModelError
from brainviewer.files.ordinary_file import check_ordinary, resolved
from brainviewer.models.installation.keras_file import MOST_BYTES

_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_FLOW = ("If", "Loop", "Scan")
_EXPORT = "Export the network anew, with standard operators only."


def read_onnx(path: Path) -> onnx.ModelProto:
    """The network in an ONNX file, with numbers that lie beside it in the same folder.

    Raises FileError if it is damaged, too large, or refers to files elsewhere, and ModelError if it
    holds operators that are not of the ONNX standard, or loops.
    """
    check_ordinary(path, MOST_BYTES)
    damaged = FileError(f"{path.name} is damaged, or no ONNX file.", "Export it again.")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception:  # protobuf raises errors of its own
        raise damaged from None
    return checked(_with_numbers(model, path), path.name)


def checked(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """The same network, its functions written out; raises as ``read_onnx`` does."""
    damaged = FileError(f"{name} is damaged, or no ONNX file.", "Export it again.")
    try:
        model = inline_local_functions(model) if model.functions else model
        check_operators(model, name)
        onnx.checker.check_model(model)
    except ModelError:
        raise
    except Exception:  # the checker raises errors of its own
        raise damaged from None
    return model


def check_operators(model: onnx.ModelProto, name: str) -> None:
    """Raises ModelError for operators that are not of the ONNX standard, and for loops."""
    for node in model.graph.node:
        if node.domain not in _DOMAINS:
            raise ModelError(
                f"{name} has the operator '{node.op_type}' of '{node.domain}', which is not of the "
                "ONNX standard.",
                _EXPORT,
            )
        if node.op_type in _FLOW:
            raise ModelError(f"{name} has loops or branches ({node.op_type}).", _EXPORT)


def _with_numbers(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    outside = [tensor for tensor in tensors(model) if uses_external_data(tensor)]
    folder = resolved(path.parent)
    places = {entry.value for t in outside for entry in t.external_data if entry.key == "location"}
    size = check_ordinary(path)
    for place in places:
        file = resolved(folder / place)
        plain = not PurePosixPath(place).is_absolute() and ".." not in PurePosixPath(place).parts
        if not plain or not file.is_relative_to(folder):
            raise FileError(
                f"{path.name} refers to a file outside of its folder.", "Export it as one file."
            )
        size += check_ordinary(file)
    if size > MOST_BYTES:
        raise FileError(f"{path.name} is too large for a network.", "Check the file.")
    if outside:
        try:
            load_external_data_for_model(model, str(folder))
        except Exception:
            raise FileError(
                f"The numbers beside {path.name} cannot be read.", "Export it as one file."
            ) from None
    return model


def tensors(model: onnx.ModelProto) -> Iterator[Any]:
    """Every tensor of numbers in a network."""
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            yield attribute.t
            yield from attribute.tensors
