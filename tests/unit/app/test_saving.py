"""Settings, feedback and ages are saved in the background, and nothing of them is lost."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from brainviewer.app.settings import settings_file as settings_module
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.app.stores import age, feedback
from brainviewer.core.errors import FileError
from brainviewer.core.findings.feedback import AGREE, DISAGREE
from brainviewer.core.study import Study
from brainviewer.core.voi.voi_window import auto_window
from tests.journal_entries import feedback_values
from tests.phantoms import marker_study, oblique_grid
from tests.unit.app.desk import SOON, Desk, a_result

FULL = FileError("The disk is full.", "Make room.")


class SlowDisk:
    """A function that saves, held up until the test lets it go; raises ``error`` if it has one."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.begun, self.go, self.error = threading.Event(), threading.Event(), None
        self._real = real

    def __call__(self, *given: Any) -> Any:
        self.begun.set()
        assert self.go.wait(SOON)
        if self.error is not None:
            raise self.error
        return self._real(*given)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    desk = Desk(Settings(tmp_path / "home" / "settings.json", classify_on_opening=False))
    yield desk
    desk.close()
    assert not desk.crashes


def show(desk: Desk, study: Study) -> None:
    desk.session.segmentation.find = lambda *_, **__: None
    desk.session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})


def classified(desk: Desk, study: Study) -> None:
    show(desk, study)
    desk.state.show_classification(a_result(study), Status.DONE)


def on_disk(desk: Desk) -> dict[str, Any]:
    return json.loads(desk.session.settings.path.read_text())


def slow(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> SlowDisk:
    disk = SlowDisk(getattr(module, name))
    monkeypatch.setattr(module, name, disk)
    return disk


def test_a_slow_disk_holds_nobody_up_and_closing_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    classified(desk, marker_study())
    desk.save()
    saves = slow(monkeypatch, settings_module, "write_whole")
    ages = slow(monkeypatch, age, "keep_value")
    words = slow(monkeypatch, feedback, "keep_feedback_on")
    desk.session.settings.update(theme="light")
    desk.session.classification.set_age(61)
    desk.session.feedback.give(AGREE)
    for disk in (saves, ages, words):
        assert disk.begun.wait(SOON)
    assert (desk.session.settings.theme, desk.state.age_years) == ("light", 61)
    assert desk.state.feedback.agrees
    assert desk.session.jobs.unsaved == 3
    threading.Timer(0.2, lambda: [disk.go.set() for disk in (saves, ages, words)]).start()
    desk.session.close()
    assert desk.session.jobs.unsaved == 0
    assert on_disk(desk)["theme"] == "light"
    assert age.kept_age(desk.state.study.content_hash) == 61
    assert len(feedback_values()) == 1


def test_changes_are_saved_in_their_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = slow(monkeypatch, settings_module, "write_whole")
    for theme in ("light", "system", "dark"):
        desk.session.settings.update(theme=theme)
    desk.session.settings.update(engine="onnx")
    disk.go.set()
    desk.save()
    assert (on_disk(desk)["theme"], on_disk(desk)["engine"]) == ("dark", "onnx")


def test_recent_studies_that_are_still_being_saved_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = slow(monkeypatch, settings_module, "write_whole")
    desk.session.settings.remember_study([Path("/a")])
    threading.Timer(0.1, disk.go.set).start()
    desk.session.settings.remember_study([Path("/b")])
    desk.save()
    assert on_disk(desk)["recent"] == [["/b"], ["/a"]]


def test_settings_that_cannot_be_saved_are_told_once_and_saved_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = slow(monkeypatch, settings_module, "write_whole")
    disk.go.set()
    disk.error = FULL
    desk.session.settings.update(theme="light")
    desk.session.settings.update(folded="age")
    desk.save()
    assert desk.sentences("error") == [
        "The disk is full. The settings hold until you close, and are saved with the next change."
    ]
    assert desk.session.settings.theme == "light"
    disk.error = None
    desk.session.settings.update(engine="onnx")
    desk.save()
    stored = on_disk(desk)
    assert (stored["theme"], stored["folded"], stored["engine"]) == ("light", "age", "onnx")
    disk.error = FULL
    desk.session.settings.update(theme="dark")
    desk.save()
    assert len(desk.sentences("error")) == 2


def test_what_failed_does_not_undo_what_another_window_changes_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = desk.session.settings
    settings.update(theme="light")
    desk.save()
    Settings.load(settings.path).update(theme="system")
    settings.update(engine="onnx")
    desk.save()
    assert on_disk(desk)["theme"] == "system"


def test_an_age_that_cannot_be_kept_is_told_and_holds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(desk, marker_study())
    disk = slow(monkeypatch, age, "keep_value")
    disk.go.set()
    disk.error = FULL
    desk.session.classification.set_age(61)
    desk.save()
    assert desk.sentences("error") == ["The disk is full. Make room."]
    assert desk.state.age_years == 61


def test_an_age_that_is_still_being_kept_is_there_when_the_study_comes_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = marker_study()
    show(desk, study)
    disk = slow(monkeypatch, age, "keep_value")
    desk.session.classification.set_age(61)
    threading.Timer(0.1, disk.go.set).start()
    show(desk, marker_study(oblique_grid()))
    show(desk, study)
    assert desk.state.age_years == 61


def test_feedback_that_cannot_be_kept_is_told_and_what_was_kept_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    classified(desk, marker_study())
    desk.session.feedback.give(AGREE)
    desk.save()
    before = feedback_values()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        desk.session.feedback.give(DISAGREE, "A")
        assert desk.state.feedback.opinion == DISAGREE
        desk.save()
    assert len(desk.sentences("error")) == 1
    assert desk.state.feedback.agrees
    assert feedback_values() == before


def test_feedback_that_is_still_being_kept_is_found_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = marker_study()
    classified(desk, study)
    disk = slow(monkeypatch, feedback, "keep_feedback_on")
    desk.session.feedback.give(AGREE)
    threading.Timer(0.1, disk.go.set).start()
    desk.state.show_classification(a_result(study), Status.DONE)
    assert desk.state.feedback.agrees
