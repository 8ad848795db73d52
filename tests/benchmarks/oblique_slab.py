"""Processor time of a 30 mm slab on three tilted planes, whole and as it is while these turn.

python -m tests.benchmarks.oblique_slab [--times N]

Prints one JSON object: milliseconds for the three planes together, the least of N runs.
"""

import argparse
import json
import math
import time

import numpy as np

from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.reformation.slab import Slab, SlabMode
from brainviewer.core.slices import Convention, Plane
from brainviewer.imaging.reslicing import slice_values

BARS = {"coarse": 50.0}
_THICKNESS_MM = 30.0


def slabs(times: int) -> dict[str, float]:
    """Milliseconds by mode, on 240 x 240 x 155 voxels of 1 mm."""
    grid = Grid((240, 240, 155), np.eye(4))
    values = np.random.default_rng(0).integers(0, 1000, grid.shape)
    data, middle = np.asfortranarray(values.astype(np.int16)), grid.centre
    found = {}
    for mode in SlabMode:
        for name, coarse in (("", False), (" coarse", True)):
            taken = []
            for number in range(times):
                turned = Obliquity.through(middle)
                turned = turned.turned(grid, (1, 0.2, 0.1), math.radians(20 + number), middle)
                turned = turned.turned(grid, (0, 1, 0.3), 0.2, middle)
                shown, slab = Reformation(obliquity=turned), Slab(_THICKNESS_MM, mode, coarse)
                views = [shown.view(grid, plane, Convention.RADIOLOGICAL) for plane in Plane]
                start = time.process_time()
                for view in views:
                    slice_values(data, view, view.index_of(middle), slab)
                taken.append(1000 * (time.process_time() - start))
            found[f"{mode}{name}"] = round(min(taken), 1)
    return found


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    print(json.dumps({"bars": BARS, **slabs(parser.parse_args().times)}, indent=1))


if __name__ == "__main__":
    main()
