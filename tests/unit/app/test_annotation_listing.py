"""Names, looks and locks of annotations, their order, and the table of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.annotating.listing import Order
from brainviewer.app.annotating.table import csv_text, lines_of
from brainviewer.core.annotation.annotations import Annotation, region_statistics
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import auto_window
from tests.phantoms import marker_study
from tests.unit.app.desk import Desk

Y, Z = -30.0, 42.0  # inside the phantom, as 0 to -55 are for x


def made(kind: Kind, *points: tuple[float, float, float], name: str = "") -> Annotation:
    return Annotation(kind, Plane.AXIAL, points, Modality.T1, name)


RULER = made(Kind.RULER, (0.0, Y, Z), (-5.0, Y, Z), name="b")
LONG = made(Kind.RULER, (0.0, Y, Z - 8), (-15.0, Y, Z - 8), name="c")
REGION = made(Kind.ELLIPSE, (-10.0, Y - 5, Z), (-22.0, Y + 5, Z), name="a")
PROBE = made(Kind.PROBE, (-12.0, Y, Z))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    desk, study = Desk(), marker_study()
    desk.session.segmentation.find = lambda *_, **__: None
    desk.session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})
    yield desk
    desk.close()


def add(desk: Desk, *annotations: Annotation) -> None:
    for one in annotations:
        desk.session.annotations.add(one)


@pytest.mark.parametrize(
    "changes", [{"colour": "#D55E00"}, {"width": 3.0}, {"hidden": True}, {"locked": True}]
)
def test_a_look_is_changed_and_taken_back_with_the_selection_kept(
    desk: Desk, changes: dict[str, object]
) -> None:
    add(desk, RULER)
    desk.session.annotations.restyle(**changes)
    after = replace(RULER, style=replace(Style(), **changes))
    assert desk.state.annotations == (after,)
    assert desk.state.selection == RULER.id
    desk.session.annotations.undo()
    assert desk.state.annotations == (RULER,)
    desk.session.annotations.redo()
    assert desk.state.annotations == (after,)


def test_looks_and_names_are_there_when_the_study_is_opened_again(desk: Desk) -> None:
    add(desk, RULER)
    desk.session.annotations.restyle(colour="#009E73")
    desk.session.annotations.restyle(locked=True)
    kept = desk.state.annotations
    desk.session.jobs.finish("keep annotations")
    study = desk.state.study
    desk.session.documents.show(study, dict(desk.state.windows))
    assert desk.state.annotations == kept
    assert kept[0].style == Style("#009E73", locked=True)


def test_what_is_locked_is_neither_moved_nor_renamed_nor_deleted(desk: Desk) -> None:
    add(desk, RULER, LONG)
    desk.session.annotations.restyle(locked=True)
    locked = desk.state.annotations[1]
    annotations = desk.session.annotations
    annotations.change(locked, locked.moved((1.0, 0, 0)))
    annotations.rename(locked, "other")
    annotations.delete_selection()
    assert desk.state.annotations == (RULER, locked)
    assert "unlocked" not in desk.state.facts
    annotations.delete_all()
    assert desk.state.annotations == (locked,)
    annotations.undo()
    assert desk.state.annotations == (locked, RULER)
    annotations.select(locked.id)
    annotations.restyle(locked=False)
    annotations.delete_selection()
    assert desk.state.annotations == (RULER,)


def test_a_name_is_changed_and_a_text_is_never_empty(desk: Desk) -> None:
    text = made(Kind.TEXT, (0.0, Y, Z), name="words")
    add(desk, RULER, text)
    annotations = desk.session.annotations
    annotations.rename(RULER, "  Target 1 ")
    annotations.rename(text, " ")
    assert [one.text for one in desk.state.annotations] == ["Target 1", "words"]
    annotations.rename(desk.state.annotations[0], "")
    assert desk.state.annotations[0].text == ""
    annotations.undo()
    annotations.undo()
    assert desk.state.annotations == (RULER, text)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.MADE, ["b", "c", "a", ""]),
        (Order.NAME, ["a", "b", "c", ""]),
        (Order.KIND, ["a", "", "b", "c"]),
        (Order.PLACE, ["c", "b", "a", ""]),
        (Order.SIZE, ["c", "b", "a", ""]),
    ],
)
def test_annotations_are_listed_in_the_order_that_was_chosen(
    desk: Desk, order: Order, names: list[str]
) -> None:
    add(desk, RULER, LONG, REGION, PROBE)
    desk.session.listing.sort_by(order)
    assert [one.text for one in desk.session.listing.annotations()] == names
    assert desk.state.annotations == (RULER, LONG, REGION, PROBE)


def test_the_table_holds_the_values_of_every_sequence(desk: Desk, tmp_path: Path) -> None:
    add(desk, RULER, replace(REGION, text="=1+1"), PROBE)
    desk.session.annotations.restyle(hidden=True)
    study = desk.state.study
    desk.session.tables.export(tmp_path / "table.csv")
    desk.session.jobs.finish("export annotations")
    written = (tmp_path / "table.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(study.volumes) + len(study.volumes)
    assert float(rows[0]["length_mm"]) == pytest.approx(5.0)
    assert rows[0]["sequence"] == rows[0]["mean"] == ""
    view = SliceView.of(study.grid, Plane.AXIAL)
    for row, (modality, volume) in zip(rows[1:5], study.volumes.items(), strict=True):
        found = region_statistics(REGION, view, volume.data)
        assert (row["sequence"], row["name"], row["number"]) == (modality.value, "'=1+1", "2")
        assert int(row["slice"]) == view.index_of(REGION.points[0]) + 1
        assert int(row["pixels"]) == found.pixels
        assert float(row["area_mm2"]) == pytest.approx(np.pi * 30, rel=1e-3)
        told = [float(row[name]) for name in ("mean", "sd", "median", "minimum", "maximum")]
        wanted = [found.mean, found.sd, found.median, found.minimum, found.maximum]
        assert told == pytest.approx(wanted, rel=1e-4, abs=1e-4)
    i, j, k = study.grid.nearest_voxel(PROBE.points[0])
    for row, volume in zip(rows[5:], study.volumes.values(), strict=True):
        assert float(row["value"]) == pytest.approx(float(volume.data[i, j, k]), rel=1e-4)
        assert row["hidden"] == "yes"


def test_a_name_with_commas_and_lines_is_one_cell() -> None:
    study = marker_study()
    odd = replace(RULER, text='a, "b"\nc')
    (row,) = csv.DictReader(io.StringIO(csv_text(study, lines_of(study, [odd]))))
    assert row["name"] == 'a, "b" / c'
