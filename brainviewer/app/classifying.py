"""Type the glioma of a study from its tumour slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Classification, Heatmap, TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.inference.answers import OLDEST, YOUNGEST, classify_outputs
from brainviewer.inference.card import Figure, ModelCard
from brainviewer.inference.engine import Engine
from brainviewer.inference.pipeline import head_mask, prepare
from brainviewer.inference.registry import DEFAULT_MODEL, model

Slice = NDArray[np.float32]
Mask = NDArray[np.bool_]
_SQUARE_WITHIN = 0.01


class NotClassified(BrainViewerError):
    """There is nothing to type: an outcome to be told, not a failure."""


@dataclass(frozen=True)
class TumourSlice:
    """The slice that is typed, as the network's preparation wants it.

    channels : (rows, columns) float32 by sequence name, radiological, square pixels
    lesion : (rows, columns) bool on the same pixels; a stand-in where the slice has no lesion.
    """

    index: int
    channels: Mapping[str, Slice]
    lesion: Mask
    notices: tuple[str, ...]


def classify(
    study: Study,
    finding: TumourFinding,
    engine: Engine,
    *,
    model_id: str | None = None,
    age_years: float | None = None,
    slice_index: int | None = None,
    report: Report = silent,
) -> Classification:
    """Run a model on the tumour slice, or on the slice that is asked for.

    model_id : the model that comes with the application if None.
    age_years : age of the patient, 0 to 120; optional.
    slice_index : axial slice from 0.

    Raises NotClassified if no lesion was found (and no slice was asked for) or there is nothing
    in the images to type; BrainViewerError if the age, the slice or the model cannot be right;
    ModelError if the engine fails; Cancelled if ``report`` does.
    """
    report(0.0, "Preparing the slice")
    if age_years is not None and not YOUNGEST <= age_years <= OLDEST:
        raise BrainViewerError(
            f"An age of {age_years:g} years cannot be right.",
            f"Give the age in years, from {YOUNGEST:g} to {OLDEST:g}, or leave it out.",
        )
    card = model(model_id or DEFAULT_MODEL)
    tumour = tumour_slice(study, finding, card, slice_index)
    prepared = prepare(tumour.channels, tumour.lesion, card)

    def report_engine(fraction: float, text: str) -> None:
        report(0.1 + 0.85 * fraction, text)

    answer = engine.predict(card, prepared.tensor, report_engine)
    said = classify_outputs(card, answer.logits, answer.features, answer.dense, prepared, age_years)
    report(1.0, "Classified")
    notices = [*tumour.notices]
    if absent := [name for name in prepared.missing if name not in tumour.channels]:
        notices.append(f"The model answered without {_listed(absent)} and is less reliable.")
    if empty := [name for name in prepared.missing if name in tumour.channels]:
        notices.append(f"Slice {tumour.index + 1} of {_listed(empty)} is empty and was left out.")
    if age_years is not None and not said.age_used:
        notices.append("This model takes no age, so the age was left out.")
    return Classification(
        model_id=card.id,
        model_version=card.version,
        model_name=card.name,
        weights_sha256=card.weights_sha256,
        classes=said.probabilities,
        names={item.code: item.name for item in card.classes},
        predicted=said.predicted,
        slice_index=tumour.index,
        engine=answer.engine,
        device=answer.device,
        load_seconds=answer.load_seconds,
        predict_seconds=answer.predict_seconds,
        study_hash=study.content_hash,
        age_years=age_years if said.age_used else None,
        sequences_used=tuple(n for n in card.input.channels if n not in prepared.missing),
        heatmap=_on_study_grid(said.heatmap, study, tumour.index),
        quality=quality(card, said.age_used),
        notices=(*notices, *answer.notices),
    )


def tumour_slice(
    study: Study, finding: TumourFinding, card: ModelCard, slice_index: int | None = None
) -> TumourSlice:
    """Cut the slice that is typed, and say what is unusual about it. Errors as ``classify``."""
    view = SliceView.of(study.grid, Plane.AXIAL)
    index = _slice_to_type(view, finding, slice_index)
    wanted = {str(m): v for m, v in study.volumes.items() if m in card.input.channels}
    if not wanted:
        raise NotClassified(
            "The study has none of the sequences that this model needs.",
            f"Open a study with {_listed(card.input.channels)}.",
        )
    if flat := [name for name, volume in wanted.items() if volume.constant]:
        raise NotClassified(
            f"{_listed(flat)} {'have' if len(flat) > 1 else 'has'} the same value everywhere, "
            "so the study is not classified.",
            "Open a study with images in it.",
        )
    channels = {
        name: _square(np.asarray(view.cut(volume.data, index), np.float32), view)
        for name, volume in wanted.items()
    }
    if all(np.ptp(image) == 0 for image in channels.values()):
        raise NotClassified(
            f"Slice {index + 1} is empty, so it is not classified.",
            "Choose a slice that shows the tumour.",
        )
    notices: list[str] = []
    if not study.grid.oriented:
        notices.append(
            "The study does not say how the patient lay; the network saw the slice as it is stored."
        )
    lesion, stand_in = _lesion_near(view, finding, index)
    if stand_in:
        notices.append(stand_in)
    if lesion is None:
        return TumourSlice(index, channels, head_mask(_above_zero(channels)), tuple(notices))
    return TumourSlice(
        index, channels, _square(lesion.astype(np.float32), view) > 0.5, tuple(notices)
    )


def quality(card: ModelCard, with_age: bool) -> str:
    """How good the model is, with its 95 % interval and the number of patients behind it."""
    figures = card.figures_with_age if with_age and card.figures_with_age else card.figures
    chosen = next((f for f in figures if f.name == "balanced accuracy"), None)
    return _figure_text(chosen or figures[0]) if figures else ""


def _figure_text(figure: Figure) -> str:
    return (
        f"{figure.name} {figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f}), "
        f"{figure.patients} patients, cross-validated by patient"
    )


def _slice_to_type(view: SliceView, finding: TumourFinding, asked: int | None) -> int:
    if asked is not None:
        if not 0 <= asked < view.count:
            raise BrainViewerError(
                f"There is no slice {asked}: the study has slices 0 to {view.count - 1}.",
                "Choose one of them.",
            )
        return asked
    if not finding.found or finding.index is None:
        raise NotClassified(
            "No lesion was found, so the study was not classified.",
            "Go to a slice that shows a tumour and classify that slice.",
        )
    if finding.plane is Plane.AXIAL or finding.position_mm is None:
        return finding.index
    return view.index_of(finding.position_mm)


def _lesion_near(view: SliceView, finding: TumourFinding, index: int) -> tuple[Mask | None, str]:
    """The lesion's outline on a slice or, with a sentence, on the nearest slice that has one."""
    if not finding.found or finding.mask is None or not finding.mask.any():
        return None, "No lesion was found; the whole head on this slice was classified."
    others = tuple(axis for axis in range(3) if axis != view.axis)
    with_lesion = np.flatnonzero(finding.mask.any(axis=others))
    nearest = int(with_lesion[np.argmin(np.abs(with_lesion - index))])
    lesion = np.asarray(view.cut(finding.mask, nearest))
    if nearest == index:
        return lesion, ""
    return lesion, (
        f"No lesion was found on slice {index + 1}; the outline of slice {nearest + 1} was used."
    )


def _square(image: Slice, view: SliceView) -> Slice:
    """The same slice with square pixels, of the size of the pixel's shorter side."""
    height, width = view.pixel_spacing
    if abs(height / width - 1) <= _SQUARE_WITHIN:
        return np.ascontiguousarray(image)
    short = min(height, width)
    rows, columns = (
        max(1, round(n * s / short)) for n, s in zip(image.shape, (height, width), strict=True)
    )
    return np.asarray(
        cv2.resize(np.ascontiguousarray(image), (columns, rows), interpolation=cv2.INTER_LINEAR),
        np.float32,
    )


def _on_study_grid(values: Slice, study: Study, index: int) -> Heatmap:
    rows, columns = SliceView.of(study.grid, Plane.AXIAL).shape
    if values.shape != (rows, columns):
        values = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
    return Heatmap(Plane.AXIAL, index, np.clip(values, 0, 1).astype(np.float32))


def _above_zero(channels: Mapping[str, Slice]) -> list[Slice]:
    return [image - min(0.0, float(image.min())) for image in channels.values() if np.ptp(image)]


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
