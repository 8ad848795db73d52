"""Runs the window for hostile inputs in a process of its own, and watches it from outside."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.hostile.case import Case
from tests.hostile.outcome import SECONDS, Outcome, too_much
from tests.hostile.watching import left_behind, of_session, resident

_ROOT = Path(__file__).parents[2]
_OFFLINE = _ROOT / "tests" / "offline"
_BY_STARTING = ("start", "trail", "models", "monitor", "list")
"""Doors that need a window of their own each; they come last."""
_PATIENCE = 60 * SECONDS
"""Seconds without a line after which the window hangs; making an input counts, too, and the machine
may be busy with other things."""


def at_window(cases: list[Case], folder: Path) -> Iterator[Outcome]:
    """Outcomes of cases in one window after the other, each as long as it lives."""
    folder.mkdir()
    for network in (False, True):
        left = [case for case in cases if case.network is network]
        left.sort(key=lambda case: case.door in _BY_STARTING)
        while left:
            done = 0
            for outcome in _window(left, folder / f"{len(left)}-{network}", network):
                yield outcome
                done += 1
            assert done, "The window did not open."
            left = left[done:]


def _window(cases: list[Case], folder: Path, network: bool) -> Iterator[Outcome]:
    """Outcomes up to the first case that the window did not survive."""
    temporary = folder / "temporary"
    temporary.mkdir(parents=True)
    asked = folder / "cases.json"
    asked.write_text(json.dumps([case.id for case in cases]))
    path = [str(_ROOT), str(_ROOT / "tests")] + ([] if network else [str(_OFFLINE)])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": str(temporary),
        "BRAINVIEWER_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "tests.hostile.window_door", str(asked), str(folder)]
    with (
        (folder / "stderr").open("wb") as err,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=err,
            env=environment,
            cwd=_ROOT,
            start_new_session=True,
        ) as process,
    ):
        try:
            before: Outcome | None = None
            for case in cases:
                outcome = _watched(process, case)
                if before is not None:
                    yield before
                before = outcome
                if outcome is None:
                    faults = (_death(process, folder),)
                    yield Outcome(case.id, "window", faults, "", process.poll(), 0.0, 0)
                    return
            assert before is not None
            yield _with_end(before, process, folder)
        finally:
            for one in of_session(process.pid):
                os.kill(one, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def _death(process: "subprocess.Popen[bytes]", folder: Path) -> str:
    said = (folder / "stderr").read_text("utf-8", "replace").splitlines()[-1:]
    return f"the window died or hung: {process.poll()} {said}"


def _with_end(last: Outcome, process: "subprocess.Popen[bytes]", folder: Path) -> Outcome:
    """The last outcome, with what is wrong once the window is closed and its process has ended."""
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        return replace(last, faults=(*last.faults, "the program does not end"))
    faults = [_death(process, folder)] if process.returncode else []
    if left := left_behind(folder / "home", folder / "temporary"):
        faults.append(f"left behind at the end: {', '.join(left[:5])}")
    return replace(last, faults=(*last.faults, *faults))


def _watched(process: "subprocess.Popen[bytes]", case: Case) -> Outcome | None:
    """The outcome of the next case; None if the window ended, or says nothing for long."""
    assert process.stdout is not None
    idle, most, end = -1, 0, time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        ready, _, _ = select.select([process.stdout], [], [], 0.05)
        if idle >= 0:
            most = max(most, resident(of_session(process.pid)) - idle)
        if not ready:
            continue
        line = process.stdout.readline()
        if not line:
            process.wait()
            return None
        if line.strip() == b"begins":
            idle = resident(of_session(process.pid))
            continue
        told = json.loads(line)
        faults = (*told["faults"], *too_much(told["seconds"], most, case.longest))
        return Outcome(case.id, "window", faults, told["said"], None, told["seconds"], most)
    return None
