"""The command that saves the 3D view, as a picture or as a film of one turn."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import search_engine
from brainviewer.cli.options import AsJson, Study, option
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import TUMOUR, check_output, open_and_import
from brainviewer.core.errors import BrainViewerError, Report, within
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality

if TYPE_CHECKING:
    from brainviewer.app.exporting.turntable import TurntableRequest
    from brainviewer.painting.volume.render_request import RenderRequest

_DRAWING = 0.8
"""The fraction of the work that the drawing of a picture is."""


@app.command("export-volume")
def export_volume(
    study: Study,
    file: Annotated[
        Path,
        option(
            "-o",
            "--output",
            help="PNG, TIFF, SVG or PDF file to write; MP4 or GIF for one turn of the head.",
        ),
    ],
    preset: Annotated[
        str,
        typer.Option(
            help="brain, skin, glass, vessels, hot, maximum, minimum, tumour or the name of an own "
            "look: what the voxels look like."
        ),
    ] = "brain",
    side: Annotated[
        str | None,
        option(
            metavar="SIDE",
            help="From where the head is seen: anterior, posterior, left, right, superior, "
            "inferior, oblique-left or oblique-right; by default obliquely from the tumour's side.",
        ),
    ] = None,
    sequence: Annotated[
        Modality | None, option(case_sensitive=False, help="By default the first one.")
    ] = None,
    second: Annotated[
        Modality | None, option(case_sensitive=False, help="A sequence that is blended with it.")
    ] = None,
    share: Annotated[
        float | None, option(metavar="S", help="How much of the second, 0 to 1; 0.5 by default.")
    ] = None,
    opacity: Annotated[float, typer.Option(help="How solid the head is, 0 to 1.")] = 0.5,
    contrast: Annotated[float, typer.Option(help="How steeply dark turns to light, 0 to 1.")] = 0.5,
    size: Annotated[float, typer.Option(help="How large the head is; 1 fits it.")] = 1.0,
    pixels: Annotated[
        str,
        typer.Option(
            metavar="WIDTHxHEIGHT", help="Of the picture, to which lines below are added."
        ),
    ] = "1600x1200",
    cut: Annotated[
        str | None,
        option(
            metavar="tumour|PLANE:SLICE",
            help="Cut away what lies before the tumour or a slice, such as axial:80.",
        ),
    ] = None,
    peel: Annotated[
        float, typer.Option(metavar="MM", help="How much is taken off the surface, 0 to 60.")
    ] = 0.0,
    skull: Annotated[
        bool, typer.Option("--skull", help="Show the head, also where its brain is known.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole-lesion", help="Show the lesion without its parts.")
    ] = False,
    parallel: Annotated[bool, typer.Option("--parallel", help="Without perspective.")] = False,
    seconds: Annotated[
        float | None, option(metavar="S", help="How long the turn of a film takes; 6 by default.")
    ] = None,
    per_second: Annotated[
        float | None, option("--fps", help="Images per second of a film; 20 by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save the 3D view as a picture, or as a film of one turn of the head.

    A correction of the segmentation that is kept on this computer is used. The picture is that
    of the window with the same settings; it names no patient.
    """
    with results_only() as out:
        from brainviewer.app.exporting.volume_pictures import (
            VolumeLook,
            volume_figure,
            volume_request,
        )
        from brainviewer.app.looks.own_looks import kept_looks
        from brainviewer.app.settings.settings import Settings

        look = VolumeLook(
            sequence, preset, side, opacity, contrast, size, not parallel, skull, not whole,
            cut, peel, kept_looks(Settings.load()), second, share,
        )  # fmt: skip
        look.check()
        film = _film(file, seconds, per_second)
        across = _pixels(pixels)
        check_output(file, study)
        with search_engine() as runner:
            opened = open_and_import(study, TUMOUR)
            if opened.is_image2d:
                volume_request(opened, None, look)  # says why not
            from brainviewer.app.correction.keeping import as_kept, kept_of
            from brainviewer.cli.studies import search

            finding = search(opened, runner)
            if (kept := kept_of(opened)) is not None:
                finding = as_kept(opened, finding, kept)
        shown = volume_request(opened, finding, look)
        volume_figure(shown, across)  # before anything is drawn
        report = progress_line()
        made = (
            _picture(file, shown, across, report)
            if film is None
            else _turn(film, shown, across, report)
        )
        notices = [*opened.notices, *finding.notices, *made.pop("said")]
        record = {**made, "file": str(file), "notices": notices}
        show(out, record, as_json, lambda: _text(record))


