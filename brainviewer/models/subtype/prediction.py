"""Type the glioma of a study: from slices of its tumour, its description, or both."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np

from brainviewer.core.counting import listed
from brainviewer.core.errors import ModelError, Report, silent, within
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.findings.networks import HEATMAP, OOD_CHECK, PREDICTION
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.headers.dicom_source import OLDEST
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.imaging.measure.descriptors import describe, unmeasured
from brainviewer.imaging.preprocess.sequence_check import doubtful_names
from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineOutput, Runner
from brainviewer.models.prediction import activation, classified, mean_logits, refused, unclassified
from brainviewer.models.registry import study_model
from brainviewer.models.subtype.ablation import ablate
from brainviewer.models.subtype.classified_slices import (
    NotClassified,
    TumourSlices,
    tumour_slices,
)
from brainviewer.models.subtype.eligibility import (
    ALL_THE_SAME,
    what_is_unusual,
    why_not,
    why_unsure,
)
from brainviewer.models.subtype.fusion_head import YOUNGEST, FusedPrediction
from brainviewer.models.subtype.input import Prepared
from brainviewer.models.subtype.other_tumours import why_no_glioma
from brainviewer.models.subtype.out_of_distribution import why_unfamiliar, why_unlike

__all__ = ["NotClassified", "TumourSlices", "check_age", "classify", "tumour_slices"]

NO_DESCRIPTION = (
    "There is no lesion to describe, and this model answers from its description.",
    "Look for it by another method, or choose a model that looks at slices, such as "
    "resnet50-glioma.",
)
NO_SIDES = "The study does not say how the patient lay, and was read as it is stored."
_DAYS_PER_YEAR = 365.25
# Older than anybody, in years; a child of two and a person of 120, in days.
_LIKELY_DAYS = (730, 43_830)


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
    card: ModelCard | None = None,
) -> Classification:
    """Run a model on the tumour, or on the slice that is asked for.

    model_id : the model that comes with the application if None.
    age_years : age of the patient, 0 to 120; optional.
    prevalence : name of one of the model's settings; its usual one if None.
    slice_index : axial slice from 0; a model that looks at slices then looks at this one only.
        What would refuse the study without it is a doubt about the answer.
    card : of a model that is not installed, instead of ``model_id``.

    A study that the model must not answer for is a result with ``in_scope`` False and no class.
    Raises NotClassified if no lesion was found (and no slice was asked for) or there is nothing
    in the images to type; BrainViewerError if the age, the prevalence, the slice or the model
    cannot be right; ModelError if the engine fails; Cancelled if ``report`` does.
    """
    report(0.0, "Preparing the slices")
    check_age(age_years)
    study = study.together
    card = card or study_model(model_id)
    study = study.without(finding.left_out)
    setting = card.fusion_head.setting(prevalence)
    asked = slice_index is not None
    described: Future[Mapping[str, float]] | None = None
    # The lesion is described while its slices are made ready and the network looks at them.
    with ThreadPoolExecutor(1) as meanwhile:
        if finding.found:
            described = meanwhile.submit(describe, study, finding)
        made = _Making(study, finding, card, tumour_slices(study, finding, card, slice_index))
        if reason := why_not(study, finding, card, asked=asked):
            return refused(made.bare(), reason)
        if card.fusion_head.network is None and not finding.found:
            raise NotClassified(*NO_DESCRIPTION)
        if unsure := why_unsure(finding):
            made.doubts.append(unsure)
        if card.network is not None:
            report_engine = within(report, 0.1, 0.8)
            if asked and finding.found and card.ood_check is not None:
                whole = tumour_slices(study, finding, card)
                if unlike := made.look(whole, engine, OOD_CHECK, report_engine):
                    made.doubts.append(unlike)
            unlike = made.look(made.tumour, engine, HEATMAP, report_engine)
            if unlike and (not asked or card.fusion_head.network is not None):
                return refused(made.bare(), unlike)
        report(0.9, "Describing the lesion")
        values = None if described is None else described.result()
    if sign := why_no_glioma(values or {}):
        if not asked:
            return refused(made.bare(), f"{sign} {ALL_THE_SAME}")
        made.doubts.append(sign)
    made.doubts += why_unfamiliar(card.lesions, values, age_years)
    if card.fusion_head.descriptors is None or not made.measured(values):
        values = None
    if values is None and card.fusion_head.network is None:
        raise NotClassified(*NO_DESCRIPTION)
    logits = None if made.prediction is None else mean_logits(card, made.prediction.logits)
    prediction = card.fusion_head.predict(logits, values, age_years, setting)
    rests_on = ablate(card.fusion_head, prediction, logits, values, age_years)
    report(1.0, "Classified")
    answer = made.classified(prediction, values, age_years, asked)
    return replace(answer, rests_on=rests_on)


def check_age(age_years: float | None) -> None:
    """Refuse an age that cannot be one; raises ModelError. None is allowed."""
    if age_years is None or YOUNGEST <= age_years <= OLDEST:
        return
    advice = f"Give the age in years, from {YOUNGEST:g} to {OLDEST:g}, or leave it out."
    if _LIKELY_DAYS[0] <= age_years <= _LIKELY_DAYS[1]:
        years = age_years / _DAYS_PER_YEAR
        advice = f"Give the age in years; {age_years:g} days are {years:.1f} years."
    raise ModelError(f"An age of {age_years:g} years cannot be right.", advice)


def descriptors_used(
    card: ModelCard, prediction: FusedPrediction, values: Mapping[str, float] | None
) -> dict[str, float]:
    """The descriptors behind an answer, by name."""
    part = card.fusion_head.descriptors
    if part is None or values is None or "descriptors" not in prediction.used:
        return {}
    return {t.name: float(values[t.name]) for t in part.terms if t.name not in prediction.missing}


class _Making:
    """A classification on its way: what is known about it whatever comes out.

    tumour : the slices that were asked for, or those of the tumour.
    doubts : why the answer cannot be confident, as sentences.
    """

    def __init__(
        self, study: Study, finding: TumourFinding, card: ModelCard, tumour: TumourSlices
    ) -> None:
        self.study, self.finding, self.card, self.tumour = study, finding, card, tumour
        self.doubts: list[str] = []
        self.prepared: Prepared | None = None
        self.prediction: EngineOutput | None = None
        self._used_for: dict[str, int] = {}

    def look(self, slices: TumourSlices, engine: Runner, last: str, report: Report) -> str:
        """Let the network see slices; returns why it does not know them, empty if it may.

        last : ``heatmap`` for those that are typed, ``scope`` for a look before at the tumour's.
        """
        assert self.card.network is not None
        self.prepared = slices.slices.prepare(self.card.input)
        prediction = engine.predict(self.card.network, self.prepared.tensor, report)
        before = 0.0 if self.prediction is None else self.prediction.predict_seconds
        self.prediction = replace(prediction, predict_seconds=before + prediction.predict_seconds)
        takes_part = self.card.fusion_head.network is not None
        if self.card.ood_check is not None and (takes_part or OOD_CHECK not in self._used_for):
            self._used_for[OOD_CHECK] = slices.index
        if last == HEATMAP:
            self._used_for |= {PREDICTION: slices.index} if takes_part else {}
            self._used_for[HEATMAP] = slices.index
        return why_unlike(self.card.ood_check, prediction.features)

    def measured(self, values: Mapping[str, float] | None) -> bool:
        """Whether any descriptor that the answer could rest on is there."""
        part = self.card.fusion_head.descriptors
        return part is not None and len(self.card.fusion_head.not_measured(values)) < len(
            part.terms
        )

    def bare(self) -> Classification:
        """What is known without an answer."""
        return self._bare({what: n for what, n in self._used_for.items() if what == OOD_CHECK})

    def _bare(self, used_for: Mapping[str, int]) -> Classification:
        # A network that was run for nothing that is told is not told of.
        prediction = self.prediction if used_for else None
        return unclassified(
            self.card, prediction, self.study.content_hash, used_for, self._sequences()
        )

    def classified(
        self,
        prediction: FusedPrediction,
        values: Mapping[str, float] | None,
        age_years: float | None,
        asked: bool,
    ) -> Classification:
        """The answer with everything that it rests on."""
        described = descriptors_used(self.card, prediction, values)
        aged, missing = "age" in prediction.used, unmeasured(values or {}, prediction.missing)
        if described and missing:
            used = len(described) + len(missing)
            self.doubts.append(
                f"{len(missing)} of {used} descriptors of the lesion could not be measured; usual "
                "values stood in for them."
            )
        notices = []
        if asked and "network" not in prediction.used:
            notices.append(
                f"Slice {self.tumour.index + 1} has no influence on the answer, which rests on the "
                "whole lesion."
            )
        if age_years is not None and not aged:
            notices.append("This model takes no age, so the age was left out.")
        return replace(
            classified(
                self._bare(self._used_for),
                self.card,
                prediction,
                notices,
                [*self.doubts, *self._doubts_about_images()],
            ),
            age_years=age_years if aged else None,
            heatmap=self._heatmap(prediction.predicted),
            descriptors=described,
        )

    @property
    def _empty(self) -> tuple[str, ...]:
        """Sequences that show nothing on the slices that the answer rests on."""
        if self.prepared is None or self.card.fusion_head.network is None:
            return ()
        return tuple(n for n in self.prepared.missing if n in self.tumour.slices.channels)

    def _sequences(self) -> tuple[str, ...]:
        there = (n for n in self.card.sequences if n in self.study.volumes)
        return tuple(n for n in there if n not in self._empty)

    def _doubts_about_images(self) -> list[str]:
        doubts = [] if self.study.grid.oriented else [NO_SIDES]
        if absent := [n for n in self.card.sequences if n not in self.study.volumes]:
            doubts.append(f"The model answered without {listed(absent)} and is less reliable.")
        if self._empty:
            where = f"Slice {self.tumour.index + 1} of {listed(self._empty)}"
            doubts.append(f"{where} is empty and was left out.")
        if self.card.fusion_head.network is not None:
            doubts += self.tumour.notices
        if unusual := what_is_unusual(self.study, self.finding):
            doubts.append(unusual)
        doubts += doubtful_names(self.study.volumes).values()
        # Where the detector doubts the lesion, its type is doubtful, too.
        return [*doubts, *(self.finding.notices if self.finding.found else ())]

    def _heatmap(self, code: str) -> Heatmap | None:
        if self.prepared is None or self.prediction is None:
            return None
        values = activation(self.card, self.prediction, self.prepared, code)
        if values is None:
            return None
        shape = SliceView.of(self.study.grid, Plane.AXIAL).shape
        if values.shape != shape:
            values = cv2.resize(values, shape[::-1], interpolation=cv2.INTER_AREA)
        seen = np.clip(values, 0, 1).astype(np.float32)
        of_answer = self.card.fusion_head.network is not None
        return Heatmap(Plane.AXIAL, self.tumour.index, seen, of_answer)
