"""Parts of the training as commands of their own: ``python -m brainviewer.training.PART``."""

from collections.abc import Callable

import typer

from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.shown_text import shown_text


def run_alone(main: Callable[..., None]) -> None:
    """Run a function on the command line; what cannot be done is told in a sentence, code 2."""
    try:
        typer.run(main)
    except BrainViewerError as error:
        typer.echo(f"brainviewer: {error}", err=True)
        raise SystemExit(2) from None


def print_progress() -> Report:
    """Progress as lines on stderr, one for each per cent."""
    last = [""]

    def report(fraction: float, text: str) -> None:
        line = f"{100 * fraction:3.0f} % {text.split(':', maxsplit=1)[0]}"
        if line != last[0]:
            last[0] = line
            typer.echo(f"{100 * fraction:3.0f} % {shown_text(text)}", err=True)

    return report
