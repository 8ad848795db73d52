"""Where a native crash of this process leaves its trace, and what earlier ones left.

Python's faulthandler writes the Python frames of all threads to a file that was opened for it,
when the system is about to end the process (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL; Windows
exceptions). The file goes at every other end; that of a killed process is empty and goes at the
next start.
"""

import faulthandler
import os
import platform
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from brainviewer import __version__
from brainviewer.files.locks import try_lock
from brainviewer.files.process_mark import ProcessMark
from brainviewer.files.user_folders import machine_settings_folder

_SUFFIX = ".trace"
_LARGEST = 200_000
_FRAME = re.compile(r'  File "(?P<file>[^"]*)", line (?P<line>\d+) in (?P<function>[\w<>.]+)')
_PLAIN = (
    re.compile(r"BrainViewer [\w.+-]+, Python [\w.+-]+, \w+ [\w.+-]+"),
    re.compile(r"Fatal Python error: [A-Za-z ]+"),
    re.compile(r"Windows fatal exception: [\w ]+"),
    re.compile(r"(Current thread|Thread) 0x[0-9a-f]+ \(most recent call first\):"),
    re.compile(r"  (<no Python frame>|\.\.\.)"),
    re.compile(r"  Garbage-collecting"),
    re.compile(r"Extension modules: [\w., ]+ \(total: \d+\)"),
)
_FROZEN = re.compile(r"<frozen ([\w.]+)>")
_PACKAGES = re.compile(r".*[/\\](?:site-packages|dist-packages|python\d\.\d+)[/\\]")


class CrashTrace:
    """The file of this process, from now on; nothing where there can be none."""

    def __init__(self) -> None:
        self._mark = ProcessMark(traces_folder, _SUFFIX)
        if self._mark.stands:
            with suppress(OSError):
                os.write(self._mark.descriptor, _heading().encode())
                faulthandler.enable(self._mark.descriptor)

    def end(self) -> None:
        """Remove it: the program ends as it should."""
        if self._mark.stands:
            faulthandler.disable()
            self._mark.end()


@dataclass(frozen=True)
class LeftTrace:
    """The trace of a process that crashed.

    when : of the crash, in the time of this place. lines : what it says, without paths and names.
    """

    path: Path
    when: datetime
    lines: tuple[str, ...]

    def delete(self) -> None:
        """Remove it; never raises."""
        with suppress(OSError):
            self.path.unlink()


def traces_folder() -> Path:
    """Where the traces of all windows lie."""
    return machine_settings_folder() / "crashes"


def left_traces() -> list[LeftTrace]:
    """What crashed processes left, oldest first; files that tell nothing are removed."""
    found: list[LeftTrace] = []
    with suppress(OSError):
        for path in traces_folder().glob(f"*{_SUFFIX}"):
            with suppress(OSError):
                if trace := _left(path):
                    found.append(trace)
    return sorted(found, key=lambda trace: trace.when)


def _left(path: Path) -> LeftTrace | None:
    """None while its process runs, and where it holds no trace."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        with suppress(OSError):  # no locks here
            if not try_lock(descriptor):
                return None
        content = os.read(descriptor, _LARGEST)
        when = datetime.fromtimestamp(os.fstat(descriptor).st_mtime).astimezone()
    finally:
        os.close(descriptor)
    lines = nameless_trace(content.decode("utf-8", "replace"))
    if len(lines) > 1:
        return LeftTrace(path, when, lines)
    path.unlink()  # refused on Windows while its process runs
    return None


def nameless_trace(text: str) -> tuple[str, ...]:
    """The lines of a trace that are known to name nobody, with modules in the place of files."""
    lines: list[str] = []
    for line in text.splitlines():
        if frame := _FRAME.fullmatch(line):
            lines.append(f"  {_module(frame['file'])}:{frame['line']} {frame['function']}")
        elif any(plain.fullmatch(line) for plain in _PLAIN):
            lines.append(line)
    return tuple(lines)


def _module(file: str) -> str:
    """The module of a file of the program, of Python or of a package; "?" for any other.

    An installation may lie anywhere, and the crashed one elsewhere than this one: what counts is
    the last folder of packages in the path, or that of the program itself.
    """
    if frozen := _FROZEN.fullmatch(file):
        return frozen[1]
    place = _PACKAGES.sub("", file)
    if place == file:
        _, found, inside = file.replace("\\", "/").rpartition("brainviewer/")
        place = found + inside if found else "/" if Path(file).is_absolute() else file
    parts = place.replace("\\", "/").removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts) if all(part.isidentifier() for part in parts) else "?"


def _heading() -> str:
    """What ran, as far as it is known before a crash."""
    system = f"{platform.system()} {platform.release()}"
    return f"BrainViewer {__version__}, Python {platform.python_version()}, {system}\n"
