"""The DICOM objects of a study's results, in the order in which they refer to each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from pydicom.dataset import Dataset

from brainviewer.app.dicom_export.request import DicomExportRequest, DicomResults
from brainviewer.app.report.study_figures import trusted_result
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.segments import LesionPart
from brainviewer.files.dicom.export.algorithm import segmentation_algorithm
from brainviewer.files.dicom.export.capture import captures
from brainviewer.files.dicom.export.frames import FrameStack, stack_of, stack_of_series
from brainviewer.files.dicom.export.patient import fixed_uid, made_up_patient, made_up_study
from brainviewer.files.dicom.export.report import ReportContent, report_object
from brainviewer.files.dicom.export.segmentation import segmentation_object
from brainviewer.files.dicom.export.segments import (
    Segment,
    lesion_mask,
    segments_of,
    segments_on,
)
from brainviewer.files.dicom.export.series import (
    can_be_referred_to,
    derived_series,
    name_class,
    source_headers,
)
from brainviewer.files.dicom.export.values import identifier, is_uid
from brainviewer.files.nifti.writer import compressed, labels_on_grid, nifti_of_labels
from brainviewer.painting import palette
from brainviewer.painting.figure import draw_figure
from brainviewer.painting.text import wording

SEGMENTATION, REPORT, PICTURES = 9001, 9002, 9003
"""Numbers of our series, beyond those of scanners."""
_SCALE = 2
_WORDS = "research use only"
_COLOURS: dict[LesionPart | None, str] = {
    None: palette.TUMOUR,
    **{part: palette.PARTS[part] for part in LesionPart},
}
NO_MASK = "The lesion has no mask, so there is no segmentation."
NO_LESION = "No lesion was found, so there is no segmentation."
NO_REPORT = "Nothing was measured or predicted, so there is no report."
ONLY_UNPLACED = "There is no segmentation, no report and no DICOM series."
OUTSIDE = "No voxel of the series lies in the lesion, so there is no segmentation."
TOO_SMALL = "No voxel of the series lies in a part of the lesion, which is no segment: {}."
NO_ID = "The patient ID in the source files is none that DICOM allows, so it is left out."
NO_STUDY = "The source files name no valid study, so the results are a study of their own."
ONLY_PICTURES = "A single image has no segmentation and no report, only pictures."


@dataclass(frozen=True, eq=False)
class NamedObject:
    """An object with the name of its file; content : see ``WrittenFile``."""

    name: str
    content: str
    dataset: Dataset


class ResultObjects:
    """Makes the objects of one export; ``notices`` says what was left out, and why."""

    def __init__(
        self, request: DicomExportRequest, results: DicomResults, report: Report = silent
    ) -> None:
        self._request, self._results, self._report = request, results, report
        self._study, self._finding = results.study, results.finding
        series = self._study.reference.series
        self.notices: list[str] = [] if series is None else _left_out(series)

    @cached_property
    def patient(self) -> Patient:
        """Who the files are about."""
        series, key = self._study.reference.series, self._study.content_hash
        return made_up_patient(self._request.patient, key) if series is None else series.patient

    @cached_property
    def imaging_study(self) -> ImagingStudy:
        """The study that the files belong to."""
        series, key = self._study.reference.series, self._study.content_hash
        made_up = made_up_study(self.patient, key)
        if series is None:
            return made_up
        return series.study if is_uid(series.study.uid) else replace(series.study, uid=made_up.uid)

    def of_lesion(self) -> list[NamedObject]:
        """Sequences that are converted, segmentation and report; none of a single image."""
        request = self._request
        if not (request.segmentation or request.report or request.sequences):
            return []
        if self._study.is_image2d:
            self.notices.append(ONLY_PICTURES)
            return []
        try:
            stack = self._stack()
        except BrainViewerError as unplaced:
            self.notices.append(f"{ONLY_UNPLACED} {unplaced.message}")
            return []
        self._report(0.1, "Converting the sequences")
        converted = self._converted(stack)
        images = [converted[0].dataset] if converted else self._headers(stack)
        self._report(0.4, "Writing the segmentation")
        segmentation, segments = self._segmentation(stack, images)
        report = self._structured_report(images, segmentation, segments)
        made = [
            NamedObject(f"{name}.dcm", content, dataset)
            for name, content, dataset in (
                ("SEG", "segmentation", segmentation),
                ("SR", "report", report),
            )
            if dataset is not None
        ]
        if self._series is not None:
            for one in made:
                name_class(one.dataset, self._series)
        if not request.sequences:
            converted = converted[:1] if made else []
        return [*converted, *made]

    def pictures(self) -> list[NamedObject]:
        """The figures, drawn."""
        figures = self._results.figures if self._request.pictures else ()
        self._report(0.6, "Drawing the pictures")
        made = captures(
            [draw_figure(figure, _SCALE) for figure in figures],
            self.patient,
            self.imaging_study,
            number=PICTURES,
            description=self._described("Pictures"),
            of_brain=not self._study.is_image2d,
        )
        return [
            NamedObject(f"SC{number}.dcm", "picture", dataset)
            for number, dataset in enumerate(made, 1)
        ]

    def masks(self) -> Iterator[tuple[str, str, bytes]]:
        """Name, kind and content of the NIfTI files: the lesion, and its parts, on the file's grid.

        Parts have the values of ``LesionPart``.
        """
        finding, grid = self._finding, self._study.grid
        if finding is None or not self._segments or not self._request.segmentation:
            return
        onto = self._study.reference.file_grid
        labels = {"mask": lesion_mask(finding).astype(np.uint8)}
        if finding.parts is not None:
            labels["parts"] = finding.parts
        for kind, values in labels.items():
            stored = labels_on_grid(values, grid, onto)
            if not stored.any():
                return
            # By this name the file is known for a mask where it lies beside images.
            name = "mask.nii.gz" if kind == "mask" else f"mask_{kind}.nii.gz"
            yield name, kind, compressed(nifti_of_labels(stored, onto))

    def _described(self, what: str) -> str:
        marked = f"{wording.SYNTHETIC}: " if self._study.synthetic else ""
        return f"{marked}{what}, {_WORDS}"

    def _stack(self) -> FrameStack:
        if self._series is None:
            return stack_of(self._study.grid)
        return stack_of_series(self._series, self._study.reference.file_grid)

    @property
    def _series(self) -> SourceSeries | None:
        """The series that results refer to; None where its voxels were moved, or it is no DICOM."""
        series, moved = self._study.reference.series, self._study.reference.moved_mm
        return series if series is not None and not moved and can_be_referred_to(series) else None

    def _headers(self, stack: FrameStack) -> list[Dataset]:
        return [] if self._series is None else source_headers(self._series, stack)

    def _converted(self, stack: FrameStack) -> list[NamedObject]:
        """The sequences as series, the reference first; none of a study that is DICOM."""
        study = self._study
        if self._series is not None:
            return []
        wanted = study.modalities if self._request.sequences else study.modalities[:1]
        space = fixed_uid(f"space {study.content_hash} {self.patient.id}")
        return [
            NamedObject(
                f"{modality}.dcm",
                "images",
                derived_series(
                    study.volumes[modality],
                    stack,
                    self.patient,
                    self.imaging_study,
                    space,
                    number=number,
                    marked=f"{wording.SYNTHETIC}: " if study.synthetic else "",
                ),
            )
            for number, modality in enumerate(wanted, 1)
        ]

    @cached_property
    def _segments(self) -> tuple[Segment, ...]:
        return () if self._finding is None else segments_of(self._finding)

    def _segmentation(
        self, stack: FrameStack, images: Sequence[Dataset]
    ) -> tuple[Dataset | None, tuple[Segment, ...]]:
        """The object, if it is wanted and there is a lesion, and its segments."""
        finding = self._finding
        if not self._request.segmentation:
            return None, ()
        if finding is None or not self._segments:
            found = finding is not None and finding.found
            self.notices.append(NO_MASK if found else NO_LESION)
            return None, ()
        frames = () if self._series is None else self._series.frames
        segments, labels = segments_on(finding, self._segments, self._study.grid, stack.grid)
        if not segments:
            self.notices.append(OUTSIDE)
            return None, ()
        there = {segment.label for segment in segments}
        if lost := [one.label for one in self._segments if one.label not in there]:
            self.notices.append(TOO_SMALL.format(", ".join(lost)))
        made = segmentation_object(
            images,
            stack.cut(labels),
            segments,
            segmentation_algorithm(finding),
            self.patient,
            self.imaging_study,
            number=SEGMENTATION,
            description=self._described("Lesion"),
            colours=_COLOURS,
            frame_numbers=[f.number for f in frames if f.number is not None],
        )
        return made, segments

    def _structured_report(
        self,
        images: Sequence[Dataset],
        segmentation: Dataset | None,
        segments: tuple[Segment, ...],
    ) -> Dataset | None:
        if not self._request.report:
            return None
        content = ReportContent(
            self._finding,
            trusted_result(self._study, self._results.classification),
            segmentation,
            segments,
        )
        made = report_object(
            content,
            images,
            self.patient,
            self.imaging_study,
            number=REPORT,
            description=self._described("Measurements"),
        )
        if made is None:
            self.notices.append(NO_REPORT)
        return made


def _left_out(series: SourceSeries) -> list[str]:
    """What of the identity of patient and study cannot be repeated."""
    patient_id, study_uid = series.patient.id, series.study.uid
    return [
        *([NO_ID] if identifier(patient_id) != patient_id.strip() else []),
        *([] if is_uid(study_uid) else [NO_STUDY]),
    ]
