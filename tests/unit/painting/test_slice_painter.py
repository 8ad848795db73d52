"""What a pane shows, found again in its pixels."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor

from brainviewer.core.annotation.annotations import Annotation, Point
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.fusion import Fused, Fusion, FusionMode
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting import palette
from brainviewer.painting.contours import contours
from brainviewer.painting.devices import paint_image, paint_svg, pixels_of
from brainviewer.painting.geometry import SliceGeometry, head_viewport
from brainviewer.painting.slice_image import heat_values
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene, Viewport
from brainviewer.painting.text.captions import round_length, slice_captions
from tests.phantoms import MARKER_RADIUS_MM, grid_of, marker_finding, marker_study

SIZE = (240, 220)
BARE = Overlays(
    lesion=False,
    parts=False,
    segmentation=False,
    heatmap=False,
    annotations=False,
    crosshair=False,
    text=False,
)
STUDY = marker_study()
INDEX = marker_finding(STUDY).index


def spec(study: Study = STUDY, **changes: object) -> SliceScene:
    plain = SliceScene(
        study, Modality.FLAIR, Plane.AXIAL, INDEX, Window.between(0, 1000), overlays=BARE
    )
    return replace(plain, **changes)


def pixels(pane: SliceScene, scale: float = 1) -> np.ndarray:
    return painted(pane, SIZE, scale)


def painted(pane: SliceScene, size: tuple[int, int], scale: float = 1) -> np.ndarray:
    """(rows, columns, 3) of a pane of a size in points."""
    image = paint_image(lambda p: paint(p, QRect(0, 0, *size), pane, scale), size, scale)
    return pixels_of(image).astype(int)


def place_of(pane: SliceScene, row: float, column: float) -> tuple[float, float]:
    """x and y in the pane of a position on the slice."""
    geometry = SliceGeometry.showing(pane.view, SIZE, pane.viewport)
    (at,) = geometry.to_pixels(pane.view.to_world(pane.index, [(row, column)]))
    return at.x(), at.y()


def differing(one: SliceScene, other: SliceScene) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns in which two panes differ, as fractions of the pane."""
    rows, columns = np.nonzero(np.abs(pixels(one) - pixels(other)).max(axis=2) > 24)
    return rows / SIZE[1], columns / SIZE[0]


def coloured(image: np.ndarray, colour: str, tolerance: int = 60) -> np.ndarray:
    """(rows, columns) True where a pixel has about this colour."""
    return np.abs(image - QColor(colour).getRgb()[:3]).max(axis=2) <= tolerance


def test_grey_levels_are_those_of_the_window() -> None:
    view = SliceView.of(STUDY.grid, Plane.AXIAL)
    window = Window.between(100, 400)
    # Whole pixels: 4 of the image for each of the slice in both directions.
    size = view.shape[1] * 6, view.shape[0] * 4
    grey = window.apply(view.cut(STUDY.volumes[Modality.FLAIR].data, INDEX)).astype(int)
    pane = spec(window=window)
    image = painted(pane, size)
    assert (image.max(axis=2) == image.min(axis=2)).all()
    # Where neighbours are alike, interpolation changes nothing.
    flat = np.ones_like(grey, bool)
    for shift in ((0, 1), (0, -1), (1, 0), (-1, 0), (2, 0), (0, 2), (-2, 0), (0, -2)):
        flat &= np.abs(np.roll(grey, shift, (0, 1)) - grey) <= 2
    middles = image[2::4, 3::6, 0]
    assert flat.sum() > 500
    assert np.abs(middles - grey)[flat].max() <= 3


