"""Turn the published networks of deepbet into the files that ship.

    pip download --no-deps deepbet==1.0.2
    python -m brainviewer.training.brain_extraction.package deepbet-1.0.2-py3-none-any.whl \
        --out resources/models/deepbet

The wheel holds two TorchScript networks (Fisch et al., 2024; MIT licence): one finds the box of the
brain in the whole image, the other the brain in the box. They become ONNX graphs that tell the
probability of brain, with their numbers in float16; the graphs make float32 of them when they are
loaded. Writes the graphs, the licence and ``card.json``, whose texts and figures are those of
``about.toml``.
"""

import io
import zipfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import typer
from onnx import TensorProto, helper, numpy_helper

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.brain_extraction.card import ROLES
from brainviewer.models.card import Task
from brainviewer.models.card_file import CARD_FILE, FORMAT
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import write_json
from brainviewer.training.model_files import About, read_about, sha256

WHEEL = "deepbet-1.0.2-py3-none-any.whl"
_PUBLISHED = {"locator": "data/models/bbox_model.pt", "graph": "data/models/model.pt"}
_LICENCE, _LICENCE_FILE = "deepbet-1.0.2.dist-info/LICENSE", "LICENSE"
_SIDE = 64
"""Voxels along each axis of the image that the networks are traced with; any multiple of 32 will
do for running them."""
_LEAST_HALVED = 64
"""Numbers that an array has at least to be stored in float16."""


def to_onnx(script: bytes) -> bytes:
    """An ONNX graph (1, 1, x, y, z) -> (1, 1, x, y, z), the probability of brain, from TorchScript
    whose two outputs are background and brain."""
    import torch

    class Brain(torch.nn.Module):  # type: ignore[misc]  # mypy does not look into torch
        def __init__(self) -> None:
            super().__init__()
            self.network = torch.jit.load(io.BytesIO(script), map_location="cpu").eval()

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(self.network(image)[:, 1:])

    image, made = torch.zeros(1, 1, _SIDE, _SIDE, _SIDE), io.BytesIO()
    axes = {2: "x", 3: "y", 4: "z"}
    traced = torch.jit.trace(Brain(), image)
    torch.onnx.export(
        traced,
        (image,),
        made,
        dynamo=False,
        input_names=["image"],
        output_names=["brain"],
        dynamic_axes={"image": axes, "brain": axes},
    )
    return made.getvalue()


def halved(graph: bytes) -> bytes:
    """The graph with its numbers in float16, each followed by a cast that loading it folds away."""
    model = onnx.load_model_from_string(graph)
    casts, kept = [], []
    for one in model.graph.initializer:
        values = numpy_helper.to_array(one)
        if values.dtype != np.float32 or values.size < _LEAST_HALVED:
            kept.append(one)
            continue
        stored = f"{one.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [one.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    model.doc_string = ""
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def card_content(about: About, folder: Path) -> About:
    """What ``card.json`` of the model in ``folder`` holds."""
    copied = ("id", "version", "name", "sequences", "needed")
    texts = ("training_data", "intended_use", "limits")
    return {
        "format": FORMAT,
        "task": str(Task.BRAIN_EXTRACTION),
        **{key: about[key] for key in copied},
        "network": {},
        "figures": {"image": [_metric(one) for one in about["figures"]]},
        **{key: about[key] for key in texts},
        "roles": dict(ROLES),
        "files": {name: sha256(folder / name) for name in ROLES.values()},
    }


def _metric(said: dict[str, Any]) -> dict[str, Any]:
    return {"low": None, "high": None, **said}


def main(
    wheel: Annotated[Path, typer.Argument(help=f"The published package, {WHEEL}.")],
    out: Annotated[Path, typer.Option(help="The model's folder, with about.toml in it.")],
) -> None:
    """Write graphs, licence and card."""
    about = read_about(out)
    try:
        with zipfile.ZipFile(wheel) as package:
            for role, name in _PUBLISHED.items():
                write_whole(out / ROLES[role], halved(to_onnx(package.read(name))))
            write_whole(out / _LICENCE_FILE, package.read(_LICENCE))
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise FileError(f"{wheel.name} is not the package {WHEEL}: {error}.") from None
    write_json(out / CARD_FILE, card_content(about, out))


if __name__ == "__main__":
    run_alone(main)
