"""The command that saves a slice, or an image, with what is said of it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import image_engine, search_engine, study_engine
from brainviewer.cli.exporting.slice_look import (
    Flip,
    Rotate,
    SlabOf,
    SlabThickness,
    WindowText,
    reformation_of,
)
from brainviewer.cli.options import AsJson, Engine, EngineName, Study, option
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import TUMOUR, check_output, open_and_import
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.reformation.slab import SlabMode
from brainviewer.core.shown_text import shown_text
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.study import Study as Opened
from brainviewer.core.voi.voi_window import Window

if TYPE_CHECKING:
    from brainviewer.app.voi.chosen_window import ChosenWindow
    from brainviewer.core.annotation.annotations import Annotation as MadeAnnotation
    from brainviewer.files.annotation_file import AnnotationFile
    from brainviewer.models.engine.runtimes import Runner


@app.command()
def export(
    study: Study,
    file: Annotated[Path, option("-o", "--output", help="PNG, TIFF, SVG or PDF file to write.")],
    sequence: Annotated[
        Modality | None, option(case_sensitive=False, help="By default the first one.")
    ] = None,
    plane: Annotated[Plane, typer.Option(help="Plane of the slice.")] = Plane.AXIAL,
    slice_index: Annotated[
        str,
        typer.Option(
            "--slice",
            metavar="auto|INDEX",
            help="From 0; auto: tumour slice. Of an image the frame; auto: the middle one.",
        ),
    ] = "auto",
    slab: SlabThickness = None,
    slab_mode: SlabOf = SlabMode.MAXIMUM,
    rotate: Rotate = 0,
    flip: Flip = False,
    window: WindowText = None,
    scale: Annotated[int, typer.Option(min=1, max=4, help="Pixels per point.")] = 2,
    width: Annotated[
        float, option(metavar="MM", help="Width in print, at 300 pixels per inch.")
    ] = 0.0,
    heatmap: Annotated[
        bool, typer.Option("--heatmap", help="Classify, and draw where the network looked.")
    ] = False,
    annotations: Annotated[Path | None, option(help="Annotations to draw (JSON).")] = None,
    other_study: Annotated[
        bool,
        typer.Option("--other-study", help="Draw annotations that were made on another study."),
    ] = False,
    model: Annotated[str | None, option(help="Classify with the model of this id.")] = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Save one slice, or one image, as an annotated image."""
    index = _slice_of(slice_index)
    with results_only() as out:
        from brainviewer.app.opening.dicom.series import named
        from brainviewer.app.voi.chosen_window import chosen_window
        from brainviewer.cli.studies import search
        from brainviewer.files.annotation_file import read_annotations
        from brainviewer.files.image2d.writer import check_page_path
        from brainviewer.files.surfaces.writer import SURFACE_SUFFIXES

        look = reformation_of(plane, slab, slab_mode, rotate, flip)
        chosen = None if window is None else chosen_window(window)
        if file.suffix.lower() in SURFACE_SUFFIXES:
            raise BrainViewerError(
                f"'{shown_text(file.name)}' is a file of surfaces, and a slice is an image.",
                "Use 'brainviewer export-surfaces', or let the name end with .png.",
            )
        check_page_path(file)
        if width:
            from brainviewer.app.report.study_figures import check_width

            check_width(width)
        check_output(file, study)
        annotated = read_annotations(annotations) if annotations is not None else None
        found = named(study)
        of_images = bool(found.images)
        wanted = heatmap or model is not None
        with _engine(of_images, wanted, engine, model) as runner:
            opened = open_and_import(
                study, *(() if of_images else (TUMOUR,)), examination=found.examination
            )
            windows = _windows(chosen, opened, sequence)
            all_annotations, said = _annotations(annotated, opened, other_study)
            finding = None if opened.is_image2d else search(opened, runner)
            from brainviewer.app.report.provenance import provenance_record
            from brainviewer.app.report.study_figures import (
                SliceRequest,
                export_figure,
                scale_of,
                slice_figure,
            )

            result = None
            if runner is not None and wanted:
                result = _prediction(opened, finding, runner, model, plane, index)
            request = SliceRequest(
                modality=sequence,
                plane=plane,
                index=index,
                # Nothing was looked at in what is out of scope, and the image says that.
                heatmap=heatmap and result is not None and result.in_scope,
                annotations=all_annotations,
                finding=finding,
                classification=result,
                windows=windows,
                reformation=look,
            )
            figure = slice_figure(opened, request)
            export_figure(figure, file, scale, progress_line(), width)
        record = {**provenance_record(figure, scale_of(figure, scale, width)), "file": str(file)}
        notices = [*opened.notices, *said]
        record["notices"] = notices
        show(out, record, as_json, lambda: _text(file, result, notices))


def _windows(
    chosen: "ChosenWindow | None", study: Opened, sequence: Modality | None
) -> dict[Modality, Window]:
    """The window of the sequence that is drawn, where one is asked for."""
    drawn = sequence or study.modalities[0]
    if chosen is None or drawn not in study.volumes:  # which is said where it is drawn
        return {}
    return {drawn: chosen.window(study.volumes[drawn])}


def _engine(
    of_images: bool, classified: bool, engine: EngineName, model: str | None
) -> "AbstractContextManager[Runner | None]":
    """What runs the networks that an export needs."""
    if not classified:
        return nullcontext() if of_images else search_engine()
    return image_engine(engine, model) if of_images else study_engine(engine, model)


def read_drawn(
    file: Path | None, study: Opened, other_study: bool
) -> "tuple[tuple[MadeAnnotation, ...], tuple[str, ...]]":
    """The annotations of a file on a study; see ``_annotations``."""
    from brainviewer.files.annotation_file import read_annotations

    return _annotations(None if file is None else read_annotations(file), study, other_study)


def _annotations(
    file: "AnnotationFile | None", study: Opened, other_study: bool
) -> "tuple[tuple[MadeAnnotation, ...], tuple[str, ...]]":
    """The annotations to draw, and what must be said of them."""
    if file is None:
        return (), ()
    from brainviewer.files.annotation_file import OtherStudy

    try:
        return file.opened_on(study, other_study=other_study)
    except OtherStudy as error:
        advice = "Give the study that they were made on, or --other-study to draw them here."
        raise BrainViewerError(error.message, advice) from None


def _prediction(
    study: Opened,
    finding: TumourFinding | None,
    runner: "Runner",
    model: str | None,
    plane: Plane,
    index: int | str,
) -> Classification:
    """For the slice or frame that is drawn; for the tumour slice where that is no axial one."""
    chosen = index if isinstance(index, int) else None
    if finding is None:
        from brainviewer.app.monitoring.own_log import own_log
        from brainviewer.app.prediction.frame_class import classify_frame

        frame = study.frame_index(chosen)
        return classify_frame(study, frame, runner, progress_line(), model_id=model, kept=own_log())
    from brainviewer.cli.studies import answer

    axial = chosen if plane is Plane.AXIAL else None
    return answer(study, finding, runner, model=model, slice_index=axial)


def _text(file: Path, result: Classification | None, notices: Sequence[str]) -> str:
    lines = [f"Written to {shown_text(str(file))}", *(f"Note: {notice}" for notice in notices)]
    if result is not None and result.reason:
        standing = "Not confident." if result.in_scope else "Out of scope."
        lines.append(f"{standing} {result.reason}")
    return "\n".join(lines)


def _slice_of(text: str) -> int | str:
    if text == "auto" or text.isdecimal():
        return text if text == "auto" else int(text)
    raise BrainViewerError(
        f"'{text}' is not a slice.", "Give its number, counted from 0, or 'auto'."
    )
