"""Slices of one series in stacks: alike in size, direction and contrast, sorted along the normal.

Nothing is taken from names of files, and from instance numbers only which of two slices at the same
place is the first.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted, listed
from brainviewer.core.geometry import Grid
from brainviewer.files.dicom.axes import Axes, affine_of, axes_of
from brainviewer.files.dicom.series.alike import differences, groups_of_alike
from brainviewer.files.dicom.series.copies import without_copies
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.planes import place_problem, size_problem
from brainviewer.files.dicom.series.values import values_notices, values_problem

_ROUNDED_MM = 0.01
"""What rounding does to positions."""
_SAME_PLACE, _SAME_PLACE_MM = 0.1, 0.1
"""Slices that are nearer than both, of the widest distance and in mm, are at one place."""
_UNEVEN, _UNEVEN_MM = 0.05, 0.1
"""From its place in an even stack a slice lies less than either, of their distance or in mm."""
_MOST_MISSING = 0.1
_AMBIGUOUS = (
    "Some of its images have the identifier (SOP Instance UID) of others with other content; each "
    "was taken for an image of its own."
)
_NO_PARTS = frozenset(
    ("Rows", "Columns", "SamplesPerPixel", "PixelSpacing", "ImageOrientationPatient",
     "FrameOfReferenceUID")
)  # fmt: skip
"""Volumes of one series that differ in one of these are no parts of one stack."""
_BETWEEN_WORDS = re.compile("(?<=[a-z])(?=[A-Z])")
"""In a keyword, such as ``EchoTime``."""
_ASLANT = 0.01
_SHIFTED_MM = 0.1
"""In the plane, from a straight line through the first and the last slice."""
_EXPORT_PLACES = (
    "Export them again with position, direction and pixel size (Image Position, Image Orientation "
    "and Pixel Spacing)."
)
_EXPORT_VALUES = "Export them again uncompressed, with one rescale for all slices."
_EXPORT_EVEN = "Export them again as they were acquired, or reformatted to even distances."
_EXPORT_STRAIGHT = "Export them again reformatted as one straight stack (MPR)."
_CORRECT_TILT = (
    "Convert them to NIfTI with a program that corrects gantry tilt, such as dcm2niix, or export "
    "them reformatted (MPR)."
)
EXPORT_ALL = "Export or copy all slices again."


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices that make one volume, or the sentence that says why they do not.

    frames : along the normal; None where a slice is missing, which is black then.
    grid : of (columns, rows, slices); None where there is no volume.
    problem : why there is none; helps : what to do about it, a sentence.
    times : how many volumes lie at this place.
    by_time : they were acquired one after the other; else nothing but their numbers tells them
        apart.
    notices : sentences about the volume.
    """

    frames: tuple[Frame | None, ...]
    grid: Grid | None = None
    problem: str = ""
    times: int = 1
    by_time: bool = True
    notices: tuple[str, ...] = ()
    helps: str = ""

    @property
    def there(self) -> list[Frame]:
        """The slices that are not missing."""
        return [frame for frame in self.frames if frame is not None]

    @property
    def first(self) -> Frame:
        """A slice that speaks for all."""
        return next(frame for frame in self.frames if frame is not None)

    def may_miss(self, more: int) -> bool:
        """Whether the volume is still worth to be shown if so many more slices are missing."""
        missing = len(self.frames) - len(self.there) + more
        return missing <= _MOST_MISSING * len(self.frames)

    def without(self, damaged: Collection[Frame]) -> "Stack":
        """The stack whose slices in damaged files are missing, which is told."""
        if not damaged:
            return self
        slices = counted(len(damaged), "slice is", "slices are")
        said = f"{slices} damaged in the files and black. Copy the series again from its source."
        gone = set(map(id, damaged))
        frames = tuple(None if id(frame) in gone else frame for frame in self.frames)
        return replace(self, frames=frames, notices=(*self.notices, said))


