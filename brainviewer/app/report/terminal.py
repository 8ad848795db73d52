"""Talking to a terminal, and to a program that reads the output."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, TextIO

from brainviewer.core.errors import Report, silent
from brainviewer.core.shown_text import shown_text, storable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_WIDTH_OF_A_FILE = 200  # characters; nothing is cut where no terminal sets a limit


def open_closed_streams() -> None:
    """Let what was started without stdin, stdout or stderr write to nowhere.

    Else the next file that is opened would get their number, and what is printed.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        if getattr(sys, name) is None:
            stream = open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - a number
            setattr(sys, name, stream)


@contextmanager
def results_only() -> Iterator[TextIO]:
    """The real stdout, while whatever libraries print to stdout goes to stderr."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with (
            os.fdopen(kept, "w", encoding="utf-8", closefd=False) as out,
            redirect_stdout(sys.stderr),
        ):
            yield out
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def show(out: TextIO, record: dict[str, Any], as_json: bool, in_words: Callable[[], str]) -> None:
    """Write a result: one JSON object, or words."""
    out.write(json.dumps(storable(record), allow_nan=False) if as_json else shown_lines(in_words()))
    out.write("\n")


def show_tables(
    out: TextIO,
    record: dict[str, Any],
    as_json: bool,
    in_tables: "Callable[[int], Sequence[RenderableType]]",
) -> None:
    """Write a result: one JSON object, or sentences and tables.

    in_tables : makes them for a terminal of so many characters.
    """
    if as_json:
        show(out, record, True, str)
        return
    console = _console(file=out, width=None if out.isatty() else _WIDTH_OF_A_FILE)
    for part in in_tables(console.width):
        console.print(part)


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Progress of long work: a bar on a terminal, else a line for each tenth of each part.

    What stands before the first colon of a report's text names the part.
    """
    if not sys.stderr.isatty():
        yield _progress_lines()
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)
        part = [""]

        def report(fraction: float, text: str) -> None:
            name = text.split(":", maxsplit=1)[0]
            if name != part[0]:  # the time that remains is that of the part
                part[0] = name
                bar.reset(task)
            bar.update(task, completed=fraction, description=shown_text(text))

        yield report


def _progress_lines() -> Report:
    last = [("", -1)]

    def report(fraction: float, text: str) -> None:
        step = text.split(":", maxsplit=1)[0], int(10 * fraction)
        if step != last[0]:
            last[0] = step
            sys.stderr.write(f"{shown_text(text)} {100 * fraction:.0f} %\n")
            sys.stderr.flush()

    return report


def progress_line() -> Report:
    """Progress on one line of a terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return silent

    def report(fraction: float, text: str) -> None:
        words = f"{shown_text(text)} {fraction:.0%}" if text and fraction < 1 else ""
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()

    return report


def complain(sentence: str) -> None:
    """Say what is wrong, on stderr; where nothing can be written there, nothing is said."""
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    with suppress(OSError):
        sys.stderr.write(f"{start}brainviewer: {shown_text(sentence)}\n")
        sys.stderr.flush()


_remarks: list[str] = []


def remark(sentence: str) -> None:
    """Keep what is amiss beside the point, to be said when the command has done what it should."""
    if sentence not in _remarks:
        _remarks.append(sentence)


def end_remarks(*, say: bool) -> None:
    """Say what was kept, on stderr, or forget it: a command that fails ends with one sentence."""
    for sentence in _remarks if say else ():
        complain(sentence)
    _remarks.clear()


def shown_lines(text: str) -> str:
    """Words of several lines, in which names may stand, without control codes."""
    return "\n".join(shown_text(line) for line in text.split("\n"))


def _console(**options: Any) -> "Console":
    """A terminal for tables in which names are names: no markup, no emoji, no control codes."""
    from rich.console import Console

    class PlainConsole(Console):
        def render_str(self, text: str, **how: Any) -> "Text":
            """Every cell, title and sentence goes through here."""
            return super().render_str(shown_lines(text), **how)

    return PlainConsole(highlight=False, markup=False, emoji=False, **options)
