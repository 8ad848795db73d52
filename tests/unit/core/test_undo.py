"""Undo and redo."""

from brainviewer.core.annotation.annotations import Annotation, Edit
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.undo import History
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality


def text(words: str) -> Annotation:
    return Annotation(Kind.TEXT, Plane.AXIAL, ((0.0, 0.0, 0.0),), Modality.T1, words)


A, B, C = text("a"), text("b"), text("c")
FIRST, SECOND = Edit("Add", (), (A,)), Edit("Change", (A,), (B,))


def test_a_new_history_has_nothing_to_undo() -> None:
    history = History()
    assert not history.can_undo
    assert not history.can_redo
    assert history.undo() is None
    assert history.redo() is None


def test_undo_goes_back_step_by_step_and_redo_forward() -> None:
    history = History()
    history.push(FIRST)
    history.push(SECOND)
    assert history.undo() == SECOND.reversed
    assert history.undo() == FIRST.reversed
    assert (history.can_undo, history.can_redo) == (False, True)
    assert history.redo() == FIRST
    assert history.redo() == SECOND
    assert (history.can_undo, history.can_redo) == (True, False)


def test_a_new_edit_forgets_what_was_taken_back() -> None:
    history = History()
    history.push(FIRST)
    history.undo()
    other = Edit("Add", (), (C,))
    history.push(other)
    assert not history.can_redo
    assert history.undo() == other.reversed
