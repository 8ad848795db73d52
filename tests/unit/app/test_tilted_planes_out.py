"""What leaves the application of annotations on tilted planes, and how it comes back."""

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.annotating.table import csv_text, lines_of
from brainviewer.app.exporting.series_figures import SeriesStudy, series_of_study, series_of_view
from brainviewer.app.exporting.slice_series import SeriesRequest, SeriesSubject, save_series
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.reporting.document import report_document
from brainviewer.app.reporting.options import ReportOptions, ReportSources
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import Obliquity, oblique_view
from brainviewer.core.reformation.tilted_plane import TiltedPlane
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.files.annotation_file import read_annotations
from tests.phantoms import grid_of, marker_position, marker_study
from tests.schemas import check_output, faults
from tests.unit.app.desk import Desk
from tests.unit.app.test_report_document import pictures, said

ANGLE = 20.0


def obliquity_of(grid: Grid) -> Obliquity:
    place = marker_position(grid)
    return Obliquity.through(place).turned(grid, (1, 0, 0), math.radians(ANGLE), place)


def drawn(study: Study, kind: Kind, *pixels: tuple[float, float], **fields: object) -> Annotation:
    """On the tilted axial plane through the marker; pixels (row, column) from the marker."""
    view = oblique_view(study.grid, Plane.AXIAL, Convention.RADIOLOGICAL, obliquity_of(study.grid))
    place = marker_position(study.grid)
    index, middle = view.index_of(place), view.to_screen(place)[0]
    points = view.to_world(index, middle + np.array(pixels))
    made = Annotation(kind, Plane.AXIAL, tuple(map(tuple, points.tolist())), Modality.T1,
                      tilt=TiltedPlane.of(view, index), **fields)  # type: ignore[arg-type]  # fmt: skip
    return made


@pytest.fixture
def study() -> Study:
    return marker_study()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: Study) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    desk = Desk()
    desk.session.segmentation.find = lambda *_, **__: None
    desk.session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})
    yield desk
    desk.close()


def test_the_journal_and_a_file_keep_the_plane(desk: Desk, study: Study, tmp_path: Path) -> None:
    ruler = drawn(study, Kind.RULER, (0, 0), (6, 8))
    desk.session.annotations.add(ruler)
    assert desk.state.annotations == (ruler,)
    desk.save()
    desk.session.annotations.restore()
    assert desk.state.annotations == (ruler,)
    desk.session.annotations.save(tmp_path / "a.json")
    desk.save()
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert not faults("annotations", content)
    assert content["annotations"][0]["plane"] == "axial oblique"
    found = read_annotations(tmp_path / "a.json").annotations_on(study)
    assert found.annotations == (ruler,) and not found.left_out
    # A study whose axes run elsewhere cannot show the plane; that is told, and nothing is shown.
    other = marker_study(grid_of(tilt_degrees=(20, 30, 0)))
    left = read_annotations(tmp_path / "a.json").annotations_on(other)
    assert left.annotations == ()
    assert left.notice == ("One annotation was left out: its tilted plane is none of this study.")


def test_the_table_says_the_tilt_and_no_slice(study: Study) -> None:
    ruler = drawn(study, Kind.RULER, (0, 0), (6, 8))
    region = drawn(study, Kind.RECTANGLE, (-2, -2), (2, 2))
    straight = Annotation(Kind.RULER, Plane.AXIAL, ruler.points, Modality.T1)
    text = csv_text(study, lines_of(study, (ruler, region, straight)))
    rows = list(csv.DictReader(io.StringIO(text)))
    first, last = rows[0], rows[-1]
    assert (first["plane"], first["slice"]) == ("axial", "")
    assert float(first["tilt_degrees"]) == pytest.approx(ANGLE, abs=1e-3)
    normal = [float(first[f"normal_{way}"]) for way in ("right", "anterior", "superior")]
    turn = math.radians(ANGLE)
    assert np.abs(np.cross(normal, (0, -math.sin(turn), math.cos(turn)))).max() < 1e-5
    assert float(first["length_mm"]) == pytest.approx(10.0)
    assert float(rows[1]["area_mm2"]) == pytest.approx(16.0)
    assert (last["slice"], last["tilt_degrees"], last["normal_right"]) != ("", "", "")
    assert last["tilt_degrees"] == "" and last["slice"] != ""


