"""The command that puts a study's report together and saves it."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import finder, image_engine, load_rest, search_engine, study_engine
from brainviewer.cli.exporting.pictures import read_drawn
from brainviewer.cli.options import (
    Age,
    AsJson,
    Engine,
    EngineName,
    Frequency,
    Model,
    StudyOrSession,
    option,
    with_a_name,
)
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import ANALYSING, TUMOUR, check_output, open_and_import
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.report_text import MOST_CHARACTERS, TOO_LONG, ReportText
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study as Opened

if TYPE_CHECKING:
    from brainviewer.app.prior.comparison import Comparison
    from brainviewer.app.reporting.options import ReportOptions, ReportSources
    from brainviewer.app.saved_session.without_window import OfSession
    from brainviewer.core.findings.classification import Classification
    from brainviewer.core.findings.tumour import TumourFinding
    from brainviewer.models.engine.runtimes import Runner


@app.command()
def report(
    study: StudyOrSession,
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
    volume: Annotated[
        bool, typer.Option("--volume", help="With the 3D view, as the window opens it.")
    ] = False,
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
        from brainviewer.app.saved_session.places import images_of_sessions
        from brainviewer.app.saved_session.without_window import of_session
        from brainviewer.app.sign_in.reader_name import named_reader

        options = chosen_options(identity, paper, reader or named_reader(), volume)
        check_report_path(file)
        given = with_a_name(images_of_sessions(study))
        check_output(file, [*given, *(prior or ())])
        if max(map(len, (clinical, findings, impression))) > MOST_CHARACTERS:
            raise BrainViewerError(TOO_LONG, "Shorten the text.")
        session = of_session(study, progress_line())
        text = ReportText(clinical, findings, impression)
        found = named(given)
        of_images = bool(found.images)
        with _engine(of_images, classified, engine, model) as runner:
            needed = () if of_images else (ANALYSING if classified else TUMOUR,)
            if session is None:
                opened = open_and_import(given, *needed, examination=found.examination)
            else:
                opened = session.study
            drawn, said = read_drawn(annotations, opened, other_study)
            finding, result, why = _results(
                opened, runner, session, _Wanted(classified, model, age, prevalence)
            )
            if session is not None and not prior:
                compared, more = session.compared(finding, finder(runner), progress_line())
                said = (*said, *more)
            else:
                compared = _compared(opened, given, prior or [], finding, runner)
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
            if session is not None:
                sources = _as_seen(sources, session, annotations is None)
            if volume and not opened.is_image2d:
                sources = _with_volume(sources, options)
            record = save_report(sources, options, file, progress_line())
        of_it = () if session is None else session.notices
        record["notices"] = [*record["notices"], *of_it, *said]
        show(out, record, as_json, lambda: _text(record))


def _with_volume(sources: "ReportSources", options: "ReportOptions") -> "ReportSources":
    from brainviewer.app.exporting.volume_pictures import volume_drawing, volume_request
    from brainviewer.app.graphics.for_commands import CommandGraphics
    from brainviewer.app.reporting.volume import ReportVolume

    shown = volume_request(sources.study, sources.finding)
    with volume_drawing(shown, CommandGraphics()) as draw:
        return ReportVolume(draw).drawn(sources, options, shown, progress_line())


def _engine(of_images: bool, classified: bool, engine: EngineName, model: str | None) -> Any:
    """What runs the networks that the report needs."""
    if not classified:
        return nullcontext() if of_images else search_engine()
    return image_engine(engine, model) if of_images else study_engine(engine, model)


@dataclass(frozen=True)
class _Wanted:
    """What the answer is to rest on; nothing of it said: that of the session does."""

    classified: bool
    model: str | None
    age: float | None
    prevalence: str | None

    @property
    def as_it_was(self) -> bool:
        return self.classified and (self.model, self.age, self.prevalence) == (None, None, None)


def _results(
    opened: Opened, runner: "Runner | None", session: "OfSession | None", wanted: _Wanted
) -> "tuple[TumourFinding | None, Classification | None, str]":
    """Finding and prediction, and why there is none."""
    classified, model, prevalence = wanted.classified, wanted.model, wanted.prevalence
    known = None if session is None or not wanted.as_it_was else session.answer
    if opened.is_image2d:
        if known is not None:
            return None, known, ""
        if not classified or runner is None:
            return None, None, ""
        from brainviewer.app.monitoring.own_log import own_log
        from brainviewer.app.prediction.frame_class import classify_frame

        frame = opened.frame_index() if session is None else session.frame
        result = classify_frame(
            opened, frame, runner, progress_line(), model_id=model, kept=own_log()
        )
        return None, result, ""
    from brainviewer.cli.studies import answer, search

    if session is None:
        finding = search(opened, runner)
    else:
        finding = session.finding(lambda: search(opened, runner))
    from brainviewer.imaging.location.located import located

    finding = located(opened, finding, progress_line())
    if not classified or runner is None or known is not None:
        return finding, known, ""
    load_rest(runner)
    from brainviewer.models.subtype.prediction import NotClassified

    age = wanted.age
    if age is None and session is not None:
        age = session.session.age_years
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

    dated = [DatedStudy.of(opened, study)]
    dated += [DatedStudy.of(open_and_import([prior]), [prior]) for prior in priors]
    return compare(dated[0], dated[1:], finder(runner), progress_line(), finding)


def _as_seen(sources: "ReportSources", session: "OfSession", drawn: bool) -> "ReportSources":
    """With what a session says beside its lesion and answer. drawn : with its annotations, too."""
    saved, own = session.session, sources.text
    made = replace(
        sources,
        text=ReportText(*(
            getattr(own, one.name) or getattr(saved.report_text, one.name) for one in fields(own)
        )),
        annotations=session.annotations if drawn else sources.annotations,
        frame=session.frame if session.study.is_image2d else None,
    )  # fmt: skip
    if made.result is not None and made.result is saved.results.classification:
        made = replace(made, feedback=saved.feedback)
    if (view := saved.view) is not None:
        made = replace(
            made, windows=view.windows, colour_maps=view.colour_maps, overlays=view.overlays
        )
    return made


def _text(record: dict[str, Any]) -> str:
    pages = record["pages"]
    many = "" if pages is None else f", {pages} page{'' if pages == 1 else 's'}"
    lines = [f"Written to {shown_text(record['file'])}{many}"]
    lines += [f"Note: {shown_text(notice)}" for notice in record["notices"]]
    return "\n".join(lines)
