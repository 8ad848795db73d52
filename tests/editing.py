"""Somebody who works on a study without a window, and a ledger of what was said to be kept.

Before each change the editor says what it is about to do, and after it that it is kept. Whatever
happens to it, what was kept must be there, unless something newer is that it had begun to keep.
"""

import random
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.kept import Base
from brainviewer.core.correction.steps import Step, Steps, packed
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.files.journal.feedback import keep_feedback_on, kept_feedback_on
from brainviewer.files.journal.sessions import SessionJournal
from brainviewer.files.journal.standing import AGE, REPORT
from brainviewer.files.journal.values import keep_value, kept_value

BEGUN, KEPT = "begun", "kept"
ANNOTATION, LABELS, ANSWER = "annotation", "labels", "answer"
Tell = Callable[[str, str, Any], object]
"""Takes ``begun`` or ``kept``, what it is about, and its value; None is deleted."""


class Editor:
    """Makes changes of all kinds, by chance. who : tells two of them apart.

    corrects : whether it corrects the segmentation, too, which only one can.
    failed : how many changes could not be kept.
    """

    def __init__(
        self, study: Study, who: str, chance: random.Random, tell: Tell, *, corrects: bool = True
    ) -> None:
        self._study, self._who, self._chance, self._tell = study, who, chance, tell
        self.failed = self.kept = self._count = 0
        self._annotations = AnnotationJournal(study)
        self._drawn = self._annotations.restore().annotations
        self._owed: dict[str, str | None] = {}
        self._correction = CorrectionJournal(study) if corrects else None
        self._steps, self._labels = Steps(), np.zeros(study.grid.shape, np.uint8)
        self._begun = False
        if self._correction is not None:
            found, _ = self._correction.restore()
            if found is not None:
                self._steps, self._labels, self._begun = found.steps, found.labels, True
        self._session = SessionJournal(study.content_hash)

    def work(self) -> None:
        """Make one change."""
        self._count += 1
        ways = [self._annotate, self._annotate, self._say, self._write, self._age, self._look]
        if self._correction is not None:
            ways += [self._correct] * 4
        self._chance.choice(ways)()

    def _new(self) -> str:
        return f"{self._who}-{self._count}-{self._chance.randrange(10**9)}"

    def _try(self, told: dict[str, Any], keep: Callable[[], object]) -> bool:
        for what, value in told.items():
            self._tell(BEGUN, what, value)
        try:
            keep()
        except FileError:
            self.failed += 1
            return False
        self.kept += 1
        for what, value in told.items():
            self._tell(KEPT, what, value)
        return True

    def _annotate(self) -> None:
        before, chance = self._drawn, self._chance
        mine = [one for one in before if one.id.startswith(f"{self._who}-")]
        new = self._new()
        if mine and chance.random() < 0.5:
            old = chance.choice(mine)
            changed = [] if chance.random() < 0.5 else [_note(self._study, old.id, new)]
            drawn = [one for one in before if one.id != old.id] + changed
            self._owed[old.id] = new if changed else None
        else:
            drawn = [*before, _note(self._study, new, new)]
            self._owed[new] = new
        self._drawn = tuple(drawn)
        told = {f"{ANNOTATION} {name}": text for name, text in self._owed.items()}

        def keep() -> None:
            self._drawn = self._annotations.keep(self._drawn, before).annotations

        if self._try(told, keep):
            self._owed.clear()

    def _correct(self) -> None:
        journal, chance, labels = self._correction, self._chance, self._labels
        assert journal is not None
        first = None if self._begun else Base("lesion", labels.copy())
        way = chance.random()
        moved = None
        if way < 0.2 and self._steps.can_undo:
            moved, by = self._steps.undo(), -1
        elif way < 0.4 and self._steps.can_redo:
            moved, by = self._steps.redo(), 1
        if moved is not None:
            moved.apply(labels)
            self._try({LABELS: _sum(labels)}, lambda: journal.move(by))
            return
        shape = tuple(chance.randint(1, 12) for _ in range(3))
        start = tuple(chance.randint(0, n - s) for n, s in zip(labels.shape, shape, strict=True))
        change = np.random.default_rng(chance.randrange(2**32)).integers(0, 5, shape, np.uint8)
        step = Step("brush", "me", "2026-12-01T00:00:00+00:00", start, shape, packed(change))  # type: ignore[arg-type]
        step.apply(labels)
        self._steps.push(step)
        self._begun = True
        self._try({LABELS: _sum(labels)}, lambda: journal.add(step, first))

    def _say(self) -> None:
        answer, word = self._chance.choice("AOG"), self._new()
        value = {"model": "toy", "model_version": self._who, "answer": answer, "verdict": word}
        self._try(
            {f"{ANSWER} {self._who} {answer}": word},
            lambda: keep_feedback_on(self._study.content_hash, value),
        )

    def _write(self) -> None:
        text = None if self._chance.random() < 0.1 else self._new() + "x" * 500
        self._try({REPORT: text}, lambda: keep_value(self._study.content_hash, REPORT, text))

    def _age(self) -> None:
        years = self._chance.randrange(10**9)
        self._try({AGE: years}, lambda: keep_value(self._study.content_hash, AGE, years))

    def _look(self) -> None:
        view = {"paths": [], "view": self._new() + "v" * 2000}
        self._try({}, lambda: self._session.keep(view))

    def close(self) -> None:
        """Close the study, as far as that can be done."""
        if self._correction is not None:
            self._correction.close()
        try:
            self._session.close()
        except FileError:
            self.failed += 1


