"""Talking to a terminal, and to a program that reads the output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO

from brainviewer.core.errors import Report, silent


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
    out.write(json.dumps(record, allow_nan=False) if as_json else in_words())
    out.write("\n")


def progress_line() -> Report:
    """Progress on one line of a terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return silent

    def report(fraction: float, text: str) -> None:
        words = f"{text} {fraction:.0%}" if text and fraction < 1 else ""
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()

    return report


def complain(sentence: str) -> None:
    """Say what is wrong, on stderr."""
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{start}brainviewer: {sentence}\n")
