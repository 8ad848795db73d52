"""What stands of a journal, whatever the interleaving of those who write it."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files.journal.annotations import merged
from brainviewer.files.journal.standing import Standing

IDS = st.sampled_from("abcdef")
WORDS = st.text(max_size=3)


def note(name: str, text: str) -> Annotation:
    return Annotation(Kind.TEXT, Plane.AXIAL, ((0.0, 0.0, 0.0),), Modality.T1, text or "-", name)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Any entry, also ones that make no sense."""
    kind = draw(
        st.sampled_from(
            ("annotation", "gone", "feedback", "age", "report", "session", "begin", "step", "move",
             "drop", "future", "senseless")
        )
    )  # fmt: skip
    run, n = draw(st.sampled_from("xy")), draw(st.integers(0, 6))
    name, word = draw(IDS), draw(WORDS)
    made: dict[str, dict[str, Any]] = {
        "annotation": {"kind": "annotation", "id": name, "value": {"id": name, "text": word}},
        "gone": {"kind": "annotation", "id": name, "gone": True},
        "feedback": {
            "kind": "feedback",
            "value": {"model": "m", "model_version": "1", "answer": name, "verdict": word},
        },
        "age": {"kind": "age", "value": draw(st.none() | st.integers(0, 120))},
        "report": {"kind": "report", "value": draw(st.none() | st.just({"findings": word}))},
        "session": {
            "kind": "session", "window": name, "value": draw(st.none() | st.just({"view": word})),
        },
        "begin": {"kind": "correction", "run": run, "n": 0, "begin": word},
        "step": {"kind": "correction", "run": run, "n": n, "step": word},
        "move": {"kind": "correction", "run": run, "n": n, "move": draw(st.sampled_from((-1, 1)))},
        "drop": {"kind": "correction", "run": run, "n": n, "drop": True},
        "future": {"kind": "something of a newer version", "value": word},
        "senseless": {"kind": draw(st.sampled_from(("annotation", "feedback", "session", "age")))},
    }  # fmt: skip
    return made[kind] | ({"old": True} if draw(st.booleans()) else {})


def standing(*parts: Sequence[Any]) -> Standing:
    found = Standing()
    for part in parts:
        for entry in part:
            found.follow(entry)
    return found


def told(found: Standing) -> list[Any]:
    return list(found.entries())


@given(st.lists(entries(), max_size=25), st.lists(entries(), max_size=10))
def test_a_journal_written_anew_stands_for_the_same_whatever_follows(
    first: list[Any], then: list[Any]
) -> None:
    whole, anew = standing(first, then), standing(told(standing(first)), then)
    # Of a value that was emptied nothing is written, so that one of an older file may follow.
    if not any(entry.get("old") for entry in then):
        assert told(anew) == told(whole)
    assert told(standing(told(whole))) == told(whole)
    assert len(told(whole)) <= len(first) + len(then)


@st.composite
def windows(draw: st.DrawFn) -> tuple[list[list[tuple[str, str | None]]], list[int]]:
    """Changes of three windows, each of annotations of its own, and an order to make them in."""
    change = st.tuples(IDS, st.none() | WORDS)
    mine = [draw(st.lists(change, max_size=8)) for _ in range(3)]
    turns = [who for who, changes in enumerate(mine) for _ in changes]
    return mine, draw(st.permutations(turns))


@given(windows())
def test_no_change_is_lost_whatever_the_order_of_windows(
    given_: tuple[list[list[tuple[str, str | None]]], list[int]],
) -> None:
    """Each window merges what it did last with what is there, as the journal has it."""
    changes, turns = given_
    left = [list(mine) for mine in changes]
    disk: tuple[Annotation, ...] = ()
    known: list[tuple[Annotation, ...]] = [()] * 3
    expected: dict[str, str] = {}
    for who in turns:
        name, text = left[who].pop(0)
        name = f"{who}-{name}"
        here = tuple(one for one in known[who] if one.id != name)
        if text is None:
            expected.pop(name, None)
        else:
            here += (note(name, text),)
            expected[name] = text or "-"
        disk = known[who] = merged(known[who], here, disk)
    assert {one.id: one.text for one in disk} == expected
    assert len({one.id for one in disk}) == len(disk)


@given(st.lists(st.tuples(IDS, WORDS), max_size=6), st.data())
def test_entries_of_two_windows_about_different_things_commute(
    made: list[tuple[str, str]], data: st.DataObject
) -> None:
    mine = [
        {"kind": "annotation", "id": f"a{name}", "value": {"text": text}} for name, text in made
    ]
    theirs = [
        {"kind": "annotation", "id": f"b{name}", "value": {"text": text}} for name, text in made
    ]
    order = data.draw(st.permutations([0] * len(mine) + [1] * len(theirs)))
    queues = [list(mine), list(theirs)]
    mixed = standing([queues[who].pop(0) for who in order])
    one_by_one = standing(mine, theirs)
    assert mixed.annotations == one_by_one.annotations


@pytest.mark.parametrize("n", [math.inf, -math.inf, math.nan, "one", None, [], {}])
def test_an_entry_whose_number_is_none_is_passed_over(n: Any) -> None:
    """JSON has infinite numbers: ``1e999`` is one."""
    standing = Standing()
    standing.follow({"kind": "correction", "run": "a", "n": n, "begin": {}})
    assert standing.empty
    standing.follow({"kind": "correction", "run": "a", "n": 0, "begin": {"kept": True}})
    assert [one["begin"] for one in standing.entries()] == [{"kept": True}]