class Ledger:
    """What editors said. Values are told apart by what they are about, and by editor."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}
        self._begun: dict[tuple[str, str], list[Any]] = {}
        self.acknowledged = 0

    def hear(self, who: str, said: str, what: str, value: Any) -> None:
        """Take a word of an editor in."""
        if said == BEGUN:
            self._begun.setdefault((who, what), []).append(value)
        else:
            self.acknowledged += 1
            self._kept[who, what] = value
            self._begun[who, what] = []

    def lost(self, study: Study) -> list[str]:
        """What was said to be kept and is not there, or cannot be read; as sentences."""
        there, notices = _read(study)
        wrong = list(notices)
        whats = {what for _, what in (*self._kept, *self._begun)}
        for what in sorted(whats):
            none = _sum(np.zeros(study.grid.shape, np.uint8)) if what == LABELS else None
            mine = [who for who, about in (*self._kept, *self._begun) if about == what]
            may = [self._kept.get((who, what), none) for who in mine]
            may += [value for who in mine for value in self._begun.get((who, what), [])]
            if there.get(what, none) not in may:
                wrong.append(f"{what} is {there.get(what)!r:.60}")
        unknown = there.keys() - whats
        return [*wrong, *(f"{what} is back" for what in unknown if there[what] is not None)]


def _read(study: Study) -> tuple[dict[str, Any], list[str]]:
    annotations = AnnotationJournal(study).restore()
    journal = CorrectionJournal(study)
    correction, said = journal.restore()
    journal.close()
    there: dict[str, Any] = {f"{ANNOTATION} {one.id}": one.text for one in annotations.annotations}
    if correction is not None:
        there[LABELS] = _sum(correction.labels)
    for value in kept_feedback_on(study.content_hash):
        there[f"{ANSWER} {value['model_version']} {value['answer']}"] = value["verdict"]
    for kind in (REPORT, AGE):
        there[kind] = kept_value(study.content_hash, kind)
    return there, [notice for notice in (annotations.notice, said) if notice]


def _note(study: Study, name: str, text: str) -> Annotation:
    x, y, z = (float(value) for value in study.grid.centre)
    return Annotation(Kind.TEXT, Plane.AXIAL, ((x, y, z),), Modality.FLAIR, text, name)


def _sum(labels: Any) -> int:
    return zlib.crc32(np.ascontiguousarray(labels).tobytes())
