"""Commands that work on one study (``classify`` also on images)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import finder, image_engine, load_rest, search_engine, study_engine
from brainviewer.cli.images import ImageOptions, classify_images
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
    StudyOrImages,
    Threshold,
    option,
)
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import (
    ANALYSING,
    CLASSIFYING,
    TUMOUR,
    check_output,
    open_and_import,
)
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.core.findings.classification import Classification
    from brainviewer.core.findings.tumour import TumourFinding
    from brainviewer.core.study import Study as Opened
    from brainviewer.models.engine.runtimes import Runner


@app.command()
def info(study: Study, as_json: AsJson = False) -> None:
    """Say what a study, or an image, holds, and what is odd about its headers."""
    with results_only() as out:
        from brainviewer.app.headers.header_findings import header_lines, header_records
        from brainviewer.app.opening.study import open_to_tell
        from brainviewer.app.report.formats import Schema, with_schema
        from brainviewer.app.report.study_record import study_record
        from brainviewer.app.report.text import study_text

        opened = open_to_tell(study, progress_line())
        notices = list(opened.notices)
        told = {**study_record(opened), "headers": header_records(opened), "notices": notices}
        record = with_schema(Schema.STUDY, told)
        show(out, record, as_json, lambda: study_text(record, header_lines(opened)))


@app.command()
def pick(
    study: Study,
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    mask: Annotated[Path | None, option(help="Save the lesion's mask here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the tumour and its slice."""
    with results_only() as out:
        if mask is not None:
            check_output(mask, study)
        with search_engine() if method is Method.LESION else nullcontext() as runner:
            opened = open_and_import(study, TUMOUR)
            from brainviewer.app.report.formats import Schema, with_schema
            from brainviewer.app.report.records import finding_record
            from brainviewer.app.report.text import finding_text

            finding = located_search(opened, runner, method, threshold)
        if mask is not None:
            from brainviewer.app.audit_trail.recording import audited
            from brainviewer.core.audit_trail.actions import Action
            from brainviewer.files.nifti.writer import write_mask

            lesion = np.zeros(opened.grid.shape, bool) if finding.mask is None else finding.mask
            with audited(Action.EXPORTED, opened, facts={"kind": "segmentation", "format": "nii"}):
                write_mask(mask, lesion, opened.grid, opened.reference.file_grid)
        record = with_schema(Schema.FINDING, finding_record(finding))
        notices = record["notices"] = [*opened.notices, *finding.notices]
        show(out, record, as_json, lambda: finding_text(opened, finding, notices))


