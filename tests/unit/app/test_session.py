"""The session: what the open study, its finding and its result do when things go well or wrong."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.facts import Fact
from brainviewer.app.opening.sequence_assignment import UnknownSequences
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.app.stores.age import kept_age
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import FileError, ModelError
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.journal.standing import AGE
from brainviewer.files.journal.values import keep_value
from brainviewer.files.study.folder import Assignment
from brainviewer.files.user_folders import journal_folder
from brainviewer.models.subtype.prediction import NotClassified
from tests.phantoms import marker_finding, marker_study, oblique_grid
from tests.unit.app.desk import Desk, Verbs, a_result, nothing_found

HERE = [Path("study")]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    return Verbs(monkeypatch)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("job")]
    assert not desk.crashes


@pytest.fixture
def opened(desk: Desk, verbs: Verbs) -> Desk:
    """A study is open and its tumour found."""
    desk.session.documents.open(HERE)
    desk.settle()
    return desk


@pytest.fixture
def typed(opened: Desk) -> Desk:
    """The glioma has been typed."""
    opened.session.classification.run()
    opened.settle()
    assert opened.state.classification_status is Status.DONE
    return opened


# -- opening ------------------------------------------------------------------------------------


def test_opening_shows_the_study_and_finds_its_tumour(opened: Desk) -> None:
    state = opened.state
    assert state.study is not None
    assert set(state.windows) == set(SEQUENCES)
    assert state.finding_status is Status.DONE
    assert state.on_tumour_slice
    assert {"study", "searched", "tumour", "segmentation"} <= state.facts
    assert "running" not in state.facts
    assert opened.session.settings.recent == ((str(Path("study").absolute()),),)


def test_no_slow_verb_runs_on_the_main_thread(typed: Desk, verbs: Verbs) -> None:
    assert {name for name, _ in verbs.threads} == {"open", "find", "classify"}
    for name, thread in verbs.threads:
        assert thread is not threading.main_thread(), name


def test_the_open_study_stays_when_the_next_cannot_be_opened(typed: Desk, verbs: Verbs) -> None:
    state = typed.state
    before = (state.study, state.finding, state.classification, tuple(state.cursor))
    verbs.predictions["open"] = FileError("It is truncated.", "Copy it again.")
    typed.session.documents.open([Path("broken")])
    typed.settle()
    assert (state.study, state.finding, state.classification, tuple(state.cursor)) == before
    assert typed.sentences("error") == ["It is truncated. Copy it again."]
    assert ("broken",) not in [tuple(map(os.path.basename, e)) for e in _recent(typed)]


def _recent(desk: Desk) -> tuple[tuple[str, ...], ...]:
    return desk.session.settings.recent


def test_a_bug_while_opening_leaves_the_study_and_says_so(opened: Desk, verbs: Verbs) -> None:
    study, bug = opened.state.study, ZeroDivisionError()
    verbs.predictions["open"] = bug
    opened.session.documents.open(HERE)
    opened.settle()
    assert opened.crashes == [bug]
    opened.crashes.clear()
    assert opened.state.study is study


def test_a_newer_opening_takes_the_place_of_the_older(desk: Desk, verbs: Verbs) -> None:
    first, second = marker_study(), marker_study(oblique_grid())
    shown: list[object] = []
    desk.state.study_changed.connect(lambda: shown.append(desk.state.study))
    verbs.gates["open"].clear()
    verbs.predictions["open"] = first
    desk.session.documents.open([Path("first")])
    desk.until(lambda: verbs.threads)
    verbs.predictions["open"] = second
    desk.session.documents.open([Path("second")])
    verbs.gates["open"].set()
    desk.settle()
    assert shown == [second]


def test_cancelling_an_opening_keeps_the_study(opened: Desk, verbs: Verbs) -> None:
    study = opened.state.study
    verbs.gates["open"].clear()
    opened.session.documents.open([Path("other")])
    assert "running" in opened.state.facts
    opened.session.jobs.cancel("open")
    verbs.gates["open"].set()
    opened.settle()
    assert opened.state.study is study
    assert "running" not in opened.state.facts
    assert not opened.sentences("error")


def test_a_new_study_clears_what_belonged_to_the_old_one(typed: Desk, verbs: Verbs) -> None:
    typed.session.classification.set_age(50)
    typed.session.view.set_colour_map(Modality.FLAIR, "hot")
    verbs.predictions["open"] = marker_study(oblique_grid(), (Modality.T1, Modality.T2))
    verbs.gates["find"].clear()
    typed.session.documents.open(HERE)
    typed.until(lambda: typed.state.study is verbs.predictions["open"])
    state = typed.state
    assert state.finding is None
    assert state.finding_status is Status.RUNNING
    assert state.classification is None
    assert state.classification_status is Status.NOT_RUN
    assert state.age_years is None
    assert state.active is Modality.T1
    assert set(state.colour_maps.values()) == {"grey"}
    np.testing.assert_allclose(state.cursor, state.study.grid.centre)
    verbs.gates["find"].set()
    typed.settle()


def test_old_annotations_never_meet_a_new_study(opened: Desk, verbs: Verbs) -> None:
    ends = ((0.0, 0.0, 0.0), (5.0, 0.0, 0.0))
    opened.session.annotations.add(Annotation(Kind.RULER, Plane.AXIAL, ends, Modality.FLAIR))
    assert opened.state.selection
    seen: list[tuple[object, ...]] = []

    def look() -> None:
        seen.append((opened.state.annotations, opened.state.selection))

    opened.state.study_changed.connect(look)
    verbs.predictions["open"] = marker_study(oblique_grid(), (Modality.T1, Modality.T2))
    opened.session.documents.open(HERE)
    opened.until(lambda: opened.state.study is verbs.predictions["open"])
    assert seen == [((), "")]
    opened.settle()


def test_a_result_that_comes_after_a_new_study_is_dropped(opened: Desk, verbs: Verbs) -> None:
    verbs.gates["classify"].clear()
    opened.session.classification.run()
    verbs.predictions["open"] = marker_study(oblique_grid())
    opened.session.documents.open(HERE)
    opened.until(lambda: opened.state.study is verbs.predictions["open"])
    verbs.gates["classify"].set()
    opened.settle()
    assert opened.state.classification is None
    assert opened.state.classification_status is Status.NOT_RUN


def test_silent_names_are_asked_about(desk: Desk, verbs: Verbs) -> None:
    unknown = Assignment({}, None, (Path("x.nii"),), ())
    known = Assignment({Modality.T1: Path("x.nii")}, None, (), ())
    asked: list[Assignment] = []

    def ask(assignment: Assignment) -> Assignment:
        asked.append(assignment)
        verbs.predictions.pop("open")
        return known

    desk.session.documents.ask_sequences = ask
    verbs.predictions["open"] = UnknownSequences(unknown)
    desk.session.documents.open(HERE)
    desk.until(lambda: desk.state.study)
    assert asked == [unknown]
    name, given, _ = verbs.calls[1]
    assert (name, given[2]) == ("open", known)
    desk.settle()


def test_silent_names_that_nobody_explains_open_nothing(desk: Desk, verbs: Verbs) -> None:
    verbs.predictions["open"] = UnknownSequences(Assignment({}, None, (Path("x.nii"),), ()))
    desk.session.documents.open(HERE)
    desk.settle()
    assert "x.nii" in desk.sentences("error")[0]
    desk.notices.clear()
    desk.session.documents.ask_sequences = lambda _: None
    desk.session.documents.open(HERE)
    desk.settle()
    assert desk.state.study is None
    assert not desk.notices


def test_notices_of_the_study_and_of_the_search_are_said(desk: Desk, verbs: Verbs) -> None:
    study = replace(marker_study(), notices=("T2 is missing.",))
    verbs.predictions["open"] = study
    verbs.predictions["find"] = replace(marker_finding(study), notices=("Found without T2.",))
    desk.session.documents.open(HERE)
    desk.settle()
    assert desk.sentences() == ["T2 is missing.", "Found without T2."]


# -- finding ------------------------------------------------------------------------------------


def test_the_view_stays_where_the_user_has_scrolled_to(desk: Desk, verbs: Verbs) -> None:
    verbs.gates["find"].clear()
    desk.session.documents.open(HERE)
    desk.until(lambda: desk.state.study)
    desk.session.view.go_to_slice(Plane.AXIAL, 3)
    verbs.gates["find"].set()
    desk.settle()
    assert desk.state.finding_status is Status.DONE
    assert desk.state.slice_index(Plane.AXIAL) == 3


def test_a_search_by_hand_goes_to_its_slice(opened: Desk) -> None:
    opened.session.view.go_to_slice(Plane.AXIAL, 3)
    opened.session.segmentation.find("threshold", 300)
    opened.settle()
    assert opened.state.on_tumour_slice
    assert (opened.session.segmentation.method, opened.session.segmentation.threshold) == (
        "threshold",
        300,
    )


def test_what_is_found_is_compared_with_the_segmentation_of_the_study(opened: Desk) -> None:
    opened.session.segmentation.find("threshold", 300)
    opened.settle()
    finding = opened.state.finding
    assert finding is not None
    assert finding.agreement is not None
    assert finding.agreement.lesion.supplied_ml > 0
    assert Fact.COMPARED in opened.state.facts


def test_a_search_started_anew_is_still_running(opened: Desk, verbs: Verbs) -> None:
    verbs.gates["find"].clear()
    opened.session.segmentation.find("threshold", 300)
    opened.session.segmentation.find("threshold", 310)
    assert opened.state.finding_status is Status.RUNNING
    verbs.gates["find"].set()
    opened.settle()
    assert opened.state.finding_status is Status.DONE


def test_cancelling_a_search_keeps_what_was_found(opened: Desk, verbs: Verbs) -> None:
    before = opened.state.finding
    verbs.gates["find"].clear()
    opened.session.segmentation.find("threshold")
    opened.session.jobs.cancel("find")
    verbs.gates["find"].set()
    assert opened.state.finding is before
    assert opened.state.finding_status is Status.DONE


@pytest.mark.parametrize("slice_index", [None, 7])
def test_after_a_cancelled_first_search_classify_goes_on(
    desk: Desk, verbs: Verbs, slice_index: int | None
) -> None:
    verbs.gates["find"].clear()
    desk.session.documents.open(HERE)
    desk.until(lambda: desk.state.finding_status is Status.RUNNING)
    assert not {"classifiable", "classifiable here"} & desk.state.facts
    desk.session.jobs.cancel("find")
    assert desk.state.finding is None
    assert {"classifiable", "classifiable here"} <= desk.state.facts
    verbs.gates["find"].set()
    desk.settle()
    desk.session.classification.run(slice_index)
    desk.settle()
    assert desk.state.finding_status is Status.DONE
    assert desk.state.classification_status is Status.DONE
    name, _, named = verbs.calls[-1]
    assert (name, named["slice_index"]) == ("classify", slice_index)


def test_the_tumour_comes_into_sight_by_itself_but_no_plane_is_changed(
    desk: Desk, verbs: Verbs
) -> None:
    desk.session.view.set_plane(Plane.SAGITTAL)
    desk.session.documents.open(HERE)
    desk.settle()
    assert desk.state.on_tumour_slice
    assert desk.state.plane is Plane.SAGITTAL
    desk.session.view.go_to_tumour()
    assert desk.state.plane is Plane.AXIAL


def test_a_failed_search_is_failed_and_said(opened: Desk, verbs: Verbs) -> None:
    verbs.predictions["find"] = FileError("Nothing to look at.", "Open another.")
    opened.session.segmentation.find()
    opened.settle()
    assert opened.state.finding is None
    assert opened.state.finding_status is Status.FAILED
    assert opened.sentences("error") == ["Nothing to look at. Open another."]


def test_a_bug_in_the_search_does_not_leave_it_running(opened: Desk, verbs: Verbs) -> None:
    verbs.predictions["find"] = ZeroDivisionError()
    opened.session.segmentation.find()
    opened.settle()
    assert opened.state.finding_status is Status.DONE
    assert opened.crashes == [verbs.predictions["find"]]
    opened.crashes.clear()


def test_no_lesion_is_a_result_and_no_slice(desk: Desk, verbs: Verbs) -> None:
    verbs.predictions["find"] = nothing_found()
    desk.session.settings.classify_on_opening = True
    desk.session.documents.open(HERE)
    desk.settle()
    assert desk.state.finding_status is Status.DONE
    assert "searched" in desk.state.facts
    assert "tumour" not in desk.state.facts
    np.testing.assert_allclose(desk.state.cursor, desk.state.study.grid.centre)
    assert "classify" not in {name for name, _ in verbs.threads}
    desk.session.view.go_to_tumour()
    np.testing.assert_allclose(desk.state.cursor, desk.state.study.grid.centre)


# -- classifying --------------------------------------------------------------------------------


def test_opening_ends_with_the_type_if_the_user_wants_it(verbs: Verbs) -> None:
    desk = Desk(Settings(classify_on_opening=True))
    desk.session.documents.open(HERE)
    desk.settle()
    assert desk.state.classification_status is Status.DONE
    assert "result" in desk.state.facts
    desk.close()


def test_without_a_study_nothing_is_classified(desk: Desk, verbs: Verbs) -> None:
    desk.session.classification.run()
    desk.session.segmentation.find()
    assert not verbs.calls
    assert desk.state.classification_status is Status.NOT_RUN


def test_the_prediction_follows_the_age_at_once(typed: Desk, verbs: Verbs) -> None:
    typed.session.classification.run(7)
    typed.settle()
    for age in (61, None):
        typed.session.classification.set_age(age)
        assert typed.state.classification_status is Status.RUNNING
        typed.settle()
        assert typed.state.classification_status is Status.DONE
        assert typed.state.classification_message == ""
        asked = verbs.calls[-1][2]
        assert (asked["age_years"], asked["slice_index"]) == (age, 7)


def test_an_age_entered_meanwhile_is_in_the_coming_prediction(opened: Desk, verbs: Verbs) -> None:
    verbs.gates["classify"].clear()
    before = len(verbs.calls)
    opened.session.classification.run(5)
    opened.until(lambda: len(verbs.calls) > before)  # else it may be noted after the one to come
    opened.session.classification.set_age(61)
    assert opened.state.classification_status is Status.RUNNING
    verbs.gates["classify"].set()
    opened.settle()
    assert opened.state.classification_status is Status.DONE
    asked = verbs.calls[-1][2]
    assert (asked["age_years"], asked["slice_index"]) == (61, 5)


def test_an_age_alone_starts_nothing(opened: Desk, verbs: Verbs) -> None:
    opened.session.classification.set_age(61)
    opened.settle()
    assert opened.state.classification_status is Status.NOT_RUN
    assert "classify" not in [name for name, *_ in verbs.calls]


def test_the_age_is_kept_with_the_study_for_its_owner_only(typed: Desk, verbs: Verbs) -> None:
    study, other = typed.state.study, marker_study(oblique_grid())
    typed.session.classification.set_age(61.5)
    typed.save()
    (kept,) = journal_folder().glob("*.journal")
    assert (kept.stat().st_mode & 0o077, journal_folder().stat().st_mode & 0o077) == (0, 0)
    assert kept_age(study.content_hash) == 61.5
    for opened, age in ((other, None), (study, 61.5)):
        verbs.predictions["open"] = opened
        typed.session.documents.open(HERE)
        typed.until(lambda opened=opened: typed.state.study is opened)
        typed.settle()
        assert typed.state.age_years == age
    typed.session.classification.set_age(None)
    typed.save()
    assert kept_age(study.content_hash) is None


@pytest.mark.parametrize("spoilt", ["", [], {}, "old", 400, -1, float("nan"), True])
def test_a_damaged_age_is_no_age(typed: Desk, verbs: Verbs, spoilt: object) -> None:
    study = typed.state.study
    typed.session.classification.set_age(61)
    typed.save()
    keep_value(study.content_hash, AGE, spoilt)
    assert kept_age(study.content_hash) is None


def test_a_slice_of_the_study_before_is_not_asked_for_in_the_next(
    typed: Desk, verbs: Verbs
) -> None:
    typed.session.classification.run(7)
    typed.settle()
    verbs.predictions["open"] = marker_study(oblique_grid())
    typed.session.documents.open(HERE)
    typed.until(lambda: typed.state.study is verbs.predictions["open"])
    typed.settle()
    typed.session.classification.run()
    typed.settle()
    typed.session.classification.set_age(40)
    typed.settle()
    assert verbs.calls[-1][2]["slice_index"] is None


def test_a_new_finding_makes_the_result_stale(typed: Desk) -> None:
    typed.session.segmentation.find("threshold", 200)
    typed.settle()
    assert typed.state.classification_status is Status.STALE
    assert typed.state.classification is not None


def test_a_finding_made_meanwhile_makes_the_coming_result_stale(opened: Desk, verbs: Verbs) -> None:
    verbs.gates["classify"].clear()
    opened.session.classification.run()
    opened.session.segmentation.find("threshold", 200)
    opened.until(lambda: opened.state.finding_status is Status.DONE)
    verbs.gates["classify"].set()
    opened.settle()
    assert opened.state.classification_status is Status.STALE


def test_a_run_started_anew_is_still_running(opened: Desk, verbs: Verbs) -> None:
    verbs.gates["classify"].clear()
    opened.session.classification.run()
    opened.session.classification.run(5)
    assert opened.state.classification_status is Status.RUNNING
    verbs.gates["classify"].set()
    opened.settle()
    assert opened.state.classification_status is Status.DONE
    # The run that was given up may come to its call after the other one.
    assert 5 in [call[2].get("slice_index") for call in verbs.calls]


def test_cancelling_a_run_brings_back_what_was_there(typed: Desk, verbs: Verbs) -> None:
    typed.session.classification.mark_stale("The tumour was looked for again.")
    before, message = typed.state.classification, typed.state.classification_message
    verbs.gates["classify"].clear()
    typed.session.classification.run()
    assert typed.state.classification_status is Status.RUNNING
    typed.session.jobs.cancel("classify")
    verbs.gates["classify"].set()
    assert typed.state.classification is before
    assert typed.state.classification_status is Status.STALE
    assert typed.state.classification_message == message


def test_a_failed_run_says_why_and_the_next_one_works(opened: Desk, verbs: Verbs) -> None:
    verbs.predictions["classify"] = ModelError("The engine stopped.", "Classify again.")
    opened.session.classification.run()
    opened.settle()
    assert opened.state.classification_status is Status.FAILED
    assert opened.state.classification_message == "The engine stopped. Classify again."
    assert opened.sentences("error") == ["The engine stopped. Classify again."]
    verbs.predictions["classify"] = a_result(opened.state.study)
    opened.session.classification.run()
    opened.settle()
    assert opened.state.classification is verbs.predictions["classify"]


def test_a_bug_in_a_run_does_not_leave_it_running(opened: Desk, verbs: Verbs) -> None:
    verbs.predictions["classify"] = ZeroDivisionError()
    opened.session.classification.run()
    opened.settle()
    assert opened.state.classification_status is Status.NOT_RUN
    assert opened.crashes == [verbs.predictions["classify"]]
    opened.crashes.clear()


def test_nothing_to_classify_is_told_and_no_failure(opened: Desk, verbs: Verbs) -> None:
    verbs.predictions["classify"] = NotClassified("The slice is empty.", "Choose another.")
    opened.session.classification.run()
    opened.settle()
    assert opened.state.classification_status is Status.NOT_RUN
    assert opened.state.classification_message == "The slice is empty. Choose another."
    assert not opened.sentences("error")


def test_choosing_an_engine_that_runs_ends_the_old_child(opened: Desk) -> None:
    opened.session.engine.start()
    first = opened.session.engine._engine
    assert first is not None and first.process_id
    opened.session.engine.choose("onnx")
    assert first.process_id is None
    assert opened.session.engine._engine is not first
    assert opened.session.settings.engine == "onnx"
    opened.session.close()
    assert opened.session.engine._engine is None


# -- with the real engine -----------------------------------------------------------------------


def test_a_child_that_is_killed_in_mid_run_ends_in_a_notice_and_a_working_next_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: detector, engine in its process, card of the shipped model."""
    from brainviewer.app.opening import study as opening

    study = opening.open_study(opening.demo_paths())
    monkeypatch.setattr(opening, "open_study", lambda *_: study)
    desk.session.settings.engine = "onnx"
    desk.session.documents.open(HERE)
    desk.settle()
    assert "tumour" in desk.state.facts
    desk.session.classification.run()
    engine = desk.session.engine._engine
    assert engine is not None

    def kill() -> bool:
        # The child that was asked by the search is killed when it has begun with the network.
        if engine.process_id is None or engine.state not in ("Engine loading", "Engine working"):
            return False
        os.kill(engine.process_id, signal.SIGKILL)
        return True

    desk.until(kill)
    desk.settle()
    assert desk.state.classification_status is Status.FAILED
    assert "stopped unexpectedly" in desk.sentences("error")[0]
    assert desk.state.study is study
    desk.session.classification.run()
    desk.settle()
    result = desk.state.classification
    assert desk.state.classification_status is Status.DONE
    assert result is not None
    assert sum(result.classes.values()) == pytest.approx(1, abs=1e-3)
    assert result.heatmap is not None
    assert result.heatmap.index == desk.state.finding.index
    assert "ready" in desk.state.engine_text
