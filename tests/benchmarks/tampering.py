"""Audit trail: is tampering found, and are honest histories left alone?

    python -m tests.benchmarks.tampering [--trails 200] [--histories 200] [--seed 1]

Each of the trails is written by several processes over several files, is tampered with in one of
the ways of ``tests/audit_histories.py``, and verified as it is, and once more after BrainViewer has
gone on with it. Each of the histories is honest: processes that are killed at any call, power that
goes, disks that fail, clocks that are set, files that are rotated. Bars: all found; 0 false alarms
and 0 acknowledged lines lost.
"""

import argparse
import collections
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.errors import FileError
from brainviewer.files.audit_trail.places import (
    anchor_file,
    key_file,
    trail_folder,
)
from brainviewer.files.audit_trail.reading import oldest_first
from brainviewer.files.audit_trail.trail import AuditTrail
from tests.audit_histories import TAMPERINGS, History


def tampered(seed: int, home: Path, most_lines: int = 60) -> tuple[str, bool, bool]:
    """Which way was taken, whether it was found, and whether it still is after three more lines."""
    chance = random.Random(seed)
    older = home / "older"
    older.mkdir(parents=True)
    os.environ["BRAINVIEWER_HOME"] = str(older / "other")
    AuditTrail().begin()
    key_file().replace(older / "another-key.json")
    os.environ["BRAINVIEWER_HOME"] = str(home / "home")
    history = History(seed, home / "home")
    history.add(chance.randrange(most_lines // 3, most_lines // 2))
    for path in (*trail_folder().iterdir(), anchor_file()):
        shutil.copy(path, older)
    history.add(chance.randrange(2, most_lines // 2))
    way = TAMPERINGS[seed % len(TAMPERINGS)]
    way(chance, older)
    return way.__name__, _found(), _found_later()


def _found() -> bool:
    try:
        return not AuditTrail().verified().intact
    except FileError:  # a sentence about the key
        return True


def _found_later() -> bool:
    try:
        history = History(1, trail_folder().parent)
        history.add(3)
    except FileError:  # nothing goes on before somebody has looked
        return True
    return _found()


def honest(seed: int, home: Path, steps: int = 60) -> tuple[Check, History, int]:
    """What is told of an honest history, it, and how many acknowledged lines it has lost."""
    os.environ["BRAINVIEWER_HOME"] = str(home)
    home.mkdir(parents=True)
    history = History(seed, home)
    history.write(steps)
    there = {line.number for line in oldest_first(trail_folder())}
    return AuditTrail().verified(), history, len(set(history.acknowledged) - there)


def main() -> int:
    """Run both, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trails", type=int, default=200)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    missed: collections.Counter[str] = collections.Counter()
    alarms = lost = lines = kills = faults = 0
    # In memory: what a power loss leaves is modelled, so that waiting for a disk tells nothing.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for number in range(wanted.trails):
            home = Path(folder) / f"t{number}"
            way, at_once, later = tampered(wanted.seed * 10_000 + number, home)
            missed[way] += not (at_once and later)
            if not (at_once and later):
                print(f"missed: {way}, seed {number} {'' if at_once else 'at once'}")
            shutil.rmtree(home)
        for number in range(wanted.histories):
            home = Path(folder) / f"h{number}"
            check, history, gone = honest(wanted.seed * 10_000 + number, home)
            alarms += not check.intact
            lost, lines = lost + gone, lines + check.lines
            kills, faults = kills + history.kills, faults + history.faults
            for fault in check.faults:
                print(f"false alarm, seed {number}: {fault.sentence}")
            shutil.rmtree(home)
    found = wanted.trails - missed.total()
    print(f"tampering found: {found} of {wanted.trails} ({len(missed)} ways)")
    print(
        f"false alarms: {alarms} of {wanted.histories} honest histories "
        f"({lines:,} lines, {kills} kills and power losses, {faults} failed writes); "
        f"acknowledged lines lost: {lost}"
    )
    return int(found < wanted.trails or alarms > 0 or lost > 0)


if __name__ == "__main__":
    sys.exit(main())
