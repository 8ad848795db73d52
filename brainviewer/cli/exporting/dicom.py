"""The command that saves results as DICOM."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import image_engine, load_rest, study_engine
from brainviewer.cli.options import (
    Age,
    AsJson,
    Engine,
    EngineName,
    FindBy,
    Frequency,
    Method,
    Model,
    Study,
    Threshold,
    option,
)
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import CLASSIFYING, TUMOUR, open_and_import
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study as Opened

if TYPE_CHECKING:
    from brainviewer.app.dicom_export.request import DicomExport
    from brainviewer.models.engine.runtimes import Runner


class Part(StrEnum):
    """A part of an export."""

    SEGMENTATION = "segmentation"
    REPORT = "report"
    PICTURES = "pictures"
    SEQUENCES = "sequences"


@app.command("export-dicom")
def export_dicom(
    study: Study,
    folder: Annotated[
        Path, option("-o", "--output", help="A new or empty folder for the DICOM files.")
    ],
    only: Annotated[
        list[Part] | None, option(help="Save this part only; may be given several times.")
    ] = None,
    patient_name: Annotated[str, option(help="'Family, Given'.")] = "",
    patient_id: Annotated[
        str, option(help="Without it, an id is made up and marked as made up.")
    ] = "",
    birth_date: Annotated[str, option(metavar="YYYY-MM-DD")] = "",
    sex: Annotated[str, option(metavar="M|F|O")] = "",
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Save segmentation, report and pictures as DICOM, and the mask as NIfTI."""
    with results_only() as out:
        from brainviewer.app.dicom_export.export import dicom_export_record
        from brainviewer.app.dicom_export.export import export_dicom as export
        from brainviewer.app.dicom_export.request import DicomExportRequest, DicomResults
        from brainviewer.app.opening.dicom.series import named
        from brainviewer.files.dicom.export.patient import entered_patient
        from brainviewer.files.writing import check_empty_folder

        wanted = set(only or Part)
        request = DicomExportRequest(
            folder,
            entered_patient(patient_name, patient_id, birth_date, sex),
            Part.SEGMENTATION in wanted,
            Part.REPORT in wanted,
            Part.PICTURES in wanted,
            Part.SEQUENCES in wanted,
        )
        check_empty_folder(folder)
        found = named(study)
        of_images = bool(found.images)
        with image_engine(engine, model) if of_images else study_engine(engine, model) as runner:
            modules = () if of_images else (TUMOUR, CLASSIFYING)
            opened = open_and_import(study, *modules, examination=found.examination)
            finding, result, notices = _answers(
                opened, runner, method, threshold, model, age, prevalence
            )
        from brainviewer.app.report.study_figures import analysis_spec

        figures = (analysis_spec(opened, finding, result),)
        done = export(request, DicomResults(opened, finding, result, figures), progress_line())
        record = dicom_export_record(done)
        notices = [*opened.notices, *notices, *done.notices]
        record["notices"] = list(dict.fromkeys(notices))
        show(out, record, as_json, lambda: _text(done, record["notices"]))


def _answers(
    study: Opened,
    runner: "Runner",
    method: Method,
    threshold: float,
    model: str | None,
    age: float | None,
    prevalence: str | None,
) -> tuple[TumourFinding | None, Classification | None, list[str]]:
    """Finding and prediction, each None where there is none, and what must be said of them."""
    from brainviewer.models.subtype.prediction import NotClassified

    finding = None
    try:
        if study.is_image2d:
            from brainviewer.app.monitoring.own_log import own_log
            from brainviewer.app.prediction.frame_class import classify_frame

            frame = study.frame_index()
            shown = classify_frame(
                study, frame, runner, progress_line(), model_id=model, kept=own_log()
            )
            return None, shown, list(shown.notices)
        from brainviewer.cli.studies import answer, search

        load_rest(runner)
        finding = search(study, runner, method, threshold)
        result = answer(study, finding, runner, model=model, age=age, prevalence=prevalence)
    except NotClassified as nothing:
        return finding, None, [*(finding.notices if finding else ()), str(nothing)]
    return finding, result, [*finding.notices, *result.notices]


def _text(done: "DicomExport", notices: list[str]) -> str:
    lines = [f"Written to {shown_text(str(done.folder))}"]
    lines += [f"  {file.name:<13}{file.content}" for file in done.files]
    if done.patient.made_up:
        lines.append(f"The patient ID {done.patient.id} was made up.")
    lines += [f"Note: {notice}" for notice in notices]
    return "\n".join(lines)
