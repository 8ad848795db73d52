"""Measurements and prediction as a structured report (PS3.16 TID 1500, PS3.3 A.35.13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    ReferencedSegment,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.measurements import Diameters, Measurements, Side
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient
from brainviewer.core.segments import LesionPart
from brainviewer.files.dicom.export.algorithm import (
    SCHEME,
    own_code,
    prediction_algorithm,
    segmentation_algorithm,
)
from brainviewer.files.dicom.export.identity import EQUIPMENT, RESEARCH, set_identity, unnamed
from brainviewer.files.dicom.export.patient import NAME, fixed_uid, new_uid
from brainviewer.files.dicom.export.segments import CATEGORY, WHOLE_LABEL, WHOLE_TYPE, Segment

_MR_BRAIN = Code("24590-2", "LN", "MR Brain")
_MILLILITRE = Code("ml", "UCUM", "milliliter")
_MILLIMETRE = Code("mm", "UCUM", "millimeter")
_PERCENT = Code("%", "UCUM", "percent")
_SIDES = {
    Side.LEFT: codes.SCT.Left,
    Side.RIGHT: codes.SCT.Right,
    Side.BOTH: Code("51440002", "SCT", "Bilateral"),
}
_YES = Code("373066001", "SCT", "Yes")
_PREDICTION = own_code("PREDICTION", "Predicted molecular subtype")
_CONFIDENCE = own_code("STANDING", "How far the prediction can be taken")
_CONFIDENT = own_code("ANSWERED", "Answered, for research use only")
_NOT_CONFIDENT = own_code("NOT-CONFIDENT", "Not confident, for research use only")
_ASSUMED = own_code("GLIOMA-ASSUMED", "Takes for granted that the lesion is a glioma")
_CUT_OFF = own_code("CUT-OFF", "Lesion reaches the edge of the images: sizes are minima")


@dataclass(frozen=True, eq=False)
class ReportContent:
    """What a report is about.

    result : the prediction to be told; None for none.
    segments : of ``segmentation``; both None and empty where there is none.
    """

    finding: TumourFinding | None
    result: Classification | None
    segmentation: Dataset | None
    segments: tuple[Segment, ...] = ()


def report_object(
    content: ReportContent,
    images: Sequence[Dataset],
    patient: Patient,
    study: ImagingStudy,
    *,
    number: int,
    description: str,
) -> Comprehensive3DSR | None:
    """The report, unverified; None where there is nothing to tell.

    images : what the results were computed from.
    number, description : of its series.
    """
    groups = [*_lesion_groups(content), *_prediction_groups(content.result)]
    if not groups:
        return None
    report = MeasurementReport(
        ObservationContext(observer_device_context=_observer()),
        _MR_BRAIN,
        groups,
        title=codes.DCM.ImagingMeasurementReport,
        # The library makes entries for images of one frame only.
        referenced_images=[image for image in images if "PixelSpacing" in image] or None,
    )
    segmentation = content.segmentation
    made = Comprehensive3DSR(
        unnamed([*([] if segmentation is None else [segmentation]), *images]),
        report,
        new_uid(),
        number,
        new_uid(),
        1,
        EQUIPMENT["manufacturer"],
        is_complete=True,
        is_final=False,
        series_description=description,
        content_qualification=RESEARCH,
        manufacturer_model_name=EQUIPMENT["manufacturer_model_name"],
        software_versions=EQUIPMENT["software_versions"],
        device_serial_number=EQUIPMENT["device_serial_number"],
    )
    set_identity(made, patient, study)
    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = SCHEME, f"{NAME} codes"
    scheme.CodingSchemeResponsibleOrganization = NAME
    made.CodingSchemeIdentificationSequence = [scheme]
    return made


def _observer() -> ObserverContext:
    return ObserverContext(
        CodedConcept.from_code(codes.DCM.Device),
        DeviceObserverIdentifyingAttributes(
            fixed_uid(f"device {NAME}"), NAME, NAME, NAME, EQUIPMENT["device_serial_number"]
        ),
    )


def _lesion_groups(
    content: ReportContent,
) -> Iterable[
    VolumetricROIMeasurementsAndQualitativeEvaluations | MeasurementsAndQualitativeEvaluations
]:
    """A group for each segment, and for the whole lesion one without a segment, where none is."""
    finding = content.finding
    if finding is None or finding.measurements is None:
        return
    taken, algorithm = finding.measurements, segmentation_algorithm(finding)
    whole_has_segment = False
    for segment in content.segments:
        if content.segmentation is None:
            break
        whole_has_segment |= segment.part is None
        yield VolumetricROIMeasurementsAndQualitativeEvaluations(
            TrackingIdentifier(segment.tracking_uid, segment.label),
            referenced_segment=ReferencedSegment.from_segmentation(
                content.segmentation, segment.number
            ),
            finding_type=segment.kind,
            finding_category=CATEGORY,
            algorithm_id=algorithm.of_measurements(),
            finding_sites=_sites(taken if segment.part is None else None),
            measurements=_sizes(taken, segment.part),
            qualitative_evaluations=_cut_off(taken),
        )
    if not whole_has_segment:
        yield MeasurementsAndQualitativeEvaluations(
            TrackingIdentifier(new_uid(), WHOLE_LABEL),
            finding_type=WHOLE_TYPE,
            finding_category=CATEGORY,
            algorithm_id=algorithm.of_measurements(),
            finding_sites=_sites(taken),
            measurements=_sizes(taken, None),
            qualitative_evaluations=_cut_off(taken),
        )


def _sites(whole: Measurements | None) -> list[FindingSite]:
    """The brain, with the side that holds most of the whole lesion, where it is known."""
    side = None if whole is None or whole.side is None else _SIDES[whole.side]
    return [FindingSite(codes.SCT.Brain, side)]


def _sizes(taken: Measurements, part: LesionPart | None) -> list[Measurement]:
    volume, diameters = taken.volume_ml, taken.lesion
    if part is not None:
        volume = (taken.parts_ml or {}).get(part, 0.0)
        diameters = taken.enhancing if part is LesionPart.ENHANCING else None
    return [Measurement(codes.SCT.Volume, round(volume, 3), _MILLILITRE), *_axes(diameters)]


def _axes(diameters: Diameters | None) -> list[Measurement]:
    if diameters is None:
        return []
    return [
        Measurement(code, round(length, 2), _MILLIMETRE)
        for code, length in (
            (codes.SCT.LongAxis, diameters.longest_mm),
            (codes.SCT.PerpendicularAxis, diameters.perpendicular_mm),
        )
    ]


def _cut_off(taken: Measurements) -> list[QualitativeEvaluation] | None:
    return [QualitativeEvaluation(_CUT_OFF, _YES)] if taken.cut_off else None


def _prediction_groups(
    result: Classification | None,
) -> Iterable[MeasurementsAndQualitativeEvaluations]:
    """All probabilities, and how far they can be taken; nothing of what is out of scope."""
    if result is None or not result.in_scope or not result.predicted:
        return
    evaluations = [
        QualitativeEvaluation(_CONFIDENCE, _NOT_CONFIDENT if result.abstained else _CONFIDENT),
        QualitativeEvaluation(_ASSUMED, _YES),
    ]
    if not result.abstained:
        named = _subtype(result, result.predicted)
        evaluations.insert(0, QualitativeEvaluation(_PREDICTION, named))
    ranked = sorted(result.classes.items(), key=lambda entry: -entry[1])
    yield MeasurementsAndQualitativeEvaluations(
        TrackingIdentifier(new_uid(), "Molecular subtype, predicted"),
        algorithm_id=prediction_algorithm(result).of_measurements(),
        finding_sites=[FindingSite(codes.SCT.Brain)],
        measurements=[
            Measurement(
                own_code(f"P-{code}", f"Probability: {result.names.get(code, code)}"),
                round(100 * probability, 2),
                _PERCENT,
            )
            for code, probability in ranked
        ],
        qualitative_evaluations=evaluations,
    )


def _subtype(result: Classification, code: str) -> Code:
    return own_code(f"SUBTYPE-{code}", result.names.get(code, code))