def test_an_inverted_window_and_a_colour_map_are_drawn() -> None:
    plain = pixels(spec())[..., 0]
    inverted = pixels(spec(window=replace(spec().window, inverted=True)))[..., 0]
    middle = slice(60, 160)
    assert np.abs(plain[middle, middle] + inverted[middle, middle] - 255).max() <= 1
    coloured_image = pixels(spec(colour_map="viridis"))
    assert np.ptp(coloured_image, axis=2).max() > 80
    assert (pixels(spec(colour_map="no such map")) == pixels(spec())).all()


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("convention", Convention)
def test_letters_stand_at_the_edges(plane: Plane, convention: Convention) -> None:
    shown = replace(BARE, text=True)
    oriented = spec(plane=plane, convention=convention, index=10, overlays=shown)
    silent = marker_study(grid_of(oriented=False))
    unknown = replace(oriented, study=silent)
    rows, columns = differing(oriented, unknown)
    left = (columns < 0.1) & (abs(rows - 0.5) < 0.06)
    right = (columns > 0.9) & (abs(rows - 0.5) < 0.06)
    top = (rows < 0.1) & (abs(columns - 0.5) < 0.06)
    bottom = (rows > 0.9) & (abs(columns - 0.5) < 0.06)
    for place in (left, right, top, bottom):
        assert place.any()


def test_the_letters_change_sides_with_the_convention() -> None:
    shown = replace(BARE, text=True)
    sides = {}
    for convention in Convention:
        image = pixels(spec(convention=convention, overlays=shown, window=Window(9e9, 1)))
        sides[convention] = image[95:125, :24], image[95:125, -24:]
    radiological, neurological = sides.values()

    def ink(part: np.ndarray) -> np.ndarray:
        rows, columns = np.nonzero(part[..., 0] > 60)
        return part[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, 0] > 128

    assert np.array_equal(ink(radiological[0])[:, :6], ink(neurological[1])[:, :6])
    assert not np.array_equal(ink(radiological[0])[:, :6], ink(radiological[1])[:, :6])


def test_the_outline_follows_the_border_of_the_lesion() -> None:
    finding = marker_finding(STUDY)
    pane = spec(finding=finding, overlays=replace(BARE, lesion=True), window=Window(9e9, 1))
    contour = coloured(pixels(pane), palette.TUMOUR, 90)
    assert contour.any()
    mask = pane.view.cut(finding.mask, INDEX)
    rows, columns = np.nonzero(contour)
    mask_rows, mask_columns = np.nonzero(mask)
    low = place_of(pane, mask_rows.min() - 0.5, mask_columns.min() - 0.5)
    high = place_of(pane, mask_rows.max() + 0.5, mask_columns.max() + 0.5)
    got = (columns.min(), rows.min()), (columns.max() + 1, rows.max() + 1)
    assert np.abs(np.array(got) - np.array((low, high))).max() <= 2
    x, y = place_of(pane, mask_rows.mean(), mask_columns.mean())
    assert not contour[round(y), round(x)], "a contour leaves its inside clear"


