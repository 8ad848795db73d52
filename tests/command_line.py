"""Runs commands as the program does, without a window."""

from pathlib import Path

import pytest

from brainviewer import cli


def run(*arguments: object) -> int:
    """The exit code of ``brainviewer ARGUMENTS``."""

    def window(paths: list[Path], demo: bool) -> int:
        raise AssertionError("The command opened the window.")

    return cli.run([str(a) for a in arguments], window)


def refused(capfd: pytest.CaptureFixture[str]) -> str:
    """The one sentence that a command ended with; progress may stand before it."""
    out, err = capfd.readouterr()
    assert out == ""
    sentences = [line for line in err.splitlines() if line.startswith("brainviewer: ")]
    assert len(sentences) == 1
    return sentences[0]