def test_key_images_are_of_the_tilted_plane(desk: Desk, study: Study, tmp_path: Path) -> None:
    star = drawn(study, Kind.KEY_IMAGE, (0, 0))
    ruler = drawn(study, Kind.RULER, (0, 0), (6, 8))
    for one in (star, ruler):
        desk.session.annotations.add(one)
    request = SeriesRequest(SeriesSubject.KEY_IMAGES, tmp_path / "out")
    of_study = series_of_study(SeriesStudy(study, (star, ruler)), request)
    for figures in (series_of_view(desk.state, request), of_study):
        ((choice, figure),) = figures
        (scene,) = figure.panes
        assert scene.view.oblique and {a.kind for a in scene.annotations_shown} == {
            Kind.KEY_IMAGE,
            Kind.RULER,
        }
        assert choice.name(1).startswith("key-01-t1-axial-oblique-")
        record = provenance_record(figure, 1)
        check_output(record)
        told = record["panes"][0]
        assert told["oblique"]["tilt_degrees"] == pytest.approx(ANGLE, abs=1e-3)
        measured = next(a for a in told["annotations"] if a["kind"] == "ruler")
        assert measured["length_mm"] == pytest.approx(10.0, abs=1e-3)
        assert measured["tilt_degrees"] == pytest.approx(ANGLE, abs=1e-3)
    saved = save_series(request, of_study)
    with Image.open(saved.files[0]) as image:
        assert json.loads(image.info["BrainViewer"])["panes"][0]["oblique"]["tilt_degrees"]


def test_the_report_shows_and_lists_them(study: Study) -> None:
    view = oblique_view(study.grid, Plane.AXIAL, Convention.RADIOLOGICAL, obliquity_of(study.grid))
    ruler = drawn(study, Kind.RULER, (0, 0), (6, 8))
    # Drawn after a jump: the same plane, whose pixels are counted from another place.
    again = ruler.tilt.view(study.grid, Plane.AXIAL)
    other = Annotation(Kind.RULER, Plane.AXIAL, ruler.points, Modality.T1,
                       tilt=TiltedPlane.of(again, again.index_of(ruler.points[0])))  # fmt: skip
    straight = Annotation(Kind.RULER, Plane.AXIAL, ruler.points, Modality.T1)
    sources = ReportSources(study, annotations=(ruler, other, straight))
    document = report_document(sources, ReportOptions())
    shown = pictures(document, "Key images")
    assert len(shown) == 2
    assert shown[0].startswith(f"T1, axial oblique 20° slice {view.index_of(ruler.points[0]) + 1}")
    assert "Ruler | T1, axial oblique 20° | 10.0 mm" in said(document)


def test_diameters_on_a_tilted_plane_are_not_snapped_but_told(desk: Desk, study: Study) -> None:
    from brainviewer.imaging.measure.rano import Target
    from tests.phantoms import marker_finding

    desk.state.finding = marker_finding(study)
    pair = drawn(study, Kind.BIDIRECTIONAL, (0, -4), (0, 4), (-2, 0), (2, 0))
    desk.session.annotations.add(pair)
    desk.session.diameters.snap(Target.LESION)
    assert desk.state.annotations == (pair,)
    assert any("tilted plane" in said for said in desk.sentences("caution"))


def test_stars_on_one_slice_and_on_the_plane_through_it_follow_each_other(
    desk: Desk, study: Study
) -> None:
    tilted = drawn(study, Kind.KEY_IMAGE, (0, 0))
    straight = Annotation(Kind.KEY_IMAGE, Plane.AXIAL, tilted.points, Modality.T1)
    for one in (tilted, straight):
        desk.session.annotations.add(one)
    seen = []
    for _ in range(4):
        desk.session.key_images.step(1)
        grid = study.grid
        seen.append(round(desk.state.reformation.tilt(grid, Plane.AXIAL)))
    assert sorted(seen) == [0, 0, 20, 20] and seen[0] != seen[1]


@pytest.mark.parametrize("edge", [-0.49, 0.49])
def test_what_lies_beyond_the_outermost_centres_is_gone_to_on_its_plane(desk: Desk, edge) -> None:
    """Between voxels 8 mm high the cursor is held away from the edge, and stays on its plane."""
    grid = Grid((40, 48, 6), np.diag([1.5, 1.0, 8.0, 1.0]))
    study = marker_study(grid)
    desk.session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})
    last = grid.shape[2] - 1 if edge > 0 else 0
    place = grid.to_world((20.0, 24.0, last + edge))
    turned = Obliquity.through(place).turned(grid, (1, 0.2, 0), math.radians(25), place)
    view = oblique_view(grid, Plane.AXIAL, Convention.RADIOLOGICAL, turned)
    index = view.index_of(place)
    probe = Annotation(Kind.PROBE, Plane.AXIAL, (tuple(place.tolist()),), Modality.T1,
                       tilt=TiltedPlane.of(view, index))  # fmt: skip
    desk.session.annotations.add(probe)
    desk.session.view.show_annotation(probe)
    shown = desk.state.reformation.view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    assert probe.on_slice(shown, shown.index_of(desk.state.cursor))
