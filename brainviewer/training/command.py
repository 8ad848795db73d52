"""Parts of the training as commands of their own: ``python -m brainviewer.training.PART``."""

from collections.abc import Callable

import typer

from brainviewer.core.errors import BrainViewerError


def run_alone(main: Callable[..., None]) -> None:
    """Run a function on the command line; what cannot be done is told in a sentence, code 2."""
    try:
        typer.run(main)
    except BrainViewerError as error:
        typer.echo(f"brainviewer: {error}", err=True)
        raise SystemExit(2) from None
