"""What a user brings along: which files at a path are a network, and what they say about it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from brainviewer.core.errors import SENSELESS, FileError, ModelError
from brainviewer.files.ordinary_file import check_ordinary, is_folder, is_ordinary, open_ordinary
from brainviewer.files.structured import read_json, read_toml
from brainviewer.models.card_file import CARD_FILE, FORMAT
from brainviewer.models.installation.input_spec import InputSpec, parse_input
from brainviewer.models.installation.keras_file import MOST_BYTES

ABOUT_FILE = "about.toml"
_RUN_FORMAT = "image-1"
RUN_GRAPH = "model.onnx"
"""The network in the folder of a run of 'brainviewer train' for single images."""
_KINDS = (".onnx", ".keras", ".json", ".h5", ".hdf5")
_NUMBERS = (".h5", ".hdf5")
_ADVICE = (
    "Give a .keras, .onnx or .h5 file, a .json file with its .h5 beside it, or the folder that "
    "'brainviewer train' made."
)


@dataclass(frozen=True)
class Told:
    """What is said about a network; empty and None where nothing is.

    classes : codes in the order of its answers; names : of some of them.
    """

    name: str = ""
    version: str = ""
    classes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    input: InputSpec | None = None
    training_data: str = ""
    intended_use: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One network: its file, that of its numbers where they lie apart, and what is told of it."""

    path: Path
    weights: Path | None = None
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Packed:
    """A model with a whole card, as those that ship have it."""

    folder: Path


def find_source(path: Path) -> Source | Packed:
    """What lies at a path; raises FileError if it is no network, or more than one."""
    if not is_folder(path):
        check_ordinary(path, MOST_BYTES)
        found = _of_file(path)
        return replace(found, told=_beside(path.parent, found.told))
    if is_ordinary(path / CARD_FILE):
        content = read_json(path / CARD_FILE)
        kind = content.get("format") if isinstance(content, dict) else None
        if kind == FORMAT:
            return Packed(path)
        if kind == _RUN_FORMAT:
            return _of_run(path, content)
    if runs := sorted(file.parent.name for file in path.glob(f"*/{RUN_GRAPH}")):
        raise FileError(
            f"{path.name} holds {len(runs)} networks: {', '.join(runs[:9])}.",
            "Give the folder of one of them.",
        )
    files = sorted(f for f in path.iterdir() if f.suffix.lower() in _KINDS and is_ordinary(f))
    whole = [f for f in files if f.suffix.lower() in (".onnx", ".keras")]
    chosen = whole or [f for f in files if _is_architecture(f)] or files
    if len(chosen) != 1:
        many = f"{len(chosen)} networks" if chosen else "no network"
        raise FileError(f"{path.name} holds {many}.", _ADVICE)
    found = _of_file(chosen[0])
    return replace(found, told=_beside(path, found.told))


def _of_file(path: Path) -> Source:
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise FileError(f"{path.name} is no network that can be read.", _ADVICE)
    told = Told(name=path.parent.name if path.stem.lower() in _PLAIN else path.stem)
    if kind == ".json":
        return Source(path, _numbers_of(path), told)
    if kind in _NUMBERS:
        beside = [f for f in path.parent.glob("*.json") if _is_architecture(f)]
        own = [f for f in beside if f.stem == path.name.split(".")[0]]
        if architecture := own or (beside if len(beside) == 1 else []):
            return Source(architecture[0], path, told)
    return Source(path, None, told)


_PLAIN = ("model", "weights", "model.weights", "best_model", "network")
"""Names of files that say nothing."""


def _is_architecture(path: Path) -> bool:
    """Whether a JSON file is the architecture of a Keras network."""
    if path.suffix.lower() != ".json":
        return False
    try:
        content = read_json(path)
    except FileError:
        return False
    return isinstance(content, dict) and {"class_name", "config"} <= content.keys()


def _numbers_of(path: Path) -> Path:
    files = [f for f in sorted(path.parent.iterdir()) if f.suffix.lower() in _NUMBERS]
    own = [f for f in files if f.name.split(".")[0] == path.stem]
    chosen = own if len(own) == 1 else files
    if len(chosen) != 1:
        many = "no .h5 file" if not chosen else f"{len(chosen)} .h5 files"
        raise FileError(
            f"There is {many} beside {path.name}, where its numbers should be.",
            "Put the .h5 file that belongs to it beside it, under the same name.",
        )
    return chosen[0]


def _of_run(folder: Path, content: Mapping[str, Any]) -> Source:
    """A network of single images that 'brainviewer train' left, with what its card says."""
    wrong = FileError(f"The card of {folder.name} cannot be read.", "Train the network again.")
    graph = folder / RUN_GRAPH
    try:
        with open_ordinary(graph, MOST_BYTES) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if content["files"][RUN_GRAPH] != sha256:
            raise FileError(
                f"The file {RUN_GRAPH} of {folder.name} is not the one that its card names.",
                "Train the network again.",
            )
        seen = content["input"]
        crop = "contour" if seen["crop"] == "largest-contour" else "none"
        figures = ", ".join(
            f"{one['name']} {one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"
            for one in content["figures"]
            if one["name"] in ("accuracy", "balanced accuracy", "macro F1")
        )
        images = int(content["protocol"]["test"])
        return Source(
            graph,
            None,
            Told(
                name=str(content["id"]),
                classes=tuple(map(str, content["classes"])),
                input=parse_input(f"size={int(seen['size'])},scale=0..255,crop={crop}"),
                training_data=f"{str(content['name']).rstrip('.')}. On {images} test images of its "
                f"training run: {figures}.",
                limits=tuple(map(str, content["limits"])),
            ),
        )
    except (*SENSELESS, ModelError):
        raise wrong from None


def _beside(folder: Path, told: Told) -> Told:
    """With what ``about.toml`` in the same folder says; raises FileError if it cannot be used."""
    file = folder / ABOUT_FILE
    if not is_ordinary(file):
        return told
    content = read_toml(file)
    texts = {
        key: str(content[key]).strip()
        for key in ("name", "version", "training_data", "intended_use")
        if content.get(key)
    }
    try:
        names = {str(k): str(v) for k, v in dict(content.get("class_names", {})).items()}
        return replace(
            told,
            **texts,
            classes=_texts(content.get("classes", names)),
            names=names,
            input=parse_input(content["input"]) if "input" in content else told.input,
            limits=_texts(content.get("limits", ())),
        )
    except SENSELESS as error:
        raise FileError(f"{ABOUT_FILE} cannot be used: {error}.", "Correct it.") from None


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError("'classes' and 'limits' must be lists")
    return tuple(str(value) for value in values)


def slug(name: str) -> str:
    """A name as the id of a model: small letters, digits and hyphens; empty if it has none."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
