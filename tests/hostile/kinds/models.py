"""Model folders: cards, graphs, weights, archives of Keras, hashes that lie, code in them."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from brainviewer.assets import resources
from tests.hostile.case import Case, Ends, Place, file_of, sweep
from tests.hostile.kinds.json_values import TEXTS, changed

_ADD = ("models", "add", "{file}", "--classes", "a,b", "--input", "size=32,scale=0..1")
_LIST = ("models", "--json")


def _keras(config: Any, weights: bytes = b"", name: str = "config.json") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        content = config if isinstance(config, bytes) else json.dumps(config).encode()
        archive.writestr(name, content)
        archive.writestr("model.weights.h5", weights)
    return made.getvalue()


def _layers(*kinds: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    layers: list[dict[str, Any]] = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 32, 32, 3], "name": "i"}}
    ]
    layers += [{"class_name": kind, "config": {"name": f"l{n}", **said}} for n, (kind, said)
               in enumerate(kinds)]  # fmt: skip
    return {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}


def _graph(side: int = 32, location: str = "", nodes: int = 1, operator: str = "Relu") -> bytes:
    from onnx import TensorProto, helper

    told = [helper.make_node(operator, ["input" if n == 0 else f"t{n}"], [f"t{n + 1}"])
            for n in range(nodes)]  # fmt: skip
    shape = [1, 3, side, side]
    put = helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)
    out = helper.make_tensor_value_info(f"t{nodes}", TensorProto.FLOAT, shape)
    numbers = []
    if location:
        outside = helper.make_tensor("w", TensorProto.FLOAT, [1], [0.0])
        outside.ClearField("float_data")
        outside.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", "4")):
            outside.external_data.add(key=key, value=value)
        numbers.append(outside)
    model = helper.make_model(helper.make_graph(told, "g", [put], [out], numbers))
    return bytes(model.SerializeToString())


def _bomb() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("config.json", "w", force_zip64=True) as entry,
    ):
        for _ in range(64):
            entry.write(b" " * (1 << 26))
    return made.getvalue()


def _files() -> Iterator[tuple[str, str, Ends, bytes | Callable[[], bytes]]]:
    for name in ("empty", "noise", "NUL", "lists", "64 MB"):
        for ending in (".onnx", ".keras", ".h5", ".json"):
            yield f"{name}{ending}", f"a{ending}", "refused", TEXTS[name]
    code = ["4wEAAAA=", None, None]
    for name, layers in (
        ("lambda", _layers(("Lambda", {"function": code}))),
        ("os.system", {"module": "os", "class_name": "system", "config": {"command": "id"}}),
        ("own class", _layers(("Evil", {}))),
        ("huge dense", _layers(("Flatten", {}), ("Dense", {"units": 2**31 - 1}))),
        ("no layers", _layers()),
        ("100k layers", _layers(*[("ReLU", {})] * 100_000)),
        ("negative", _layers(("Conv2D", {"filters": -1, "kernel_size": [0, 0]}))),
        ("shape", _layers(("Reshape", {"target_shape": [2**40, -1]}))),
    ):  # fmt: skip
        yield f"Keras {name}", "a.keras", "refused", _keras(layers)
    for name in ("lists", "surrogate", "64 MB", "number without end", "millions of values"):
        yield f"Keras config {name}", "a.keras", "refused", _keras(TEXTS[name])
    yield "Keras path", "a.keras", "refused", _keras(_layers(), name="../config.json")
    yield (
        "Keras weights",
        "a.keras",
        "refused",
        _keras(_layers(("Dense", {"units": 2})), b"\x89HDF\r\n\x1a\n" * 9),
    )
    for side in (0, -1, 2**31, 2**62):
        yield f"ONNX side {side}", "a.onnx", "refused", partial(_graph, side)
    for place in ("/etc/passwd", "../../../etc/passwd", "/dev/zero"):
        yield f"ONNX outside {place}", "a.onnx", "refused", partial(_graph, location=place)
    yield "ONNX 100k nodes", "a.onnx", "refused", partial(_graph, nodes=100_000)
    yield "ONNX operator", "a.onnx", "refused", partial(_graph, operator="Evil")
    for at in sweep(b"x" * 160, 5):
        yield f"ONNX cut at {at}", "a.onnx", "refused", partial(lambda at: _graph(nodes=9)[:at], at)
    pickled = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."
    for ending in (".onnx", ".h5", ".keras"):
        yield f"pickle{ending}", f"a{ending}", "refused", pickled


def _card(content: bytes, place: Place) -> Path:
    """A shipped model with another card, in the folder of the user's models."""
    source = next(iter(sorted((resources() / "models").glob("*/card.json")))).parent
    folder = place.home / "models" / "mine"
    folder.parent.mkdir()
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.h5", "*.npz"))
    path = folder / "card.json"
    path.write_bytes(content)
    return path


_UNUSABLE = "The card of the model mine"
"""The other models can be used; of this one it is said what is wrong with it."""


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name, file, ends, content in _files():
        yield Case("models", name, file_of(file, content), _ADD, ends, "drop")
    bomb = file_of("a.keras", _bomb)
    yield Case("models", "Keras bomb", bomb, _ADD, slow=True)
    sound = next(iter(sorted((resources() / "models").glob("*/card.json")))).read_bytes()
    for name, text in TEXTS.items():
        make = partial(_card, text)
        yield Case("models", f"card {name}", make, _LIST, "opens", "models", command_says=_UNUSABLE,
                   keeps=True)  # fmt: skip
    for name, content in changed(sound, 3, 4):
        make = partial(_card, content)
        yield Case("models", f"card {name}", make, _LIST, "opens", "models", command_says=_UNUSABLE)
