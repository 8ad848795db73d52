"""Processor time of each tool that corrects a segmentation, on a study of usual size.

python -m tests.benchmarks.correction_tools [--times N]

Prints one JSON object: milliseconds by tool, the least of N runs.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.imaging.correction.brush import ball_stroke, disc_stroke
from brainviewer.imaging.correction.clean_up import fill_holes, remove_islands, smooth
from brainviewer.imaging.correction.cut import cut_by_plane
from brainviewer.imaging.correction.growing import grow
from brainviewer.imaging.correction.label_edit import Paint
from brainviewer.imaging.correction.lasso import lasso

OEDEMA, ENHANCING = 2, 4
# Processor time in ms: a stroke is painted while the pointer moves, the others after a click.
BARS = {"disc": 20.0, "ball": 20.0, "lasso": 20.0}
BAR_OF_OTHERS = 250.0


def tools() -> dict[str, Callable[[], object]]:
    """Every tool on a lesion of 230 mL with an enhancing core, 240 x 240 x 155 voxels of 1 mm."""
    grid = Grid((240, 240, 155), np.eye(4))
    labels = np.zeros(grid.shape, np.uint8)
    i, j, k = (np.arange(n) for n in grid.shape)
    away = (i - 120)[:, None, None] ** 2 + (j - 110)[None, :, None] ** 2 + (k - 80)[None, None] ** 2
    labels[away <= 38**2] = OEDEMA
    labels[away <= 22**2] = ENHANCING
    data = np.where(away <= 38**2, 400, 200).astype(np.int16)
    view, centre = SliceView.of(grid, Plane.AXIAL), np.array((120.0, 110, 80))
    near = [centre + np.array((36.0, 0, 0)), centre + np.array((39.0, 6, 0))]
    round_it = [*near, centre + np.array((60.0, 0, 0))]
    through = [centre + np.array((30.0, -40, 0)), centre + np.array((30.0, 40, 0))]
    return {
        "disc": lambda: disc_stroke(labels, view, 80, near, 12.0, Paint(OEDEMA)),
        "ball": lambda: ball_stroke(labels, grid, near, 30.0, Paint(OEDEMA)),
        "lasso": lambda: lasso(labels, view, 80, round_it, Paint(OEDEMA)),
        "cut": lambda: cut_by_plane(labels, view, through),
        "islands": lambda: remove_islands(labels, grid),
        "holes": lambda: fill_holes(labels, Paint(OEDEMA)),
        "smoothing": lambda: smooth(labels, grid),
        "growing": lambda: grow(labels, grid, centre, data, Paint(ENHANCING)),
    }


def least_ms(tool: Callable[[], object], times: int) -> float:
    """The least processor time of several runs, in ms."""
    took = []
    for _ in range(times):
        began = time.process_time()
        tool()
        took.append(time.process_time() - began)
    return round(1000 * min(took), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    found = {name: least_ms(tool, times) for name, tool in tools().items()}
    missed = [name for name, took in found.items() if took > BARS.get(name, BAR_OF_OTHERS)]
    print(json.dumps({"processor_ms": found, "over_the_bar": missed}, indent=1))


if __name__ == "__main__":
    main()
