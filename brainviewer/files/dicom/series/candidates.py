"""What each stack of an examination seems to be: by its tags, and by the words of its names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from brainviewer.core.counting import counted
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.dicom.series.roles.contrast_agent import Agent, contrast_agent
from brainviewer.files.dicom.series.roles.description import (
    denies_agent,
    everyday,
    made_of_two,
    names_head,
    names_other_part,
    role_described,
)
from brainviewer.files.dicom.series.roles.weighting import MOSAIC, weighting
from brainviewer.files.dicom.series.stacks import EXPORT_ALL, Stack, stacks_of
from brainviewer.files.ordinary_file import same_place
from brainviewer.files.study.sequence_names import Other

_PLANES = ("sagittal", "coronal", "axial")
_LEAST_MM = 80.0
"""Of a head along each side of a volume; what is thinner shows a part of it."""
_LEAST_SLICES = 4
_NO_HEAD = ("SPINE", "NECK", "CHEST", "ABDOMEN", "PELVIS", "KNEE", "BREAST", "HEART", "SHOULDER",
            "ANKLE", "WRIST", "ELBOW", "LIVER", "PROSTATE", "EXTREMITY")  # fmt: skip
_NOT_ONLY_HEAD = "its description names the head and another part of the body"
_KINDS = {MOSAIC: "mosaic of slices, as functional and diffusion series are stored"}
"""Kinds of series that nobody knows by their name alone."""
_T1S = (Modality.T1CE, Modality.T1)
_EXPORT_APART = "Export each of the volumes at one place as a series of its own."
_OF_THE_HEAD = "Open the folder of the series of the head that are FLAIR, T1, T1ce or T2."
_NAMES = ("SeriesDescription", "ProtocolName", "PulseSequenceName", "SequenceName")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A stack that may be shown as one of the sequences.

    number : of the series
    sequence : what it seems to be; None where nothing tells, or where it is left out
    left_out : why it is not shown, such as ``diffusion``; empty if it may be
    helps : what to do where it is left out, a sentence
    part : which of the volumes of its series it is, such as ``part 1 of 2``; empty if it is all
    doubt : why the sequence is not certain; empty if it is
    perhaps : what else it may be, where that is in doubt
    agent_unclear : it seems to be T1, and words that nobody knows may speak of contrast agent
    """

    stack: Stack
    number: int
    sequence: Modality | None = None
    left_out: str = ""
    doubt: str = ""
    perhaps: Modality | None = None
    agent_unclear: bool = False
    part: str = ""
    helps: str = ""

    @property
    def tags(self) -> Tags:
        """Of the first slice."""
        return self.stack.first.tags

    @property
    def description(self) -> str:
        """What the series is called at the scanner."""
        return shown_text(_described(self.tags))

    @property
    def name(self) -> str:
        """For sentences and lists: number and description."""
        about = ", ".join(filter(None, (self.description, self.part)))
        return f"series {self.number} ({about})" if about else f"series {self.number}"

    def same_series(self, other: "Candidate") -> bool:
        """Whether both are the same slices, by whatever path they were found."""
        one, another = self.stack.first, other.stack.first
        return one.number == another.number and same_place(one.path, another.path)

    @property
    def scanner(self) -> str:
        """Maker, model and serial number: what names its series in one way."""
        words = ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber")
        return " ".join(filter(None, (self.tags.text(word) for word in words)))

    @property
    def three_dimensional(self) -> bool:
        """Whether it was acquired as a volume."""
        return self.tags.text("MRAcquisitionType").upper() == "3D"

    @property
    def plane(self) -> str:
        """In which its slices lie, roughly."""
        if self.stack.grid is None:
            return ""
        axes, _ = self.stack.grid.axes
        return _PLANES[axes[2]]

    @property
    def original(self) -> bool:
        """Whether it was acquired, not computed from another series."""
        words = self.tags.words("ImageType")
        return "DERIVED" not in words[:1] and not {"MPR", "REFORMATTED", "SECONDARY"} & set(words)

    @property
    def partial(self) -> bool:
        """Whether it shows a slab of the head only."""
        grid = self.stack.grid
        return grid is None or bool(min(np.multiply(grid.shape, grid.spacing)) < _LEAST_MM)


def candidates_of(frames: Iterable[Frame]) -> tuple[Candidate, ...]:
    """The stacks of one study, by the numbers of their series."""
    series: dict[tuple[str, ...], list[Frame]] = {}
    for frame in frames:
        series.setdefault(_series_key(frame), []).append(frame)
    found = [one for group in series.values() for one in _parts(stacks_of(group))]
    return tuple(sorted(found, key=lambda one: one.number))


