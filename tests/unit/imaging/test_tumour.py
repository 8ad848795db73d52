"""The lesion detector on the embedded demo study: found, found again however it is stored, or
not."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, LabelMap, Study, Volume
from brainviewer.imaging.measure.lesion import is_cut_off
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.models.segmentation.detection import MAY_BE_FLUID, METHODS, NOT_INSTALLED
from brainviewer.models.segmentation.finding import CUT_OFF
from tests.phantoms import AXIS_CASES, case_name
from tests.searching import find_tumour

ROOT = Path(__file__).resolve().parents[3]
FLAIR, T1, T1CE, T2 = SEQUENCES


def study_of(images, affine, oriented=True):
    shape = next(iter(images.values())).shape
    grid = Grid(shape, affine, oriented)
    return Study({m: Volume(m, data, grid) for m, data in images.items()}, grid)


def only(study, *modalities):
    return replace(study, volumes={m: study.volumes[m] for m in modalities})


def changed(study, change):
    volumes = {m: replace(v, data=change(v.data)) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes)


def stored(study, axes, signs):
    """The same head with its voxel axes in another order and direction."""
    order, flips = study.grid.axes
    turn = [order.index(axis) for axis in axes]
    affine = study.grid.affine[:, [*turn, 3]].copy()
    images = {m: v.data.transpose(turn) for m, v in study.volumes.items()}
    for n, (axis, sign) in enumerate(zip(turn, signs, strict=True)):
        if flips[axis] != sign:
            affine[:3, 3] += affine[:3, n] * (study.grid.shape[axis] - 1)
            affine[:3, n] *= -1
            images = {m: np.flip(data, n) for m, data in images.items()}
    return study_of(images, affine)


@pytest.fixture(scope="module")
def demo():
    """The demo study at 2 mm, and where its tumour is."""
    folder = ROOT / "resources" / "demo"
    read = {n: nib.load(folder / f"demo_{n}.nii.gz") for n in ("flair", "t1", "t1ce", "t2", "seg")}
    thin = {n: np.asarray(image.dataobj)[::2, ::2, ::2] for n, image in read.items()}
    affine = read["flair"].affine @ np.diag([2.0, 2, 2, 1])
    truth = thin.pop("seg") > 0
    images = dict(zip((FLAIR, T1, T1CE, T2), thin.values(), strict=True))
    return study_of(images, affine), truth


@pytest.fixture(scope="module")
def found(demo):
    """What is found in the demo study as it is."""
    return find_tumour(demo[0])


def test_normal_appearing_brain_is_looked_for_once(demo, found, monkeypatch):
    looked_for, really = [], NormalAppearingBrain.around
    monkeypatch.setattr(
        NormalAppearingBrain, "around", lambda *given: looked_for.append(given) or really(*given)
    )
    again = find_tumour(demo[0])
    assert len(looked_for) == 1
    assert again.parts is not None and np.array_equal(again.parts, found.parts)


@pytest.fixture(scope="module")
def found_on_flair(demo):
    """What is found in its FLAIR alone."""
    return find_tumour(only(demo[0], FLAIR))


@pytest.fixture(scope="module")
def healthy():
    path = ROOT / "packaging" / "demo" / "make_demo_study.py"
    spec = importlib.util.spec_from_file_location("make_demo_study", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = script.synthesise(healthy=True, step=2)
    images = {FLAIR: made["flair"], T1: made["t1"], T1CE: made["t1ce"], T2: made["t2"]}
    return study_of(images, script.AFFINE @ np.diag([2.0, 2, 2, 1]))


def fraction_of_largest(truth, index, axis=2):
    area = truth.sum(axis=tuple(n for n in range(3) if n != axis))
    return area[index] / area.max()


def assert_nothing(finding):
    assert not finding.found
    assert finding.index is None
    assert finding.position_mm is None
    assert finding.candidates == ()
    assert finding.confidence == 0
    assert not finding.mask.any()
    assert "no lesion found" in finding.notices[0].lower()


def test_tumour_of_the_demo(demo, found):
    (study, truth), finding = demo, found
    assert finding.found
    assert finding.confidence > 0.5
    assert fraction_of_largest(truth, finding.index) > 0.9
    assert finding.mask.shape == study.grid.shape
    overlap = 2 * (finding.mask & truth).sum() / (finding.mask.sum() + truth.sum())
    assert overlap > 0.75
    np.testing.assert_allclose(finding.area_mm2, finding.mask.sum(axis=(0, 1)) * 4.0, rtol=1e-5)
    voxel = study.grid.nearest_voxel(finding.position_mm)
    assert voxel[2] == finding.index
    assert finding.mask[voxel]
    assert 1 <= len(finding.candidates) <= 3
    assert finding.candidates[0].score == max(c.score for c in finding.candidates)
    assert finding.seconds > 0
    assert finding.network.id == "lesion-outline"
    assert len(finding.network.sha256) == 64


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_same_place_however_it_is_stored(demo, found_on_flair, case):
    expected = found_on_flair
    turned = stored(only(demo[0], FLAIR), *case)
    finding = find_tumour(turned)
    np.testing.assert_allclose(finding.position_mm, expected.position_mm, atol=1e-6)
    axis = turned.grid.axes[0].index(2)
    assert turned.grid.nearest_voxel(finding.position_mm)[axis] == finding.index
    assert finding.mask.sum() == expected.mask.sum()
    assert len(finding.area_mm2) == turned.grid.shape[axis]


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_unit_of_intensity_does_not_matter(demo, found, factor):
    study, expected = demo[0], found
    finding = find_tumour(changed(study, lambda data: (data * factor).astype(np.float32)))
    assert finding.index == expected.index
    assert (finding.mask != expected.mask).mean() < 1e-5


def test_mild_bias_field_does_not_matter(demo, found):
    study, expected = demo[0], found
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in study.grid.shape), indexing="ij")
    field = np.exp(0.15 * x - 0.1 * y + 0.1 * z * z)
    finding = find_tumour(changed(study, lambda data: (data * field).astype(np.float32)))
    assert abs(finding.index - expected.index) <= 1
    both = (finding.mask & expected.mask).sum()
    assert 2 * both / (finding.mask.sum() + expected.mask.sum()) > 0.93


@pytest.mark.parametrize(
    "modalities", [(FLAIR,), (FLAIR, T2), (FLAIR, T1, T1CE), (T2, T1), (T1CE,)], ids=str
)
def test_one_to_four_sequences(demo, found, modalities):
    study, truth = demo
    finding = find_tumour(only(study, *modalities))
    assert finding.found
    assert fraction_of_largest(truth, finding.index) > 0.6
    assert truth[study.grid.nearest_voxel(finding.position_mm)]
    assert bool(finding.notices) == (FLAIR not in modalities)
    if FLAIR not in modalities:
        assert finding.confidence < found.confidence


def test_what_t2_alone_shows_on_both_sides_is_not_measured(demo):
    finding = find_tumour(only(demo[0], T2))  # the lesion, and fluid that touches it
    assert_nothing(finding)
    assert MAY_BE_FLUID in finding.notices


def test_t1_alone_is_not_enough(demo):
    finding = find_tumour(only(demo[0], T1))
    assert_nothing(finding)
    assert any("needs a FLAIR" in notice for notice in finding.notices)


def test_segmentation_is_never_used(demo, found):
    study, truth = demo
    wrong = LabelMap(np.flip(truth, 0).astype(np.uint8), study.grid)
    first, second = found, find_tumour(replace(study, segmentation=wrong))
    assert first.index == second.index
    np.testing.assert_array_equal(first.mask, second.mask)


def test_unknown_orientation_takes_the_last_axis(demo, found):
    study = demo[0]
    plain = {m: v.data for m, v in study.volumes.items()}
    expected = found.index
    assert find_tumour(study_of(plain, np.diag([2.0, 2, 2, 1]), False)).index == expected
    # Also when the head lies with its sides along the second axis.
    turned = {m: data.transpose(1, 0, 2) for m, data in plain.items()}
    assert find_tumour(study_of(turned, np.diag([2.0, 2, 2, 1]), False)).index == expected


@pytest.mark.parametrize("modalities", [(FLAIR, T1, T1CE, T2), (FLAIR, T2), (FLAIR,)], ids=str)
def test_nothing_in_the_healthy_twin(healthy, modalities):
    assert_nothing(find_tumour(only(healthy, *modalities)))


def test_nothing_in_a_mirrored_head(demo, found):
    study, truth = demo
    assert found.found
    middle = study.grid.shape[0] // 2
    sick_first = truth[:middle].sum() > truth[middle:].sum()

    def mirror(data):
        # The synthetic head stands in the middle of its array.
        data = np.flip(data, 0).copy() if sick_first else data.copy()
        data[-middle:] = data[:middle][::-1]
        return data

    assert_nothing(find_tumour(changed(study, mirror)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0, 300])
def test_nothing_in_a_constant_volume(method, value):
    study = study_of({FLAIR: np.full((20, 24, 16), value, np.int16)}, np.diag([2.0, 2, 2, 1]))
    assert_nothing(find_tumour(study, method))


def test_nothing_in_noise():
    noise = np.random.default_rng(0).normal(100, 10, (60, 70, 50)).astype(np.float32)
    assert not find_tumour(study_of({FLAIR: noise}, np.diag([2.0, 2, 2, 1]))).found


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 2), (3, 200, 2), (64, 64, 1)])
def test_tiny_volumes_are_no_bug(shape):
    data = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    assert not find_tumour(study_of({FLAIR: data}, np.eye(4))).found


def test_threshold_rule(demo):
    data = np.zeros((10, 12, 8), np.int16)
    data[2:5, 3:6, 4] = 500
    data[2:6, 3:8, 6] = 460
    data[0, 0, 1] = 450
    study = study_of({FLAIR: data}, np.diag([-1.0, -1, 3, 1]))
    finding = find_tumour(study, "threshold")
    assert finding.method == "threshold"
    # 20 voxels of 460 outweigh 9 of 500; 450 itself is not above 450.
    assert finding.index == 6
    assert finding.mask.sum() == 29
    assert finding.area_mm2.tolist() == [0, 0, 0, 0, 9, 0, 20, 0]
    assert find_tumour(study, "threshold", threshold=480).index == 4
    assert_nothing(find_tumour(study, "threshold", threshold=1000))
    assert_nothing(find_tumour(only(demo[0], T2), "threshold"))


def test_without_the_network_the_search_without_a_model_is_used(demo):
    study = only(demo[0], FLAIR, T2)
    expected = find_tumour(study, "model-free")
    assert expected.method == "model-free"
    assert NOT_INSTALLED not in expected.notices
    assert not np.array_equal(expected.mask, find_tumour(study).mask)
    finding = find_tumour(study, network=None)
    np.testing.assert_array_equal(finding.mask, expected.mask)
    assert NOT_INSTALLED in finding.notices


def test_lesion_cut_off_by_the_field_of_view(demo, found):
    study, truth = demo
    middle = int(truth.sum(axis=(0, 1)).argmax())
    assert CUT_OFF not in found.notices
    flair = study.volumes[FLAIR].data[:, :, :middle]
    finding = find_tumour(study_of({FLAIR: flair}, study.grid.affine))
    assert finding.found
    assert finding.mask[:, :, -1].any()
    assert CUT_OFF in finding.notices
    assert finding.measurements.cut_off


def test_lesion_cut_off_by_the_end_of_a_slab_within_the_grid():
    """Slices without an image beyond it; where a brain without skull ends is no such end."""
    sides = np.stack(np.meshgrid(*(np.arange(n) for n in (40, 44, 30)), indexing="ij"))
    centre = np.reshape((20, 22, 15), (3, 1, 1, 1))
    brain = (((sides - centre) / np.reshape((17, 19, 12), (3, 1, 1, 1))) ** 2).sum(axis=0) < 1
    data = np.where(brain, 100, 0).astype(np.int16)
    mask = np.zeros(brain.shape, bool)
    mask[16:24, 18:26, 12:18] = True
    whole = study_of({FLAIR: data}, np.eye(4))
    assert not is_cut_off(whole, mask)
    for edge in (18, 19):  # the mask ends at the last slice, or one before
        slab = data.copy()
        slab[:, :, edge:] = 0
        assert is_cut_off(study_of({FLAIR: slab}, np.eye(4)), mask)
    top = np.zeros(brain.shape, bool)
    top[18:22, 20:24, 23:27] = True  # to where the brain ends
    assert not is_cut_off(whole, top)
    edge_mask = np.zeros(brain.shape, bool)
    edge_mask[0, 20, 15] = True
    assert is_cut_off(whole, edge_mask)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
def test_a_threshold_that_is_no_number(demo, threshold):
    with pytest.raises(BrainViewerError, match="no number"):
        find_tumour(demo[0], "threshold", threshold=threshold)


def test_unknown_method(demo):
    with pytest.raises(BrainViewerError, match="lesion, model-free, threshold"):
        find_tumour(demo[0], "magic")


@pytest.mark.parametrize("step", range(5))
def test_cancel_between_steps(demo, step):
    calls = []

    def report(fraction, text):
        calls.append(fraction)
        if len(calls) > step:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_tumour(demo[0], report=report)
    assert calls == sorted(calls)
