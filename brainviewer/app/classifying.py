"""Type the glioma of a study from the slices of its tumour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.analysis.descriptors import describe
from brainviewer.app.answering import activation, answered, refused, unanswered, why_strange
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Classification, Heatmap, TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.inference.answers import check_age, descriptors_used, mean_logits
from brainviewer.inference.card import ModelCard, ModelInput
from brainviewer.inference.gates import what_is_unusual, why_not
from brainviewer.inference.head import Verdict
from brainviewer.inference.lesion_slices import LesionSlices, cut_slices, lesion_slices
from brainviewer.inference.pipeline import Prepared, head_mask
from brainviewer.inference.registry import study_model
from brainviewer.inference.runtimes import EngineAnswer, Runner

Slice = NDArray[np.float32]
Mask = NDArray[np.bool_]


class NotClassified(BrainViewerError):
    """There is nothing to type: an outcome to be told, not a failure."""


@dataclass(frozen=True, eq=False)
class TumourSlices:
    """The slices that are typed, and what is unusual about them.

    index : the tumour slice, from 0.
    """

    index: int
    slices: LesionSlices
    notices: tuple[str, ...]


def classify(
    study: Study,
    finding: TumourFinding,
    engine: Runner,
    *,
    model_id: str | None = None,
    age_years: float | None = None,
    prevalence: str | None = None,
    slice_index: int | None = None,
    report: Report = silent,
) -> Classification:
    """Run a model on the tumour, or on the slice that is asked for.

    model_id : the model that comes with the application if None.
    age_years : age of the patient, 0 to 120; optional.
    prevalence : name of one of the model's settings; its usual one if None.
    slice_index : axial slice from 0; only that slice is looked at.

    A study that the model must not answer for is a result with ``in_scope`` False and no class.
    Raises NotClassified if no lesion was found (and no slice was asked for) or there is nothing
    in the images to type; BrainViewerError if the age, the prevalence, the slice or the model
    cannot be right; ModelError if the engine fails; Cancelled if ``report`` does.
    """
    report(0.0, "Preparing the slices")
    check_age(age_years)
    card = study_model(model_id)
    setting = card.head.setting(prevalence)
    tumour = tumour_slices(study, finding, card, slice_index)
    made = _Making(study, card, tumour)
    reason = why_not(study, finding, card, asked=slice_index is not None)
    if reason:
        return refused(made.bare(), reason)
    made.unusual = what_is_unusual(study, finding)
    answer: EngineAnswer | None = None
    if card.network is not None:
        made.prepared = tumour.slices.prepare(card.network.input)

        def report_engine(fraction: float, text: str) -> None:
            report(0.1 + 0.8 * fraction, text)

        answer = engine.predict(card.network, made.prepared.tensor, report_engine)
        made.answer = answer
        # Where descriptors of the whole lesion make the answer, a slice that is asked for only
        # decides where the heatmap lies.
        judged = slice_index is None or card.head.network is not None
        if judged and (strange := why_strange(card, answer)):
            return refused(made.bare(), strange)
    values = None
    if card.head.descriptors is not None and finding.found:
        report(0.9, "Describing the lesion")
        values = describe(study, finding)
        if set(card.head.not_measured(values)) == {t.name for t in card.head.descriptors.terms}:
            values = None
    if values is None and card.head.network is None:
        raise NotClassified(
            "There is no lesion to describe, and this model answers from its description.",
            "Choose a model that looks at the slice, such as resnet50-glioma.",
        )
    verdict = card.head.answer(
        None if answer is None else mean_logits(card, answer.logits), values, age_years, setting
    )
    report(1.0, "Classified")
    return made.answered(verdict, values, age_years)


class _Making:
    """A classification on its way: what is known about it whatever comes out."""

    def __init__(self, study: Study, card: ModelCard, tumour: TumourSlices) -> None:
        self.study, self.card, self.tumour = study, card, tumour
        self.unusual = ""
        self.prepared: Prepared | None = None
        self.answer: EngineAnswer | None = None

    def bare(self) -> Classification:
        """What is known without an answer."""
        return unanswered(
            self.card,
            self.answer,
            self.study.content_hash,
            self.tumour.index,
            self._sequences(),
        )

    def answered(
        self, verdict: Verdict, values: Mapping[str, float] | None, age_years: float | None
    ) -> Classification:
        """The answer with everything that it rests on."""
        described = descriptors_used(self.card, verdict, values)
        aged = "age" in verdict.used
        notices = self._notices()
        if self.unusual:
            notices.append(self.unusual)
        if self.answer is not None and "network" not in verdict.used:
            notices.append(
                "The answer rests on the whole lesion; the heatmap shows where the network, which "
                "took no part in it, sees this type."
            )
        if age_years is not None and not aged:
            notices.append("This model takes no age, so the age was left out.")
        if described.used and described.missing:
            notices.append(
                f"{len(described.missing)} of {len(described.used) + len(described.missing)} "
                "descriptors of the lesion could not be measured; usual values stood in for them."
            )
        return replace(
            answered(self.bare(), self.card, verdict, notices),
            age_years=age_years if aged else None,
            heatmap=self._heatmap(verdict.predicted),
            descriptors=described.used,
        )

    def _sequences(self) -> tuple[str, ...]:
        there = tuple(n for n in self.card.sequences if n in self.study.volumes)
        missing = () if self.prepared is None else self.prepared.missing
        return tuple(n for n in there if n not in missing)

    def _notices(self) -> list[str]:
        notices = [*self.tumour.notices]
        there = self.tumour.slices.channels
        if absent := [name for name in self.card.sequences if name not in there]:
            notices.append(f"The model answered without {_listed(absent)} and is less reliable.")
        missing = () if self.prepared is None else self.prepared.missing
        if empty := [name for name in missing if name in there]:
            notices.append(
                f"Slice {self.tumour.index + 1} of {_listed(empty)} is empty and was left out."
            )
        return notices

    def _heatmap(self, code: str) -> Heatmap | None:
        if self.prepared is None or self.answer is None:
            return None
        values = activation(self.card, self.answer, self.prepared, code)
        shape = SliceView.of(self.study.grid, Plane.AXIAL).shape
        if values.shape != shape:
            values = cv2.resize(values, shape[::-1], interpolation=cv2.INTER_AREA)
        return Heatmap(Plane.AXIAL, self.tumour.index, np.clip(values, 0, 1).astype(np.float32))


def tumour_slices(
    study: Study, finding: TumourFinding, card: ModelCard, slice_index: int | None = None
) -> TumourSlices:
    """Cut the slices that are typed, and say what is unusual about them. Errors as ``classify``."""
    view = SliceView.of(study.grid, Plane.AXIAL)
    index = _slice_to_type(view, finding, slice_index)
    wanted = {str(m): v for m, v in study.volumes.items() if str(m) in card.sequences}
    if not wanted:
        raise NotClassified(
            "The study has none of the sequences that this model needs.",
            f"Open a study with {_listed(card.sequences)}.",
        )
    if flat := [name for name, volume in wanted.items() if volume.constant]:
        raise NotClassified(
            f"{_listed(flat)} {'have' if len(flat) > 1 else 'has'} the same value everywhere, "
            "so the study is not classified.",
            "Open a study with images in it.",
        )
    if all(np.ptp(view.cut(volume.data, index)) == 0 for volume in wanted.values()):
        raise NotClassified(
            f"Slice {index + 1} is empty, so it is not classified.",
            "Choose a slice that shows the tumour.",
        )
    notices: list[str] = []
    if not study.grid.oriented:
        notices.append(
            "The study does not say how the patient lay; the network saw the slice as it is stored."
        )
    lesion = finding.mask if finding.found and finding.mask is not None else None
    nothing = np.zeros(study.grid.shape, bool)
    slices = lesion_slices(
        study,
        nothing if lesion is None else lesion,
        finding.brain,
        index,
        card.input if card.network is not None else ModelInput(1, card.sequences, ()),
        alone=slice_index is not None,
    )
    if not slices.lesion[slices.main].any():
        stand_in, sentence = _stand_in(view, lesion, index, slices)
        slices = replace(slices, lesion=stand_in)
        notices.append(sentence)
    return TumourSlices(index, slices, tuple(notices))


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


def _stand_in(
    view: SliceView, lesion: Mask | None, index: int, slices: LesionSlices
) -> tuple[Mask, str]:
    """An outline for a slice that has none, and the sentence that says so."""
    if lesion is None or not lesion.any():
        pictures = [
            picture - min(0.0, float(picture.min()))
            for picture in (channel[slices.main] for channel in slices.channels.values())
            if np.ptp(picture)
        ]
        head = head_mask([np.asarray(picture, np.float32) for picture in pictures])
        return (
            np.stack([head] * len(slices.indices)),
            "No lesion was found; the whole head on this slice was classified.",
        )
    others = tuple(axis for axis in range(3) if axis != view.axis)
    with_lesion = np.flatnonzero(lesion.any(axis=others))
    nearest = int(with_lesion[np.argmin(np.abs(with_lesion - index))])
    return cut_slices(lesion, view, [nearest] * len(slices.indices)), (
        f"No lesion was found on slice {index + 1}; the outline of slice {nearest + 1} was used."
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
