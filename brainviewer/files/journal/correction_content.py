"""A correction as lines of JSON, as sessions have it, and as entries of the journal.

A line says what was corrected, with all of its labels; then there is one for each step, or for each
that was taken back or made again.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

import numpy as np

from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Labels, Step, Steps, packed, unpacked
from brainviewer.files.journal.standing import CORRECTION, CorrectionEntries

FORMAT, SCHEMA = "BrainViewer correction", 1
SENSELESS = (LookupError, TypeError, ValueError, ArithmeticError, RecursionError)


def told_base(study_hash: str, base: Base) -> dict[str, Any]:
    """What is corrected, as plain data."""
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "study": study_hash,
        "shape": list(base.labels.shape),
        "base": base.name,
        "labels": _text(packed(base.labels)),
    }


def told_step(step: Step) -> dict[str, Any]:
    """A step as plain data."""
    return {
        "tool": step.tool,
        "by": step.by,
        "time": step.time,
        "start": list(step.start),
        "shape": list(step.shape),
        "change": _text(step.packed),
    }


def correction_content(study_hash: str, kept: KeptCorrection) -> bytes:
    """A correction as a session has it."""
    undone = kept.steps.undone
    entries = [
        told_base(study_hash, kept.base), *map(told_step, (*kept.steps.done, *reversed(undone)))
    ]  # fmt: skip
    entries += [{"move": -1}] * len(undone)
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def correction_in(content: bytes, study_hash: str, shape: Sequence[int]) -> KeptCorrection:
    """What ``correction_content`` wrote, whole.

    Raises LookupError, TypeError, ValueError or ArithmeticError if it is damaged.
    """
    lines = content.split(b"\n")[:-1]
    begun = _begun(json.loads(lines[0]), study_hash, shape)
    for line in lines[1:]:
        _follow(json.loads(line), begun.labels, begun.steps)
    if lines and content[-1:] != b"\n":
        raise ValueError("a step is damaged")
    return begun


def correction_of(
    entries: CorrectionEntries, study_hash: str, shape: Sequence[int]
) -> KeptCorrection:
    """The correction that entries of a journal come to.

    Raises what ``correction_in`` raises. What follows a step that is damaged is left out.
    """
    begun = _begun(entries.begin, study_hash, shape)
    steps: Iterable[Any] = (*entries.done, *reversed(entries.undone))
    try:
        for step in steps:
            _follow(step, begun.labels, begun.steps)
        for _ in entries.undone:
            _follow({"move": -1}, begun.labels, begun.steps)
    except SENSELESS:
        pass
    return begun


def correction_entries(content: bytes, study_hash: str) -> list[dict[str, Any]]:
    """Entries of the journal for the file that older versions kept, as far as it is whole.

    Raises what ``correction_in`` raises if it makes no sense.
    """
    lines = content.split(b"\n")[:-1]
    head = json.loads(lines[0])
    begun = _begun(head, study_hash, head["shape"])
    told = [{"begin": head}]
    for line in lines[1:]:
        try:
            entry = json.loads(line)
            _follow(entry, begun.labels, begun.steps)
        except SENSELESS:
            break
        told.append({"move": entry["move"]} if "move" in entry else {"step": entry})
    run = uuid4().hex
    return [{"kind": CORRECTION, "run": run, "n": n, **one} for n, one in enumerate(told)]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _begun(head: Any, study_hash: str, shape: Sequence[int]) -> KeptCorrection:
    """A correction without a step."""
    if head["format"] != FORMAT or head["schema"] != SCHEMA or head["study"] != study_hash:
        raise ValueError("another kind of file")
    if list(head["shape"]) != list(shape) or not all(type(n) is int and n > 0 for n in shape):
        raise ValueError("another grid")
    first = unpacked(base64.b64decode(head["labels"], validate=True), int(np.prod(shape)))
    base = Base(str(head["base"]), first.reshape(tuple(shape)).copy())
    return KeptCorrection(base, base.labels.copy(), Steps())


def _follow(entry: Any, labels: Labels, steps: Steps) -> None:
    """Do what a line says."""
    if "move" in entry:
        moved = steps.undo() if entry["move"] < 0 else steps.redo()
        if moved is None:
            raise ValueError("there is no such step")
        moved.apply(labels)
        return
    start, shape = (tuple(int(n) for n in entry[name]) for name in ("start", "shape"))
    if len(start) != 3 or len(shape) != 3:
        raise ValueError("a box has three sides")
    change = base64.b64decode(entry["change"], validate=True)
    step = Step(
        str(entry["tool"]), str(entry["by"]), str(entry["time"]),
        (start[0], start[1], start[2]), (shape[0], shape[1], shape[2]), change,
    )  # fmt: skip
    step.apply(labels)
    steps.push(step)
