"""Measures a raw head in the window: when it is painted, and when each step is done.

python -m tests.benchmarks.raw_head STUDY

STUDY has its skull, and sequences on grids of their own. Prints the seconds from the drop, and the
processor seconds of the window and of the engine's process together, until the panes are painted,
the sequences lie over each other, the lesion (after the brain) is found, and it is classified.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from brainviewer.app.status import Status

BARS = {"painted_s": 1.0, "classified_s": 20.0}


def core_seconds(process: int) -> float:
    """Of a process and of those that it started, as Linux counts them."""
    place = Path("/proc", str(process))
    after_name = Path(place, "stat").read_text().rpartition(")")[2].split()
    own = (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    children = {n for one in place.glob("task/*/children") for n in one.read_text().split()}
    return own + sum(core_seconds(int(child)) for child in children)


def measured(path: Path) -> dict[str, Any]:
    """The seconds of each step."""
    from tests.benchmarks.run import App, Painted

    app = App()
    app.session.settings.classify_on_opening = True
    app.start_engine()
    app.rest(3.0)  # as when somebody looks for the folder
    painted, state = Painted(app), app.session.state
    began, before = time.perf_counter(), core_seconds(os.getpid())
    found: dict[str, Any] = {"load_average": os.getloadavg()}

    def reached(name: str) -> None:
        found[f"{name}_s"] = round(time.perf_counter() - began, 2)
        found[f"{name}_core_s"] = round(core_seconds(os.getpid()) - before, 2)

    app.session.documents.open([path])
    for name, condition in (
        ("painted", lambda: painted.all),
        ("registered", lambda: not app.session.head_motion.running),
        ("found", lambda: state.finding_status is Status.DONE),
        ("classified", lambda: state.classification_status is Status.DONE),
    ):
        app.wait(condition, 300.0)
        reached(name)
    found["load_average_after"] = os.getloadavg()
    app.window.close()
    return {**found, "bars": BARS}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        print(json.dumps(measured(asked.study), indent=1))


if __name__ == "__main__":
    main()
