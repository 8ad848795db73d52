"""What was kept of a study: its journal, and the files that older versions kept."""

import json
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
from brainviewer.files.durable.records import record_line
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.journal.correction_content import correction_content, correction_entries
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.files.journal.feedback import kept_feedback_on
from brainviewer.files.journal.sessions import left_work
from brainviewer.files.journal.standing import AGE, REPORT
from brainviewer.files.journal.study_file import FORMAT, SCHEMA
from brainviewer.files.journal.values import kept_value
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
    told = correction_content(_STUDY.content_hash, KeptCorrection(base, labels, steps))
    yield b"c" + told
    answer = {"model": "m", "model_version": "1", "answer": "G", "verdict": "agree", "slice": 3}
    entries = [
        [{"kind": "annotation", "id": one.id, "value": one.to_json()} for one in notes],
        [{"kind": "annotation", "id": "1", "gone": True}],
        [{**one, "run": "b"} for one in correction_entries(told, _STUDY.content_hash)],
        [{"kind": "feedback", "value": answer}, {"kind": AGE, "value": 61}],
        [{"kind": REPORT, "value": {"findings": "f"}}],
        [{"kind": "session", "window": "w", "value": {"paths": ["/a"], "view": None}}],
    ]
    head = {"id": "a", "format": FORMAT, "schema": SCHEMA, "study": _STUDY.content_hash}
    lines = [head, *({"time": "2026-12-01T00:00:00+00:00", "entries": one} for one in entries)]
    yield b"j" + b"\n".join(json.dumps(line).encode() for line in lines)


def read(content: bytes, folder: Path) -> None:
    kept = journal_folder()
    kept.mkdir(parents=True, exist_ok=True)
    for file in kept.iterdir():
        file.unlink()
    ending = {b"c": "correction", b"j": "journal"}.get(content[:1], "json")
    content = _sealed(content[1:]) if ending == "journal" else content[1:]
    (kept / f"{_STUDY.content_hash}.{ending}").write_bytes(content)
    (kept / f"{_STUDY.content_hash}.w.open").touch()
    for left in left_work():
        assert isinstance(left.any, bool)
        assert isinstance((left.paths, left.prior), tuple)
    kept_feedback_on(_STUDY.content_hash)
    for kind in (AGE, REPORT):
        kept_value(_STUDY.content_hash, kind)
    found = AnnotationJournal(_STUDY).restore()
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


def _sealed(content: bytes) -> bytes:
    """Lines of JSON as records; what is none stays, as a damaged record."""
    lines = []
    for line in content.split(b"\n"):
        try:
            lines.append(record_line(json.loads(line)))
        except (ValueError, RecursionError):
            lines.append(line + b"\n")
    return b"".join(lines)


def change(content: bytes, random: Random) -> bytes:
    """A value somewhere in one of its lines."""
    mark, content = content[:1], content[1:]
    if mark not in (b"c", b"j"):
        return mark + json_changed(content, random)
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    lines[at] = json_changed(lines[at], random)
    return mark + b"\n".join(lines)


TARGET = Target(seeds, read, change, longest=16_384)
