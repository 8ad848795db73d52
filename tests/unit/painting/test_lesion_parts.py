"""The parts of a lesion: measured, told in words and in JSON, and painted on slices."""

import html
import json
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QRect

from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.text import finding_text
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.imaging.measure.agreement import compared
from brainviewer.imaging.measure.lesion import measured
from brainviewer.painting import palette
from brainviewer.painting.devices import paint_image, pixels_of
from brainviewer.painting.figure import FigureSpec, figure_svg
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.measurements import agreement_lines, measurement_lines, volume_text
from tests.phantoms import (
    marker_finding,
    marker_position,
    marker_study,
    oblique_grid,
    with_parts,
)
from tests.schemas import check_output, faults


def told(study: Study, finding: TumourFinding) -> dict[str, str]:
    return {line.name: line.value for line in measurement_lines(study, finding)}


@pytest.fixture
def study() -> Study:
    return marker_study()


@pytest.fixture
def finding(study: Study) -> TumourFinding:
    return with_parts(marker_finding(study), study)


def test_every_part_has_its_volume_in_words_and_in_json(
    study: Study, finding: TumourFinding
) -> None:
    taken = finding.measurements
    assert taken is not None
    assert taken.parts_ml is not None
    said = told(study, finding)
    assert list(said)[:4] == ["Volume", "Enhancing", "Necrosis", "Oedema"]
    for part, ml in taken.parts_ml.items():
        fraction = f"{100 * ml / taken.volume_ml:.0f} %"
        assert said[part.title] == f"{volume_text(ml)} · {fraction}"
        assert part.title in finding_text(study, finding)
    record = json.loads(json.dumps(with_schema(Schema.FINDING, finding_record(finding))))
    assert faults("finding", record) == []
    millilitres = record["measurements"]["parts_ml"]
    assert millilitres.keys() == {"necrosis", "oedema", "enhancing"}
    assert sum(millilitres.values()) == pytest.approx(taken.volume_ml, abs=0.002)
    spoiled = {**record["measurements"], "parts_ml": {"1": 2.0}}
    assert faults("finding", {**record, "measurements": spoiled})


def test_without_parts_everything_is_said_as_before(study: Study, finding: TumourFinding) -> None:
    taken = finding.measurements
    assert taken is not None
    plain = replace(finding, parts=None, measurements=replace(taken, parts_ml=None))
    assert list(told(study, plain))[:3] == ["Volume", "Enhancing", "Diameters FLAIR"]
    assert not any(line.colour for line in measurement_lines(study, plain))
    assert finding_record(plain)["measurements"]["parts_ml"] is None


def test_a_part_that_is_not_there_is_none(study: Study, finding: TumourFinding) -> None:
    taken = finding.measurements
    assert taken is not None
    some = {LesionPart.OEDEMA: 0.05, LesionPart.ENHANCING: 12.0, LesionPart.NECROSIS: 0.0}
    said = told(
        study, replace(finding, measurements=replace(taken, volume_ml=12.05, parts_ml=some))
    )
    assert said["Necrosis"] == "none"
    assert said["Oedema"] == "< 0.1 mL · < 1 %"
    assert said["Enhancing"] == "12.0 mL · > 99 %"


def test_the_enhancing_part_is_what_is_measured_as_enhancing() -> None:
    """One number for one word, also where T1ce and T1 show no difference at all."""
    grid = Grid((40, 40, 20), np.diag((1.0, 1.0, 2.0, 1.0)))
    parts = np.zeros(grid.shape, np.uint8)
    parts[5:35, 5:35, 4:16] = LesionPart.OEDEMA
    parts[10:30, 12:24, 6:12] = LesionPart.ENHANCING
    parts[14:18, 14:18, 8:10] = LesionPart.NECROSIS
    flat = {
        m: Volume(m, np.full(grid.shape, 100, np.int16), grid)
        for m in (Modality.FLAIR, Modality.T1, Modality.T1CE)
    }
    finding = TumourFinding("lesion", True, index=10, mask=parts > 0, parts=parts)
    found = measured(Study(flat, grid), finding)
    taken = found.measurements
    assert taken is not None
    assert taken.parts_ml is not None
    assert taken.parts_ml[LesionPart.NECROSIS] == pytest.approx(4 * 4 * 2 * 2 / 1000)
    assert sum(taken.parts_ml.values()) == pytest.approx(taken.volume_ml)
    assert taken.enhancing_ml == taken.parts_ml[LesionPart.ENHANCING]
    assert taken.enhancing is not None
    assert 6 <= taken.enhancing.index < 12
    assert found.enhancing is not None
    assert (found.enhancing == (parts == LesionPart.ENHANCING)).all()
    assert told(Study(flat, grid), found)["Enhancing"].startswith("2.8 mL")


