"""The command that saves many slices at once: key images, every n-th slice, a cine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from brainviewer.app.report.terminal import complain, progress_line, results_only, show
from brainviewer.cli.engines import finder, search_engine
from brainviewer.cli.exporting.slice_look import WindowText
from brainviewer.cli.options import AsJson, StudyOrSession, option
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import TUMOUR, check_output, open_and_import
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

if TYPE_CHECKING:
    from brainviewer.app.exporting.batch import BatchEntry, Find
    from brainviewer.app.exporting.series_figures import SeriesStudy
    from brainviewer.app.exporting.slice_series import BurnIn, SeriesRequest
    from brainviewer.app.saved_session.without_window import OfSession

_BURNT = ("lesion", "annotations", "text", "result", "footer", "names")


@app.command("export-slices")
def export_slices(
    study: StudyOrSession,
    target: Annotated[
        Path,
        option("-o", "--output", help="A new or empty folder; for a cine a .mp4 or .gif file."),
    ],
    key: Annotated[
        bool, typer.Option("--key-images", help="All slices that are marked as key images.")
    ] = False,
    every: Annotated[int | None, option(metavar="N", min=1, help="Every n-th slice.")] = None,
    cine: Annotated[bool, typer.Option("--cine", help="A cine through the slices.")] = False,
    sequence: Annotated[
        Modality | None, option(case_sensitive=False, help="By default the first one.")
    ] = None,
    plane: Annotated[Plane, typer.Option(help="Plane of the slices.")] = Plane.AXIAL,
    first: Annotated[int | None, option("--from", min=0, help="First slice, from 0.")] = None,
    last: Annotated[int | None, option("--to", min=0, help="Last slice, from 0.")] = None,
    form: Annotated[
        str, typer.Option("--format", help="png, tif, svg or pdf; of cines in a batch mp4 or gif.")
    ] = "png",
    window: WindowText = None,
    scale: Annotated[int, typer.Option(min=1, max=4, help="Pixels per point.")] = 1,
    width: Annotated[
        float, option(metavar="MM", help="Width in print, at 300 pixels per inch.")
    ] = 0.0,
    per_second: Annotated[float, typer.Option("--fps", help="Images per second.")] = 10.0,
    burn_in: Annotated[
        str,
        typer.Option(metavar="LIST", help=f"What is drawn in, of {', '.join(_BURNT)}."),
    ] = "lesion,annotations,text,footer",
    annotations: Annotated[
        Path | None, option(help="Annotations (JSON); by default those kept on this computer.")
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="Every study in a folder, each in a folder of its own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Save key images, every n-th slice or a cine, of a study or of all in a folder."""
    with results_only() as out:
        from brainviewer.app.exporting.slice_series import SeriesRequest, SeriesSubject
        from brainviewer.app.voi.chosen_window import chosen_window
        from brainviewer.files.image2d.cine import CINE_SUFFIXES

        ending = target.suffix.lower() if target.suffix.lower() in CINE_SUFFIXES else ""
        if (key + (every is not None) + (cine or bool(ending))) != 1:
            raise BrainViewerError(
                "It is not clear which slices are wanted.",
                "Give one of --key-images, --every N and --cine.",
            )
        subject = SeriesSubject.CINE if cine or ending else SeriesSubject.SLICES
        request = SeriesRequest(
            SeriesSubject.KEY_IMAGES if key else subject, target, sequence, plane, every or 1,
            first, last, f".{form.lstrip('.').lower()}", scale, width, per_second,
            _burnt(burn_in), None if window is None else chosen_window(window),
        )  # fmt: skip
        request.check()
        save = _batch if batch else _one
        record = save(study, request, annotations)
        _show(out, record, as_json)


def _show(out: TextIO, record: dict[str, Any], as_json: bool) -> None:
    """Tell what was saved, and on stderr what was not: then the exit code is 2, as of images."""
    left = [one for one in record["studies"] if one["why_not"]]
    if as_json or len(left) < len(record["studies"]):
        show(out, record, as_json, lambda: _text(record))
        out.flush()
    for one in left:
        complain(f"{Path(one['study'][0]).name}: not exported. {one['why_not']}")
    if left:
        raise typer.Exit(2)


def _burnt(text: str) -> "BurnIn":
    from brainviewer.app.exporting.slice_series import BurnIn

    wanted = {word.strip().lower() for word in text.split(",") if word.strip()}
    if unknown := sorted(wanted - set(_BURNT)):
        raise BrainViewerError(
            f"'{unknown[0]}' cannot be burnt in.", f"Choose of {', '.join(_BURNT)}."
        )
    return BurnIn(*(word in wanted for word in _BURNT))


