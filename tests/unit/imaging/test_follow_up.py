"""How a tumour changed over the studies of a patient, and what keeps a response from being told."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.findings.measurements import Measurements
from brainviewer.core.findings.networks import NetworkIdentity
from brainviewer.core.findings.tumour import OtherLesion, TumourFinding
from brainviewer.imaging.measure.follow_up import follow_up_notices as say
from brainviewer.imaging.measure.follow_up.follow_up import (
    Change,
    FollowUp,
    PlacedFinding,
    follow_up,
    overlap,
)
from brainviewer.imaging.measure.rano import Response, Target
from tests.follow_up_phantom import (
    BEFORE,
    LARGE,
    NOW,
    SMALL,
    VOXEL_ML,
    straightened,
    turned_mask,
)
from tests.lesion_phantoms import GRID, ball

CENTRE = (32, 80, 48)
NOTHING = np.zeros(GRID.shape, bool)


def found(mask=LARGE, enhancing=None, **more) -> TumourFinding:
    """A finding of known masks."""

    def millilitres(part):
        return None if part is None else float(np.count_nonzero(part)) * VOXEL_ML

    taken = Measurements(millilitres(mask), millilitres(enhancing), None, None, None, None)
    return TumourFinding(
        "lesion", True, mask=mask, enhancing=enhancing, measurements=replace(taken, **more)
    )


def follow(*findings: TumourFinding, there=GRID, **how) -> FollowUp:
    names = ["the study", "the prior", *(f"prior {n}" for n in range(2, len(findings)))]
    placed = [
        PlacedFinding(one, GRID, GRID if n == 0 else there, name)
        for n, (one, name) in enumerate(zip(findings, names, strict=True))
    ]
    return follow_up(placed, **{"earlier": range(1, len(findings)), "baseline": 1, **how})


def responses(changed: FollowUp) -> tuple:
    return changed.by_diameters.response, changed.by_volume.response


def test_a_grown_ball_is_measured_to_the_voxel():
    changed = follow(found(LARGE), found(SMALL))
    grown = np.count_nonzero(LARGE & ~SMALL) * VOXEL_ML
    assert changed.change(1, "volume_ml").difference == pytest.approx(grown)
    assert overlap(LARGE, GRID, SMALL) == pytest.approx(
        (grown, 0, np.count_nonzero(SMALL) * VOXEL_ML)
    )
    assert changed.target is Target.LESION
    assert changed.sizes[1].sum_mm2 == pytest.approx((18 * 1.5) ** 2, rel=0.1)
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)
    assert say.ONE_PRIOR in changed.notices


def test_the_enhancing_part_is_judged_where_it_is_measurable():
    now, before = found(enhancing=ball(CENTRE, 7)), found(enhancing=ball(CENTRE, 6))
    changed = follow(now, before)
    assert changed.target is Target.ENHANCING
    assert changed.change(1, "sum_mm2").percent == pytest.approx(36, abs=9)
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)


def test_the_lesion_is_judged_where_nothing_measurable_enhances():
    now, before = found(ball(CENTRE, 10), ball(CENTRE, 2)), found(ball(CENTRE, 12), NOTHING)
    changed = follow(now, before)
    assert changed.target is Target.LESION
    assert responses(changed) == (Response.MINOR, Response.MINOR)


def test_enhancement_that_is_gone_is_a_complete_response_by_size():
    changed = follow(found(enhancing=NOTHING), found(enhancing=ball(CENTRE, 6)))
    assert changed.sizes[0].sum_mm2 == 0
    assert responses(changed) == (Response.COMPLETE, Response.COMPLETE)


def test_a_prior_without_t1ce_has_an_unknown_enhancing_part_and_never_none():
    changed = follow(found(enhancing=ball(CENTRE, 6)), found(enhancing=None))
    assert (changed.sizes[1].enhancing_ml, changed.sizes[1].sum_mm2) == (None, None)
    assert responses(changed) == (None, None)
    assert say.NOT_ENHANCING.format("the prior") in changed.notices
    assert not any(one.is_new([1]) for one in changed.lesions)
    assert changed.change(1, "volume_ml").percent == 0


def test_the_products_of_several_lesions_are_added_up():
    now, before = ball(CENTRE, 8) | ball((70, 84, 50), 6), ball(CENTRE, 6) | ball((70, 84, 50), 6)
    changed = follow(found(now), found(before))
    lesions = [one.sizes for one in changed.lesions]
    assert changed.sizes[0].sum_mm2 == pytest.approx(sum(now.product_mm2 for now, _ in lesions))
    assert changed.sizes[1].sum_mm2 == pytest.approx(sum(then.product_mm2 for _, then in lesions))
    # One lesion has grown by 76 %, the sum by less.
    assert changed.change(1, "sum_mm2").percent == pytest.approx(38, abs=5)


def test_a_new_measurable_lesion_is_progression_whatever_the_sum():
    changed = follow(found(NOW), found(turned_mask(BEFORE)), there=straightened())
    assert changed.change(1, "sum_mm2").percent < 0
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)
    assert changed.by_diameters.new_lesion
    assert say.NEW_LESION in changed.notices
    assert any("4 measurable lesions" in text for text in changed.notices)


def test_a_new_lesion_too_small_to_measure_is_named_alone():
    changed = follow(found(LARGE | ball((68, 34, 50), 3)), found(LARGE))
    assert [one.is_new([1]) for one in changed.lesions] == [False, True]
    assert responses(changed) == (Response.STABLE, Response.STABLE)


def test_progression_is_told_against_the_nadir_and_response_against_the_first():
    sizes = {"first": 12, "second": 7, "now": 9}
    now, second, first = (found(ball(CENTRE, sizes[n])) for n in ("now", "second", "first"))
    changed = follow(now, second, first, baseline=2)
    assert (changed.by_diameters.nadir, changed.by_diameters.baseline) == (1, 2)
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)
    changed = follow(second, now, first, baseline=2)
    assert (changed.by_diameters.nadir, changed.by_diameters.baseline) == (1, 2)
    assert responses(changed) == (Response.PARTIAL, Response.PARTIAL)


def test_without_a_known_first_study_progression_alone_is_told():
    now, other = found(ball(CENTRE, 8)), found(ball(CENTRE, 12))
    changed = follow(now, other, other, baseline=None)
    assert responses(changed) == (None, None)
    assert say.NO_FIRST in changed.notices
    changed = follow(other, now, now, baseline=None)
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)


def test_a_later_study_takes_no_part_in_the_response():
    now, before, after = (found(ball(CENTRE, radius)) for radius in (9, 9, 5))
    changed = follow(now, before, after, earlier=[1])
    assert responses(changed) == (Response.STABLE, Response.STABLE)
    assert changed.sizes[2].volume_ml < changed.sizes[0].volume_ml


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (found(ball(CENTRE, 3)), found(ball(CENTRE, 3)), say.NOT_MEASURABLE),
        (found(cut_off=True), found(), say.CUT_OFF.format("the study")),
        (found(), found(cut_off=True), say.CUT_OFF.format("the prior")),
        (found(), replace(found(), method="model-free"), say.OTHER_METHOD.format("the prior")),
        (
            found(),
            replace(found(), network=NetworkIdentity("n", "2", "x")),
            say.OTHER_METHOD.format("the prior"),
        ),
    ],
)
def test_what_makes_a_response_doubtful_is_said_in_place_of_it(now, before, said):
    changed = follow(now, before)
    assert said in changed.notices
    assert responses(changed) == (None, None)
    assert changed.change(1, "volume_ml").difference == 0


def test_without_registration_the_numbers_stay_and_no_response_is_told():
    changed = follow(found(LARGE), found(SMALL), there=None)
    assert responses(changed) == (None, None)
    assert say.NOT_REGISTERED.format("The prior") in changed.notices
    assert changed.sizes[1].sum_mm2 == pytest.approx((18 * 1.5) ** 2, rel=0.1)
    assert [one.sizes[1] for one in changed.lesions] == [None]


def test_one_doubtful_prior_of_two_leaves_the_other():
    changed = follow(found(LARGE), found(LARGE, cut_off=True), found(SMALL), baseline=2)
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)
    assert changed.by_diameters.nadir == 2


def test_where_no_lesion_was_found_nothing_is_made_up():
    changed = follow(TumourFinding("lesion", False), found())
    assert changed.change(1, "volume_ml") == Change(None, pytest.approx(24.14, abs=0.1))
    assert responses(changed) == (None, None)
    assert any("No lesion was found in the study" in text for text in changed.notices)


def test_a_change_from_nothing_has_no_per_cent():
    assert Change(2.0, 0.0).percent is None
    assert Change(None, 2.0).difference is None
    assert (Change(3.0, 2.0).difference, Change(3.0, 2.0).percent) == (1.0, 50.0)


def apart(mask, kind, of=SMALL, **more) -> TumourFinding:
    others = np.where(mask, np.uint8(kind), np.uint8(0))
    return replace(found(of), others=others, **more)


SECOND = ball((68, 34, 50), 6)


def test_a_lesion_apart_from_the_first_is_compared_with_it():
    now, before = apart(SECOND, OtherLesion.SIZEABLE), apart(SECOND, OtherLesion.SIZEABLE)
    changed = follow(now, before)
    assert [one.target for one in changed.lesions] == [True, True]
    assert changed.sizes[0].volume_ml == pytest.approx(np.count_nonzero(SMALL | SECOND) * VOXEL_ML)
    assert responses(changed) == (Response.STABLE, Response.STABLE)
    assert say.ALL_LESIONS in changed.notices


@pytest.mark.parametrize("now_faint", [True, False])
def test_a_lesion_that_is_faint_once_does_not_come_or_go(now_faint):
    certain, faint = (apart(SECOND, kind) for kind in OtherLesion)
    pair = (faint, certain) if now_faint else (certain, faint)
    changed = follow(*pair)
    assert len(changed.lesions) == 2
    assert not any(one.is_new([1]) or one.is_gone([1]) for one in changed.lesions)
    assert responses(changed) == (Response.STABLE, Response.STABLE)
    assert changed.change(1, "volume_ml").difference == 0


def test_what_is_faint_in_every_study_does_not_count():
    changed = follow(apart(SECOND, OtherLesion.FAINT), found(SMALL))
    assert len(changed.lesions) == 1
    assert changed.sizes[0].volume_ml == changed.sizes[1].volume_ml


def test_of_a_lesion_apart_the_enhancing_part_counts():
    enhancing = ball(CENTRE, 6)
    before = found(LARGE, enhancing)
    others = np.where(SECOND, np.uint8(OtherLesion.SIZEABLE), np.uint8(0))
    now = replace(before, others=others, others_enhancing=SECOND)
    changed = follow(now, before)
    assert changed.target is Target.ENHANCING
    assert [one.is_new([1]) for one in changed.lesions] == [False, True]
    assert responses(changed) == (Response.PROGRESSION, Response.PROGRESSION)
