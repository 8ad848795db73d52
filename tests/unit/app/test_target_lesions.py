"""The targets of RANO by hand and from the segmentation, alone and beside those of a prior."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from brainviewer.app.annotating.target_lesions import Size, drawn_targets, found_targets
from brainviewer.app.annotating.target_text import change_text, size_text, target_change
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.diameters import PERPENDICULAR
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.findings.measurements import Diameters
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.gui import theme
from brainviewer.gui.dialogs.target_table import targets_html
from brainviewer.imaging.measure.follow_up.follow_up import Assessment, FollowUp, Sizes
from brainviewer.imaging.measure.follow_up.matched_lesions import LesionSize, MatchedLesion
from brainviewer.imaging.measure.lesion import measured
from tests.phantoms import marker_finding, marker_study


def drawn(study: Study, name: str, longest: float, perpendicular: float, plane=Plane.AXIAL):
    """A pair of diameters of these lengths in mm."""
    view = SliceView.of(study.grid, plane)
    start = view.to_world(view.count // 2, [(10, 8)])[0]
    along = view.to_world(view.count // 2, [(10, 9)])[0] - start
    end = start + longest * along / np.linalg.norm(along)
    points = PERPENDICULAR.begun(np.stack([start, end]), view.normal, lambda _: True)
    foot = (start + end) / 2
    across = (points[2] - foot) / np.linalg.norm(points[2] - foot)
    points[2:] = foot + across * perpendicular / 2, foot - across * perpendicular / 2
    places = tuple(tuple(map(float, point)) for point in points)
    return Annotation(Kind.BIDIRECTIONAL, plane, places, Modality.T1CE, name)


@pytest.fixture
def study() -> Study:
    return marker_study()


def test_the_three_largest_that_are_measurable_are_added_up(study: Study) -> None:
    made = [
        drawn(study, "a", 20, 12), drawn(study, "b", 15, 11), drawn(study, "c", 30, 9.9),
        drawn(study, "d", 12, 10), drawn(study, "e", 11, 10.5), drawn(study, "", 14, 10),
    ]  # fmt: skip
    table = drawn_targets(study, made)
    assert [one.name for one in table.targets if one.counted] == ["a", "b", "Diameters 6"]
    assert table.current_mm2 == pytest.approx(20 * 12 + 15 * 11 + 14 * 10)
    assert table.prior_mm2 is None
    assert not table.with_prior
    assert [one.name for one in table.targets if one.current.small] == ["c"]
    hidden = replace(made[0], style=Style(hidden=True))
    without = drawn_targets(study, [hidden, *made[1:]])
    assert without.current_mm2 == pytest.approx(15 * 11 + 14 * 10 + 12 * 10)


def test_with_a_prior_both_sums_are_of_its_targets(study: Study) -> None:
    before = [drawn(study, "A", 20, 12), drawn(study, "b", 15, 11)]
    now = [drawn(study, "a ", 10, 9), drawn(study, "B", 18, 12), drawn(study, "new", 25, 20)]
    table = drawn_targets(study, now, (study, before))
    assert [(one.name, one.counted) for one in table.targets] == [
        ("a", True), ("B", True), ("new", False),
    ]  # fmt: skip
    assert table.prior_mm2 == pytest.approx(20 * 12 + 15 * 11)
    assert table.current_mm2 == pytest.approx(10 * 9 + 18 * 12), "small now, and still a target"
    assert table.targets[2].prior is None
    html = targets_html([table], theme.current())
    assert "405 mm²" in html
    assert "306 mm²" in html
    assert "−24 %" in html


def test_a_target_without_diameters_leaves_no_sum_and_says_so(study: Study) -> None:
    before = [drawn(study, "a", 20, 12), drawn(study, "b", 15, 11)]
    table = drawn_targets(study, [drawn(study, "a", 20, 12)], (study, before))
    assert table.current_mm2 is None
    assert table.prior_mm2 == pytest.approx(405)
    assert table.remarks == ("b has no diameters in the study: there is no sum.",)
    alone = drawn_targets(study, [drawn(study, "a", 20, 12)], (study, []))
    assert (alone.current_mm2, alone.prior_mm2) == (pytest.approx(240), None)
    assert alone.remarks == ()
    assert "<b></b>" not in targets_html([alone], theme.current()), "Qt drops the space after it"
    coronal = drawn_targets(study, [drawn(study, "c", 20, 12, Plane.CORONAL)])
    assert "not measured on an axial slice" in coronal.remarks[0]


def test_two_of_one_name_are_two_lesions(study: Study) -> None:
    table = drawn_targets(study, [drawn(study, "x", 20, 12), drawn(study, "X", 15, 11)])
    assert [one.name for one in table.targets] == ["x", "X (2)"]
    assert table.current_mm2 == pytest.approx(405)


def test_nothing_drawn_and_nothing_found_is_nothing(study: Study) -> None:
    assert drawn_targets(study, []).targets == ()
    assert found_targets(study, None).targets == ()
    html = targets_html([drawn_targets(study, []), found_targets(study, None)], theme.current())
    assert "No diameters were drawn" in html
    assert "No lesion that can be measured" in html


def test_lesions_of_the_segmentation_have_the_numbers_of_its_measurements() -> None:
    grid = Grid((90, 80, 20), np.diag((0.8, 1.0, 4.0, 1.0)))
    voxels = np.moveaxis(np.indices(grid.shape), 0, -1)
    places = voxels @ grid.affine[:3, :3].T
    mask = (((places - (30, 36, 40)) / (12, 9, 14)) ** 2).sum(axis=-1) <= 1
    study = marker_study()
    own = replace(
        study,
        grid=grid,
        volumes={m: replace(v, data=mask.astype(np.float32), grid=grid)
                 for m, v in study.volumes.items()},
    )  # fmt: skip
    index = 10
    found = measured(own, replace(marker_finding(study), mask=mask, index=index, parts=None))
    table = found_targets(own, found)
    (one,) = (target for target in table.targets if target.counted)
    assert found.measurements is not None
    assert found.measurements.lesion is not None
    exact = found.measurements.lesion
    assert one.current == Size(
        pytest.approx(exact.longest_mm), pytest.approx(exact.perpendicular_mm),
        pytest.approx(exact.product_mm2),
    )  # fmt: skip
    assert table.current_mm2 == pytest.approx(exact.product_mm2)
    assert isinstance(found, TumourFinding)


def test_what_is_said_of_a_size_is_true_in_itself() -> None:
    assert size_text(Size(12.0, 10.0, 120.0)) == "12.0 × 10.0 mm: 120 mm²"
    assert size_text(Size(12.0, 9.0, 108.0, small=True)) == "12.0 × 9.0 mm, too small: 108 mm²"
    # The product of a lesion in parts is not that of the diameters beside it, which says why.
    in_parts = size_text(Size(12.0, 10.0, 220.0, parts=2))
    assert in_parts == "12.0 × 10.0 mm, 2 parts: 220 mm²"
    assert size_text(Size(0.0, 0.0, 0.0, there=False)) == "not there"
    assert size_text(Size(0.0, 0.0, 0.0)) == "< 5 mm", "it is there, and has no diameters"
    assert size_text(None) == "–"
    assert change_text(90.0, 240.0) == "−63 %" and change_text(0.0, 240.0) == "−100 %"
    assert change_text(240.0, 0.0) == "" and change_text(None, 1.0) == ""


def test_sizes_of_a_comparison_keep_their_parts_and_whether_they_are_there() -> None:
    across = Diameters(9, 12.0, 10.0, ((0.0, 0.0, 0.0),) * 2, ((0.0, 0.0, 0.0),) * 2, True)
    several = LesionSize(4.0, 220.0, across, True, 2)
    lesions = (
        MatchedLesion((several, LesionSize()), (0.0, 0.0, 0.0), target=True),
        MatchedLesion((LesionSize(0.05), several), (0.0, 0.0, 0.0), target=True),
    )
    sizes = Sizes(4.0, 4.0, 220.0)
    found = FollowUp((sizes, sizes), None, lesions, (1,), Assessment(), Assessment())
    compared = SimpleNamespace(follow_up=found, shown=0)
    table = found_targets(marker_study(), None, compared)
    told = [(size_text(one.prior), size_text(one.current)) for one in table.targets]
    in_parts = "12.0 × 10.0 mm, 2 parts: 220 mm²"
    assert told == [("not there", in_parts), (in_parts, "< 5 mm")]
    # Something is left, so that it is not 100 % less; how much less, nobody can tell.
    assert [target_change(one) for one in table.targets] == ["", ""]