@pytest.mark.parametrize("mm_per_point", [0.1, 0.5, 2.0])
def test_an_outline_has_the_same_width_at_every_enlargement(mm_per_point: float) -> None:
    finding = marker_finding(STUDY)
    dark = Window(9e9, 1)
    pane = spec(
        finding=finding,
        overlays=replace(BARE, lesion=True),
        window=dark,
        viewport=Viewport(finding.position_mm, mm_per_point),
    )
    red = pixels(pane)[..., 0]
    length = 2 * np.pi * MARKER_RADIUS_MM / mm_per_point
    assert red.sum() / 255 / length == pytest.approx(1.5, rel=0.1)
    if mm_per_point < 1:
        # The line is crossed twice, at nearly a right angle.
        crossed = red[SIZE[1] // 2 - 2 : SIZE[1] // 2 + 2].mean(axis=0)
        assert crossed.sum() / 255 == pytest.approx(2 * 1.5, rel=0.3)


def test_outlines_run_along_the_border_also_of_holes_and_of_a_single_pixel() -> None:
    mask = np.zeros((30, 40), bool)
    mask[5:20, 8:30] = True
    mask[10:14, 15:20] = False
    mask[25, 35] = True
    lines = sorted(contours(mask), key=len)
    assert len(lines) == 3
    for line in lines:
        row, column = line.mean(axis=0)
        if abs(column - 35) < 1:
            assert (row, column) == pytest.approx((25, 35), abs=0.2)
    outer = max(lines, key=lambda line: np.ptp(line[:, 1]))
    assert outer.min(axis=0) == pytest.approx((4.5, 7.5), abs=0.3)
    assert outer.max(axis=0) == pytest.approx((19.5, 29.5), abs=0.3)
    assert contours(np.zeros((5, 5), bool)) == []


def test_the_segmentation_is_drawn_in_its_colour_outlined_or_filled() -> None:
    shown = replace(BARE, segmentation=True, segmentation_opacity=1.0)
    dark = {"window": Window(9e9, 1)}
    contour = pixels(spec(overlays=shown, **dark)).max(axis=2) > 40
    filled = pixels(spec(overlays=replace(shown, segmentation_filled=True), **dark))
    assert coloured(pixels(spec(overlays=shown, **dark)), palette.SUPPLIED, 70).any()
    assert (filled.max(axis=2) > 40).sum() > 2 * contour.sum()
    assert spec(overlays=shown).labels_shown == (2,)
    assert spec(overlays=shown, index=0).labels_shown == ()


def heatmap(index: int = INDEX, plane: Plane = Plane.AXIAL) -> Heatmap:
    """Hot in the upper left of the radiological image: the patient's right and front."""
    view = SliceView.of(STUDY.grid, plane)
    values = np.zeros(view.shape, np.float32)
    values[10:16, 10:14] = 1
    return Heatmap(plane, index, values)


def test_the_heatmap_is_drawn_on_its_own_slice_only() -> None:
    shown = replace(BARE, heatmap=True, heatmap_opacity=0.8)
    assert spec(overlays=shown, heatmap=heatmap()).shows_heatmap
    rows, columns = differing(spec(), spec(overlays=shown, heatmap=heatmap()))
    assert rows.size > 100
    assert rows.max() < 0.5
    assert columns.max() < 0.5
    for other in (heatmap(INDEX + 1), heatmap(INDEX, Plane.CORONAL)):
        assert not spec(overlays=shown, heatmap=other).shows_heatmap
        assert differing(spec(), spec(overlays=shown, heatmap=other))[0].size == 0


def test_the_heatmap_of_a_network_without_part_in_the_answer_says_so() -> None:
    shown = replace(BARE, heatmap=True)

    def said(heat: Heatmap) -> list[str]:
        pane = spec(overlays=shown, heatmap=heat)
        geometry = SliceGeometry.showing(pane.view, SIZE)
        return [text for text, _ in slice_captions(pane, geometry).warnings]

    words = "HEATMAP: NO PART IN THE ANSWER"
    assert words not in said(heatmap())
    assert words in said(replace(heatmap(), of_answer=False))
    assert words not in said(replace(heatmap(INDEX + 1), of_answer=False))  # not drawn here


def test_the_heatmap_changes_sides_with_the_convention() -> None:
    view = SliceView.of(STUDY.grid, Plane.AXIAL, Convention.NEUROLOGICAL)
    values = heatmap().values
    assert np.array_equal(heat_values(heatmap(), view), values[:, ::-1])


def annotations(*kinds: Kind, modality: Modality = Modality.FLAIR) -> tuple[Annotation, ...]:
    view = SliceView.of(STUDY.grid, Plane.AXIAL)
    result = []
    for place, kind in enumerate(kinds):
        screen = [(10 + 8 * place, 8), (24 + 8 * place, 28), (18 + 8 * place, 40), (8, 20)]
        screen = screen[: kind.traits.points]
        points: list[Point] = [tuple(map(float, p)) for p in view.to_world(INDEX, screen)]
        result.append(Annotation(kind, Plane.AXIAL, tuple(points), modality, "words"))
    return tuple(result)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_annotation_is_drawn_where_it_lies(kind: Kind) -> None:
    (annotation,) = annotations(kind)
    on = replace(BARE, annotations=True)
    pane = spec(annotations=(annotation,), overlays=on, window=Window(9e9, 1))
    rows, columns = np.nonzero(pixels(pane).max(axis=2) > 60)
    places = [place_of(pane, *p) for p in pane.view.to_screen(annotation.points).tolist()]
    if kind is Kind.ELLIPSE:
        # It touches the sides of its box, not the corners.
        (x0, y0), (x1, y1) = places
        places = [(x0, (y0 + y1) / 2), ((x0 + x1) / 2, y1)]
    for x, y in places:
        assert np.hypot(columns - x, rows - y).min() < 8
    assert differing(pane, replace(pane, overlays=BARE))[0].size > 20
    assert (
        differing(replace(pane, index=INDEX + 1), spec(index=INDEX + 1, window=pane.window))[0].size
        == 0
    )


def test_annotations_of_another_sequence_are_fainter_and_silent_unless_asked() -> None:
    on = replace(BARE, annotations=True)
    (annotation,) = annotations(Kind.RECTANGLE, modality=Modality.T2)
    dark = Window(9e9, 1)
    own = pixels(spec(modality=Modality.T2, annotations=(annotation,), overlays=on, window=dark))
    other = pixels(spec(annotations=(annotation,), overlays=on, window=dark))
    told = pixels(spec(annotations=(annotation,), overlays=on, window=dark, all_labels=True))
    assert 0 < other.sum() < 0.6 * own.sum()
    assert told.sum() > own.sum(), "the sequence is named beside its values"


def test_labels_keep_off_each_other_and_inside_the_pane() -> None:
    on = replace(BARE, annotations=True)
    many = annotations(*[Kind.RECTANGLE] * 3)
    dark = Window(9e9, 1)
    together = pixels(spec(annotations=many, overlays=on, window=dark))
    assert together[:4].max() == together[-4:].max() == 0
    assert together[:, :4].max() == together[:, -4:].max() == 0


def test_the_viewport_puts_its_centre_in_the_middle() -> None:
    finding = marker_finding(STUDY)
    zoomed = spec(viewport=Viewport(finding.position_mm, 0.2))
    image = pixels(zoomed)[..., 0]
    half = 20
    middle = image[
        SIZE[1] // 2 - half : SIZE[1] // 2 + half, SIZE[0] // 2 - half : SIZE[0] // 2 + half
    ]
    assert middle[half - 5 : half + 5, half - 5 : half + 5].min() > 250
    rows, columns = np.nonzero(image > 150)
    assert (rows.mean(), columns.mean()) == pytest.approx((SIZE[1] / 2, SIZE[0] / 2), abs=6)
    # 4.5 mm of radius at 0.2 mm a pixel, in voxels of 1.5 by 1 mm.
    assert np.ptp(columns) == pytest.approx(2 * 4.5 / 0.2, abs=1.5 / 0.2)


def test_a_viewport_beside_the_slice_shows_nothing_and_fails_nowhere() -> None:
    away = spec(viewport=Viewport((900.0, 900.0, 0.0), 0.5))
    assert pixels(away).max() == 0


@pytest.mark.parametrize("plane", Plane)
def test_the_head_fills_the_pane_and_nothing_of_it_is_cut(plane: Plane) -> None:
    grid = grid_of()
    study = marker_study(grid)
    view = SliceView.of(grid, plane)
    index = view.count // 2
    viewport = head_viewport(study, view, index, SIZE)
    assert viewport is None or viewport.mm_per_point > 0
    image = pixels(spec(study, plane=plane, index=index, viewport=viewport))[..., 0]
    rows, columns = np.nonzero(image > 20)
    assert rows.min() > 0
    assert rows.max() < SIZE[1] - 1
    assert columns.min() > 0
    assert columns.max() < SIZE[0] - 1


@pytest.mark.parametrize(("most", "length"), [(9.9, 5), (10, 10), (49, 20), (120, 100), (0.3, 0.2)])
def test_the_scale_bar_has_a_round_length(most: float, length: float) -> None:
    assert round_length(most) == pytest.approx(length)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    pane = spec(overlays=replace(BARE, text=True), window=Window(9e9, 1))
    image = pixels(pane, 2)[..., 0]
    bar = image[-2 * 36 : -2 * 14, -2 * 80 :]
    columns = np.nonzero(bar.max(axis=0) > 90)[0]
    row = bar[:, columns].mean(axis=1).argmax()
    length = np.nonzero(bar[row] > 90)[0]
    mm_per_pixel = SliceGeometry.showing(pane.view, SIZE).mm_per_pixel / 2
    assert (np.ptp(length) + 1) * mm_per_pixel == pytest.approx(10, abs=0.8)


def test_a_synthetic_study_says_so_even_without_other_text() -> None:
    made_up = marker_study(synthetic=True)
    rows, columns = differing(spec(), spec(made_up))
    assert rows.size > 50
    assert rows.max() < 0.2
    assert columns.max() < 0.5


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_size_is_exact_at_every_scale(scale: int) -> None:
    assert pixels(spec(), scale).shape == (SIZE[1] * scale, SIZE[0] * scale, 3)


@pytest.mark.parametrize("scale", [1, 3])
def test_what_was_painted_over_has_a_dashed_outline(scale: int) -> None:
    region = np.zeros(spec().view.shape, bool)
    region[12:26, 9:30] = True
    edited = spec(painted_over=region)
    changed = np.abs(pixels(edited, scale) - pixels(spec(), scale)).max(axis=2) > 24
    line = coloured(pixels(edited, scale), palette.CAUTION) & changed
    (left, top), (right, bottom) = place_of(edited, 12, 9), place_of(edited, 25, 29)
    rows, columns = np.nonzero(line)
    near = 8 * scale
    assert abs(rows.min() - top * scale) < near and abs(rows.max() - bottom * scale) < near
    assert abs(columns.min() - left * scale) < near and abs(columns.max() - right * scale) < near
    assert not line[int(top + near) * scale : int(bottom - near) * scale, :][
        :, int(left + near) * scale : int(right - near) * scale
    ].any()
    shadow_only = changed & ~line
    assert shadow_only.sum() > line.sum() / 3, "dashes have gaps"


def test_the_dashes_are_lines_in_a_vector_file() -> None:
    region = np.zeros(spec().view.shape, bool)
    region[12:26, 9:30] = True
    whole = QRect(0, 0, *SIZE)
    plain, dashed = (
        paint_svg(lambda p, pane=pane: paint(p, whole, pane), SIZE).decode()
        for pane in (spec(), spec(painted_over=region))
    )
    assert "stroke-dasharray" in dashed and "stroke-dasharray" not in plain


def test_a_checkerboard_shows_the_first_sequence_in_every_other_square():
    t1 = STUDY.volumes[Modality.T1]
    dark = replace(STUDY, volumes={**STUDY.volumes, Modality.T1: replace(t1, data=t1.data * 0)})
    scene = SliceScene(dark, Modality.T1, Plane.AXIAL, INDEX, Window(500, 1000), overlays=BARE)
    assert not painted(scene, SIZE)[..., :3].any()
    board_of = Fused(
        FusionMode.CHECKERBOARD, Modality.T1, Modality.FLAIR, Window(500, 1000), "gray", 1.0, 0.5
    )
    checked = replace(scene, fused=board_of)
    flair = replace(scene, modality=Modality.FLAIR)
    board, whole = (painted(one, SIZE)[..., 0] > 40 for one in (checked, flair))
    assert 0.2 < (board & whole).sum() / whole.sum() < 0.8
    text = replace(checked, overlays=replace(BARE, text=True, fusion=Fusion(board_of.mode)))
    moved = replace(dark.volumes[Modality.T1], moved_mm=7.0, shift_mm=(1.0, -2.0, 6.5))
    study = replace(dark, volumes={**dark.volumes, Modality.T1: moved})
    captions = slice_captions(replace(text, study=study), SliceGeometry.showing(text.view, SIZE))
    assert captions.title == "T1 | FLAIR"
    assert "Head shift corrected: R 1.0, P 2.0, S 6.5 mm" in dict(captions.warnings)
