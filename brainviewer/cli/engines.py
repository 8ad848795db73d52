"""Engines of the commands that classify: the model loads while the study is read."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from brainviewer.cli.options import EngineName, Method
from brainviewer.core.errors import BrainViewerError, Cancelled, Report

if TYPE_CHECKING:
    from brainviewer.app.prior.comparison import Find
    from brainviewer.core.findings.tumour import TumourFinding
    from brainviewer.core.study import Study
    from brainviewer.models.card import ModelCard, Network
    from brainviewer.models.engine.engine import Engine
    from brainviewer.models.engine.inline import InlineEngine
    from brainviewer.models.engine.runtimes import Runner


def search_engine() -> "InlineEngine":
    """For finding the tumour alone."""
    from brainviewer.models.engine.inline import InlineEngine

    return InlineEngine(*_segmentation())


def study_engine(name: EngineName, model_id: str | None) -> "Engine | InlineEngine":
    """For finding the tumour of a study and classifying it.

    Raises ModelError if there is no such model, or it answers for images.
    """
    from brainviewer.models.registry import study_model

    return _loading(name, study_model(model_id))


def image_engine(
    name: EngineName, model_id: str | None, images: int = 1
) -> "Engine | InlineEngine":
    """The same for images; several may be asked for at once, by ``usable_cores()`` threads."""
    from brainviewer.models.registry import image_model

    return _loading(name, image_model(model_id), many=images > 1)


def load_rest(runner: "Runner") -> None:
    """Once a study is open: load what the search for the tumour had no need of."""
    from brainviewer.models.engine.inline import InlineEngine

    if isinstance(runner, InlineEngine):
        runner.load_rest()


def _loading(name: EngineName, card: "ModelCard", many: bool = False) -> "Engine | InlineEngine":
    from brainviewer.models.engine.devices import choose_engine

    networks = () if card.of_images else _segmentation()
    if card.network is not None:
        networks = (*networks, card.network)
    chosen = choose_engine() if name is EngineName.AUTO else name.value
    if chosen != EngineName.ONNX.value:
        return _started(name, networks)
    from brainviewer.models.engine.inline import InlineEngine
    from brainviewer.models.engine.runtimes import make_onnx_for_many, make_onnx_for_once

    make_runtime = make_onnx_for_many if many else make_onnx_for_once
    return InlineEngine(*networks, make_runtime=make_runtime)


def _segmentation() -> "tuple[Network, ...]":
    from brainviewer.models.registry import segmentation_model

    card = segmentation_model()
    return () if card is None else (card.network,)


def _started(name: EngineName, networks: "Sequence[Network]") -> "Engine":
    from brainviewer.models.engine.engine import Engine

    engine = Engine(name.value)
    # Starting a process takes a while in which files can be read.
    threading.Thread(target=_start, args=(engine, networks)).start()
    return engine


def _start(engine: "Engine", networks: "Sequence[Network]") -> None:
    # What is wrong is said when the engine is asked; a command may have ended before.
    with suppress(BrainViewerError, Cancelled):
        engine.start(*networks)


def finder(
    runner: "Runner | None", method: Method = Method.LESION, threshold: float = 450.0
) -> "Find":
    """How the lesion of any study is looked for; see ``find_tumour``.

    runner : None where no network is to be run.
    """

    def find(study: "Study", report: Report) -> "TumourFinding":
        from brainviewer.app.monitoring.own_log import own_log
        from brainviewer.app.prediction.recorded import find_tumour
        from brainviewer.models.segmentation.network import segmentation_network

        network = None if runner is None else segmentation_network(runner)
        found = find_tumour(
            study, method.value, threshold=threshold, network=network, report=report
        )
        own_log().finding(found, study)
        return found

    return find
