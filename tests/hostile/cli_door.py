"""Hostile inputs through the command line: a process each, forked from one that is warm."""

import os
import runpy
import shutil
import signal
import sys
import time
import unicodedata
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from tests.hostile.case import Case, Place
from tests.hostile.outcome import SECONDS, Outcome, too_much
from tests.hostile.privileges import without_privileges
from tests.hostile.watching import (
    changed,
    content_of,
    is_below,
    left_behind,
    of_session,
    resident,
    waited_for_processors,
)

_OFFLINE = Path(__file__).parents[1] / "offline" / "sitecustomize.py"
_ENDED_BY_NETWORK = (77, -signal.SIGSYS)
_OWN = "brainviewer: "
_LONGEST = 700
_PATIENCE = 4 * SECONDS
_HARMLESS = "\n\r\t\u200c\u200d"
"""Breaks of lines, and what joins letters in the script of a name."""

_MODULES = (
    "brainviewer.app.opening.study",
    "brainviewer.app.prediction.whole_study",
    "brainviewer.cli",
    "brainviewer.app.dicom_export",
    "brainviewer.files.decoding.children",
    "brainviewer.app.exporting.exports",
    "brainviewer.models.engine",
    "brainviewer.models.installation.install",
    "brainviewer.pacs.dimse",
    "brainviewer.pacs.dicomweb",
    "brainviewer.painting.figure",
    "brainviewer.training.api",
    "numpy",
    "onnxruntime",
    "PIL.Image",
    "PySide6.QtGui",
    "pydicom",
    "scipy.ndimage",
)


def warm_up() -> None:
    """Import what commands import, so that each fork has it."""
    for name in _MODULES:
        if find_spec(name) is not None:
            import_module(name)


def through_command(case: Case, folder: Path, study: Path) -> Outcome:
    """Make the input in a folder, run its command, and judge how that ended."""
    place = Place.below(folder, study)
    temporary = folder / "temporary"
    temporary.mkdir()
    file = case.make(place)
    before = content_of(place.folder)
    kept = file.read_bytes() if case.keeps else b""
    arguments = case.arguments(file, place)
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        _command(arguments, case, folder, place)
    code, memory, waited, late = _watched(process, started)
    seconds = time.monotonic() - started - waited
    out = (folder / "stdout").read_text("utf-8", "replace")
    err = (folder / "stderr").read_text("utf-8", "replace")
    faults = [*judged(case, code, out, err), *too_much(seconds, memory, case.longest)]
    if late:
        faults.append("did not end")
    if code == 2 and (left := content_of(place.out)):
        faults.append(f"half-written: {', '.join(left)}")
    if other := changed(before, content_of(place.folder)):
        faults.append(f"changed the input: {other}")
    if case.keeps and not is_below(place.home, kept):
        faults.append("lost what was there")
    if left_over := left_behind(place.home, temporary):
        faults.append(f"left behind: {', '.join(left_over[:3])}")
    remove(folder)
    return Outcome(case.id, "cli", tuple(faults), _said(code, out, err), code, seconds, memory)


def _said(code: int, out: str, err: str) -> str:
    """The sentence of a refusal; else what was told, with what is beside it first."""
    if code == 2:
        told = next((line for line in err.splitlines() if line.startswith(_OWN)), "")
        return told[len(_OWN) :]
    return " ¶ ".join(line.strip() for line in [*err.splitlines(), *out.splitlines()] if line)[
        :2000
    ]


def remove(folder: Path) -> None:
    """Remove a folder, with what nobody may look into."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(root, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder)


def _command(arguments: list[str], case: Case, folder: Path, place: Place) -> None:
    """Run a command in a process of its own, which ends here."""
    code = 70
    try:
        os.setsid()
        os.chdir(place.out)
        for number, name in ((1, "stdout"), (2, "stderr")):
            opened = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
            os.dup2(opened, number)
        without_privileges()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.environ.update(
            BRAINVIEWER_HOME=str(place.home), TMPDIR=str(folder / "temporary"), HOME=str(place.home)
        )
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        if not case.network:
            runpy.run_path(str(_OFFLINE))
        sys.argv[1:] = arguments
        from brainviewer import __main__ as program

        program.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        import atexit

        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _watched(process: int, started: float) -> tuple[int, int, float, bool]:
    """Wait for a process: its exit code, the most memory above its start, how many seconds it was
    ready while others had the processors, and whether it hung."""
    idle, most, wait, late, waited = resident([process]), 0, 0.005, False, 0.0
    while True:
        waited = max(waited, waited_for_processors(process))
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            break
        most = max(most, resident(of_session(process)) - idle)
        if time.monotonic() - started - waited > _PATIENCE or most > 8 << 30:
            late = True
            _kill(process)
        time.sleep(wait)
        wait = min(wait * 1.5, 0.05)
    _kill(process)
    return os.waitstatus_to_exitcode(status), most, waited, late


def _kill(leader: int) -> None:
    for process in of_session(leader):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def judged(case: Case, code: int, out: str, err: str) -> list[str]:
    """What is wrong with how a command ended."""
    faults = []
    allowed = {"refused": (2,), "opens": (0,), "either": (0, 2)}[case.ends]
    if code in _ENDED_BY_NETWORK:
        faults.append("reached for the network")
    elif code not in allowed:
        faults.append(f"exit code {code}")
    if "Traceback" in err + out or "went wrong inside" in err:
        last = [line for line in err.splitlines() if line.strip()][-1:]
        faults.append(f"a bug: {last}")
    wanted = (case.says, case.command_says) if code in allowed else ()
    faults += [f"does not say {words!r}" for words in wanted if words not in err + out]
    if code == 2:
        sentences = [line for line in err.splitlines() if line.startswith(_OWN)]
        if len(sentences) != 1 and not (case.listed and sentences):
            faults.append(f"{len(sentences)} sentences")
        if out and not case.listed:
            faults.append("output beside the error")
        if any(len(line) > _LONGEST for line in sentences):
            faults.append("a sentence without end")
    strange = {
        c for c in err + out if unicodedata.category(c) in ("Cc", "Cf") and c not in _HARMLESS
    }
    if strange:
        faults.append(f"control codes {sorted(map(ord, strange))}")
    return faults