def _one(paths: list[Path], request: "SeriesRequest", file: Path | None) -> dict[str, Any]:
    from brainviewer.app.exporting.series_figures import series_of_study
    from brainviewer.app.exporting.slice_series import SeriesSubject, save_series
    from brainviewer.app.saved_session.without_window import of_session
    from brainviewer.files.image2d.cine import check_cine_path
    from brainviewer.files.writing import check_empty_folder

    if request.subject is SeriesSubject.CINE:
        check_cine_path(request.target)
        check_output(request.target, paths)
    else:
        check_empty_folder(request.target)
    wanted = request.burn.lesion or request.burn.result
    with search_engine() as runner:
        find = finder(runner)
        session = of_session(paths, progress_line())
        if session is not None:
            known = _known(session, find if wanted else None)
        else:
            from brainviewer.app.exporting.batch import known_study

            opened = open_and_import(_images(paths), *((TUMOUR,) if wanted else ()))
            known = known_study(opened, request, find, progress_line())
        known = _with_annotations(known, file)
        saved = save_series(request, series_of_study(known, request), progress_line())
    said = (*saved.notices, *(() if session is None else session.notices))
    return _record([_entry(paths, [str(f) for f in saved.files], said)])


def _images(paths: list[Path]) -> list[Path]:
    from brainviewer.app.saved_session.places import images_of_sessions

    return images_of_sessions(paths)


def _known(session: "OfSession", find: "Find | None") -> "SeriesStudy":
    """The study of a session with what it says of it; an answer that is stale is left out.

    find : looks for a lesion that the session does not say; None where none is drawn or told.
    """
    from brainviewer.app.exporting.series_figures import SeriesStudy

    study, finding = session.study, session.session.results.finding
    if find is not None and not study.is_image2d:
        look_for = find
        finding = session.finding(lambda: look_for(study, progress_line()))
    return SeriesStudy(study, session.annotations, finding, session.answer, session.session.view)


def _with_annotations(known: "SeriesStudy", file: Path | None) -> "SeriesStudy":
    from dataclasses import replace

    from brainviewer.files.annotation_file import read_annotations

    if file is None:
        return known
    drawn, _ = read_annotations(file).opened_on(known.study)
    return replace(known, annotations=drawn)


def _batch(paths: list[Path], request: "SeriesRequest", file: Path | None) -> dict[str, Any]:
    from brainviewer.app.exporting.batch import export_folder
    from brainviewer.app.exporting.slice_series import SeriesSubject
    from brainviewer.files.ordinary_file import is_folder

    if len(paths) != 1 or not is_folder(paths[0]):
        raise BrainViewerError("A batch is of one folder.", "Give the folder of the studies.")
    if file is not None:
        raise BrainViewerError("--annotations is for one study.", "Leave it out.")
    ending = ""
    if request.subject is SeriesSubject.CINE:
        from brainviewer.files.image2d.cine import CINE_SUFFIXES

        ending = request.form if request.form in CINE_SUFFIXES else ".mp4"
    with search_engine() as runner:
        entries = export_folder(paths[0], request, ending, finder(runner), progress_line())
    return _record([_entry_of(entry) for entry in entries])


def _entry(
    paths: Sequence[Path], files: Sequence[str], notices: Sequence[str], why: str = ""
) -> dict[str, Any]:
    return {
        "study": [str(path) for path in paths],
        "files": list(files),
        "notices": list(notices),
        "why_not": why or None,
    }


def _entry_of(entry: "BatchEntry") -> dict[str, Any]:
    saved = entry.saved
    if saved is None:
        return _entry(entry.paths, [], [], entry.why)
    return _entry(entry.paths, [str(file) for file in saved.files], saved.notices)


def _record(studies: list[dict[str, Any]]) -> dict[str, Any]:
    from brainviewer.app.report.formats import Schema, with_schema

    return with_schema(Schema.EXPORT_SLICES, {"studies": studies})


def _text(record: dict[str, Any]) -> str:
    lines = []
    for one in record["studies"]:
        if one["why_not"]:
            continue
        name = Path(one["study"][0]).name
        count, where = len(one["files"]), Path(one["files"][0])
        told = str(where) if count == 1 else f"{count} images in {where.parent}"
        lines += [f"{name}: {told}", *(f"Note: {notice}" for notice in one["notices"])]
    return "\n".join(map(shown_text, lines))
