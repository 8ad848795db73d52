"""Annotations on slices, in the unit of their grid, and edits that can be undone."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.measures import Measure
from brainviewer.core.annotation.regions import Corners
from brainviewer.core.annotation.style import USUAL, Style
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.tilted_plane import TiltedPlane, linear_values
from brainviewer.core.shown_text import storable
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study

Point = tuple[float, float, float]
_OBLIQUE = " oblique"
"""After the plane, in files: versions that know of no tilted planes leave the annotation out,
instead of showing it on a slice of the grid."""


@dataclass(frozen=True)
class Annotation:
    """An annotation on one slice.

    points : world positions, mm in RAS+ (in an image: see ``Grid``). Ruler and arrow: start and
        end (the arrow's head is its end). Diameters: the ends of one, then of the other. Regions:
        two opposite corners, or all corners. Text, probe and star: where it lies.
    modality : the sequence it was drawn on; region statistics are taken from it.
    tilt : where its plane lies, if that is tilted from ``plane`` of the grid; its points lie on it.
        None on slices of the grid.
    """

    kind: Kind
    plane: Plane
    points: tuple[Point, ...]
    modality: Modality
    text: str = ""
    id: str = ""
    style: Style = USUAL
    tilt: TiltedPlane | None = None

    def __post_init__(self) -> None:
        # Halves of characters, as some keyboards make, cannot be stored: what is kept is the same.
        object.__setattr__(self, "text", storable(self.text))
        object.__setattr__(self, "id", storable(self.id) or uuid4().hex)

    @property
    def length(self) -> float:
        """Distance of the first two points, in mm or the grid's own unit; 0 for a text."""
        return math.dist(self.points[0], self.points[1]) if len(self.points) > 1 else 0.0

    @property
    def measures(self) -> tuple[tuple[Measure, float | None], ...]:
        """What its kind measures; None for what its points do not define."""
        return tuple((measure, measure.of(self.points)) for measure in self.kind.traits.measures)

    @property
    def measure(self) -> float | None:
        """The first of its measures; None if its kind or its points define nothing."""
        return next((value for _, value in self.measures), None)

    def view(self, grid: Grid) -> SliceView:
        """The slices of a grid of which one is its own, in the radiological display."""
        if self.tilt is None:
            return SliceView.of(grid, self.plane)
        return self.tilt.view(grid, self.plane)

    def in_plane(self, view: SliceView) -> bool:
        """Whether one of the slices of a view is its own."""
        if view.plane is not self.plane:
            return False
        return not view.oblique if self.tilt is None else self.tilt.parallel_to(view)

    def on_slice(self, view: SliceView, index: int) -> bool:
        """Whether the annotation belongs to a slice of a view, or runs through it."""
        first, last = self.slices(view)
        return first <= index <= last and self.in_plane(view)

    def slices(self, view: SliceView) -> tuple[int, int]:
        """The first and the last slice of a view that it belongs to, from 0."""
        points = self.points if self.kind.traits.spans else self.points[:1]
        indices = [view.index_of(point) for point in points]
        return min(indices), max(indices)

    def moved(self, by: Sequence[float]) -> "Annotation":
        """The same annotation shifted by (x, y, z) in world units."""
        dx, dy, dz = by
        return replace(self, points=tuple((x + dx, y + dy, z + dz) for x, y, z in self.points))

    def placed(self, points: Iterable[Sequence[float]]) -> "Annotation":
        """The same annotation at other world positions."""
        return replace(self, points=tuple((float(x), float(y), float(z)) for x, y, z in points))

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON file."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "plane": self.plane.value if self.tilt is None else self.plane.value + _OBLIQUE,
            **({} if self.tilt is None else {"oblique": self.tilt.to_json()}),
            "sequence": self.modality.value,
            _points_key(self.modality): [list(p) for p in self.points],
            "text": self.text,
            **self.style.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Annotation":
        """The annotation that ``to_json`` wrote. Raises KeyError, TypeError or ValueError if
        damaged."""
        kind = Kind(data["kind"])
        points = tuple(_point(*place) for place in data[_points_key(data["sequence"])])
        if not kind.traits.allows(len(points)):
            raise ValueError(f"a {kind} cannot have {len(points)} points")
        text, own_id = data.get("text", ""), data.get("id", "")
        if not isinstance(text, str) or not isinstance(own_id, str):
            raise TypeError("text and id are texts")
        tilt = TiltedPlane.from_json(data["oblique"]) if "oblique" in data else None
        name = str(data["plane"])
        if (tilt is not None) is not name.endswith(_OBLIQUE):
            raise ValueError("a plane is tilted, or it is not")
        plane, modality = Plane(name.removesuffix(_OBLIQUE)), Modality(data["sequence"])
        return cls(kind, plane, points, modality, text, own_id, Style.from_json(data), tilt)


def _points_key(sequence: str) -> str:
    """Images need not know a millimetre."""
    return "points" if sequence == Modality.IMAGE else "points_mm"


def _point(x: object, y: object, z: object) -> Point:
    numbers = (int, float)
    if type(x) not in numbers or type(y) not in numbers or type(z) not in numbers:
        raise TypeError("positions are numbers")
    point = float(x), float(y), float(z)  # type: ignore[arg-type]
    if not math.isfinite(point[0] + point[1] + point[2]):
        raise ValueError("positions are finite")
    return point


def annotations_by_slice(
    annotations: Iterable[Annotation], view: SliceView
) -> dict[int, tuple[Annotation, ...]]:
    """The annotations of a view's plane by the slice that they lie on; see ``on_slice``.

    Hidden ones are left out.
    """
    of_plane = [a for a in annotations if not a.style.hidden and a.in_plane(view)]
    if not of_plane:
        return {}
    voxels = view.grid.to_voxel([annotation.points[0] for annotation in of_plane])[:, view.axis]
    slices = np.clip(np.rint(voxels), 0, view.count - 1).astype(int).tolist()
    found: dict[int, list[Annotation]] = defaultdict(list)
    for annotation, index in zip(of_plane, slices, strict=True):
        # Only what runs through several slices takes the longer way: there may be very many.
        spans = annotation.kind.traits.spans
        first, last = annotation.slices(view) if spans else (index, index)
        for there in range(first, last + 1):
            found[there].append(annotation)
    return {index: tuple(there) for index, there in found.items()}


@dataclass(frozen=True)
class RegionStatistics:
    """Values of a sequence inside a region, and its area in mm² or the grid's own unit."""

    mean: float
    sd: float
    median: float
    minimum: float
    maximum: float
    area: float
    pixels: int


def region_mask(annotation: Annotation, view: SliceView) -> NDArray[np.bool_]:
    """(rows, columns) True where a pixel's centre lies in a region; False where there is none."""
    region = annotation.kind.traits.region
    if region is None:
        return np.zeros(view.shape, dtype=bool)
    rows, columns = np.ogrid[: view.shape[0], : view.shape[1]]
    return region.contains(rows, columns, view.to_screen(annotation.points))


def region_statistics(
    annotation: Annotation, view: SliceView, data: NDArray[Any]
) -> RegionStatistics | None:
    """Statistics of a region of interest; None when no pixel centre lies inside.

    data : (i, j, k) volume on the grid of the view's data. The area is that of the drawn shape,
    not of the pixels counted. On a tilted plane pixels are those of the plane that it was drawn
    on, whatever view is shown, and values are interpolated linearly; what lies outside the data
    does not count.
    """
    region = annotation.kind.traits.region
    if annotation.tilt is not None:
        view = annotation.view(view.data_grid)
    mask, index = region_mask(annotation, view), view.index_of(annotation.points[0])
    if annotation.tilt is None:
        values = view.cut(data, index)[mask].astype(np.float64)
    else:
        places = view.to_world(index, np.argwhere(mask))
        values = linear_values(data, view.data_grid.to_voxel(places))
        values = values[~np.isnan(values)]
    if region is None or not values.size:
        return None
    return RegionStatistics(
        float(values.mean()),
        float(values.std()),
        float(np.median(values)),
        float(values.min()),
        float(values.max()),
        region_area(annotation, view),
        int(values.size),
    )


def region_area(annotation: Annotation, view: SliceView) -> float:
    """The area of a region as it is drawn, in mm² or the grid's own unit; 0 where there is none."""
    region = annotation.kind.traits.region
    if region is None:
        return 0.0
    if annotation.tilt is not None:
        view = annotation.view(view.data_grid)
    height, width = view.pixel_spacing
    corners: Corners = view.to_screen(annotation.points) * (height, width)
    return region.area(corners) * view.pixel_area / (height * width)


def probed_values(annotation: Annotation, study: Study) -> dict[Modality, float]:
    """The value of each sequence of a study in the pixel that a point probe lies in.

    On a tilted plane it is interpolated linearly at the point itself.
    """
    if annotation.tilt is not None:
        place = study.grid.to_voxel(annotation.points[:1])
        inside = np.clip(place, 0, np.array(study.grid.shape) - 1)
        return {m: float(linear_values(v.data, inside)[0]) for m, v in study.volumes.items()}
    i, j, k = study.grid.nearest_voxel(annotation.points[0])
    return {name: float(volume.data[i, j, k]) for name, volume in study.volumes.items()}


@dataclass(frozen=True)
class Edit:
    """One step of the user: the annotations before and after it; undo is the same edit turned
    round."""

    text: str
    before: tuple[Annotation, ...]
    after: tuple[Annotation, ...]

    @property
    def reversed(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.text, self.after, self.before)
