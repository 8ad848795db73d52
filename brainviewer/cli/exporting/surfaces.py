"""The command that saves surfaces of the lesion for 3D programs and printers."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import search_engine
from brainviewer.cli.options import AsJson, FindBy, Method, Study, Threshold, option
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import TUMOUR, check_output, open_and_import
from brainviewer.core.findings.lesion_regions import Region
from brainviewer.core.shown_text import shown_text

if TYPE_CHECKING:
    from brainviewer.app.exporting.surfaces import SavedSurfaces


@app.command("export-surfaces")
def export_surfaces(
    study: Study,
    file: Annotated[
        Path,
        option(
            "-o",
            "--output",
            help="A .glb or .obj file, which holds all parts; or .stl or .ply, one each: "
            "lesion.stl becomes lesion-whole.stl and so on.",
        ),
    ],
    part: Annotated[
        list[Region] | None,
        option(help="Save this part only; may be given several times."),
    ] = None,
    supplied: Annotated[
        bool,
        typer.Option("--supplied", help="Of the segmentation that came with the study."),
    ] = False,
    one_file: Annotated[
        bool, typer.Option("--one-file", help="All parts in one .stl or .ply file.")
    ] = False,
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    as_json: AsJson = False,
) -> None:
    """Save the lesion and its parts as surfaces in mm, RAS+, for 3D programs and printers.

    A correction of the segmentation that is kept on this computer is used.
    """
    with results_only() as out:
        from brainviewer.app.exporting.surfaces import (
            SurfaceRequest,
            check_surfaces,
            save_surfaces,
            surfaces_record,
        )

        regions = tuple(region for region in Region if region in (part or ()))
        request = SurfaceRequest(file, regions, supplied, one_file)
        check_surfaces(request)
        check_output(file, study)
        with search_engine() if method is Method.LESION else nullcontext() as runner:
            opened = open_and_import(study, TUMOUR)
            from brainviewer.app.correction.keeping import as_kept, kept_of
            from brainviewer.cli.studies import search

            finding = None
            if not opened.is_image2d:
                finding = search(opened, runner, method, threshold)
                if (kept := kept_of(opened)) is not None:
                    finding = as_kept(opened, finding, kept)
        saved = save_surfaces(request, opened, finding, progress_line(), measured=True)
        notices = [*opened.notices, *(finding.notices if finding is not None else ())]
        record = surfaces_record(saved, notices)
        show(out, record, as_json, lambda: _text(saved, notices))


def _text(saved: "SavedSurfaces", notices: list[str]) -> str:
    lines = [f"Written to {shown_text(str(file))}" for file in saved.files]
    for one in saved.surfaces:
        said = f"  {one.name:<10} {one.volume_ml:9.2f} mL  {one.triangles:7,} triangles"
        if one.midline_mm is not None:
            said += f"  {one.midline_mm:5.1f} mm from the mid-sagittal plane"
        if one.brain_surface_mm is not None:
            said += f"  {one.brain_surface_mm:5.1f} mm from the brain's surface"
        lines.append(said)
    if saved.corrected:
        lines.append("Of the segmentation as it was corrected.")
    return "\n".join([*lines, *(f"Note: {notice}" for notice in notices)])
