"""Runs hostile inputs through both doors: python -m tests.hostile [--door …] [--kind …]."""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue

from tests.hostile.case import Case
from tests.hostile.corpus import KINDS, all_cases, sample
from tests.hostile.outcome import Outcome


def main() -> int:
    """The command; exit code 1 where not all ended as they should."""
    told = argparse.ArgumentParser(prog="tests.hostile", description=__doc__)
    told.add_argument("--door", choices=("cli", "window", "both"), default="both")
    told.add_argument("--kind", action="append", choices=KINDS)
    told.add_argument("--name", default="", help="Only cases with this in their name.")
    told.add_argument("--sample", type=int, default=0, help="So many of each kind.")
    told.add_argument("--jobs", type=int, default=2)
    told.add_argument("--json", type=Path)
    told.add_argument("--verbose", action="store_true", help="Tell the sentence of every case.")
    asked = told.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    chosen = tuple(asked.kind or KINDS)
    cases = sample(asked.sample) if asked.sample else all_cases(chosen)
    cases = [case for case in cases if case.kind in chosen and asked.name in case.id]
    outcomes: list[Outcome] = []
    try:
        for outcome in run(cases, asked.door, asked.jobs):
            outcomes.append(outcome)
            if outcome.faults or asked.verbose:
                _tell(outcome)
    except KeyboardInterrupt:
        print(f"Interrupted: {len(cases)} cases were to be run.")
    for line in table(outcomes):
        print(line)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=1))
    return int(any(one.faults for one in outcomes) or not outcomes)


def run(cases: list[Case], door: str, jobs: int) -> Iterator[Outcome]:
    """Run cases through a door, or both, in several processes at once."""
    parts = [cases[n::jobs] for n in range(jobs)]
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        from tests.hostile.workers import through_doors

        with ThreadPoolExecutor(jobs) as pool:
            told: SimpleQueue[Outcome | None] = SimpleQueue()

            def put(number: int, part: list[Case]) -> None:
                try:
                    for outcome in through_doors(part, door, Path(folder, str(number))):
                        told.put(outcome)
                finally:
                    told.put(None)

            works = [pool.submit(put, number, part) for number, part in enumerate(parts)]
            for _ in works:
                while (outcome := told.get()) is not None:
                    yield outcome
            for work in works:
                work.result()


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Lines: of each kind and door how many there are, how many clean, and the most they took."""
    yield f"{'kind':14} {'door':7} {'cases':>6} {'clean':>6} {'most s':>7} {'most MiB':>9}"
    keys = Counter((one.case.split("/")[0], one.door) for one in outcomes)
    for kind, door in [*sorted(keys), ("all", "cli"), ("all", "window")]:
        of = [one for one in outcomes if one.door == door]
        of = [one for one in of if kind in ("all", one.case.split("/")[0])]
        if of:
            clean = sum(not one.faults for one in of)
            seconds, memory = max(one.seconds for one in of), max(one.memory for one in of)
            yield f"{kind:14} {door:7} {len(of):6} {clean:6} {seconds:7.1f} {memory >> 20:9}"


def _tell(outcome: Outcome) -> None:
    mark = "FAULT" if outcome.faults else "clean"
    told = f"{mark} {outcome.door} {outcome.case}: {'; '.join(outcome.faults)}"
    print(f"{told} | {outcome.code} {outcome.seconds:.1f} s | {outcome.said[:700]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
