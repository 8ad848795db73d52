"""Processes that put cases through a door, each beginning anew where one died."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.hostile.case import Case
from tests.hostile.corpus import all_cases
from tests.hostile.outcome import Outcome

_ROOT = Path(__file__).parents[2]


def through_doors(cases: list[Case], door: str, folder: Path) -> Iterator[Outcome]:
    """Outcomes of cases at one door, or at both, in a folder that is not there yet."""
    folder.mkdir(parents=True)
    if door in ("cli", "both"):
        yield from _at_command_line(cases, folder / "cli")
    if door in ("window", "both"):
        from tests.hostile.window_watch import at_window

        yield from at_window([case for case in cases if case.door != "none"], folder / "window")


def _at_command_line(cases: list[Case], folder: Path) -> Iterator[Outcome]:
    """In a warm process of its own, which forks for each case."""
    folder.mkdir()
    asked = folder / "cases.json"
    asked.write_text(json.dumps([case.id for case in cases]))
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.hostile.workers", str(asked), str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment, cwd=_ROOT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            yield Outcome(**{**told, "faults": tuple(told["faults"])})
    assert process.returncode == 0, "The process that runs commands died."


def main() -> None:
    """Put the cases of a file through the command line; a line of JSON each."""
    from tests.hostile.cli_door import through_command, warm_up
    from tests.hostile.sound import write_study

    folder = Path(sys.argv[2])
    wanted = set(json.loads(Path(sys.argv[1]).read_text()))
    kinds = tuple(dict.fromkeys(name.split("/")[0] for name in sorted(wanted)))
    study = write_study(folder / "study")
    warm_up()
    for number, case in enumerate(c for c in all_cases(kinds) if c.id in wanted):
        outcome = through_command(case, folder / str(number), study)
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
