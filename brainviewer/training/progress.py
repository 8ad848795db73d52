"""Progress callback that prints to a terminal."""

import typer

from brainviewer.core.errors import Report
from brainviewer.core.shown_text import shown_text


def print_progress() -> Report:
    """Progress as lines on stderr, one for each per cent."""
    last = [""]

    def report(fraction: float, text: str) -> None:
        line = f"{100 * fraction:3.0f} % {text.split(':', maxsplit=1)[0]}"
        if line != last[0]:
            last[0] = line
            typer.echo(f"{100 * fraction:3.0f} % {shown_text(text)}", err=True)

    return report
