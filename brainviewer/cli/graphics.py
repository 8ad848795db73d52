"""The command that says what draws the 3D view, and why."""

from typing import Annotated

from brainviewer.app.report.terminal import results_only, show
from brainviewer.cli.options import AsJson, option
from brainviewer.cli.program import app


@app.command()
def graphics(
    as_json: AsJson = False,
    probe: Annotated[
        bool,
        option("--probe", help="Probe again, even where that was done already."),
    ] = False,
) -> None:
    """Say what the graphics of this computer can do, and what draws the 3D view."""
    with results_only() as out:
        import os

        from brainviewer.app.graphics.finding import find_graphics
        from brainviewer.app.graphics.probing import Probing
        from brainviewer.app.graphics.words import graphics_lines, graphics_record
        from brainviewer.app.settings.settings import Settings
        from brainviewer.core.graphics.choice import (
            SWITCHED_OFF_OUTSIDE,
            Wanted,
            choose_graphics,
        )

        wanted = Wanted(Settings.load().graphics)
        off = os.environ.get("BRAINVIEWER_NO_3D")
        found = None if off else find_graphics(Probing(), anew=probe)
        choice = SWITCHED_OFF_OUTSIDE if found is None else choose_graphics(found, wanted)
        show(
            out,
            graphics_record(found, choice),
            as_json,
            lambda: "\n".join(f"{name}: {value}" for name, value in graphics_lines(found, choice)),
        )
