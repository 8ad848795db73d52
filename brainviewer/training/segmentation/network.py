"""The segmentation network: the 2D nnU-Net of MONAI (Isensee et al. 2021), and its ONNX graph."""

import io
import warnings
from pathlib import Path
from typing import Any

import torch
from monai.networks.nets import DynUNet
from torch import nn

from brainviewer.files.writing import write_whole
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.packing.weights import load_weights

WIDTHS = (16, 32, 64, 96, 128)


def segmentation_unet(wanted: SliceInput) -> Any:
    """(n, channels, h, w) -> (n, regions, h, w) logits; h and w are multiples of 16.

    Batch normalisation, which the graph folds into the convolutions.
    """
    levels = len(WIDTHS)
    network = DynUNet(
        2, wanted.channels, len(wanted.regions), kernel_size=[3] * levels,
        strides=[1] + [2] * (levels - 1), upsample_kernel_size=[2] * (levels - 1),
        filters=WIDTHS, norm_name="batch", act_name="relu",
    )  # fmt: skip
    nn.init.constant_(network.output_block.conv.conv.bias, -3.0)
    return network


def load_network(path: Path, wanted: SliceInput) -> Any:
    """A network as ``save_weights`` left it, ready to segment."""
    network = segmentation_unet(wanted)
    load_weights(network, path)
    return network.eval()


def write_graph(network: nn.Module, path: Path, wanted: SliceInput) -> None:
    """Write the network as ONNX: ``slices`` (n, channels, h, w) -> ``lesion``, probabilities
    (n, regions, h, w)."""
    graph = io.BytesIO()
    sides = {0: "n", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        # The newer exporter needs a package more.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            nn.Sequential(network, nn.Sigmoid()).eval(),
            (torch.zeros(1, wanted.channels, 64, 64),),
            graph,
            input_names=["slices"],
            output_names=["lesion"],
            dynamic_axes={"slices": sides, "lesion": sides},
            opset_version=17,
            dynamo=False,
        )
    write_whole(path, graph.getvalue())
