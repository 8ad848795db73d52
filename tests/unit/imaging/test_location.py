"""Lesions at known places of the template are told where they are, in heads bent as is known."""

import gc
import weakref
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the customary name

from brainviewer.core.errors import Cancelled
from brainviewer.core.findings.location import Fitted, Location
from brainviewer.core.findings.measurements import Measurements, Side
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import Agreement, Overlap
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.location import located as module
from brainviewer.imaging.location.atlas import atlas
from brainviewer.imaging.location.fit_quality import outline_distance
from brainviewer.imaging.location.located import fitted, locate, located, sequence_for
from brainviewer.imaging.location.template_fit import upright
from tests.template_heads import SCALES, TemplateHead, template_head

HEAD = template_head()


@pytest.fixture(scope="module")
def fit() -> Fitted:
    found = fitted(HEAD.study, HEAD.finding(HEAD.ball((-42, 30, 20), 12)))
    assert found is not None
    return found


def place(fit: Fitted, centre: tuple[float, float, float], radius: float = 9.0) -> Location:
    return locate(HEAD.study, HEAD.finding(HEAD.ball(centre, radius)), fit)


def test_the_head_is_found_within_a_few_millimetres(fit: Fitted) -> None:
    assert fit.fit.poor == ""
    assert fit.fit.sequence == "T1"
    assert fit.fit.outlines_mm < 2.5
    assert fit.fit.alike > 0.7
    assert fit.fit.deep_shift_mm < 4
    world = HEAD.study.grid.to_world(np.argwhere(HEAD.brain))
    back = np.linalg.inv(fit.to_head)
    apart = world @ back[:3, :3].T + back[:3, 3] - HEAD.places[:, HEAD.brain].T
    assert np.linalg.norm(apart, axis=1).mean() < 4.5


@pytest.mark.parametrize(
    ("centre", "lobe"),
    [
        ((-38, 34, 24), "left frontal"),
        ((40, 32, 22), "right frontal"),
        ((-42, -58, 42), "left parietal"),
        ((36, -58, 46), "right parietal"),
        ((-56, -24, -16), "left temporal"),
        ((48, 4, -28), "right temporal"),
        ((-24, -92, 4), "left occipital"),
        ((26, -90, 4), "right occipital"),
        ((-30, -62, -40), "left cerebellum"),
        ((28, -62, -40), "right cerebellum"),
        ((-12, -20, 6), "left deep"),
        ((26, 0, 4), "right deep"),
        ((0, -28, -34), "brainstem"),
    ],
)
def test_a_lesion_is_told_in_its_lobe(
    fit: Fitted, centre: tuple[float, float, float], lobe: str
) -> None:
    told = place(fit, centre)
    assert told.told
    assert told.lobes[0].sided == lobe
    assert told.lobes[0].fraction > 0.6
    assert sum(one.fraction for one in told.lobes) <= 1 + 1e-9
    side = lobe.split(maxsplit=1)[0]
    if side in ("left", "right"):
        assert told.hemispheres is not None
        assert told.hemispheres[side] > 0.85
    assert told.centre_mm == pytest.approx(centre, abs=7)


def test_structures_and_eloquent_ones_are_told(fit: Fitted) -> None:
    motor = place(fit, (-42, -10, 48))
    assert motor.structures[0].sided == "left precentral gyrus"
    reached = {one.sided: one.distance_mm for one in motor.eloquent}
    assert reached["left primary motor cortex"] == 0
    assert reached["left primary somatosensory cortex"] < 12
    assert "right primary motor cortex" not in reached
    distances = [one.distance_mm for one in motor.eloquent]
    assert distances == sorted(distances)
    assert max(distances) <= module.NEAR_MM
    language = {one.name for one in place(fit, (-48, 18, 12)).eloquent if one.distance_mm == 0}
    assert "Broca's area" in language
    # On the other side it is no language area.
    other = {one.name for one in place(fit, (48, 18, 12)).eloquent if one.distance_mm == 0}
    assert "Broca's area" not in other
    assert place(fit, (12, -82, 6)).eloquent[0].sided == "right primary visual cortex"
    capsule = {one.sided for one in place(fit, (-22, -12, 14), 6).eloquent if one.distance_mm == 0}
    assert "left internal capsule" in capsule


