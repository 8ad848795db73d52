"""A session without a window: the test is its main thread."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import Any

import pytest

from brainviewer.app.annotations import KEEP, SAVE
from brainviewer.app.feedback import KEEP_FEEDBACK
from brainviewer.app.notices import Notice
from brainviewer.app.session import Session
from brainviewer.app.settings.saving import SETTINGS
from brainviewer.app.settings.settings import Settings
from brainviewer.app.stores.age import KEEP_AGE
from brainviewer.app.stores.report_text import KEEP_REPORT
from brainviewer.app.study_list.study_list import KEEP_RESULT
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from tests.phantoms import marker_finding, marker_study

SOON = 20.0


class Desk:
    """Runs what jobs post, when the test waits for something; remembers notices and crashes."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.posted: Queue[Callable[[], None]] = Queue()
        self.notices: list[Notice] = []
        self.crashes: list[BaseException] = []
        self.session = Session(
            self.posted.put,
            settings or Settings(classify_on_opening=False),
            self.crashes.append,
        )
        self.state = self.session.state
        self.state.noticed.connect(self.notices.append)

    def until(self, condition: Callable[[], object]) -> None:
        # What is waited for may happen in a thread that posts nothing then.
        late = time.monotonic() + SOON
        while not condition():
            with suppress(Empty):
                self.posted.get(timeout=0.02)()
            if time.monotonic() > late:
                pytest.fail("it did not happen")

    def settle(self) -> None:
        """Until no job runs."""
        self.until(lambda: not self.state.progress)

    def save(self) -> None:
        """Until all that is being saved is on disk."""
        for key in (KEEP, SAVE, KEEP_AGE, KEEP_FEEDBACK, KEEP_REPORT, SETTINGS, KEEP_RESULT):
            self.session.jobs.finish(key)

    def close(self) -> None:
        self.session.close()
        while not self.posted.empty():
            self.posted.get()()

    def sentences(self, level: str | None = None) -> list[str]:
        return [n.text for n in self.notices if level in (None, n.level)]


class Verbs:
    """Slow verbs of the application, replaced by ones that wait for the test.

    What a verb gives back, or raises, stands in ``predictions``; while its gate is closed, it
    waits. ``threads`` says where each ran.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.predictions: dict[str, Any] = {}
        self.gates = {name: threading.Event() for name in ("open", "find", "classify")}
        self.threads: list[tuple[str, threading.Thread]] = []
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        for gate in self.gates.values():
            gate.set()
        for name, place in (
            ("open", "brainviewer.app.opening.study.open_study"),
            ("find", "brainviewer.models.segmentation.detection.find_tumour"),
            ("classify", "brainviewer.models.subtype.prediction.classify"),
        ):
            monkeypatch.setattr(place, self._verb(name))

    def _verb(self, name: str) -> Callable[..., Any]:
        def verb(*given: Any, **named: Any) -> Any:
            self.threads.append((name, threading.current_thread()))
            self.calls.append((name, given, named))
            prediction = self.predictions.get(name) or self._usual(name, given)
            assert self.gates[name].wait(SOON)
            report = named.get("report") or given[1]
            report(0.5, "half")
            if isinstance(prediction, BaseException):
                raise prediction
            return prediction

        return verb

    @staticmethod
    def _usual(name: str, given: tuple[Any, ...]) -> Any:
        if name == "open":
            return marker_study()
        study = given[0]
        return marker_finding(study) if name == "find" else a_result(study)


def a_result(study: Study, **changes: Any) -> Classification:
    """A made-up answer of a model."""
    made = Classification(
        model_id="toy",
        model_version="1",
        model_name="Toy",
        weights_sha256="0" * 64,
        classes={"A": 0.2, "O": 0.1, "G": 0.7},
        names={"A": "Astrocytoma", "O": "Oligodendroglioma", "G": "Glioblastoma, IDH-wildtype"},
        predicted="G",
        slice_index=20,
        engine="onnx",
        device="CPU",
        load_seconds=0.2,
        predict_seconds=0.02,
        study_hash=study.content_hash,
        sequences_used=("FLAIR", "T1", "T1ce"),
        quality="balanced accuracy 0.61",
    )
    return replace(made, **changes)


def nothing_found() -> TumourFinding:
    """What a search of a healthy head gives."""
    return TumourFinding("lesion", False)
