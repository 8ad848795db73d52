"""The child processes that decode: started, asked, kept while they are idle, and ended.

A child is given the files that it reads already open, where the system can hand over descriptors
(all but Windows): it needs no right to open any by itself. See ``core.process.sandbox``.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from brainviewer.core.errors import FileError
from brainviewer.files.decoding import CHILD_FLAG, HANDS_OVER

_PACKAGE = str(Path(__file__).parents[3])
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from brainviewer.files.decoding.child import main; main()"
)
_ENVIRONMENT = (
    # what the system needs to find libraries, and to name files
    "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "SYSTEMROOT",
    "TEMP", "TMP", "TMPDIR", "WINDIR",
)  # fmt: skip
_OF_FROZEN = ("_MEIPASS", "_PYI_")
"""What the variables of a frozen application begin with."""


class Child:
    """A process that decodes one file after the other. Raises FileError if it cannot be started."""

    def __init__(self) -> None:
        try:
            self._start()
        except OSError:
            raise not_started() from None
        assert self._process.stdout is not None
        self.replies = self._process.stdout
        self.pid = self._process.pid

    def _start(self) -> None:
        asks, far_end = socket.socketpair() if HANDS_OVER else (None, None)
        self._socket = asks
        try:
            self._process = subprocess.Popen(
                _command(),
                stdin=subprocess.PIPE if far_end is None else far_end.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            if asks is not None:
                asks.close()
            raise
        finally:
            if far_end is not None:
                far_end.close()

    def ask(self, kind: str, path: Path, file: IO[bytes]) -> None:
        """Send a request. Raises OSError if the child is gone.

        file : the same as path, open; its position is that of the child's from then on.
        """
        request = {"kind": kind, "name": path.name}
        if self._socket is None:
            request["path"] = str(path.absolute())
        line = json.dumps(request).encode() + b"\n"
        if self._socket is not None:
            sent = socket.send_fds(self._socket, [line], [file.fileno()])
            self._socket.sendall(line[sent:])
        else:
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def poll(self) -> int | None:
        """The code that it ended with; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end. Raises TimeoutExpired."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it; returns at once."""
        self._process.kill()

    def ask_no_more(self) -> None:
        """Close the near end of its requests: it ends when it has answered."""
        for near_end in (self._socket, self._process.stdin):
            if near_end is not None:
                with contextlib.suppress(OSError):  # what was not sent yet
                    near_end.close()

    def end(self) -> None:
        """End it and release it."""
        self.kill()
        self.wait()
        self.ask_no_more()
        with contextlib.suppress(OSError):
            self.replies.close()


def not_started() -> FileError:
    """What is raised where no child can be had."""
    return FileError(
        "The process that reads images cannot be started.",
        "Close other programs and open the image again.",
    )


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_FLAG]
    # Not ``multiprocessing``: it would run the caller's program in the child as well.
    places = [_PACKAGE, *(place for place in sys.path if Path(place).is_absolute())]
    return [sys.executable, "-I", "-S", "-c", _PROGRAM, *places]


def _environment() -> dict[str, str]:
    """Of the user's variables, which may hold passwords, those that a decoder needs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _ENVIRONMENT or name.startswith(_OF_FROZEN)
    }
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


_idle: list[Child] = []
_owner = os.getpid()
_MOST_IDLE = 2
DECODERS = threading.BoundedSemaphore(_MOST_IDLE)
"""To be held by whoever decodes many files in threads: a third child is started for every file."""


def take() -> tuple[Child, bool]:
    """A child that nobody is asking anything, and whether it was started for this.

    Raises FileError if none can be started.
    """
    while _idle and _owner == os.getpid():
        child = _idle.pop()
        if child.poll() is None:
            return child, False
        child.end()
    return Child(), True


def give_back(child: Child) -> None:
    """Keep a child that has answered, or end it where there are enough."""
    if len(_idle) < _MOST_IDLE:
        _idle.append(child)
    else:
        child.end()


@atexit.register
def end_all() -> None:
    """End those that are kept."""
    while _idle:
        _idle.pop().end()
