"""Tell the line coverage of every room, and fail where one is below its floor.

    bash packaging/test.sh --cov --cov-report=
    .venv/bin/python packaging/coverage_floor.py

Reads the ``.coverage`` that the tests wrote. Exit code 0: every floor holds; 1: one does not; 2:
there are no data.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import CoverageException

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "brainviewer"
FLOORS: Mapping[str, float] = {"core": 95.0, "files": 95.0, "models": 95.0, "app": 95.0}
"""Least percentage of lines that tests must run, by room."""


def room_of(path: Path) -> str:
    """The folder under ``brainviewer`` that a module lies in; its own name for one outside them."""
    return path.relative_to(PACKAGE).parts[0]


def coverage_by_room(data: Coverage) -> dict[str, float]:
    """Percentage of the lines of each room that were run; modules that no test imported count."""
    lines: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        if room_of(path) == "training":
            continue
        _, statements, _, missing, _ = data.analysis2(str(path))
        lines[room_of(path)] += len(statements)
        missed[room_of(path)] += len(missing)
    return {room: 100 * (1 - missed[room] / count) for room, count in lines.items() if count}


def below_floor(found: Mapping[str, float], floors: Mapping[str, float] = FLOORS) -> list[str]:
    """A sentence for every room that is below its floor, or that was not measured."""
    return [
        f"{room}: {found.get(room, 0.0):.1f} % of lines are tested, {floor:.0f} % are needed."
        for room, floor in floors.items()
        if found.get(room, 0.0) < floor
    ]


def main() -> int:
    data = Coverage(data_file=str(ROOT / ".coverage"), config_file=str(ROOT / "pyproject.toml"))
    try:
        data.load()
        found = coverage_by_room(data)
    except CoverageException as error:
        print(f"No coverage data that can be read: {error}", file=sys.stderr)
        return 2
    for room, percent in sorted(found.items()):
        print(f"{room:<12} {percent:5.1f} %")
    failures = below_floor(found)
    print(*failures, sep="\n", end="\n" if failures else "", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
