"""Measures how a DICOM study opens: from the drop to the last pane painted, and the memory.

python -m tests.benchmarks.dicom_opening [STUDY] [--times N] [--enhanced] [--syntax NAME]
    [--own-grids] [--only-memory]

STUDY, else the demo, is written as four series, of one file a slice or of one enhanced file each,
compressed or not, on the grid of the study or each on one of its own; they then lie in the system's
cache. Prints wall and processor seconds of each drop on the window with their medians, the seconds
of each step without a window, and the most memory that opening takes, in sizes of the volumes.

Of that memory, ``fixed_mb`` is what opening the same series takes at 16×16 pixels, in a process of
its own: headers, libraries and the room that threads work in, whatever the size of the volumes. Of
small volumes it is most of what is beyond them; so the bar is also given without it.
``decoders_mb`` is the most that the processes took that decoded compressed pixels, beside it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from pydicom import uid

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Study, Volume
from tests.dicom_writer import write_study

BARS = {"drop_to_painted_s": 1.0, "memory_in_volumes": 1.5}
SYNTAXES = {
    "native": uid.ExplicitVRLittleEndian,
    "rle": uid.RLELossless,
    "jpeg-ls": uid.JPEGLSLossless,
    "jpeg-2000": uid.JPEG2000Lossless,
}


def drops(folder: Path, times: int) -> list[dict[str, float]]:
    """Seconds of each of several drops, none of which finds anything from the one before."""
    from tests.benchmarks.run import App, drop

    app = App()
    app.rest(0.5)
    found = []
    for _ in range(times):
        app.open(demo_paths())
        app.session.documents.ahead.clear()
        for file in folder.rglob("IM*"):
            file.touch()  # headers of files that stayed the same are remembered
        found.append(drop(app, [folder]))
    app.window.close()
    return found


def steps(folder: Path) -> dict[str, float]:
    """Processor seconds of the steps of opening, one after the other."""
    from brainviewer.app.opening.dicom.series import choice_of
    from brainviewer.app.opening.one_grid import Plan, place
    from brainviewer.app.opening.reading import read_sequences
    from brainviewer.app.opening.sources import sources_of
    from brainviewer.core.voi.voi_window import opening_window
    from brainviewer.files.dicom.places import possible_files
    from brainviewer.files.dicom.series.examination import examination_of
    from brainviewer.files.dicom.series.headers import read_headers

    taken: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        wall, began = time.perf_counter(), time.process_time()
        done = work()
        taken[name] = round(time.process_time() - began, 3)
        taken[f"{name}_wall"] = round(time.perf_counter() - wall, 3)
        return done

    files = timed("files", lambda: possible_files([folder]).files)
    headers = timed("headers", lambda: read_headers(files))
    examination = timed("stacks", lambda: examination_of(headers))
    choice = timed("sequences", lambda: choice_of(examination))
    sources = sources_of([folder], choice)
    read = timed("pixels", lambda: read_sequences([folder], sources, lambda *_: None)).sequences
    images = {m: image for m, (image, _) in read.items()}
    plan = Plan.of({m: image.grid for m, image in images.items()})
    placed = timed("one grid", lambda: place(plan, images, dict.fromkeys(images, "")))
    timed("windows", lambda: [opening_window(volume) for volume, _ in placed])
    return taken


def memory(folder: Path, thumbnails: Path) -> dict[str, float]:
    """Most memory that a process of its own took beyond what it had, in sizes of the volumes.

    thumbnails : the same series with few pixels.
    """
    found, small = _memory_of(folder), _memory_of(thumbnails)
    fixed = small["peak_mb"] - small["volumes_mb"]
    found["fixed_mb"] = round(fixed, 1)
    without = (found["peak_mb"] - fixed) / found["volumes_mb"]
    found["peak_in_volumes_without_fixed"] = round(without, 2)
    return found


def _memory_of(folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.dicom_opening", "--memory", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _memory_here(folder: Path) -> dict[str, float]:
    import SimpleITK  # noqa: F401 - resampling needs it

    from brainviewer.app.opening.ahead import bytes_of
    from brainviewer.app.opening.opened import Opened
    from brainviewer.core.process.memory import limit_pools
    from brainviewer.files.decoding import children

    limit_pools()
    open_study(demo_paths())  # imports the rest
    before = _resident()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    opened = Opened.read([folder], lambda *_: None)
    size, most = bytes_of(opened.study), _resident("VmHWM") - before
    decoders = sum(_resident("VmHWM", str(child.pid)) for child in children._idle)
    return {
        "volumes_mb": round(size / 1e6, 2),
        "peak_mb": round(most / 1e6, 1),
        "peak_in_volumes": round(most / size, 2),
        "held_in_volumes": round((_resident() - before) / size, 2),
        "decoders_mb": round(decoders / 1e6, 1),
    }


def _resident(which: str = "VmRSS", process: str = "self") -> int:
    lines = Path("/proc", process, "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(which))


def written(folder: Path, study: Study, own_grids: bool, **how: Any) -> None:
    """Write the series, and again, with few pixels, beside them.

    own_grids : as they were scanned; of a study on one grid, all but the first are tilted a little
    """
    volumes = dict(study.volumes)
    for number, (modality, volume) in enumerate(study.volumes.items()):
        if own_grids and volume.scan is not None:
            scan = volume.scan
            volumes[modality] = replace(volume, data=scan.data, grid=scan.grid)
        elif own_grids and number:
            tilt = np.eye(4)
            cos, sin = np.cos(0.05 * number), np.sin(0.05 * number)
            tilt[:2, :2] = [[cos, -sin], [sin, cos]]
            grid = replace(volume.grid, affine=tilt @ volume.grid.affine)
            volumes[modality] = replace(volume, grid=grid)
    small = {m: _thumbnail(volume) for m, volume in volumes.items()}
    for place, some in ((folder, volumes), (thumbnails_of(folder), small)):
        write_study(place, replace(study, volumes=some), **how)


def thumbnails_of(folder: Path) -> Path:
    """Where the same series lie with few pixels."""
    return folder.with_name(f"{folder.name}-thumbnails")


def _thumbnail(volume: Volume) -> Volume:
    steps = [max(1, n // 16) for n in volume.grid.shape[:2]]
    data = volume.data[:: steps[0], :: steps[1]]
    grid = Grid(data.shape, volume.grid.affine @ np.diag([*steps, 1, 1]))
    return replace(volume, data=data, grid=grid)


def main() -> None:
    """Write the study, measure, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, nargs="?")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="of a folder of DICOM, here")
    parser.add_argument("--enhanced", action="store_true", help="one file for each series")
    parser.add_argument("--syntax", choices=SYNTAXES, default="native")
    parser.add_argument("--own-grids", action="store_true", help="each series on its own grid")
    parser.add_argument("--only-memory", action="store_true", help="no steps, no window")
    asked = parser.parse_args()
    if asked.memory:
        print(json.dumps(_memory_here(asked.study)))
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = str(Path(home, "home"))
        folder = Path(home, "study")
        study = open_study([asked.study] if asked.study else demo_paths())
        how = {"enhanced": asked.enhanced, "syntax": SYNTAXES[asked.syntax]}
        written(folder, study, asked.own_grids, **how)
        found: dict[str, Any] = {"load_average": os.getloadavg()}
        found["memory"] = memory(folder, thumbnails_of(folder))
        if not asked.only_memory:
            found["steps_s"] = steps(folder)
            found["drops"] = drops(folder, asked.times)
            for clock in ("wall_s", "cpu_s"):
                found[f"median_{clock}"] = median(one[clock] for one in found["drops"])
        found["load_average_after"] = os.getloadavg()
        found["bars"] = BARS
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