def stacks_of(frames: Iterable[Frame]) -> list[Stack]:
    """The stacks of one series, in the order in which they were acquired."""
    images, ambiguous = without_copies(frames)
    groups = _with_inverted(groups_of_alike(images))
    found = _told_as_parts([stack for group in groups for stack in _volumes(group)])
    said = (_AMBIGUOUS,) if ambiguous else ()
    return [_with_known_values(replace(stack, notices=(*stack.notices, *said))) for stack in found]


def _with_inverted(groups: Iterable[list[Frame]]) -> list[list[Frame]]:
    """The groups; slices in which small values are bright stand with those that they complete."""
    joined: list[list[Frame]] = []
    for group in groups:
        for n, other in enumerate(joined):
            if (
                differences(other[0], group[0]) == ("PhotometricInterpretation",)
                and other[0].grey
                and group[0].grey
                and _make_one([*other, *group])
            ):
                joined[n] = [*other, *group]
                break
        else:
            joined.append(group)
    return joined


def _told_as_parts(stacks: list[Stack]) -> list[Stack]:
    """The same, with a notice where their slices together would make one volume."""
    parts = [stack for stack in stacks if stack.grid is not None and stack.times == 1]
    unlike = {word: None for part in parts for word in differences(parts[0].first, part.first)}
    frames = [frame for part in parts for frame in part.there]
    if len(parts) < 2 or not _NO_PARTS.isdisjoint(unlike) or not _make_one(frames):
        return stacks
    words = [_BETWEEN_WORDS.sub(" ", keyword).lower() for keyword in unlike]
    said = (
        f"It is one of {len(parts)} parts of its series, whose slices together make one even stack;"
        f" they differ in {listed(words)}."
    )
    return [replace(one, notices=(*one.notices, said)) if one in parts else one for one in stacks]


def _make_one(frames: list[Frame]) -> bool:
    """Whether slices make one volume with all of them."""
    stacks = _volumes(frames)
    if len(stacks) > 1 or stacks[0].grid is None:
        return False
    return len(stacks[0].there) == len(frames)


def _with_known_values(stack: Stack) -> Stack:
    """The same with what is to be said of its values; no volume if they are unknown."""
    if stack.grid is None:
        return stack
    frames = stack.there
    if problem := values_problem(frames):
        return replace(stack, grid=None, problem=problem, helps=_EXPORT_VALUES)
    return replace(stack, notices=(*stack.notices, *values_notices(frames)))


def _volumes(frames: list[Frame]) -> list[Stack]:
    """One stack, or one for each of the volumes at one place."""
    axes = axes_of(frames[0].orientation)
    if problem := place_problem(frames) or size_problem(frames[0]):
        return [Stack(tuple(frames), problem=problem, helps=_EXPORT_PLACES)]
    assert axes is not None
    positions = np.array([frame.position for frame in frames])
    heights = positions @ np.cross(*axes)
    order = np.argsort(heights, kind="stable")
    steps = np.diff(heights[order])
    near = min(_SAME_PLACE * steps.max(initial=0.0), _SAME_PLACE_MM)
    places = np.concatenate(([0], np.cumsum(steps > max(near, _ROUNDED_MM))))
    at_place: dict[int, list[Frame]] = {}
    for place, index in zip(places, order, strict=True):
        at_place.setdefault(int(place), []).append(frames[index])
    counts = Counter(map(len, at_place.values()))
    usual = counts.most_common(1)[0][0]
    if usual > 1:
        return _times(list(at_place.values()), usual, axes)
    chosen = [min(found, key=_instance) for found in at_place.values()]
    stack = _stack(chosen, axes)
    doubled = len(frames) - len(chosen)
    if doubled and stack.grid is not None:
        there = "is one slice" if doubled == 1 else f"are {doubled} slices"
        apart = max(_apart(found, axes) for found in at_place.values())
        where = "At the place of another"
        if apart > _ROUNDED_MM:
            where = f"Within {apart:.2f} mm of another"
        said = f"{where} there {there}; the first of each was taken."
        stack = replace(stack, notices=(*stack.notices, said))
    return [stack]


