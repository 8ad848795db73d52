"""Add a model of the user's own, and remove it: whole or not at all."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx

from brainviewer.core.errors import FileError, ModelError, Report, silent
from brainviewer.files.user_folders import make_own_folder, models_folder
from brainviewer.files.writing import write_whole
from brainviewer.models import registry
from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import CARD_FILE, load_card
from brainviewer.models.engine.onnx_runtime import OnnxFile, OnnxRuntime
from brainviewer.models.installation.card_content import card_content
from brainviewer.models.installation.input_spec import InputSpec, parse_input
from brainviewer.models.installation.keras_file import keras_to_onnx
from brainviewer.models.installation.onnx_file import checked, read_onnx
from brainviewer.models.installation.packed import copy_packed
from brainviewer.models.installation.source import Packed, Source, Told, find_source, slug
from brainviewer.models.installation.standard_graph import (
    KERNEL,
    NotTold,
    StandardGraph,
    standardise,
)

_GRAPH, _WEIGHTS, _README = "graph.onnx", f"{KERNEL}.h5", "README.md"
_UNFINISHED = ".adding-"
_ABANDONED = 86_400.0  # seconds after which an unfinished folder is of a process that was killed
_MOST_CLASSES, _LONGEST_CODE = 100, 60
_SUMS_TO_ONE = 1e-3


@dataclass(frozen=True)
class Options:
    """What the user says of a model; empty for what its files say.

    classes : codes in the order of its answers.
    input : see ``input_spec.parse_input``.
    """

    classes: tuple[str, ...] = ()
    input: str = ""
    name: str = ""


def add_model(path: Path, options: Options, report: Report = silent) -> ModelCard:
    """Check what lies at a path, bring it into the common form and install it.

    Raises NotTold where something must be said that neither files nor options say; FileError or
    ModelError for what cannot be used. Nothing is installed then.
    """
    with _unfinished() as folder:
        card = make_model(path, options, folder, report)
        _refuse_taken(card.id)
        try:
            folder.rename(models_folder() / card.id)
        except OSError:
            raise FileError(
                f"The model {card.id} could not be installed.",
                "Check the folder of your models, and that the disk is not full.",
            ) from None
    report(1.0, "Installed")
    return registry.model(card.id)


def make_model(path: Path, options: Options, folder: Path, report: Report = silent) -> ModelCard:
    """The same in a folder of its own, without installing it; raises what ``add_model`` does."""
    report(0.05, "Reading the network")
    source = find_source(path)
    if isinstance(source, Packed):
        card = copy_packed(source.folder, folder, options.name)
    else:
        card = _make(source, options, folder, report)
    report(0.9, "Running it once")
    _try(card)
    return replace(card, own=True)


def remove_model(model_id: str) -> None:
    """Remove a model that the user added; raises ModelError if there is none, or if it ships."""
    folder = models_folder() / model_id
    if model_id in {card.id for card in registry.shipped_models()}:
        raise ModelError(
            f"The model {model_id} is a part of BrainViewer.", "Only models that you added go."
        )
    if slug(model_id) != model_id or not (folder / CARD_FILE).exists():
        own = ", ".join(registry.own_models()) or "none"
        raise ModelError(f"You added no model called {model_id}.", f"Those you added: {own}.")
    try:
        # Gone at once, whatever happens while its files are deleted.
        gone = folder.rename(folder.with_name(f"{_UNFINISHED}{model_id}-{time.time_ns()}"))
        shutil.rmtree(gone)
    except OSError as error:
        raise FileError(
            f"The model {model_id} could not be removed: {error.strerror}.",
            "Close other windows of BrainViewer, and try again.",
        ) from None


def _make(source: Source, options: Options, folder: Path, report: Report) -> ModelCard:
    told = replace(source.told, name=options.name or source.told.name)
    model_id = slug(told.name)
    if not model_id:
        raise ModelError("The model has no name.", "Give it one with --name.")
    spec = parse_input(options.input) if options.input else told.input or InputSpec()
    if told.input is not None:  # what the option leaves open
        size = spec.size or told.input.size
        spec = replace(spec, scale=spec.scale or told.input.scale, size=size)
    if source.path.suffix.lower() == ".onnx":
        model = read_onnx(source.path)
    else:
        model = onnx.load_from_string(keras_to_onnx(source.path, source.weights))
        model = checked(model, source.path.name)
    classes = _classes(options.classes or told.classes, model)
    report(0.6, "Converting it")
    graph = _standard(model, spec, len(classes), folder)
    write_whole(folder / _GRAPH, graph.graph)
    files = {"graph": folder / _GRAPH}
    if graph.kernel is not None:
        files["weights"] = folder / _WEIGHTS
        with h5py.File(files["weights"], "w") as weights:
            weights[KERNEL] = graph.kernel
    content = card_content(model_id, told, classes, spec, graph.size, files)
    write_whole(folder / CARD_FILE, (json.dumps(content, indent=1) + "\n").encode())
    write_whole(folder / _README, _readme(told, source).encode())
    return load_card(folder)


def _standard(model: onnx.ModelProto, spec: InputSpec, classes: int, folder: Path) -> StandardGraph:
    """The common form, with logits also of a network that ends in probabilities."""
    graph = standardise(model, spec, classes)
    if graph.kernel is not None or classes == 1:
        return graph
    trial = folder / "trial.onnx"
    write_whole(trial, graph.graph)
    images = _images(graph.size, len(spec.channels))
    answers = np.concatenate([_first(OnnxFile(trial, 1), image[None]) for image in images])
    trial.unlink()
    if np.all(answers >= 0) and np.allclose(answers.sum(axis=1), 1, atol=_SUMS_TO_ONE):
        return standardise(model, spec, classes, probabilities=True)
    return graph


def _first(network: OnnxFile, image: Any) -> Any:
    try:
        return network.predict(image)
    except Exception as error:  # ONNX Runtime raises bare exceptions of its own
        raise _not_run(error) from None


def _images(size: int, depth: int) -> Any:
    """(2, size, size, depth) float32: a slope, and chance."""
    slope = np.broadcast_to(np.linspace(0, 255, size)[:, None, None], (size, size, depth))
    chance = np.random.default_rng(0).uniform(0, 255, slope.shape)
    return np.stack([slope, chance]).astype(np.float32)


def _try(card: ModelCard) -> None:
    """Run a network as the application will; raises ModelError if that gives no answers."""
    assert card.network is not None
    registry.verify(card)
    runtime = OnnxRuntime(1, thorough=False)
    runtime.load(card.network)
    for image in _images(card.input.size, card.input.depth):
        try:
            logits, *features = runtime.predict(image[None])
        except Exception as error:  # ONNX Runtime raises bare exceptions of its own
            raise _not_run(error) from None
        usable = np.isfinite(logits).all() and logits.shape == (1, len(card.codes))
        if not usable or any(maps.ndim != 4 for maps in features):
            raise ModelError(
                "The network gives no usable answers.", "Check that it is the file that you mean."
            )


def _not_run(error: Exception) -> ModelError:
    said = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return ModelError(f"The network cannot be run ({said}).", "Export it anew.")


def _classes(codes: tuple[str, ...], model: onnx.ModelProto) -> tuple[str, ...]:
    if not codes:
        sides = model.graph.output[0].type.tensor_type.shape.dim if model.graph.output else ()
        many = f"{sides[-1].dim_value} answers" if sides and sides[-1].dim_value else "answers"
        raise NotTold(
            "--classes",
            f"The network gives {many}, and nothing says what they are.",
            "Name them in the order of the network, such as --classes "
            "glioma,meningioma,none,pituitary.",
        )
    wrong = [c for c in codes if not c.isprintable() or not 0 < len(c) <= _LONGEST_CODE]
    if wrong or len(set(codes)) != len(codes) or not 2 <= len(codes) <= _MOST_CLASSES:
        raise ModelError(
            "The classes cannot be used.",
            f"Name two to {_MOST_CLASSES} different ones, each in a few letters.",
        )
    return codes


def _refuse_taken(model_id: str) -> None:
    if model_id in {card.id for card in registry.shipped_models()}:
        raise ModelError(
            f"A model called {model_id} is a part of BrainViewer.", "Choose another with --name."
        )
    if (models_folder() / model_id).exists():
        raise ModelError(
            f"There is a model called {model_id} already.",
            f"Choose another with --name, or run 'brainviewer models remove {model_id}' first.",
        )


def _readme(told: Told, source: Source) -> str:
    return (
        f"# {told.name}\n\nAdded from {source.path.name}. Nothing more is known of how it was made "
        "than its card says.\n"
    )


@contextmanager
def _unfinished() -> Iterator[Path]:
    """A folder beside the models, which is gone in the end unless it was renamed."""
    try:
        make_own_folder(models_folder())
        for old in models_folder().glob(f"{_UNFINISHED}*"):
            if time.time() - old.stat().st_mtime > _ABANDONED:
                shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=models_folder()))
    except OSError as error:
        raise FileError(
            f"Nothing can be saved in the folder of your models: {error.strerror}.",
            "Check its permissions, or set BRAINVIEWER_HOME to a folder that belongs to you.",
        ) from None
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