def _series_key(frame: Frame) -> tuple[str, ...]:
    """Equal for the slices of one series; without a UID by number, names, or else the folder."""
    tags = frame.tags
    if uid := tags.text("SeriesInstanceUID"):
        return (uid,)
    number = tags.text("SeriesNumber")
    names = (tags.text(word) for word in ("SeriesDescription", "ProtocolName", "SeriesTime"))
    return (number, *names, "" if number else str(frame.path.parent))


def _parts(stacks: Sequence[Stack]) -> list[Candidate]:
    """The stacks of one series, those that may be shown with a number if there are several."""
    found = list(map(candidate, stacks))
    shown = [one for one in found if not one.left_out]
    if len(shown) > 1:
        parts = {one: f"part {n} of {len(shown)}" for n, one in enumerate(shown, 1)}
        found = [replace(one, part=parts.get(one, "")) for one in found]
    return found


def candidate(stack: Stack) -> Candidate:
    """A stack and what it seems to be."""
    tags = stack.first.tags
    number = tags.whole("SeriesNumber")
    said, by_words = weighting(tags), _by_words(tags)
    if kind := said.unused:
        return Candidate(stack, number, left_out=_KINDS.get(kind, kind), helps=_OF_THE_HEAD)
    left_out, helps = _left_out(stack, tags)
    if left_out:
        return Candidate(stack, number, left_out=left_out, helps=helps)
    if isinstance(by_words, Other):
        left_out = "none of the four sequences"
        return Candidate(stack, number, left_out=left_out, helps=_OF_THE_HEAD)
    return _together(Candidate(stack, number), said.sequence, by_words)


def _described(tags: Tags) -> str:
    return tags.text("SeriesDescription") or tags.text("ProtocolName")


def _left_out(stack: Stack, tags: Tags) -> tuple[str, str]:
    """Why a stack that may be a sequence cannot be shown, and what to do; empty if it can."""
    if stack.times > 1 and not stack.by_time:
        said = f"{stack.times} images at each place, and nothing tells them apart"
        return said, _EXPORT_APART
    if stack.times > 1:
        return f"{stack.times} points in time, as of a perfusion series", _EXPORT_APART
    if stack.grid is None:
        return stack.problem[0].lower() + stack.problem[1:].rstrip("."), stack.helps
    if stack.grid.shape[2] < _LEAST_SLICES:
        return f"{counted(stack.grid.shape[2], 'slice')} only", EXPORT_ALL
    return _other_part(tags), _OF_THE_HEAD


def _other_part(tags: Tags) -> str:
    """What it shows instead of a head, or beside it; empty for a head."""
    part = tags.text("BodyPartExamined").upper()
    if any(word in part for word in _NO_HEAD) and not {"HEAD", "BRAIN"} & {part[:4], part[:5]}:
        return part.capitalize()
    description = _described(tags)
    if names_other_part(description) and not names_head(description):
        return "another part of the body"
    return made_of_two(description)


def _by_words(tags: Tags) -> Modality | Other | None:
    for keyword in _NAMES:
        name = tags.text(keyword)
        if name and (role := role_described(name)) is not None:
            return role
    return None


def _together(one: Candidate, by_tags: Modality | None, by_words: Modality | None) -> Candidate:
    """What it is by its tags and its words, and why that is in doubt."""
    sequence = by_tags or by_words
    if sequence in _T1S and (by_words is None or by_words in _T1S):
        return _of_t1(one, by_words)
    if by_tags and by_words and by_tags is not by_words:
        doubt = f"its times are those of {by_tags}, its description says {by_words}"
        return replace(one, sequence=by_tags, doubt=doubt, perhaps=by_words)
    if names_other_part(one.description):
        return replace(one, sequence=sequence, doubt=_NOT_ONLY_HEAD)
    return replace(one, sequence=sequence)


def _of_t1(one: Candidate, by_words: Modality | None) -> Candidate:
    """T1 with or without contrast agent."""
    agent = contrast_agent(one.tags)
    words_say_given = by_words is Modality.T1CE
    denied = by_words is Modality.T1 and denies_agent(one.description)
    given = words_say_given or agent is Agent.GIVEN or (agent is Agent.DOUBTFUL and not denied)
    sequence, other = _T1S if given else _T1S[::-1]
    perhaps: Modality | None = other
    doubt = ""
    if agent is Agent.GIVEN and denied:
        doubt = "its tags name a contrast agent, its description says there was none"
    elif agent is Agent.NOT_GIVEN and words_say_given:
        doubt = "its description names a contrast agent, its tags say there was none"
    elif agent is Agent.DOUBTFUL and not words_say_given and not denied:
        doubt = "its tags do not say clearly whether a contrast agent was given"
    elif names_other_part(one.description):
        doubt, perhaps = _NOT_ONLY_HEAD, None
    unclear = not given and agent is Agent.UNSAID and not denied and not everyday(one.description)
    return replace(
        one,
        sequence=sequence,
        doubt=doubt,
        perhaps=perhaps if doubt else None,
        agent_unclear=unclear and not doubt,
    )