# Confusion as Machado et al. (2009) simulate it, on linear RGB.
_SEEN_BY = {
    "all": np.eye(3),
    "protanopia": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deuteranopia": [[0.3673, 0.8606, -0.228], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritanopia": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}  # fmt: skip


def _lab(linear: np.ndarray) -> np.ndarray:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    white = np.reshape((0.9505, 1, 1.089), (3, *[1] * (linear.ndim - 1)))
    x, y, z = np.cbrt(np.maximum(to_xyz @ np.clip(linear, 0, 1) / white, 0.01))
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


@pytest.mark.parametrize("eyes", _SEEN_BY)
def test_no_part_is_taken_for_another_whatever_eyes_see_it(eyes: str) -> None:
    colours = [*palette.PARTS.values(), palette.TUMOUR]
    linear = [((int(c[1:], 16) >> np.array((16, 8, 0)) & 255) / 255) ** 2.2 for c in colours]
    seen = [_lab(np.asarray(_SEEN_BY[eyes]) @ colour) for colour in linear]
    apart = [np.linalg.norm(a - b) for n, a in enumerate(seen) for b in seen[:n]]
    assert min(apart) > 20


# -- on slices --------------------------------------------------------------------------------


SIZE = (300, 280)
BARE = Overlays(lesion=False, segmentation=False, crosshair=False, text=False)


def scene(study: Study, finding: TumourFinding, **changes: object) -> SliceScene:
    dark = Window.between(5000, 9000)
    assert finding.index is not None
    place = (Modality.FLAIR, Plane.AXIAL, finding.index, dark)
    return replace(SliceScene(study, *place, overlays=BARE, finding=finding), **changes)  # type: ignore[arg-type]


def pixels(pane: SliceScene) -> np.ndarray:
    image = paint_image(lambda p: paint(p, QRect(0, 0, *SIZE), pane), SIZE, 1)
    return pixels_of(image).astype(int)


