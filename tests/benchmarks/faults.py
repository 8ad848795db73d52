"""Edits a study on a disk that fails, at random calls, and looks for what had been kept.

    python -m tests.benchmarks.faults [--faults 2000] [--seed 1]

Half of the histories end with a power loss during a call (unsynced writes lost, torn, reordered,
their length without their content; names and renames lost). The others, and some of these, meet
errors that pass or stay: full disk, read-only disk, permission lost, input or output error. See
``tests/faulty_disk.py``. Afterwards everything that was said to be kept must be there, every
journal must be readable, and work must go on. An error that stays counts as one fault.
"""

import argparse
import errno
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from brainviewer.files.durable.disk import using_disk
from brainviewer.files.journal import study_file
from tests.editing import Editor, Ledger
from tests.faulty_disk import FaultyDisk, PowerLoss
from tests.phantoms import marker_study

NUMBERS = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO)
CHANGES = 25


def history(seed: int, root: Path) -> tuple[list[str], int, int, list[str]]:
    """One history on an empty disk: what it met, changes kept and refused, and what was lost."""
    chance, study, ledger = random.Random(seed), marker_study(), Ledger()
    os.environ["BRAINVIEWER_HOME"] = str(root / "home")
    with_power, with_errors = seed % 2 == 0, seed % 4 != 0
    faults = {}
    if with_errors:
        for _ in range(chance.randint(1, 3)):
            faults[chance.randrange(1, 300)] = chance.choice(NUMBERS)
    until = chance.choice((1, 1, 2, 5, 40))
    power = chance.randrange(1, 400) if with_power else 0
    disk = FaultyDisk(root, seed, faults, until, power)
    kept = refused = 0

    def hear(who: str):
        return lambda said, what, value: ledger.hear(who, said, what, value)

    with using_disk(disk):
        try:
            editors = [Editor(study, "a", random.Random(seed), hear("a"))]
            if chance.random() < 0.4:
                other = random.Random(seed + 1)
                editors.append(Editor(study, "b", other, hear("b"), corrects=False))
            for _ in range(CHANGES):
                chance.choice(editors).work()
            for editor in editors:
                editor.close()
        except PowerLoss:
            pass
        else:
            if with_power and chance.random() < 0.5:  # it goes after the work
                disk.met.append("power")
        kept, refused = sum(e.kept for e in editors), sum(e.failed for e in editors)
    if "power" in disk.met:
        disk.lose_power()
    lost = ledger.lost(study)
    if not lost:
        again = Editor(study, "c", random.Random(seed + 2), hear("c"))
        for _ in range(4):
            again.work()
        again.close()
        if again.failed:
            lost = ["work does not go on"]
        lost += ledger.lost(study)
    return disk.met, kept, refused, [f"history {seed} ({disk.met}): {said}" for said in lost]


def run(faults: int, seed: int) -> tuple[int, int, int, Counter[str], list[str]]:
    """Histories until so many faults were met: faults, kept, refused, kinds, lost."""
    study_file.SPARE_BYTES, study_file.PATIENCE = 6_000, 0.2
    met_all: Counter[str] = Counter()
    done = kept = refused = 0
    lost: list[str] = []
    number = seed * 100_000
    while done < faults and len(lost) < 20:
        with tempfile.TemporaryDirectory() as folder:
            met, more, less, wrong = history(number, Path(folder))
        met_all.update(met)
        done += len(met)
        kept, refused, lost = kept + more, refused + less, lost + wrong
        number += 1
    return done, kept, refused, met_all, lost


def main() -> int:
    """Exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    done, kept, refused, kinds, lost = run(options.faults, options.seed)
    print(f"{done} faults ({', '.join(f'{name} {n}' for name, n in sorted(kinds.items()))})")
    print(f"{kept:,} changes kept, {refused:,} refused, {len(lost)} lost or unreadable")
    print(*lost, sep="\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
