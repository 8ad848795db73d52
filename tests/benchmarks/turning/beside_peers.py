"""Turning a head in 3D here, in napari and in plain VTK: in turns in one run, the same volume.

python -m tests.benchmarks.turning.beside_peers STUDY [--napari FOLDER] [--rounds N]

napari is not installed with BrainViewer: ``pip install --target FOLDER napari``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from brainviewer.app.opening.study import open_study
from brainviewer.core.errors import silent

HERE = Path(__file__).parent
_SIDE, _SECONDS = 800, 5.0


def last_line(command: list[str], path: str = "") -> dict[str, Any]:
    """What a process prints last, as JSON. path : what its modules are looked for in first."""
    environment = {**os.environ}
    if path:
        environment["PYTHONPATH"] = path
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the medians, and each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--napari", default="")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    rounds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        volume = f"{folder}/volume.npy"
        data = open_study([chosen.study], silent).reference.data
        np.save(volume, np.ascontiguousarray(data, dtype=np.float32))
        given = [volume, str(_SIDE), str(_SECONDS)]
        for _ in range(chosen.rounds):
            here = ["-m", "tests.benchmarks.turn", str(chosen.study)]
            rounds["brainviewer"].append(last_line(here))
            rounds["vtk"].append(last_line([str(HERE / "in_vtk.py"), *given]))
            if chosen.napari:
                peer = [str(HERE / "in_napari.py"), *given]
                rounds["napari"].append(last_line(peer, chosen.napari))
    medians = {
        name: median(one["pictures_a_second"] for one in ones) for name, ones in rounds.items()
    }
    print(json.dumps({"pictures_a_second": medians, "rounds": rounds}, indent=1))


if __name__ == "__main__":
    main()
