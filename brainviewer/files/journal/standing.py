"""What the entries of a study's journal come to: each kind by a rule of its own.

An entry is plain data with the key ``kind``:

    annotation  id, and value (see ``Annotation.to_json``) or gone: the last one of an id stands.
    correction  run and n, counted from 0, and begin, step, move or drop: in order, without a gap.
    feedback    value: the last one about an answer stands.
    age, report value: the last one stands; null is none.
    session     window, and value: the last one of a window stands; null is none.

Entries with the key ``old`` come from files of older versions, and take nobody's place. Entries of
other kinds are of newer versions, and are kept as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from brainviewer.core.errors import SENSELESS

AGE, ANNOTATION, CORRECTION = "age", "annotation", "correction"
FEEDBACK, REPORT, SESSION = "feedback", "report", "session"
MOST_SESSIONS = 4
OPEN, HELD = ".open", ".correcting"
"""How files end that a window holds: which has a study open, and which corrects it."""


@dataclass
class CorrectionEntries:
    """The entries of a correction. run : its id. n : of the last one; -1 where there is none.

    begin : what it was begun with. done, undone : steps that stand, and that were taken back.
    """

    run: str = ""
    n: int = -1
    begin: Any = None
    done: list[Any] = field(default_factory=list)
    undone: list[Any] = field(default_factory=list)

    def follow(self, entry: Any) -> None:
        """What comes after a gap is left out: a step leads nowhere without those before it."""
        run, n = str(entry["run"]), int(entry["n"])
        if "begin" in entry:
            self.run, self.n, self.begin = run, n, entry["begin"]
            self.done, self.undone = [], []
        elif run == self.run and n == self.n + 1:
            self.n = n
            if "step" in entry:
                self.done.append(entry["step"])
                self.undone.clear()
            elif "move" in entry:
                here, there = (
                    (self.done, self.undone) if entry["move"] < 0 else (self.undone, self.done)
                )
                there.append(here.pop())
            elif "drop" in entry:
                self.begin, self.done, self.undone = None, [], []

    def entries(self) -> Iterator[dict[str, Any]]:
        """The fewest that come to the same. The last one has the number that it had."""
        if self.begin is None:
            return
        steps = [*self.done, *reversed(self.undone)]
        told: list[dict[str, Any]] = [{"begin": self.begin}, *({"step": step} for step in steps)]
        told += [{"move": -1} for _ in self.undone]
        for n, one in enumerate(told, self.n + 1 - len(told)):
            yield {"kind": CORRECTION, "run": self.run, "n": n, **one}


class Standing:
    """What stands of a study. Values are plain data, as in the entries."""

    def __init__(self) -> None:
        self.annotations: dict[str, Any] = {}
        self.correction = CorrectionEntries()
        self.feedback: dict[tuple[Any, ...], Any] = {}
        self.values: dict[str, Any] = {}
        self.sessions: dict[str, Any] = {}
        self.unknown: list[Any] = []
        self.until = ""
        """When something was kept last: UTC, ISO 8601."""

    def follow(self, entry: Any) -> None:
        """Go on by an entry; one that makes no sense is passed over."""
        try:
            self._follow(entry)
        except SENSELESS:
            return

    def _follow(self, entry: Any) -> None:
        kind, old = entry["kind"], bool(entry.get("old"))
        if kind == ANNOTATION:
            self._follow_annotation(entry, old=old)
        elif kind == CORRECTION:
            if not (old and self.correction.begin is not None and "begin" in entry):
                self.correction.follow(entry)
        elif kind == FEEDBACK:
            key = _answer(entry["value"])
            if not (old and key in self.feedback):
                self.feedback.pop(key, None)  # the last one stands last
                self.feedback[key] = entry["value"]
        elif kind in (AGE, REPORT):
            if not (old and kind in self.values):
                self.values[kind] = entry["value"]
        elif kind == SESSION:
            self._follow_session(str(entry["window"]), entry["value"])
        else:
            self.unknown.append(entry)

    def _follow_annotation(self, entry: Any, *, old: bool) -> None:
        name = str(entry["id"])
        if "gone" in entry:
            self.annotations.pop(name, None)
        elif not (old and name in self.annotations):
            self.annotations[name] = entry["value"]

    def _follow_session(self, window: str, value: Any) -> None:
        self.sessions.pop(window, None)
        if value is not None:
            self.sessions[window] = value
            while len(self.sessions) > MOST_SESSIONS:
                del self.sessions[next(iter(self.sessions))]

    @property
    def empty(self) -> bool:
        """Whether nothing stands."""
        return next(self.entries(), None) is None

    def entries(self) -> Iterator[dict[str, Any]]:
        """The fewest entries that come to the same."""
        for name, value in self.annotations.items():
            yield {"kind": ANNOTATION, "id": name, "value": value}
        yield from self.correction.entries()
        for value in self.feedback.values():
            yield {"kind": FEEDBACK, "value": value}
        for kind, value in self.values.items():
            if value is not None:
                yield {"kind": kind, "value": value}
        for window, value in self.sessions.items():
            yield {"kind": SESSION, "window": window, "value": value}
        yield from self.unknown


def _answer(value: Any) -> tuple[Any, ...]:
    """What feedback is about. A slice of a study is no answer of its own, a frame is."""
    return value["model"], value["model_version"], value["answer"], value.get("slice")