def _picture(
    file: Path, shown: "RenderRequest", pixels: tuple[int, int], report: Report
) -> dict[str, Any]:
    from dataclasses import replace

    from brainviewer.app.exporting.volume_pictures import (
        pixels_of_picture,
        volume_drawing,
        volume_figure,
    )
    from brainviewer.app.graphics.for_commands import CommandGraphics
    from brainviewer.app.report.provenance import provenance_record
    from brainviewer.app.report.study_figures import export_figure

    figure, scale = volume_figure(shown, pixels)
    drawing = within(report, 0.0, _DRAWING)
    with volume_drawing(shown, CommandGraphics()) as draw:
        image = draw(
            shown,
            pixels_of_picture(figure, scale),
            lambda fraction: drawing(fraction, "Drawing the 3D view"),
        )
    figure = replace(figure, volume_image=image)
    export_figure(figure, file, scale, within(report, _DRAWING, 1 - _DRAWING))
    return {**provenance_record(figure, scale), "said": []}


def _turn(
    film: "TurntableRequest", shown: "RenderRequest", pixels: tuple[int, int], report: Report
) -> dict[str, Any]:
    from dataclasses import replace

    import numpy as np

    from brainviewer.app.exporting.turntable import save_turntable
    from brainviewer.app.exporting.volume_pictures import volume_drawing, volume_figure
    from brainviewer.app.graphics.for_commands import CommandGraphics
    from brainviewer.app.report.provenance import provenance_record

    figure, scale = volume_figure(shown, pixels)
    with volume_drawing(shown, CommandGraphics()) as draw:
        saved = save_turntable(film, figure, scale, draw, report)
    told = replace(figure, volume_image=np.zeros((1, 1, 3), np.uint8))
    turn = {"images": saved.frames, "images_a_second": film.per_second}
    return {**provenance_record(told, scale), "turn": turn, "said": saved.notices}


def _film(file: Path, seconds: float | None, per_second: float | None) -> "TurntableRequest | None":
    """The film that is asked for; None for a picture. Raises BrainViewerError."""
    from brainviewer.app.exporting.turntable import TurntableRequest
    from brainviewer.files.image2d.cine import CINE_SUFFIXES
    from brainviewer.files.image2d.writer import check_page_path

    if file.suffix.lower() in CINE_SUFFIXES:
        usual = TurntableRequest(file)
        film = TurntableRequest(
            file,
            usual.seconds if seconds is None else seconds,
            usual.per_second if per_second is None else per_second,
        )
        film.check()
        return film
    check_page_path(file)
    if seconds is not None or per_second is not None:
        raise BrainViewerError(
            f"'{shown_text(file.name)}' is a picture, which takes no time.",
            "Let the name end with .mp4 or .gif, or leave --seconds and --fps out.",
        )
    return None


def _pixels(text: str) -> tuple[int, int]:
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 20):
        raise BrainViewerError(
            f"'{shown_text(text)}' is no size.", "Give width and height, such as 1600x1200."
        )
    return int(width), int(height)


def _text(record: dict[str, Any]) -> str:
    lines = [f"Written to {record['file']}"]
    return "\n".join(map(shown_text, [*lines, *(f"Note: {n}" for n in record["notices"])]))
