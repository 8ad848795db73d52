"""Fuzzes one target in a process of its own, for a time, from seeds and a corpus."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.fuzz.target import target_named

_CORPORA = Path(__file__).parent / "corpus"
_ROOT = Path(__file__).parents[3]
_HANGS_AFTER = 60
"""Seconds on the clock for one input, on a machine that does other things as well."""
_MOST_MB = 2048
_GRACE = 120.0
"""Seconds that a process may take beside: to start, and with its last input."""
_ROUND = 90
"""Seconds of one process: the values that atheris compares are never given back."""
_APART = ("sh", "-c", '"$@"; exit $?', "sh")
"""Begins the process by a small one: Linux hands the most memory that a process has ever held on to
what it starts in its place, and libFuzzer would take that for its own."""
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    runs : inputs that were read. lines : features (branches and how often) that were reached.
    cpu_seconds : of the process, its start included.
    findings : a few words on each, and the details.
    """

    target: str
    runs: int
    lines: int
    corpus: int
    cpu_seconds: float
    findings: tuple[tuple[str, str], ...]


def fuzz(
    target: str, seconds: int, seed: int, findings: Path, corpus: Path | None = None
) -> Outcome:
    """Fuzz a target.

    findings : a folder that inputs and tracebacks are written to.
    corpus : a folder in which what reaches new lines is kept; None forgets it.
    """
    findings.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_in_memory()) as place:
        kept = corpus or Path(place, "corpus")
        kept.mkdir(parents=True, exist_ok=True)
        fill(target, kept)
        began, runs, features, code, text = os.times(), 0, 0, 0, ""
        until = time.monotonic() + seconds
        for number in range(1 + (seconds - 1) // _ROUND):
            left = min(_ROUND, round(until - time.monotonic()))
            if left < 1 or code:
                break
            code, text = _round(target, left, seed + number, findings, kept, Path(place))
            executed = re.findall(r"number_of_executed_units: *(\d+)", text)
            runs += int(executed[-1]) if executed else 0
            features = max([features, *map(int, re.findall(r"\bft: (\d+)", text))])
        ended = os.times()
        used = ended.children_user - began.children_user
        used += ended.children_system - began.children_system
        found = _found(findings, code, text)
        return Outcome(target, runs, features, len(list(kept.iterdir())), used, found)


def _round(
    target: str, seconds: int, seed: int, findings: Path, corpus: Path, folder: Path
) -> tuple[int, str]:
    """One process for so many seconds; the code that it ended with, and what it said."""
    fuzzed = target_named(target)
    flags = (
        f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={_HANGS_AFTER}",
        f"-rss_limit_mb={_MOST_MB}", f"-max_len={fuzzed.longest}", "-print_final_stats=1",
        f"-artifact_prefix={findings}/crash-", "-len_control=0",
        "-report_slow_units=3600",
    )  # fmt: skip
    environment = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "BRAINVIEWER_HOME": str(folder / "home"),
        "FUZZED_PACKAGES": ",".join(fuzzed.instrumented),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    worker = [sys.executable, "-m", "tests.hostile.fuzz.worker", target, str(findings)]
    log = folder / "log"
    with log.open("wb") as said:
        running = subprocess.Popen(
            [*_APART, *worker, *flags, str(corpus)], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            running.wait(seconds + _GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    return running.returncode, log.read_text("utf-8", "replace")


def fill(target: str, folder: Path) -> None:
    """Put the seeds, and what was found before, into a folder."""
    for number, seed in enumerate(target_named(target).seeds()):
        (folder / f"seed-{number:02d}").write_bytes(seed)
    packed = _CORPORA / f"{target}.zip"
    if packed.exists():
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)


def keep(target: str, folder: Path, most_bytes: int) -> int:
    """Pack the smallest inputs of a corpus, without the seeds; returns how many bytes they take."""
    files = [file for file in folder.iterdir() if not file.name.startswith("seed-")]
    _CORPORA.mkdir(exist_ok=True)
    packed, size = _CORPORA / f"{target}.zip", 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(files, key=lambda file: (file.stat().st_size, file.name)):
            size += file.stat().st_size
            if size > most_bytes:
                break
            archive.writestr(zipfile.ZipInfo(file.name, _TIME), file.read_bytes(),
                             zipfile.ZIP_DEFLATED)  # fmt: skip
    return packed.stat().st_size


def _found(findings: Path, code: int, text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for file in sorted(findings.glob("*.txt")):
        what, _, details = file.read_text().partition("\n\n")
        found.append((what, details))
    crashes = sorted(findings.glob("crash-*"))
    if crashes or code != 0:
        found.append((f"ended with code {code}", text[-800:]))
    return tuple(found)


def _in_memory() -> str | None:
    """A folder that lies in memory, where the system has one: inputs are files."""
    place = Path("/dev/shm")
    return str(place) if place.is_dir() and os.access(place, os.W_OK) else None