def _apart(frames: Sequence[Frame], axes: Axes) -> float:
    """How far slices at one place are apart along the normal, in mm."""
    return float(np.ptp(np.array([frame.position for frame in frames]) @ np.cross(*axes)))


def _times(places: Sequence[list[Frame]], count: int, axes: Axes) -> list[Stack]:
    """The stacks of several volumes at one place, each with the slices that it has."""
    whole = [found for found in places if len(found) == count]
    told = next((by for by in _TIMES if all(_tells(found, by) for found in whole)), None)
    ordered = [sorted(found, key=told or _instance) for found in whole]
    stacks = []
    for number in range(count):
        frames = [found[number] for found in ordered]
        stacks.append(replace(_stack(frames, axes), times=count, by_time=told is not None))
    return stacks


def _time_of(keyword: str) -> Callable[[Frame], float]:
    def when(frame: Frame) -> float:
        value = frame.tags.number(keyword)
        return -1.0 if value is None else value

    return when


_TIMES = tuple(
    _time_of(keyword)
    for keyword in ("TemporalPositionIdentifier", "AcquisitionNumber", "TriggerTime",
                    "AcquisitionTime", "ContentTime")
)  # fmt: skip


def _tells(found: Sequence[Frame], order: Callable[[Frame], float]) -> bool:
    return len(set(map(order, found))) == len(found)


def _instance(frame: Frame) -> float:
    return _time_of("InstanceNumber")(frame)


def _stack(frames: list[Frame], axes: Axes) -> Stack:
    """Slices in order, no two at one place."""
    kept = tuple(frames)
    if len(frames) == 1:
        return Stack(kept, problem="It is a single slice.", helps=EXPORT_ALL)
    normal = np.cross(*axes)
    positions = np.array([frame.position for frame in frames])
    steps = np.diff(positions @ normal)
    usual = float(np.median(steps))
    many = np.maximum(np.rint(steps / usual).astype(int), 1)
    missing = int((many - 1).sum())
    total = len(frames) + missing
    places = np.concatenate(([0], np.cumsum(many)))
    through = (positions[-1] - positions[0]) / (total - 1)
    off = positions - positions[0] - places[:, None] * through
    if np.abs(off @ normal).max() > max(_UNEVEN * usual, _UNEVEN_MM):
        said = f"Its slices lie at uneven distances, {steps.min():.3g} to {steps.max():.3g} mm."
        return Stack(kept, problem=said, helps=_EXPORT_EVEN)
    if missing > _MOST_MISSING * total:
        said = f"Of {total} slices {missing} are missing."
        return Stack(kept, problem=said, helps=EXPORT_ALL)
    aside = off - np.outer(off @ normal, normal)
    shift = float(np.linalg.norm(aside, axis=1).max())
    if shift > _SHIFTED_MM:
        said = f"Its slices are shifted against each other by up to {shift:.3g} mm."
        return Stack(kept, problem=said, helps=_EXPORT_STRAIGHT)
    aslant = float(np.linalg.norm(through - normal * (through @ normal)) / usual)
    if aslant > _ASLANT:
        said = f"Its slices are tilted by {np.degrees(np.arctan(aslant)):.0f}° (gantry tilt)."
        return Stack(kept, problem=said, helps=_CORRECT_TILT)
    affine = affine_of(axes, frames[0].pixel_spacing, through, positions[0])
    rows, columns = frames[0].shape
    notices: tuple[str, ...] = ()
    if missing:
        notices = (f"{counted(missing, 'slice is', 'slices are')} missing from it and black.",)
    return Stack(_with_gaps(frames, many), Grid((columns, rows, total), affine), notices=notices)


def _with_gaps(frames: Sequence[Frame], steps: NDArray[np.int_]) -> tuple[Frame | None, ...]:
    filled: list[Frame | None] = [frames[0]]
    for frame, step in zip(frames[1:], steps, strict=True):
        filled += [*(None,) * (int(step) - 1), frame]
    return tuple(filled)
