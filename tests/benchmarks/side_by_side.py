"""Commands of this checkout and of another, in turns in one run: both see the same machine.

python -m tests.benchmarks.side_by_side OTHER-CHECKOUT [--runs N] [--study STUDY]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parents[2]
BARS = {"classify": 0.6}
"""The most that a command may take, as a fraction of its time in the other checkout."""


def seconds(checkout: Path, arguments: list[str], home: str) -> float:
    """Seconds of a command from the shell."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "BRAINVIEWER_HOME": home}
    start = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "brainviewer", *arguments],
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - start


def compare(other: Path, study: Path, runs: int) -> dict[str, dict[str, float]]:
    """Middle times of each command here and there, and their ratio."""
    commands = {
        "help": ["--help"],
        "models": ["models"],
        "info": ["info", str(study)],
        "pick": ["pick", str(study)],
        "classify": ["classify", str(study)],
    }
    found = {}
    with tempfile.TemporaryDirectory() as home:
        for name, arguments in commands.items():
            both = [(other, list[float]()), (HERE, list[float]())]
            for number in range(runs + 1):
                for checkout, times in both:
                    took = seconds(checkout, arguments, home)
                    if number:  # the first only fills caches
                        times.append(took)
            there, here = (median(times) for _, times in both)
            found[name] = {
                "there_s": round(there, 3),
                "here_s": round(here, 3),
                "ratio": round(here / there, 3),
            }
    return found


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--study", type=Path, default=HERE / "resources" / "demo")
    given = parser.parse_args()
    found = compare(given.other.resolve(), given.study.resolve(), given.runs)
    within = {name: found[name]["ratio"] <= bar for name, bar in BARS.items()}
    print(json.dumps({**found, "bars": BARS, "within": within}, indent=1))


if __name__ == "__main__":
    main()
