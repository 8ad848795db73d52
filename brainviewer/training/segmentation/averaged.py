"""Put the network of version 1 beside the trained ones: the whole lesion is the mean of both.

    python -m brainviewer.training.segmentation.averaged --run RUN --earlier GRAPH

GRAPH is ``graph.onnx`` of lesion-outline 1.1.0, which learned from ``lgg`` alone, three times as
long. Its errors differ (deep ensembles; Lakshminarayanan et al. 2017). Writes a graph of both
beside each of the run (``.mean.onnx``); patients that it learned from are measured without it.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.command import run_alone

LEARNED_FROM = "lgg"
MEAN = ".mean.onnx"
# Its slices were 3.75 to 6.5 mm apart in training, so it sees those of the new network.
_MODALITIES = ("FLAIR", "T1", "T1ce")
_BRIGHTEST = 8.0
_OPSET = 17


def channels_of_earlier(wanted: SliceInput) -> list[int]:
    """Which channels of the new network the earlier one sees: FLAIR two slices up and down and
    mirrored, T1 and T1ce."""
    channels, first = [], 0
    for name, count in wanted.neighbours.items():
        middle = first + count
        if name == _MODALITIES[0]:
            channels += [*range(middle - 2, middle + 3), first + 2 * count + 1]
            first += 1
        elif name in _MODALITIES:
            channels.append(middle)
        first += 2 * count + 1
    return channels


def average(graph: Path, earlier: Path, wanted: SliceInput) -> bytes:
    """One graph that takes the mean of two for the whole lesion, and the other regions from the
    first."""
    import onnx
    from onnx import TensorProto, compose, helper, numpy_helper, version_converter

    new = compose.add_prefix(onnx.load(graph), "new/")
    old = version_converter.convert_version(onnx.load(earlier), _OPSET)
    old = compose.add_prefix(old, "earlier/")
    numbers = {
        "channels": np.array(channels_of_earlier(wanted), np.int64),
        "brightest": np.array(_BRIGHTEST * 0.25, np.float32),
        "half": np.array(0.5, np.float32),
        "first": np.array([1, len(wanted.regions) - 1], np.int64),
    }
    nodes = [
        helper.make_node("Identity", ["slices"], ["new/slices"]),
        helper.make_node("Gather", ["slices", "channels"], ["seen"], axis=1),
        helper.make_node("Min", ["seen", "brightest"], ["earlier/slices"]),
        *new.graph.node,
        *old.graph.node,
        helper.make_node("Split", ["new/lesion", "first"], ["whole", "parts"], axis=1),
        helper.make_node("Add", ["whole", "earlier/lesion"], ["sum"]),
        helper.make_node("Mul", ["sum", "half"], ["mean"]),
        helper.make_node("Concat", ["mean", "parts"], ["lesion"], axis=1),
    ]
    given = helper.make_tensor_value_info(
        "slices", TensorProto.FLOAT, ("n", wanted.channels, "height", "width")
    )
    told = helper.make_tensor_value_info(
        "lesion", TensorProto.FLOAT, ("n", len(wanted.regions), "height", "width")
    )
    initial = [numpy_helper.from_array(array, name) for name, array in numbers.items()]
    initial += [*new.graph.initializer, *old.graph.initializer]
    made = helper.make_graph(nodes, "mean of two", [given], [told], initial)
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(made, opset_imports=opset, ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def main(
    run: Annotated[Path, typer.Option(help="Folder of the trained networks.")],
    earlier: Annotated[Path, typer.Option(help="Graph of lesion-outline 1.1.0.")],
) -> None:
    """Write the mean of each network of a run and the earlier one."""
    from brainviewer.training.segmentation.recipe import read_segmentation_recipe

    recipe = read_segmentation_recipe(run / "recipe.toml")
    graphs = [path for path in sorted(run.glob("*.onnx")) if not path.name.endswith(MEAN)]
    if not graphs:
        raise FileError(f"The run {run.name} has no networks.", "Train it first.")
    for graph in graphs:
        write_whole(graph.with_suffix(MEAN), average(graph, earlier, recipe.input))


if __name__ == "__main__":
    run_alone(main)
