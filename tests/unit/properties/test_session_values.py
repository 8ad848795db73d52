"""How a study is looked at is the same after it was saved, whatever was chosen."""

import json
from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from brainviewer.core.geometry import Grid
from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.reformation.slab import THICKNESSES, Slab, SlabMode
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.view.saved_camera import SavedCamera, SavedLooks
from brainviewer.core.view.saved_view import SavedView
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.plain_values import built, plain
from tests.properties import grids, points_in, reals

PLANES, SEQUENCE = st.sampled_from(Plane), st.sampled_from(SEQUENCES)
PLACES = st.tuples(*[reals(-300, 300)] * 3)
OVERLAYS = st.builds(
    Overlays,
    **{
        item.name: st.booleans() if item.type in (bool, "bool") else reals(0, 1)
        for item in fields(Overlays)
        if item.name != "fusion"
    },
)
WINDOWS = st.builds(Window, reals(-1e9, 1e9), reals(1e-6, 1e9), st.booleans())
CAMERAS = st.builds(SavedCamera, PLANES, reals(1, 8), st.none() | PLACES, st.none())


@st.composite
def views(draw: st.DrawFn, grid: Grid) -> SavedView:
    (place,) = draw(points_in(grid, 1)).tolist()
    x, y, z = place
    tilted = None
    if draw(st.booleans()):
        tilted = Obliquity.through((x, y, z))
        axis = draw(st.sampled_from(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))))
        tilted = tilted.turned(grid, axis, draw(reals(-1, 1)), (x, y, z))
    turned = draw(st.builds(DisplayTurn, st.integers(0, 3), st.booleans()))
    slabs = st.builds(Slab, reals(*THICKNESSES), st.sampled_from(SlabMode))
    return SavedView(
        (x, y, z),
        draw(SEQUENCE),
        draw(PLANES),
        draw(st.dictionaries(SEQUENCE, WINDOWS)),
        draw(st.dictionaries(SEQUENCE, st.text(max_size=20))),
        draw(st.dictionaries(SEQUENCE, st.sampled_from(("grey", "gray")))),
        draw(OVERLAYS),
        draw(st.sampled_from(list(BUILT_IN.values()))),
        Reformation(((draw(PLANES), turned),), tilted, draw(st.none() | slabs)),
        SavedLooks(tuple(draw(st.lists(CAMERAS, max_size=3)))),
    )


@given(grids(), st.data())
def test_a_view_is_the_same_after_json(grid: Grid, data: st.DataObject) -> None:
    view = data.draw(views(grid))
    arrays: list[np.ndarray] = []
    told = json.loads(json.dumps(plain(view, arrays)))
    assert not arrays
    assert built(SavedView, told, _no_array) == view


def _no_array(told: object, dtype: object) -> np.ndarray:
    raise LookupError
