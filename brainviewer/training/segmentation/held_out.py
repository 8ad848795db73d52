"""Cases with the trained network of the fold that left each of them out, on every processor."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.process.worker_pool import worker_pool
from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.models.segmentation.calibration import Calibration
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.models.segmentation.network import SegmentationNetwork
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.segmentation.averaged import LEARNED_FROM, MEAN
from brainviewer.training.segmentation.confidence import UNSURE
from brainviewer.training.segmentation.data import segmentation_cases
from brainviewer.training.segmentation.recipe import SegmentationRecipe, split

Result = TypeVar("Result")


@dataclass(frozen=True)
class HeldOut:
    """A case, and the network that never saw it.

    number : of the case in its collection.
    graph : the network as ONNX.
    calibration, enhancing : see ``SegmentationNetwork``; fitted to the patients of other folds.
    """

    number: int
    case: Case
    fold: int
    graph: Path
    input: SliceInput
    calibration: Calibration = UNSURE
    enhancing: LogisticFunction | None = None

    def network(self) -> SegmentationNetwork:
        """The network, as the application runs it."""
        run = partial(_predict, self.graph)
        return SegmentationNetwork(run, self.input, self.calibration, self.enhancing)


def _predict(graph: Path, slices: NDArray[np.float32], report: Report) -> NDArray[np.float32]:
    return _loaded(graph).predict(slices)


@lru_cache
def _loaded(graph: Path) -> OnnxFile:
    return OnnxFile(graph, threads=1)


def held_out(recipe: SegmentationRecipe, data: Path, run: Path) -> list[HeldOut]:
    """All cases of a run, each with the network that ships of its fold: the mean with the earlier
    one (``averaged``) where there is one that did not learn from this patient."""
    cases = segmentation_cases(data).cases
    known = {case.patient or case.case_id for case in cases if case.collection == LEARNED_FROM}

    def graph(case: Case, fold: int) -> Path:
        alone = run / f"fold-{fold}.onnx"
        mean = alone.with_suffix(MEAN)
        seen = (case.patient or case.case_id) in known
        return mean if mean.exists() and not seen else alone

    return [
        HeldOut(number, case, int(fold), graph(case, int(fold)), recipe.input)
        for number, (case, fold) in enumerate(zip(cases, split(cases, recipe), strict=True))
    ]


def of_each(
    work: Callable[[HeldOut], Result], cases: Sequence[HeldOut], report: Report, text: str
) -> Iterator[Result]:
    """What ``work``, which must be importable by name, makes of each case, in their order."""
    with worker_pool(min(os.cpu_count() or 1, len(cases))) as pool:
        for done, result in enumerate(pool.map(work, cases), start=1):
            report(done / len(cases), text)
            yield result
