"""Commands for monitoring: what models said here, histology, deletion."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import complain, progress_line, results_only, show
from brainviewer.cli.options import AsJson, argument, option
from brainviewer.cli.program import app
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.files.predictions.database import PredictionDatabase

monitor = typer.Typer(
    help="Say what models answered here, week by week, and whether that has changed.",
    rich_markup_mode=None,
)
app.add_typer(monitor, name="monitor", invoke_without_command=True)


@monitor.callback()
def summed_up(
    context: typer.Context,
    since: Annotated[
        str, option(metavar="DATE", help="Leave out the weeks before, such as 2026-01-31.")
    ] = "",
    model: Annotated[str, option(metavar="ID", help="One model alone.")] = "",
    html: Annotated[Path | None, option(metavar="FILE", help="Save a page with charts.")] = None,
    csv: Annotated[
        Path | None, option(metavar="FILE", help="Save every prediction, without names.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what models answered here, week by week, and whether that has changed."""
    if context.invoked_subcommand is not None:
        return
    with results_only() as out, _database() as database:
        from brainviewer.app.monitoring.changes import recorded_export
        from brainviewer.app.monitoring.monitor_page import monitor_html, monitor_text
        from brainviewer.app.monitoring.monitor_record import monitor_record
        from brainviewer.app.monitoring.overview import overview
        from brainviewer.files.writing import check_new_file, write_whole

        first = _day(since)
        for file in (html, csv):
            if file is not None:
                check_new_file(file)
        found = overview(database, first, model)
        if model and not found.models:
            raise BrainViewerError(
                f"No prediction of a model called {model} is kept.",
                "'brainviewer monitor' lists the models that were used here.",
            )
        if html is not None:
            with recorded_export(html):
                write_whole(html, monitor_html(found).encode())
        if csv is not None:
            from brainviewer.app.monitoring.monitor_csv import predictions_csv

            rows = database.predictions(first, model)
            table = predictions_csv(rows, database.opinions(), database.histology())
            with recorded_export(csv):
                write_whole(csv, table.encode())
        show(out, monitor_record(found), as_json, lambda: monitor_text(found))


@monitor.command()
def histology(
    study: Annotated[
        list[Path],
        argument(metavar="STUDY TYPE", help="The study, or a single image, and its histology."),
    ],
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Forget what was entered; then give no TYPE.")
    ] = False,
) -> None:
    """Enter what histology said of a study, to tell how often models are right."""
    with results_only() as out, _database() as database:
        from brainviewer.app.monitoring.histology import enter_histology
        from brainviewer.app.opening.study import open_to_tell
        from brainviewer.core.monitoring.histology import HISTOLOGY_TYPES

        if withdraw:
            paths, entered = study, ""
        else:
            *paths, last = study
            entered = str(last)
        if not paths:
            raise BrainViewerError(
                "A study and its histology are needed.",
                f"Enter one of: {', '.join(HISTOLOGY_TYPES)}.",
            )
        content = open_to_tell(paths, progress_line()).content_hash
        if withdraw:
            there = database.withdraw_histology(content)
            out.write("Forgotten.\n" if there else "None was entered for this study.\n")
            return
        made = enter_histology(database, content, entered)
        out.write(f"Histology: {HISTOLOGY_TYPES.get(made.type, made.type)}\n")


@monitor.command()
def accept(
    model: Annotated[str, argument(metavar="ID", help="The model.")],
    back: Annotated[
        bool, typer.Option("--back", help="Compare it with its card again instead.")
    ] = False,
) -> None:
    """Take what a model said here so far as usual: changes are told from now on."""
    with results_only() as out, _database() as database:
        from brainviewer.app.monitoring.changes import accept_past

        accepted = accept_past(database, model, back=back)
        how = "with its card" if back else "with what it said here until now"
        out.write(f"{accepted.name} is compared {how}.\n")


@monitor.command()
def delete(
    before: Annotated[
        str, option(metavar="DATE", help="Only predictions from before this day.")
    ] = "",
) -> None:
    """Delete the predictions that are kept, with feedback and histology that belong to them."""
    with results_only() as out, _database() as database:
        from brainviewer.app.monitoring.changes import delete_predictions
        from brainviewer.core.counting import counted

        count = delete_predictions(database, _day(before))
        out.write(f"Deleted {counted(count, 'prediction')}.\n")


@contextmanager
def _database() -> "Iterator[PredictionDatabase]":
    from brainviewer.files.predictions.database import PredictionDatabase

    database = PredictionDatabase()
    try:
        yield database
        if database.trouble is not None:
            complain(str(database.trouble))
    finally:
        database.close()


def _day(text: str) -> str:
    """A day as it is kept; empty for none. Raises BrainViewerError if it is no day."""
    from datetime import date

    try:
        return "" if not text else f"{date.fromisoformat(text).isoformat()}T00:00:00+00:00"
    except ValueError:
        raise BrainViewerError(
            f"{text} is no day.", "Write it as year, month and day, such as 2026-01-31."
        ) from None