@app.command()
def classify(
    paths: StudyOrImages,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    slice_index: Annotated[
        int | None,
        option(
            "--slice",
            help="Axial slice, from 0; by default the tumour slice. Of an image the frame; by "
            "default the middle one.",
        ),
    ] = None,
    top: Annotated[int | None, option(min=1, help="Images: so many classes at most.")] = None,
    heatmap: Annotated[
        Path | None,
        option(
            metavar="OUT.png|FOLDER",
            help="Images: save where the network looked; a folder for several.",
        ),
    ] = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Type the glioma of a study: A, O or G. Or say what single images show."""
    with results_only() as out:
        from brainviewer.app.opening.dicom.series import named
        from brainviewer.files.image2d.folder import images_among

        examination = named(paths).examination
        if examination is None and (images := images_among(paths)):
            _only_for("studies", {"--age": age})
            with (
                _heatmap_files(images, heatmap) as files,
                image_engine(engine, model, len(images)) as runner,
            ):
                options = ImageOptions(model, prevalence, top, files, slice_index)
                classify_images(images, runner, options, out, as_json)
        else:
            from brainviewer.app.report.text import classification_text
            from brainviewer.files.study.folder import collect

            if top is not None or heatmap is not None:
                collect(paths)  # where nothing is to be opened, that is said, not this
            _only_for("images", {"--top": top, "--heatmap": heatmap})
            with study_engine(engine, model) as runner:
                opened = open_and_import(paths, TUMOUR, CLASSIFYING, examination=examination)
                record = _classified(opened, runner, model, age, prevalence, slice_index)
            show(out, record, as_json, lambda: classification_text(record))


@app.command()
def analyze(
    study: Study,
    folder: Annotated[Path, option("-o", "--output", help="Folder for the results.")],
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    heatmap: Annotated[
        bool, typer.Option("--heatmap", help="Draw where the network looked.")
    ] = False,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Do the whole job without a window: result.json, figure.png and volume.png."""
    with results_only() as out, study_engine(engine, model) as runner:
        opened = open_and_import(study, ANALYSING)
        load_rest(runner)
        from brainviewer.app.monitoring.own_log import own_log
        from brainviewer.app.prediction.whole_study import AnalysisOptions
        from brainviewer.app.prediction.whole_study import analyze as analyze_study
        from brainviewer.app.report.text import analysis_text

        options = AnalysisOptions(method.value, threshold, model, age, prevalence, heatmap)
        done = analyze_study(opened, folder, runner, options, progress_line(), own_log())
        show(
            out,
            done.record,
            as_json,
            lambda: analysis_text(opened, done.finding, done.record, folder),
        )


def search(
    study: "Opened",
    runner: "Runner | None",
    method: Method = Method.LESION,
    threshold: float = 450.0,
) -> "TumourFinding":
    """Look for the tumour; see ``find_tumour``. runner : None where no network is to be run.

    Then it is compared with the segmentation that came with the study.
    """
    from brainviewer.imaging.measure.agreement import compared

    return compared(study, finder(runner, method, threshold)(study, progress_line()))


def located_search(
    study: "Opened",
    runner: "Runner | None",
    method: Method = Method.LESION,
    threshold: float = 450.0,
) -> "TumourFinding":
    """The same, with where the lesion lies."""
    from brainviewer.imaging.location.located import located

    return located(study, search(study, runner, method, threshold), progress_line())


def answer(
    study: "Opened",
    finding: "TumourFinding",
    runner: "Runner",
    *,
    model: str | None,
    age: float | None = None,
    prevalence: str | None = None,
    slice_index: int | None = None,
) -> "Classification":
    """The prediction for a study; see ``classify``. age : by default what its files tell.

    Raises NotClassified.
    """
    from brainviewer.app.monitoring.own_log import own_log
    from brainviewer.app.prediction.study_class import classify_study
    from brainviewer.app.stores.age import age_in_files

    return classify_study(
        study,
        finding,
        runner,
        progress_line(),
        own_log(),
        model_id=model,
        age_years=age_in_files(study) if age is None else age,
        prevalence=prevalence,
        slice_index=slice_index,
    )


def _classified(
    opened: "Opened",
    runner: "Runner",
    model: str | None,
    age: float | None,
    prevalence: str | None,
    slice_index: int | None,
) -> dict[str, Any]:
    load_rest(runner)
    from brainviewer.app.report.formats import Schema, with_schema
    from brainviewer.app.report.records import (
        classification_record,
        location_record,
        not_classified_record,
    )
    from brainviewer.models.registry import DEFAULT_MODEL
    from brainviewer.models.subtype.prediction import NotClassified

    finding = located_search(opened, runner)
    try:
        result = answer(
            opened,
            finding,
            runner,
            model=model,
            age=age,
            prevalence=prevalence,
            slice_index=slice_index,
        )
        record = classification_record(result)
    except NotClassified as nothing:
        record = not_classified_record(model or DEFAULT_MODEL, str(nothing))
    record["location"] = location_record(finding.location)
    notices = [*opened.notices, *finding.notices, *record["notices"]]
    record["notices"] = list(dict.fromkeys(notices))
    return with_schema(Schema.CLASSIFICATION, record)


def _heatmap_files(
    images: Sequence[Path], out: Path | None
) -> AbstractContextManager[Sequence[Path]]:
    if out is None:
        return nullcontext(())
    from brainviewer.app.prediction.image_heatmap import heatmap_files

    return heatmap_files(images, out)


def _only_for(what: str, given: dict[str, object]) -> None:
    """Refuse options that would be left out without a word."""
    for name, value in given.items():
        if value is not None:
            raise BrainViewerError(f"{name} is for {what} only.", "Leave it out.")
