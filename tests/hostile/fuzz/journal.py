"""What was kept of a study: its annotations, and the steps of its correction."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Step, Steps, packed
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files.annotation_file import annotations_content
from brainviewer.files.correction_journal import CorrectionJournal, correction_content
from brainviewer.files.journal import Journal
from brainviewer.files.user_folders import journal_folder
from tests.hostile.fuzz.changes import json_changed
from tests.hostile.fuzz.target import Target
from tests.phantoms import grid_of, marker_position, marker_study

_STUDY = replace(marker_study(modalities=(Modality.FLAIR,)), content_hash="a" * 64)


def seeds() -> Iterable[bytes]:
    x, y, z = marker_position(grid_of())
    notes = (
        Annotation(
            Kind.ARROW, Plane.AXIAL, ((x, y, z), (x + 3, y, z)), Modality.FLAIR, "a", id="1"
        ),
        Annotation(Kind.RULER, Plane.CORONAL, ((x, y, z), (x + 9, y, z)), Modality.FLAIR, id="2"),
    )
    yield b"a" + annotations_content(notes, _STUDY)
    change = np.full((2, 3, 4), 4, np.uint8)
    steps, labels = Steps(), np.zeros(_STUDY.grid.shape, np.uint8)
    for start in ((1, 2, 3), (9, 9, 9)):
        step = Step("brush", "me", "2026-11-30T12:00:00+00:00", start, (2, 3, 4), packed(change))
        step.apply(labels)
        steps.push(step)
    base = Base("found", np.zeros(_STUDY.grid.shape, np.uint8))
    yield b"c" + correction_content(_STUDY.content_hash, KeptCorrection(base, labels, steps))


def read(content: bytes, folder: Path) -> None:
    kept = journal_folder()
    kept.mkdir(parents=True, exist_ok=True)
    for file in kept.iterdir():
        file.unlink()
    ending = "correction" if content[:1] == b"c" else "json"
    (kept / f"{_STUDY.content_hash}.{ending}").write_bytes(content[1:])
    found = Journal(_STUDY).restore()
    assert len({one.id for one in found.annotations}) == len(found.annotations)
    journal = CorrectionJournal(_STUDY)
    try:
        correction, _ = journal.restore()
    finally:
        journal.close()
    if correction is not None:
        assert correction.labels.shape == _STUDY.grid.shape
        while (step := correction.steps.undo()) is not None:
            step.apply(correction.labels)
        assert np.array_equal(correction.labels, correction.base.labels)


def change(content: bytes, random: Random) -> bytes:
    """A value somewhere in one of its lines."""
    mark, content = content[:1], content[1:]
    if mark != b"c":
        return mark + json_changed(content, random)
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    lines[at] = json_changed(lines[at], random)
    return mark + b"\n".join(lines)


TARGET = Target(seeds, read, change, longest=16_384)
