"""Which stack is shown as which sequence, and whether that must be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from brainviewer.core.counting import counted, first_few, listed
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.dicom.series.candidates import Candidate


@dataclass(frozen=True, eq=False)
class Proposal:
    """What is shown.

    chosen : the stack of each sequence
    questions : sentences on what is not certain; none if nobody need be asked
    """

    chosen: dict[Modality, Candidate]
    questions: tuple[str, ...] = ()


def propose(candidates: Sequence[Candidate]) -> Proposal:
    """The best stack for each sequence: what is certain before what is in doubt, the whole head
    before a slab, original before reformat, 3D before 2D, axial before other planes, thin before
    thick slices, and the last of several.
    """
    chosen: dict[Modality, Candidate] = {}
    questions: list[str] = []
    for sequence in SEQUENCES:
        claimants = [one for one in candidates if one.sequence is sequence]
        if not claimants:
            continue
        best = min(claimants, key=lambda one: (_rank(one), -one.number))
        chosen[sequence] = best
        if best.doubt:
            questions.append(_is_it(best, sequence))
        alike = [one for one in claimants if _rank(one) == _rank(best)]
        if len(alike) > 1:
            names = first_few([one.name for one in alike])
            count = len({_series(one) for one in alike})
            of = {1: f"{len(alike)} parts of one series", len(alike): f"{count} series"}
            of_several = f"{len(alike)} parts of {count} series"
            questions.append(f"{of.get(count, of_several)} are {sequence}: {names}.")
    unknown = [one for one in candidates if one.sequence is None and not one.left_out]
    missing = [sequence for sequence in SEQUENCES if sequence not in chosen]
    if unknown and missing:
        names = first_few([one.name for one in unknown])
        questions.append(f"Which sequence is this: {names}?")
    # What is in doubt and was not taken may be what is missing.
    spare = [one for one in candidates if one.doubt and one not in chosen.values()]
    questions += [_is_it(one, one.perhaps) for one in spare if one.perhaps in missing]
    if Modality.T1 in chosen and Modality.T1CE not in chosen:
        others = [one for one in candidates if one.sequence is Modality.T1]
        if len(others) > 1 and not questions:
            names = first_few([one.name for one in others])
            questions.append(f"Which of these was acquired after contrast agent: {names}?")
    enhanced = chosen.get(Modality.T1CE)
    plain = chosen.get(Modality.T1)
    if plain and plain.agent_unclear and (enhanced is None or enhanced.doubt) and not questions:
        questions.append(
            f"Was {plain.name} acquired after contrast agent? Its description may say so."
        )
    return Proposal(chosen, tuple(questions))


def _is_it(one: Candidate, sequence: Modality | None) -> str:
    return f"Is {one.name} {sequence}? {one.doubt[0].upper()}{one.doubt[1:]}."


def left_out_notice(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> str:
    """One sentence on the series that are not shown; empty if all are."""
    others = [one for one in candidates if one not in chosen]
    if not others:
        return ""
    kinds = list(dict.fromkeys(one.left_out for one in others if one.left_out))
    shown = set(map(_series, chosen))
    whole = {one.number for one in others if _series(one) not in shown}
    parts = [one for one in others if _series(one) in shown]
    what = [f"{len(whole)} other series"] if whole else []
    what += (
        [counted(len(parts), "other part of a series", "other parts of series")] if parts else []
    )
    said = f"{listed(what)} {'is' if len(whole) + len(parts) == 1 else 'are'} not shown"
    return f"{said}: {listed(kinds[:4])}{' …' if len(kinds) > 4 else ''}." if kinds else f"{said}."


def _series(one: Candidate) -> tuple[int, str]:
    return one.number, one.tags.text("SeriesInstanceUID")


def _rank(one: Candidate) -> tuple[Any, ...]:
    grid = one.stack.grid
    assert grid is not None
    words = one.tags.words("ImageType")
    return (
        bool(one.doubt),
        one.partial,
        not one.original,
        one.agent_unclear,
        not one.three_dimensional,
        one.plane != "axial",
        round(max(grid.spacing), 1),
        "NORM" not in words,
    )
