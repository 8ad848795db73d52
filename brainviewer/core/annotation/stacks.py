"""The volume of regions that were drawn on several slices of one plane under one name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from brainviewer.core.annotation.annotations import Annotation, region_area, region_mask
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView

LEAST_SLICES = 2


@dataclass(frozen=True)
class Stack:
    """Regions of one name.

    slices : how many have a region; between : how many lie between them that have none.
    millilitres : None where regions of one slice overlap, which would count twice.
    """

    name: str
    plane: Plane
    regions: tuple[Annotation, ...]
    slices: int
    between: int
    millilitres: float | None


def stacks(annotations: Iterable[Annotation], grid: Grid) -> tuple[Stack, ...]:
    """The volumes of regions with a name, on two slices of a plane or more.

    Each slice counts with its area times the distance of slices; one in between that has no region
    with an area between those of its neighbours. None for an image, whose frames have no distance;
    regions on tilted planes do not count, which lie at no one distance.
    """
    if grid.as_stored:
        return ()
    named: dict[tuple[str, Plane], list[Annotation]] = defaultdict(list)
    for one in annotations:
        if one.kind.traits.region and one.text.strip() and one.tilt is None:
            named[one.text.strip().casefold(), one.plane].append(one)
    found = (_stack(regions, SliceView.of(grid, plane)) for (_, plane), regions in named.items())
    return tuple(stack for stack in found if stack.slices >= LEAST_SLICES)


def _stack(regions: Sequence[Annotation], view: SliceView) -> Stack:
    by_slice: dict[int, list[Annotation]] = defaultdict(list)
    for one in regions:
        by_slice[view.index_of(one.points[0])].append(one)
    indices = sorted(by_slice)
    areas = {n: sum(region_area(one, view) for one in by_slice[n]) for n in indices}
    total = sum(areas.values())
    for low, high in pairwise(indices):
        total += (high - low - 1) * (areas[low] + areas[high]) / 2
    distance = view.grid.voxel_volume / view.pixel_area
    doubled = any(_overlap(there, view) for there in by_slice.values())
    return Stack(
        regions[0].text.strip(),
        view.plane,
        tuple(regions),
        len(indices),
        indices[-1] - indices[0] + 1 - len(indices),
        None if doubled else total * distance / 1000,
    )


def _overlap(regions: Sequence[Annotation], view: SliceView) -> bool:
    if len(regions) < 2:
        return False
    counts = np.zeros(view.shape, dtype=np.int32)
    for one in regions:
        counts += region_mask(one, view)
    return bool(counts.max() > 1)