def test_distances_are_those_in_the_head(fit: Fitted) -> None:
    """Not those in the template, which is larger."""
    centre, radius = np.array((30.0, 44.0, 10.0)), 8.0
    told = {one.sided: one.distance_mm for one in place(fit, tuple(centre), radius).eloquent}
    motor = atlas().eloquent["primary motor cortex", "right"]
    nearest = motor[np.argmin(np.linalg.norm(motor - centre, axis=1))]
    wanted = np.linalg.norm((nearest - centre) * SCALES) - radius * SCALES.mean()
    assert told["right primary motor cortex"] == pytest.approx(wanted, abs=6)


def test_a_lesion_across_the_midline_is_on_both_sides(fit: Fitted) -> None:
    told = place(fit, (0, 28, 6), 14)
    assert told.hemispheres is not None
    assert 0.3 < told.hemispheres["left"] < 0.7
    assert "corpus callosum" in {one.name for one in told.structures}


def reordered(head: TemplateHead, order: tuple[int, ...], flips: tuple[bool, ...]) -> TemplateHead:
    """The same head with the voxel axes of its file in another order and direction."""
    change = np.zeros((4, 4))
    change[3, 3] = 1
    for new, (old, flip) in enumerate(zip(order, flips, strict=True)):
        change[old, new] = -1 if flip else 1
        change[old, 3] = head.brain.shape[old] - 1 if flip else 0

    def turn(data: np.ndarray) -> np.ndarray:
        made = data.transpose(order)
        return made[tuple(slice(None, None, -1 if flip else 1) for flip in flips)]

    volume = head.study.volumes[Modality.T1]
    data = turn(volume.data)
    grid = Grid(data.shape, head.study.grid.affine @ change)
    study = replace(
        head.study, grid=grid, volumes={Modality.T1: replace(volume, data=data, grid=grid)}
    )
    places = np.stack([turn(one) for one in head.places])
    return TemplateHead(study, turn(head.brain), places)


ORIENTATIONS = [
    (order, flips) for order in permutations(range(3)) for flips in product((False, True), repeat=3)
]


def test_no_order_of_axes_changes_what_is_told(fit: Fitted) -> None:
    """All 48 ways in which a file can store the same head."""
    lesion = HEAD.ball((-42, -10, 48), 9)
    wanted = place(fit, (-42, -10, 48))
    volume = HEAD.study.volumes[Modality.T1]
    still = upright(volume, HEAD.brain, lesion)
    assert still is not None
    for number, (order, flips) in enumerate(ORIENTATIONS):
        head = reordered(HEAD, order, flips)
        mask = head.ball((-42, -10, 48), 9)
        assert locate(head.study, head.finding(mask), fit) == wanted
        if number % 7:  # and of these the whole head: every order of axes, and both directions
            continue
        there = upright(head.study.volumes[Modality.T1], head.brain, mask)
        assert there is not None
        np.testing.assert_allclose(there.grid.affine, still.grid.affine)
        np.testing.assert_allclose(there.values, still.values, atol=0.1)


@pytest.mark.parametrize(("order", "flips"), [ORIENTATIONS[5], ORIENTATIONS[38]])
def test_the_fit_is_the_same_however_a_file_stores_it(
    fit: Fitted, order: tuple[int, ...], flips: tuple[bool, ...]
) -> None:
    head = reordered(HEAD, order, flips)
    again = fitted(head.study, head.finding(head.ball((-42, 30, 20), 12)))
    assert again is not None
    np.testing.assert_allclose(again.to_head, fit.to_head, atol=0.05)
    assert again.fit.poor == ""


def test_the_same_head_gives_the_same_fit(fit: Fitted) -> None:
    again = fitted(HEAD.study, HEAD.finding(HEAD.ball((-42, 30, 20), 12)))
    assert again is not None
    np.testing.assert_array_equal(again.to_head, fit.to_head)
    assert again.fit == fit.fit


