"""Edits of a mask are taken back exactly, stay where they are made, and survive packing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from brainviewer.app.correction.stroke import Stroke
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Steps, packed, unpacked
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.files.journal.correction_content import correction_content, correction_in
from brainviewer.imaging.correction.brush import ball_stroke, disc_stroke
from brainviewer.imaging.correction.clean_up import fill_holes, remove_islands
from brainviewer.imaging.correction.growing import grow
from brainviewer.imaging.correction.label_edit import LabelEdit, Paint
from tests.properties import grids, labels_on, points_in, reals

PARTS = (0, 1, 2, 4)


@st.composite
def edits(draw: st.DrawFn, grid: Grid, labels: np.ndarray) -> LabelEdit | None:
    """One stroke of a brush, in a slice or through the volume, that paints or erases."""
    paint = Paint(draw(st.sampled_from(PARTS)), draw(st.sampled_from((None, 0, 4))))
    ends, diameter = draw(points_in(grid, 2)), draw(reals(0.1, 40))
    if draw(st.booleans()):
        return ball_stroke(labels, grid, ends, diameter, paint)
    view = SliceView.of(grid, draw(st.sampled_from(Plane)))
    index = draw(st.integers(0, view.count - 1))
    return disc_stroke(labels, view, index, ends, diameter, paint)


@given(grids(), st.data())
def test_every_step_is_taken_back_and_made_again(grid: Grid, data: st.DataObject) -> None:
    first = data.draw(labels_on(grid.shape))
    labels, steps, states = first.copy(), Steps(), [first]
    for _ in range(data.draw(st.integers(1, 4))):
        stroke = Stroke(labels)
        for _ in range(data.draw(st.integers(1, 2))):
            stroke.make(data.draw(edits(grid, labels)))
        step = stroke.step("brush", "", "")
        assert (step is None) == np.array_equal(labels, states[-1])
        if step is not None:
            steps.push(step)
            states.append(labels.copy())
    kept = KeptCorrection(Base("found", first), labels, steps)
    read = correction_in(correction_content("a", kept), "a", grid.shape)
    assert np.array_equal(read.labels, labels)
    assert read.steps.done == steps.done
    for state in reversed(states[:-1]):
        step = steps.undo()
        assert step is not None
        step.apply(labels)
        assert np.array_equal(labels, state)
    assert steps.undo() is None
    while (step := steps.redo()) is not None:
        step.apply(labels)
    assert np.array_equal(labels, states[-1])


@given(grids(), st.data())
def test_a_stroke_that_is_given_up_leaves_nothing(grid: Grid, data: st.DataObject) -> None:
    first = data.draw(labels_on(grid.shape))
    labels = first.copy()
    stroke = Stroke(labels)
    for _ in range(data.draw(st.integers(0, 3))):
        stroke.make(data.draw(edits(grid, labels)))
    stroke.cancel()
    assert np.array_equal(labels, first)
    assert stroke.step("brush", "", "") is None


@given(grids(), st.data())
def test_a_brush_changes_what_it_may_within_its_reach(grid: Grid, data: st.DataObject) -> None:
    before = data.draw(labels_on(grid.shape))
    value, only = data.draw(st.sampled_from(PARTS)), data.draw(st.sampled_from((None, 0, 4)))
    ends, diameter = data.draw(points_in(grid, 2)), data.draw(reals(0.1, 40))
    after = before.copy()
    if (edit := ball_stroke(before, grid, ends, diameter, Paint(value, only))) is not None:
        edit.apply(after)
    changed = np.argwhere(before != after)
    assert (after[tuple(changed.T)] == value).all()
    assert only is None or (before[tuple(changed.T)] == only).all()
    away = _from_line(grid.to_world(changed), ends) if len(changed) else np.zeros(0)
    # The voxels under the line are painted, however small the brush is.
    assert (away <= diameter / 2 + 0.51 * np.linalg.norm(grid.spacing) + 1e-6).all()
    everywhere = np.argwhere(np.ones(grid.shape, bool))
    near = everywhere[_from_line(grid.to_world(everywhere), ends) < diameter / 2 - 1e-6]
    if only is None:
        assert (after[tuple(near.T)] == value).all()


def _from_line(points: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Distances in mm of points from a line between two ends."""
    way = ends[1] - ends[0]
    along = (points - ends[0]) @ way / max(float(way @ way), 1e-300)
    return np.linalg.norm(points - ends[0] - np.clip(along, 0, 1)[:, None] * way, axis=1)


@given(grids(), st.data())
def test_what_grows_stays_within_its_reach(grid: Grid, data: st.DataObject) -> None:
    labels = data.draw(labels_on(grid.shape))
    seed = data.draw(st.integers(0, 2**16))
    grey = np.random.default_rng(seed).integers(0, 4, grid.shape).astype(np.int16) * 100
    (place,) = data.draw(points_in(grid, 1))
    reach = data.draw(reals(1, 60))
    after = labels.copy()
    edit = grow(labels, grid, place, grey, Paint(2), reach_mm=reach)
    if edit is not None:
        edit.apply(after)
    changed = np.argwhere(after != labels)
    away = np.linalg.norm(grid.to_world(changed) - place, axis=1)
    at_least_one = np.linalg.norm(grid.spacing)  # the voxel of the click itself
    assert (away <= max(reach, at_least_one) + 1e-6).all()
    assert (after[grid.nearest_voxel(place)] == 2).all()


@given(st.data())
def test_packed_labels_are_the_same_unpacked(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(*[st.integers(1, 9)] * 3))
    labels = data.draw(labels_on(shape))
    assert np.array_equal(unpacked(packed(labels), labels.size).reshape(shape), labels)
    turned = np.asfortranarray(labels)
    assert packed(turned) == packed(labels)


@given(grids(), st.data())
def test_cleaning_up_twice_changes_nothing_more(grid: Grid, data: st.DataObject) -> None:
    labels = data.draw(labels_on(grid.shape))
    for clean in (lambda: fill_holes(labels, Paint(4, 0)), lambda: remove_islands(labels, grid)):
        if (edit := clean()) is not None:
            edit.apply(labels)
        assert clean() is None
