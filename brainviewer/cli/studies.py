"""Commands that work on one study, and the list of models."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from brainviewer.app.terminal import progress_line, results_only, show
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
)
from brainviewer.cli.program import app
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

if TYPE_CHECKING:
    from brainviewer.inference.engine import Engine as Runner


@app.command()
def info(study: Study, as_json: AsJson = False) -> None:
    """Say what a study holds."""
    with results_only() as out:
        from brainviewer.app.opening import open_study, study_info
        from brainviewer.app.telling import study_text

        opened = open_study(study, progress_line())
        record = study_info(opened)
        show(out, record, as_json, lambda: study_text(record))


@app.command()
def pick(
    study: Study,
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    mask: Annotated[
        Path | None, typer.Option(help="Save the lesion's mask here.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the tumour and its slice."""
    with results_only() as out:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.opening import open_study
        from brainviewer.app.records import finding_record
        from brainviewer.app.telling import finding_text

        opened = open_study(study, progress_line())
        finding = find_tumour(opened, method.value, threshold=threshold, report=progress_line())
        if mask is not None:
            from brainviewer.files.nifti_writer import write_mask

            lesion = np.zeros(opened.grid.shape, bool) if finding.mask is None else finding.mask
            write_mask(mask, lesion, opened.grid, opened.reference.file_grid)
        record = finding_record(finding)
        show(out, record, as_json, lambda: finding_text(record))


@app.command()
def classify(
    study: Study,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    slice_index: Annotated[
        int | None,
        typer.Option(
            "--slice", help="Axial slice, from 0; by default the tumour slice.", show_default=False
        ),
    ] = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Type the glioma: A, O or G."""
    with results_only() as out, _engine(engine, model) as runner:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.classifying import NotClassified
        from brainviewer.app.classifying import classify as classify_study
        from brainviewer.app.opening import open_study
        from brainviewer.app.records import classification_record, not_classified_record
        from brainviewer.app.telling import classification_text
        from brainviewer.inference.registry import DEFAULT_MODEL

        opened = open_study(study, progress_line())
        finding = find_tumour(opened, report=progress_line())
        try:
            result = classify_study(
                opened,
                finding,
                runner,
                model_id=model,
                age_years=age,
                prevalence=prevalence,
                slice_index=slice_index,
                report=progress_line(),
            )
            record = classification_record(result)
        except NotClassified as nothing:
            record = not_classified_record(model or DEFAULT_MODEL, str(nothing))
        record["notices"] = [*opened.notices, *finding.notices, *record["notices"]]
        show(out, record, as_json, lambda: classification_text(record))


@app.command()
def analyze(
    study: Study,
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the results.", show_default=False)
    ],
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    model: Model = None,
    age: Age = None,
    prevalence: Frequency = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Do the whole job without a window: result.json, figure.png and volume.png."""
    with results_only() as out, _engine(engine, model) as runner:
        from brainviewer.app.analysing import analyze as analyze_study
        from brainviewer.app.opening import open_study
        from brainviewer.app.telling import analysis_text

        opened = open_study(study, progress_line())
        record = analyze_study(
            opened,
            folder,
            runner,
            method=method.value,
            threshold=threshold,
            model_id=model,
            age_years=age,
            prevalence=prevalence,
            report=progress_line(),
        )
        show(out, record, as_json, lambda: analysis_text(record, folder))


@app.command()
def export(
    study: Study,
    file: Annotated[
        Path,
        typer.Option("-o", "--output", help="PNG or TIFF file to write.", show_default=False),
    ],
    sequence: Annotated[
        Modality | None,
        typer.Option(case_sensitive=False, help="By default the first one.", show_default=False),
    ] = None,
    plane: Annotated[Plane, typer.Option(help="Plane of the slice.")] = Plane.AXIAL,
    slice_index: Annotated[
        str, typer.Option("--slice", metavar="auto|INDEX", help="From 0; auto: tumour slice.")
    ] = "auto",
    scale: Annotated[int, typer.Option(min=1, max=4, help="Pixels per point.")] = 2,
    heatmap: Annotated[
        bool, typer.Option("--heatmap", help="Classify, and draw where the network looked.")
    ] = False,
    annotations: Annotated[
        Path | None, typer.Option(help="Annotations to draw (JSON).", show_default=False)
    ] = None,
    model: Model = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Save one slice as a picture."""
    index = _slice_of(slice_index)
    with results_only() as out, _engine(engine, model) if heatmap else nullcontext() as runner:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.exporting import export_picture
        from brainviewer.app.opening import open_study
        from brainviewer.files.journal import load_annotations
        from brainviewer.files.picture import check_picture_path

        check_picture_path(file)
        marks = load_annotations(annotations) if annotations is not None else ()
        opened = open_study(study, progress_line())
        finding = find_tumour(opened, report=progress_line())
        result = None
        if runner is not None:
            from brainviewer.app.classifying import classify as classify_study

            result = classify_study(
                opened,
                finding,
                runner,
                model_id=model,
                slice_index=index if isinstance(index, int) else None,
                report=progress_line(),
            )
        figure = export_picture(
            opened,
            file,
            modality=sequence,
            plane=plane,
            index=index,
            scale=scale,
            heatmap=heatmap,
            annotations=marks,
            finding=finding,
            classification=result,
            report=progress_line(),
        )
        record = {"file": str(file), **figure.provenance, "scale": scale}
        show(out, record, as_json, lambda: f"Written to {file}")


@app.command()
def models(as_json: AsJson = False) -> None:
    """Say which models are installed."""
    with results_only() as out:
        from brainviewer.app.records import model_record
        from brainviewer.app.telling import models_text
        from brainviewer.inference.registry import DEFAULT_MODEL, installed_models

        records = [model_record(card) for card in installed_models()]
        record = {"default": DEFAULT_MODEL, "models": records}
        show(out, record, as_json, lambda: models_text(records))


def _engine(name: EngineName, model_id: str | None) -> "Runner":
    """An engine that loads the model while the study is read."""
    from brainviewer.inference.engine import Engine as Started
    from brainviewer.inference.registry import DEFAULT_MODEL, model

    card = model(model_id or DEFAULT_MODEL)
    started = Started(name.value)
    started.start(card.network)
    return started


def _slice_of(text: str) -> int | str:
    if text == "auto" or text.isdecimal():
        return text if text == "auto" else int(text)
    raise BrainViewerError(
        f"'{text}' is not a slice.", "Give its number, counted from 0, or 'auto'."
    )
