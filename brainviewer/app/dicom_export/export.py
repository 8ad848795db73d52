"""The verb: all files of an export into one folder, or none."""

from collections.abc import Iterator
from typing import Any

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.dicom_export.request import (
    DicomExport,
    DicomExportRequest,
    DicomResults,
    WrittenFile,
)
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.files.writing import check_empty_folder, write_folder_whole


def export_dicom(
    request: DicomExportRequest, results: DicomResults, report: Report = silent
) -> DicomExport:
    """Write the files that are asked for into a new or empty folder.

    Raises BrainViewerError where there is nothing to write, FileError where the folder cannot be
    filled (then nothing is in it), and Cancelled when ``report`` does.
    """
    check_empty_folder(request.folder)
    report(0.0, "Preparing the DICOM files")
    # What makes them takes most of a second to import, which only exports have to spend.
    from brainviewer.app.dicom_export.objects import ResultObjects
    from brainviewer.files.dicom.export.encoding import file_content

    made = ResultObjects(request, results, report)
    objects = [*made.of_lesion(), *made.pictures()]
    masks = list(made.masks())
    if not objects and not masks:
        raise BrainViewerError(
            " ".join(["There is nothing to export as DICOM.", *made.notices]),
            "Find the lesion first, or choose something else to export.",
        )
    count = len(objects)

    def files() -> Iterator[tuple[str, bytes]]:
        for place, item in enumerate(objects):
            report(0.7 + 0.3 * place / count, "Saving the DICOM files")
            yield item.name, file_content(item.dataset)
        for name, _, content in masks:
            yield name, content

    facts = {"kind": "results", "format": "DICOM", "count": count + len(masks)}
    with audited(Action.EXPORTED, results.study, facts=facts):
        write_folder_whole(request.folder, files())
    report(1.0, "Saved")
    written = [
        WrittenFile(
            item.name,
            item.content,
            str(item.dataset.SOPClassUID),
            str(item.dataset.SOPInstanceUID),
            str(item.dataset.SeriesInstanceUID),
        )
        for item in objects
    ]
    written += [WrittenFile(name, kind) for name, kind, _ in masks]
    return DicomExport(
        request.folder,
        made.imaging_study.uid,
        made.patient,
        tuple(written),
        tuple(dict.fromkeys(made.notices)),
    )


def dicom_export_record(done: DicomExport) -> dict[str, Any]:
    """What was written, as plain data; of the patient no more than whether the id is made up."""
    return with_schema(
        Schema.DICOM_EXPORT,
        {
            "folder": str(done.folder),
            "study_uid": done.study_uid,
            "patient_id_made_up": done.patient.made_up,
            "files": [
                {
                    "file": file.name,
                    "content": file.content,
                    "sop_class_uid": file.sop_class_uid,
                    "sop_instance_uid": file.sop_instance_uid,
                    "series_uid": file.series_uid,
                }
                for file in done.files
            ],
            "notices": list(done.notices),
        },
    )
