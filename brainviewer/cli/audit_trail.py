"""Commands for the audit trail."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import complain, results_only, show
from brainviewer.cli.options import AsJson, argument, option, with_a_name
from brainviewer.cli.program import app
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.app.audit_trail.looking import Wanted

trail_app = typer.Typer(
    help="Record who did what; see it, verify it, take it out.", rich_markup_mode=None
)
app.add_typer(trail_app, name="audit-trail")

_Since = Annotated[str, option(metavar="TIME", help="From this day or time on, in UTC.")]
_Until = Annotated[str, option(metavar="TIME", help="To the end of this day, or to a time.")]
_Reader = Annotated[str, option(metavar="NAME", help="What this reader did.")]
_Action = Annotated[str, option(metavar="WORDS", help="Such as 'opened' or 'sent to PACS'.")]
_Patient = Annotated[str, option(metavar="ID", help="What was done to a patient of this id.")]
_Study = Annotated[
    list[Path] | None,
    option(metavar="STUDY", help="What was done to this study: its folder or files."),
]

_NO_LINE = (
    "There is no such line. Whether lines are missing or damaged is told by 'brainviewer "
    "audit-trail verify'."
)


@trail_app.command()
def start(
    anew: Annotated[
        bool, option("--anew", help="Put the trail that is there aside, and its key with it.")
    ] = False,
) -> None:
    """Record from now on what is done."""
    with results_only() as out:
        from brainviewer.app.audit_trail.switching import start as start_trail

        out.write(f"{start_trail(anew=anew).sentence}\n")


@trail_app.command()
def stop() -> None:
    """Record no more. That it was stopped is recorded."""
    with results_only() as out:
        from brainviewer.app.audit_trail.switching import stop as stop_trail

        stop_trail()
        out.write("Nothing is recorded from now on. What was recorded stays.\n")


@trail_app.command()
def verify(
    aside: Annotated[
        str, option(metavar="FOLDER", help="A trail that 'start --anew' has put aside.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Look for lines that were removed, changed, moved, repeated, cut off or forged."""
    with results_only() as out:
        from brainviewer.app.audit_trail.records import check_record
        from brainviewer.app.audit_trail.verifying import fault_sentences, summary, verify_aside
        from brainviewer.app.audit_trail.verifying import verify as verify_trail

        check = verify_aside(aside) if aside else verify_trail()
        said = [summary(check), *check.notes] if check.intact else list(check.notes)
        show(out, check_record(check), as_json, lambda: "\n".join(said))
        if not check.intact:
            for sentence in (summary(check), *fault_sentences(check)):
                complain(sentence)
            raise typer.Exit(2)


@trail_app.command("show")
def show_lines(
    since: _Since = "",
    until: _Until = "",
    reader: _Reader = "",
    action: _Action = "",
    patient: _Patient = "",
    study: _Study = None,
    most: Annotated[int, option(min=1, help="So many lines at most; by default 50.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was done, the newest first."""
    with results_only() as out:
        from itertools import islice

        from brainviewer.app.audit_trail.looking import key_of_lines, lines, row_of
        from brainviewer.app.audit_trail.records import line_record

        found = lines(_wanted(since, until, reader, action, patient, study))
        shown, key = list(islice(found, most)), key_of_lines()
        for line in shown:
            if as_json:
                show(out, line_record(line), True, str)
            else:
                row = row_of(line, key)
                parts = row.number, row.time, row.reader, row.action, row.about, row.details
                out.write("  ".join(str(part) for part in parts if part) + "\n")
        if not shown and not as_json:
            out.write(f"{_NO_LINE}\n")
        elif len(shown) == most and next(found, None) is not None:
            complain("There are older lines: see --most and --until.")


@trail_app.command()
def export(
    file: Annotated[
        Path, argument(metavar="OUT.csv|OUT.jsonl", help="A table, or the lines as they are.")
    ],
    since: _Since = "",
    until: _Until = "",
    reader: _Reader = "",
    action: _Action = "",
    patient: _Patient = "",
    study: _Study = None,
) -> None:
    """Write what was done into a file, the oldest first."""
    with results_only() as out:
        from brainviewer.app.audit_trail.taking_out import take_out
        from brainviewer.core.counting import counted

        count = take_out(file, _wanted(since, until, reader, action, patient, study))
        out.write(f"{counted(count, 'line')} written to {file.name}.\n")


def _wanted(
    since: str, until: str, reader: str, action: str, patient: str, study: list[Path] | None
) -> "Wanted":
    """Raises BrainViewerError for a time, an action or a study that there is not."""
    from brainviewer.app.audit_trail.looking import Wanted, known_action, moment_of
    from brainviewer.app.audit_trail.subjects import PATIENT, Identifier, identity_of

    about: tuple[Identifier, ...] = ((PATIENT, patient),) if patient else ()
    if study:
        if patient:
            said = "A patient and a study are looked for one after the other."
            raise BrainViewerError(said, "Give one of both.")
        from brainviewer.cli.study_opening import open_and_import

        about = identity_of(open_and_import(with_a_name(study)))
    return Wanted(
        moment_of(since) if since else None,
        moment_of(until, end=True) if until else None,
        reader,
        known_action(action) if action else "",
        about,
    )
