"""The command that puts a study's report together and saves it."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import image_engine, load_rest, search_engine, study_engine
from brainviewer.cli.export import read_drawn
from brainviewer.cli.options import Age, AsJson, Engine, EngineName, Frequency, Model, Study, option
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import ANALYSING, TUMOUR, check_output, open_and_import
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.report_text import MOST_CHARACTERS, TOO_LONG, ReportText
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study as Opened

if TYPE_CHECKING:
    from brainviewer.app.prior.comparison import Comparison
    from brainviewer.core.findings.classification import Classification
    from brainviewer.core.findings.tumour import TumourFinding
    from brainviewer.models.engine.runtimes import Runner


@app.command()
def report(
    study: Study,
    file: Annotated[Path, option("-o", "--output", help="PDF or HTML file to write.")],
    prior: Annotated[
        list[Path] | None, option(help="Folder of a prior study; may be given several times.")
    ] = None,
    annotations: Annotated[Path | None, option(help="Annotations to show (JSON).")] = None,
    other_study: Annotated[
        bool,
        typer.Option("--other-study", help="Show annotations that were made on another study."),
    ] = False,
    identity: Annotated[
        str,
        typer.Option(metavar="nothing|id|full", help="What the report says of the patient."),
    ] = "nothing",
    clinical: Annotated[str, option(help="Clinical information, as text.")] = "",
    findings: Annotated[str, option(help="Findings, as text.")] = "",
    impression: Annotated[str, option(help="Impression, as text.")] = "",
    reader: Annotated[str, option(help="The name on the line to sign on.")] = "",
    paper: Annotated[str, typer.Option(metavar="A4|Letter", help="Paper of a PDF.")] = "A4",
    classified: Annotated[
        bool, typer.Option("--classify/--no-classify", help="With the prediction of a model.")
    ] = True,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Save a report: images, measurements, change, prediction and its limits, your text."""
    with results_only() as out:
        from brainviewer.app.opening.dicom.series import named
        from brainviewer.app.reporting.choices import check_report_path, chosen_options

        options = chosen_options(identity, paper, reader)
        check_report_path(file)
        check_output(file, [*study, *(prior or ())])
        if max(map(len, (clinical, findings, impression))) > MOST_CHARACTERS:
            raise BrainViewerError(TOO_LONG, "Shorten the text.")
        text = ReportText(clinical, findings, impression)
        found = named(study)
        of_images = bool(found.images)
        with _engine(of_images, classified, engine, model) as runner:
            needed = () if of_images else (ANALYSING if classified else TUMOUR,)
            opened = open_and_import(study, *needed, examination=found.examination)
            drawn, said = read_drawn(annotations, opened, other_study)
            finding, result, why = _results(opened, runner, classified, model, age, prevalence)
            compared = _compared(opened, study, prior or [], finding, runner)
            from brainviewer.app.reporting.options import ReportSources
            from brainviewer.app.reporting.saving import save_report

            sources = ReportSources(
                opened,
                finding,
                result,
                why,
                annotations=drawn,
                compared=compared,
                text=text,
            )
            record = save_report(sources, options, file, progress_line())
        record["notices"] = [*record["notices"], *said]
        show(out, record, as_json, lambda: _text(record))


def _engine(of_images: bool, classified: bool, engine: EngineName, model: str | None) -> Any:
    """What runs the networks that the report needs."""
    if not classified:
        return nullcontext() if of_images else search_engine()
    return image_engine(engine, model) if of_images else study_engine(engine, model)


def _results(
    opened: Opened,
    runner: "Runner | None",
    classified: bool,
    model: str | None,
    age: float | None,
    prevalence: str | None,
) -> "tuple[TumourFinding | None, Classification | None, str]":
    """Finding and prediction, and why there is none."""
    if opened.is_image2d:
        if not classified or runner is None:
            return None, None, ""
        from brainviewer.app.prediction.frame_class import classify_frame

        frame = opened.frame_index()
        result = classify_frame(opened, frame, runner, progress_line(), model_id=model)
        return None, result, ""
    from brainviewer.cli.studies import answer, located_search

    if not classified or runner is None:
        return located_search(opened, runner), None, ""
    load_rest(runner)
    from brainviewer.models.subtype.prediction import NotClassified

    finding = located_search(opened, runner)
    try:
        result = answer(opened, finding, runner, model=model, age=age, prevalence=prevalence)
    except NotClassified as nothing:
        return finding, None, str(nothing)
    return finding, result, ""


def _compared(
    opened: Opened,
    study: Sequence[Path],
    priors: Sequence[Path],
    finding: "TumourFinding | None",
    runner: "Runner | None",
) -> "Comparison | None":
    """The change since prior studies, as ``compare`` tells it."""
    if not priors:
        return None
    from brainviewer.app.prior.comparison import compare
    from brainviewer.app.prior.dates import DatedStudy
    from brainviewer.models.segmentation.detection import find_tumour
    from brainviewer.models.segmentation.network import segmentation_network

    network = None if runner is None else segmentation_network(runner)
    dated = [DatedStudy.of(opened, study)]
    dated += [DatedStudy.of(open_and_import([prior]), [prior]) for prior in priors]

    def find(one: Any, told: Any) -> Any:
        return find_tumour(one, network=network, report=told)

    return compare(dated[0], dated[1:], find, progress_line(), finding)


def _text(record: dict[str, Any]) -> str:
    pages = record["pages"]
    many = "" if pages is None else f", {pages} page{'' if pages == 1 else 's'}"
    lines = [f"Written to {shown_text(record['file'])}{many}"]
    lines += [f"Note: {shown_text(notice)}" for notice in record["notices"]]
    return "\n".join(lines)
