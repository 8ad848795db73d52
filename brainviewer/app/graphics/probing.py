"""One probe of the graphics: a child process that may crash, hang, or say anything."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from brainviewer.core.errors import Cancelled
from brainviewer.core.graphics.choice import too_old
from brainviewer.core.graphics.probe import PROBE_FLAG, GraphicsProbe, Outcome, probe_of
from brainviewer.painting.volume.probe_child import DRAWN, FAILED, FOUND, NO_OPENGL, STARTED

DRIVER_SECONDS = 10.0
"""For what OpenGL is asked, and for the images; on a processor they take two seconds."""
START_SECONDS = 60.0
"""Until the process asks OpenGL, which is Python's part: a busy computer is no broken driver."""
_ENDS_WITHIN = 2.0
_LONGEST_LINE = 10_000
_MOST_LINES = 10
_PACKAGE = str(Path(__file__).parents[3])
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from brainviewer.painting.volume.probe_child import main; main()"
)
_NOT_STARTED = "The graphics could not be probed: the process for it did not start."


def probe_command() -> list[str]:
    """What starts the process that probes."""
    if getattr(sys, "frozen", False):
        return [sys.executable, PROBE_FLAG]
    # Not ``multiprocessing``: it would run the caller's program in the child as well.
    places = [_PACKAGE, *(place for place in sys.path if Path(place).is_absolute())]
    return [sys.executable, "-I", "-S", "-c", _PROGRAM, *places]


class Probing:
    """A probe that can be stopped from another thread.

    command : starts the process.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command or probe_command())
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> GraphicsProbe:
        """What was found; waits for it. Raises Cancelled when it is stopped."""
        try:
            with self._lock:
                if self._stopped:
                    raise Cancelled
                # The driver is looked for as the window does: with all variables of the user.
                self._process = process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                    env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                )
        except OSError:
            return GraphicsProbe(Outcome.NOT_TRIED, problem=_NOT_STARTED)
        try:
            return _heard(process)
        finally:
            process.kill()
            process.wait()
            if self._stopped:
                raise Cancelled

    def stop(self) -> None:
        """End the process; ``run`` raises Cancelled."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()


def _heard(process: "subprocess.Popen[bytes]") -> GraphicsProbe:
    """What the process says, or how it ended without saying enough."""
    assert process.stdout is not None
    said: SimpleQueue[bytes | None] = SimpleQueue()
    reader = threading.Thread(
        target=_read, args=(process.stdout, said), name="graphics probe", daemon=True
    )
    reader.start()
    try:
        return _Hearing(process, said).probe()
    finally:
        process.kill()
        reader.join()
        process.stdout.close()


def _read(stream: IO[bytes], said: "SimpleQueue[bytes | None]") -> None:
    with suppress(OSError, ValueError):
        for _ in range(_MOST_LINES):
            if not (line := stream.readline(_LONGEST_LINE)):
                break
            said.put(line)
    said.put(None)


class _Hearing:
    """Takes one answer after the other.

    said : the lines; None after the last.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", said: "SimpleQueue[bytes | None]"
    ) -> None:
        self._process, self._said = process, said
        self._found = GraphicsProbe(Outcome.DRAWN)
        self._asks_opengl = False

    def probe(self) -> GraphicsProbe:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                line = self._said.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return self._late()
            if line is None:
                return self._ended()
            try:
                answer = json.loads(line)
                step = answer.pop("step")
                if step == STARTED and not self._asks_opengl:
                    self._asks_opengl = True
                    until = time.monotonic() + DRIVER_SECONDS
                elif done := self._after(step, answer):
                    return done
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                return self._without(
                    Outcome.SENSELESS, "The graphics probe gave an answer that makes no sense."
                )

    def _after(self, step: str, answer: dict[str, Any]) -> GraphicsProbe | None:
        """The probe, if this was the last step. Raises ValueError where it is none."""
        if step in (FOUND, DRAWN):
            self._found = probe_of({**self._found.record(), **answer})
            return self._found if step == DRAWN else None
        if step == NO_OPENGL:
            number = probe_of({**self._found.record(), **answer}).number
            said = "OpenGL 3.2 is not available." if number == (0, 0) else too_old(number)
            return GraphicsProbe(Outcome.NO_OPENGL, number=number, problem=said)
        if step == FAILED:
            kind = str(answer["kind"])[:60]
            return self._without(Outcome.CRASHED, f"The graphics probe failed ({kind}).")
        raise ValueError("no such step")

    def _late(self) -> GraphicsProbe:
        if not self._asks_opengl:
            return GraphicsProbe(Outcome.NOT_TRIED, problem=_NOT_STARTED)
        return self._without(
            Outcome.HUNG, f"The graphics driver did not answer within {DRIVER_SECONDS:.0f} seconds."
        )

    def _ended(self) -> GraphicsProbe:
        with suppress(subprocess.TimeoutExpired):  # it has closed its end
            self._process.wait(_ENDS_WITHIN)
        code = self._process.returncode
        if code is not None and (name := _crash_name(code)):
            if name in ("SIGKILL", "SIGTERM"):
                said = "The system ended the graphics probe, perhaps for want of memory."
            else:
                said = f"The graphics driver crashed when it was probed ({name})."
            return self._without(Outcome.CRASHED, said)
        if not self._asks_opengl:
            return GraphicsProbe(Outcome.NOT_TRIED, problem=_NOT_STARTED)
        return self._without(Outcome.SENSELESS, "The graphics probe ended without an answer.")

    def _without(self, outcome: Outcome, problem: str) -> GraphicsProbe:
        """As far as it came."""
        return replace(self._found, outcome=outcome, problem=problem)


def _crash_name(code: int) -> str:
    """The signal or exception that ended a process; "" if it ended by itself."""
    if sys.platform == "win32":
        return f"{code & 0xFFFFFFFF:#x}" if code & 0xC0000000 else ""
    if code >= 0:
        return ""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