def test_a_fit_that_is_not_wanted_any_more_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    methods: weakref.WeakSet[Any] = weakref.WeakSet()

    class Method(sitk.ImageRegistrationMethod):
        def __init__(self) -> None:
            super().__init__()
            methods.add(self)

    asked = []

    def report(fraction: float, text: str) -> None:
        asked.append(fraction)
        if asked.count(0.1) == 4:
            raise Cancelled

    monkeypatch.setattr(sitk, "ImageRegistrationMethod", Method)
    with pytest.raises(Cancelled):
        fitted(HEAD.study, HEAD.finding(HEAD.ball((-42, -10, 48), 9)), report)
    assert asked == [0.1] * 4, "it went on"
    gc.collect()
    assert not methods, "what registered is still held"


def test_without_orientation_no_place_is_told(fit: Fitted) -> None:
    lesion = HEAD.ball((-42, -10, 48), 9)
    told = locate(HEAD.study, HEAD.finding(lesion, oriented=False), fit)
    assert (told.left_out, told.lobes, told.hemispheres) == (module.NO_ORIENTATION, (), None)
    grid = replace(HEAD.study.grid, oriented=False)
    assert locate(replace(HEAD.study, grid=grid), HEAD.finding(lesion), fit).left_out == (
        module.NO_ORIENTATION
    )


def test_a_header_that_is_wrong_is_noticed() -> None:
    """Upside down and back to front: no sentence is written about such a head."""
    for flip in (np.diag([1.0, 1.0, -1.0, 1.0]), np.diag([1.0, -1.0, 1.0, 1.0])):
        grid = Grid(HEAD.study.grid.shape, flip @ HEAD.study.grid.affine)
        volume = replace(HEAD.study.volumes[Modality.T1], grid=grid)
        study = replace(HEAD.study, grid=grid, volumes={Modality.T1: volume})
        told = locate(study, HEAD.finding(HEAD.ball((-42, 30, 20), 9)))
        assert told.fit is not None
        assert told.fit.poor
        assert told.left_out == told.fit.poor
        assert told.lobes == told.structures == told.eloquent == ()


def test_a_large_shift_is_noticed() -> None:
    head = template_head(2.0, 16.0)
    told = locate(head.study, head.finding(head.ball((-55, -20, -10), 9)))
    assert told.fit is not None
    assert told.fit.deep_shift_mm > 6
    assert "mass effect" in told.left_out
    assert told.lobes == ()


def test_a_brain_that_is_cut_off_is_noticed() -> None:
    grid = HEAD.study.grid
    half = np.arange(grid.shape[2]) < grid.shape[2] // 2
    brain = HEAD.brain & half
    volume = HEAD.study.volumes[Modality.T1]
    study = replace(
        HEAD.study, volumes={Modality.T1: replace(volume, data=np.where(half, volume.data, 0))}
    )
    finding = replace(HEAD.finding(HEAD.ball((-48, 4, -20), 8) & half), brain=brain)
    assert not locate(study, finding).told


def test_after_an_operation_no_place_is_told(fit: Fitted) -> None:
    finding = HEAD.finding(
        HEAD.ball((-42, -10, 48), 9), agreement=Agreement(Overlap(1, 1, 1), {}, cavity_ml=14.0)
    )
    told = locate(HEAD.study, finding, fit)
    assert "14 mL of fluid" in told.left_out
    assert told.fit == fit.fit


def test_sides_that_disagree_are_not_told(fit: Fitted) -> None:
    taken = Measurements(3.0, None, None, None, Side.RIGHT, 40.0)
    finding = HEAD.finding(HEAD.ball((-42, -10, 48), 9), measurements=taken)
    assert locate(HEAD.study, finding, fit).left_out == module.SIDES_DIFFER
    same = replace(finding, measurements=replace(taken, side=Side.LEFT))
    assert locate(HEAD.study, same, fit).told


