"""Kills processes while they edit a study, at random moments, and looks for what they had kept.

    python -m tests.benchmarks.kills [--kills 500] [--seed 1]

Each round forks one process or two that edit the same study (annotations, corrections, feedback,
report text, age, what is open) and say through a pipe what is kept. They are killed by ``SIGKILL``;
then everything that was said to be kept must be there, and every journal readable. The journal is
written anew far more often than in use, so that kills meet that, too.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from brainviewer.core.study import Study
from brainviewer.files.journal import study_file
from brainviewer.files.tidying import tidy_up
from tests.editing import Editor, Ledger
from tests.phantoms import marker_study

LONGEST = 0.12
"""Seconds from the first word of a process to its end."""


def killed_editors(study: Study, chance: random.Random, ledger: Ledger, round_: int) -> int:
    """Let one or two editors work and kill them; how many were killed."""
    started = []
    for who in "ab"[: 1 + (chance.random() < 0.5)]:
        reading, writing = os.pipe()
        seed = chance.randrange(2**32)
        process = os.fork()
        if process == 0:
            os.close(reading)
            _edit(study, f"{who}{round_}", seed, writing, corrects=who == "a")
        os.close(writing)
        started.append((f"{who}{round_}", process, reading))
    heard = {who: os.read(reading, 1) for who, _, reading in started}
    for who, process, reading in chance.sample(started, len(started)):
        time.sleep(chance.random() * LONGEST)
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        assert os.WIFSIGNALED(status), "it ended before it was killed"
        while part := os.read(reading, 1 << 16):
            heard[who] += part
        os.close(reading)
        for line in heard[who].split(b"\n")[:-1]:
            said, what, value = json.loads(line)
            ledger.hear(who, said, what, value)
    return len(started)


def _edit(study: Study, who: str, seed: int, pipe: int, *, corrects: bool) -> None:
    """In the forked process; never returns."""
    try:
        study_file.PATIENCE = 60.0
        study_file.SPARE_BYTES = 20_000
        editor = Editor(
            study,
            who,
            random.Random(seed),
            lambda *told: os.write(pipe, json.dumps(told).encode() + b"\n"),
            corrects=corrects,
        )
        while True:
            editor.work()
    finally:
        os._exit(3)


def run(kills: int, seed: int, home: Path) -> tuple[int, int, list[str]]:
    """How many kills and acknowledged changes there were, and what was lost."""
    chance, study = random.Random(seed), marker_study()
    os.environ["BRAINVIEWER_HOME"] = str(home)
    ledger, done, lost = Ledger(), 0, list[str]()
    round_ = 0
    while done < kills and not lost:
        done += killed_editors(study, chance, ledger, round_)
        lost = [f"after {done} kills: {said}" for said in ledger.lost(study)]
        round_ += 1
        if chance.random() < 0.1:
            tidy_up()
    return done, ledger.acknowledged, lost


def main() -> int:
    """Exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        done, acknowledged, lost = run(options.kills, options.seed, Path(home))
    print(f"{done} kills, {acknowledged:,} acknowledged changes, {len(lost)} lost or unreadable")
    print(*lost, sep="\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
