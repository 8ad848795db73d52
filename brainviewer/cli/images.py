"""Commands for single images: what they show, and what the classes mean."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from brainviewer.app.report.terminal import complain, progress_line, results_only, show
from brainviewer.cli.in_order import in_order
from brainviewer.cli.options import AsJson, argument
from brainviewer.cli.program import app
from brainviewer.core.errors import FileError, Report, silent

if TYPE_CHECKING:
    from brainviewer.models.engine.runtimes import Runner


@dataclass(frozen=True)
class ImageOptions:
    """What is asked of every image.

    top : how many classes are told; all of them if None.
    heatmaps : a file for each image; empty for none.
    frame : which one of an image that has several, from 0; the middle one if None.
    """

    model_id: str | None = None
    prevalence: str | None = None
    top: int | None = None
    heatmaps: Sequence[Path] = ()
    frame: int | None = None


def classify_images(
    images: Sequence[Path], runner: "Runner", options: ImageOptions, out: TextIO, as_json: bool
) -> None:
    """Say what each image shows, one JSON object a line.

    Every core has an image of its own: one is decoded and prepared beside the network for another.

    One image that cannot be read is a mistake of the user. Among several, its object has
    ``error`` instead of an answer, the others are answered, and the exit code is 2 in the end. If
    only its heatmap cannot be saved, it has both.
    """
    from brainviewer.app.report.text import image_text
    from brainviewer.models.engine.devices import usable_cores

    tell, alone, failed = progress_line(), len(images) == 1, False
    ask = partial(_classified, runner, options, tell if alone else silent)
    threads = min(usable_cores(), len(images))
    numbered = enumerate(images)
    for record in in_order(ask if alone else partial(_unless_unread, ask), numbered, threads):
        if "error" in record:
            failed = True
            if not as_json:
                complain(record["error"])
        if as_json or "predicted" in record:
            show(out, record, as_json, partial(image_text, record))
            out.flush()
    if failed:
        raise typer.Exit(2)


def _unless_unread(
    ask: Callable[[tuple[int, Path]], dict[str, Any]], numbered: tuple[int, Path]
) -> dict[str, Any]:
    from brainviewer.app.report.records import unread_image_record

    try:
        return ask(numbered)
    except FileError as error:
        return unread_image_record(numbered[1], error)


def _classified(
    runner: "Runner", options: ImageOptions, report: Report, numbered: tuple[int, Path]
) -> dict[str, Any]:
    from brainviewer.app.audit_trail.openings import not_shown
    from brainviewer.app.monitoring.own_log import own_log
    from brainviewer.app.opening.image2d import open_image2d
    from brainviewer.app.prediction.recorded import classify_image
    from brainviewer.app.report.records import image_record

    number, path = numbered
    with not_shown():  # that it is classified says it
        study = open_image2d(path)
    frame = study.frame_index(options.frame)
    began = time.perf_counter()
    result = classify_image(
        study.image_pixels(frame),
        runner,
        model_id=options.model_id,
        prevalence=options.prevalence,
        report=report,
        image_hash=study.content_hash,
        heatmap=bool(options.heatmaps),
    )
    own_log().classification(result, study, seconds=time.perf_counter() - began, frame=frame)
    record = image_record(result, path, study, frame, options.top)
    if options.heatmaps and result.heatmap is not None:
        from brainviewer.app.prediction.image_heatmap import save_heatmap

        file = options.heatmaps[number]
        try:
            save_heatmap(study, frame, result.heatmap, file, {**record, "file": None})
            record["heatmap"] = str(file)
        except FileError as error:
            if len(options.heatmaps) == 1:
                raise
            record["error"] = str(error)
    return record


@app.command()
def explain(
    name: Annotated[
        str | None, argument(metavar="CLASS", help="Code of a class, such as glioma.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a class of the image model is, how common, and what to look for."""
    with results_only() as out:
        from brainviewer.app.prediction.class_texts import class_text, class_texts
        from brainviewer.app.report.formats import Schema, with_schema

        if name is None:
            texts = class_texts()
            told = {"classes": {t.code: t.summary for t in texts}}
            record = with_schema(Schema.CLASSES, told)
            show(out, record, as_json, lambda: "\n".join(f"{t.code}: {t.summary}" for t in texts))
        else:
            text = class_text(name)
            about = {"class": text.code, "title": text.title, "text": text.markdown}
            record = with_schema(Schema.CLASSES, about)
            show(out, record, as_json, text.markdown.rstrip)