def test_what_lies_outside_of_the_brain_is_not_told(fit: Fitted) -> None:
    assert place(fit, (-95, -20, 60), 10).left_out == module.OUTSIDE


def test_without_a_brain_no_place_is_told() -> None:
    data = np.random.default_rng(1).integers(50, 900, HEAD.study.grid.shape).astype(np.int16)
    volume = replace(HEAD.study.volumes[Modality.T1], data=data)
    study = replace(HEAD.study, volumes={Modality.T1: volume})
    finding = HEAD.finding(HEAD.ball((-42, -10, 48), 9), brain=None)
    assert locate(study, finding).left_out == module.NO_BRAIN
    # A head without skull is its own brain.
    brain = module.brain_of(HEAD.study, finding)
    assert brain is not None
    assert np.count_nonzero(brain ^ HEAD.brain) < 0.05 * np.count_nonzero(HEAD.brain)


def test_nothing_found_has_no_place() -> None:
    nothing = replace(HEAD.finding(np.zeros(HEAD.brain.shape, bool)), found=False)
    assert located(HEAD.study, nothing) is nothing


def test_the_sequence_is_chosen_for_its_slices_and_its_side() -> None:
    grid = HEAD.study.grid
    thick = Grid(grid.shape, grid.affine @ np.diag([1, 1, 3, 1.0]))

    def volume(modality: Modality, own: Grid | None = None) -> Volume:
        data = HEAD.study.volumes[Modality.T1].data
        return Volume(modality, data, grid, source_grid=own)

    def chosen(*volumes: Volume, left_out: tuple[Modality, ...] = ()) -> Modality | None:
        study = Study({one.modality: one for one in volumes}, grid)
        found = sequence_for(study, replace(HEAD.finding(HEAD.brain), left_out=left_out))
        return None if found is None else found.modality

    t1, t1ce, flair = (volume(m) for m in (Modality.T1, Modality.T1CE, Modality.FLAIR))
    assert chosen(flair, t1, t1ce) is Modality.T1
    assert chosen(flair, volume(Modality.T1, thick), t1ce) is Modality.T1CE
    assert chosen(flair, volume(Modality.T1, thick)) is Modality.T1
    assert chosen(flair, t1, left_out=(Modality.T1,)) is Modality.FLAIR
    assert chosen(flair, replace(t1, unplaced=True)) is Modality.FLAIR
    assert chosen(t1, left_out=(Modality.T1,)) is None


def test_outlines_are_measured_in_millimetres() -> None:
    grid = Grid((40, 40, 40), np.diag([2.0, 2.0, 2.0, 1.0]))
    away = np.linalg.norm(np.indices(grid.shape).T - 19.5, axis=-1).T
    assert outline_distance(away < 10, away < 12, grid) == pytest.approx(4, abs=0.8)
    assert outline_distance(away < 10, away < 10, grid) == 0
    assert outline_distance(away < 10, away < 0, grid) == float("inf")


def test_the_atlas_is_whole_and_right_is_right() -> None:
    which = atlas()
    numbers = set(np.unique(which.labels).tolist()) - {0}
    assert {n % which.surroundings for n in numbers} == set(which.regions)
    volumes: dict[tuple[str, str], int] = {}
    places = np.argwhere((which.labels > 0) & (which.labels < which.surroundings))
    of, x = which.labels[tuple(places.T)], which.grid.to_world(places)[:, 0]
    for number, region in which.regions.items():
        own = x[of == number]
        if region.side:
            sign = 1 if region.side == "right" else -1
            assert (sign * own > -3).mean() > 0.99, region
        volumes[region.name, region.side] = len(own)
    for (name, side), count in volumes.items():
        if side == "left":
            assert 0.55 < count / volumes[name, "right"] < 1.8, name
    lobes = {region.lobe for region in which.regions.values()}
    assert lobes == {
        "frontal", "parietal", "temporal", "occipital", "insula", "deep", "corpus callosum",
        "brainstem", "cerebellum",
    }  # fmt: skip