def hue_at(image: np.ndarray, pane: SliceScene, row: float, column: float) -> np.ndarray:
    """The colour of a place of the slice, as long as the brightest colour is."""
    geometry = SliceGeometry.showing(pane.view, SIZE, pane.viewport)
    (at,) = geometry.to_pixels(pane.view.to_world(pane.index, [(row, column)]))
    colour = image[int(at.y()), int(at.x())]
    return colour * 255 / max(colour.max(), 1)


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("convention", list(Convention))
def test_each_part_is_painted_in_its_colour_where_it_lies(
    plane: Plane, convention: Convention
) -> None:
    study = marker_study(oblique_grid())
    finding = with_parts(marker_finding(study), study)
    view = SliceView.of(study.grid, plane, convention)
    index = view.index_of(marker_position(study.grid))
    pane = scene(study, finding, plane=plane, convention=convention, index=index)
    assert finding.parts is not None
    cut, image = view.cut(finding.parts, index), pixels(pane)
    seen = set()
    for part, colour in palette.PARTS.items():
        # Well inside the part: at its border the antialiased lines of its neighbours are.
        inside = cv2.erode((cut == part).astype(np.uint8), np.ones((3, 3), np.uint8))
        for row, column in np.argwhere(inside if inside.any() else cut == part):
            wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
            close = np.abs(hue_at(image, pane, row, column) - wanted * 255 / wanted.max()) < 60
            seen |= {part} if close.all() else set()
    assert seen == set(np.unique(cut)) - {0} == set(pane.parts_shown)
    outside = ~cv2.dilate((cut > 0).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    for row, column in np.argwhere(outside)[::37]:
        geometry = SliceGeometry.showing(view, SIZE)
        (at,) = geometry.to_pixels(view.to_world(index, [(row, column)]))
        assert image[int(at.y()), int(at.x())].max() == 0


def test_without_parts_or_switched_off_a_slice_is_what_it_was(
    study: Study, finding: TumourFinding
) -> None:
    without = scene(study, replace(finding, parts=None), overlays=replace(BARE, lesion=True))
    off = scene(study, finding, overlays=replace(BARE, lesion=True, parts=False))
    shown = scene(study, finding, overlays=replace(BARE, lesion=True))
    assert (pixels(without) == pixels(off)).all()
    assert off.parts_shown == without.parts_shown == ()
    assert (pixels(shown) != pixels(off)).any()
    # The contour of the whole lesion stays on top of them.
    contour = np.abs(pixels(off) - (255, 179, 71)).max(axis=2) < 20
    assert contour.sum() > 20
    assert (np.abs(pixels(shown) - (255, 179, 71)).max(axis=2) < 40)[contour].mean() > 0.9
    away = replace(shown, index=0)
    assert away.parts_shown == ()
    assert (pixels(away) == pixels(replace(off, index=0))).all()


def test_opacity_of_the_parts(study: Study, finding: TumourFinding) -> None:
    faint, strong = (
        pixels(scene(study, finding, overlays=replace(BARE, parts_opacity=opacity)))
        for opacity in (0.2, 1.0)
    )
    assert 0 < faint.max() < strong.max()
    clear = scene(study, finding, overlays=replace(BARE, parts_opacity=0.0))
    assert pixels(clear).max() == 0


def test_parts_are_lines_and_areas_in_svg_and_stand_in_the_legend(
    study: Study, finding: TumourFinding
) -> None:
    spec = FigureSpec(study, (scene(study, finding),), pane_size=(640, 480), finding=finding)
    svg = figure_svg(spec).decode()
    for colour in palette.PARTS.values():
        assert svg.count(f'fill="{colour.lower()}"') >= 2  # in the pane and in the legend
    taken = finding.measurements
    assert taken is not None
    assert taken.parts_ml is not None
    with_legend = svg_text(svg)
    for part, ml in taken.parts_ml.items():
        assert f"found: {part.title.lower()} {volume_text(ml)}" in with_legend
    off = replace(spec.panes[0], overlays=replace(BARE, parts=False))
    assert "found:" not in svg_text(figure_svg(replace(spec, panes=(off,))).decode())
    record = provenance_record(spec, 1)
    check_output(record)
    assert record["panes"][0]["parts"] == ["necrosis", "oedema", "enhancing"]
    assert provenance_record(replace(spec, panes=(off,)), 1)["panes"][0]["parts"] == []


def svg_text(svg: str) -> str:
    return html.unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


# -- beside the study's own segmentation ------------------------------------------------------


def shifted(study: Study, by: int = 3) -> Study:
    """Its own segmentation lies a few voxels beside the marker."""
    assert study.segmentation is not None
    labels = np.roll(study.segmentation.data, by, axis=0)
    return replace(study, segmentation=replace(study.segmentation, data=labels))


def test_the_difference_shows_who_marks_what(study: Study, finding: TumourFinding) -> None:
    moved = shifted(study)
    shown = replace(BARE, parts=False, difference=True, difference_opacity=1.0)
    pane = scene(moved, finding, overlays=shown)
    assert pane.shows_difference
    image, view = pixels(pane), pane.view
    ours, theirs = (
        view.cut(data, pane.index) > 0 for data in (finding.mask, moved.segmentation.data)
    )
    for colour, area in (
        (palette.BOTH, ours & theirs),
        (palette.TUMOUR, ours & ~theirs),
        (palette.SUPPLIED, theirs & ~ours),
    ):
        assert area.any()
        wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
        hits = [
            np.abs(hue_at(image, pane, *place) - wanted * 255 / wanted.max()).max() < 50
            for place in np.argwhere(area)
        ]
        assert np.mean(hits) > 0.5
    spec = FigureSpec(moved, (pane,), pane_size=(640, 480), finding=finding)
    words = svg_text(figure_svg(spec).decode())
    assert all(f"lesion {said}" in words for said in palette.DIFFERENCE.values())
    record = provenance_record(spec, 1)
    check_output(record)
    assert record["panes"][0]["difference"] is True
    for nothing in (
        scene(moved, finding, overlays=replace(shown, difference=False)),
        scene(replace(study, segmentation=None), finding, overlays=shown),
        scene(moved, replace(finding, mask=None, parts=None), overlays=shown),
        replace(pane, index=0),
    ):
        assert not nothing.shows_difference
        assert pixels(nothing).max() == 0


@pytest.mark.parametrize("eyes", _SEEN_BY)
@pytest.mark.parametrize("level", [9000, 0, -9000], ids=["on black", "on grey", "on white"])
def test_what_both_mark_is_seen_on_every_brightness(
    study: Study, finding: TumourFinding, eyes: str, level: int
) -> None:
    moved, window = shifted(study), Window(level, 40000 if level == 0 else 2000)
    shown = replace(BARE, parts=False, difference=True)
    pane = scene(moved, finding, overlays=shown, window=window)
    bare = scene(moved, finding, overlays=replace(shown, difference=False), window=window)
    on, off = (
        _lab(np.asarray(_SEEN_BY[eyes]) @ ((pixels(p) / 255) ** 2.2).reshape(-1, 3).T)
        for p in (pane, bare)
    )
    seen = np.linalg.norm(on - off, axis=0).reshape(SIZE[::-1])
    geometry = SliceGeometry.showing(pane.view, SIZE, pane.viewport)
    (both,) = (
        path
        for colour, path in SliceLayers().paths.difference(moved, finding, pane.view, pane.index)
        if colour == palette.BOTH
    )
    outline = geometry.transform.map(both)
    ends = [outline.pointAtPercent(n / 40) for n in range(40)]
    line = [
        seen[int(at.y()) - 1 : int(at.y()) + 2, int(at.x()) - 1 : int(at.x()) + 2] for at in ends
    ]
    assert min(part.max() for part in line) > 30


def test_what_both_mark_has_its_line_in_svg_too(study: Study, finding: TumourFinding) -> None:
    moved = shifted(study)
    shown = replace(BARE, parts=False, difference=True)
    pane = scene(moved, finding, overlays=shown)
    svg = figure_svg(FigureSpec(moved, (pane,), pane_size=(640, 480), finding=finding)).decode()
    assert f'stroke="{palette.BOTH.lower()}"' in svg
    assert svg.count(f'fill="{palette.BOTH.lower()}"') >= 2  # in the pane and in the legend


def test_figures_tell_the_agreement(study: Study, finding: TumourFinding) -> None:
    moved = shifted(study)
    told = compared(moved, finding)
    spec = FigureSpec(moved, (scene(moved, told),), pane_size=(640, 480), finding=told)
    words = svg_text(figure_svg(spec).decode())
    assert "Agreement with the supplied" in words
    (line,) = agreement_lines(told)  # the phantom's own segmentation has one value
    assert line.value in words
    assert line.detail in words
    assert "Agreement" not in svg_text(figure_svg(replace(spec, finding=finding)).decode())
    missed = compared(moved, TumourFinding("lesion", False, mask=np.zeros(moved.grid.shape, bool)))
    words = svg_text(figure_svg(replace(spec, finding=missed)).decode())
    assert "No lesion found" in words
    assert "Dice 0.00" in words


def test_parts_make_way_for_a_heatmap_where_it_lies(study: Study, finding: TumourFinding) -> None:
    """Two scales of colour over each other would show what neither of them means."""
    assert finding.index is not None
    view = SliceView.of(study.grid, Plane.AXIAL)
    heat = Heatmap(Plane.AXIAL, finding.index, np.full(view.shape, 0.5, np.float32))
    layers = SliceLayers()

    def shown(index: int, *, parts: bool, heatmap: Heatmap | None = heat) -> SliceScene:
        over = Overlays(segmentation=False, parts=parts, heatmap=True)
        window = Window(100, 200)
        return SliceScene(
            study, Modality.FLAIR, Plane.AXIAL, index, window, overlays=over,
            finding=finding, heatmap=heatmap,
        )  # fmt: skip

    def drawn(scene: SliceScene) -> np.ndarray:
        area = QRect(0, 0, 200, 200)
        return pixels_of(paint_image(lambda p: paint(p, area, scene, 1, layers), (200, 200), 1))

    here = finding.index
    assert (drawn(shown(here, parts=True)) == drawn(shown(here, parts=False))).all()
    assert shown(here, parts=True).parts_shown == ()
    # On the other sequences and slices they stay, though they share what was painted.
    for index, heatmap in ((here, None), (here + 1, heat)):
        assert shown(index, parts=True, heatmap=heatmap).parts_shown
        with_parts_, without = (
            drawn(shown(index, parts=parts, heatmap=heatmap)) for parts in (True, False)
        )
        assert (with_parts_ != without).any()


def test_the_border_of_core_and_oedema_has_the_colour_of_the_core() -> None:
    study = marker_study()
    assert study.segmentation is not None
    labels = np.zeros_like(study.segmentation.data)
    labels[8:32, 10:38, 8:24] = 2
    labels[14:26, 16:32, 8:24] = 1
    labels[18:20, 18:20, 8:24] = 4
    segmented = replace(study, segmentation=replace(study.segmentation, data=labels))
    view = SliceView.of(study.grid, Plane.AXIAL)
    colours = [c for c, _ in SliceLayers().paths.segmentation(segmented, view, 16)]
    last = {colour: place for place, colour in enumerate(colours)}
    oedema, core, necrosis = (palette.PARTS[LesionPart(n)] for n in (2, 4, 1))
    assert last[oedema] < min(last[core], last[necrosis])
