"""From slices to the segmenting network, and from its probabilities to lesions."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.errors import ModelError, silent
from brainviewer.core.findings.tumour import OtherLesion
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import SEQUENCES, Modality, Study, Volume
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.head_volume import HeadVolume
from brainviewer.imaging.preprocess.midsagittal import MidPlane
from brainviewer.imaging.preprocess.working_grid import WorkingGrid
from brainviewer.models import registry
from brainviewer.models.card_file import CARD_FILE
from brainviewer.models.segmentation import lesions as outline
from brainviewer.models.segmentation.finding import finding_of, parts_of
from brainviewer.models.segmentation.input import (
    DARKEST,
    SCALE,
    Canvas,
    at,
    network_input,
    only_brain,
)
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.models.segmentation.network import SegmentationNetwork, region_probabilities
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.json_files import dump
from brainviewer.training.model_files import read_about
from brainviewer.training.segmentation import package
from brainviewer.training.segmentation.measures import summary
from tests.searching import shipped

SPACING = (2.0, 2.0, 4.0)
SHAPE = (70, 84, 24)
PLANE = MidPlane(69.0, 0.0, 0.0)
CARD = registry.card_of("lesion-outline")
SHIPPED, GRAPH = CARD.folder, "graph.onnx"


HERE = 2
WANTED = SliceInput(
    {"FLAIR": HERE, "T1": 1, "T1ce": 1, "T2": 1}, 4.0, 12.0, ("whole", "core", "enhancing")
)


def grid_mm(shape=SHAPE, spacing=SPACING):
    return np.meshgrid(
        *(np.arange(n) * mm for n, mm in zip(shape, spacing, strict=True)), indexing="ij"
    )


def ball(middle, radius):
    """A ball on the working grid, (R, A, S) bool; middle and radius in mm."""
    return sum((x - m) ** 2 for x, m in zip(grid_mm(), middle, strict=True)) < radius**2


INSIDE = sum(
    ((x - m) / h) ** 2
    for x, m, h in zip(grid_mm(), (69, 83, 46), (62, 78, 44), strict=True)
) < 1  # fmt: skip


def head_with(lesion):
    noise = np.random.default_rng(5).normal(0, 1, SHAPE)
    return {Modality.FLAIR: (noise + 5 * lesion).astype(np.float32)}


@pytest.mark.parametrize("spacing", [(2.0, 2.0, 4.0), (1.8, 2.2, 6.5), (2.4, 2.4, 1.5)])
def test_what_is_drawn_comes_back(spacing):
    inside = np.zeros((60, 70, 9), bool)
    inside[8:52, 5:66] = True
    r, a, _ = np.meshgrid(*(np.arange(n) for n in inside.shape), indexing="ij")
    volume = np.where(inside, np.sin(r / 9) + np.cos(a / 7), 0).astype(np.float32)
    canvas = Canvas.around(inside, spacing)
    assert canvas.shape[0] % 16 == canvas.shape[1] % 16 == 0
    drawn = canvas.draw(volume, spacing, 0.0)
    assert drawn.shape == (9, *canvas.shape)
    back = canvas.undraw(drawn, spacing, inside.shape)
    core = np.zeros_like(inside)
    core[11:49, 8:63] = True
    np.testing.assert_allclose(back[core], volume[core], atol=0.03)


def test_canvas_holds_a_large_head():
    inside = np.ones((120, 130, 4), bool)
    canvas = Canvas.around(inside, SPACING)
    assert canvas.shape[0] >= 120 and canvas.shape[1] >= 130
    assert canvas.draw(inside.astype(np.float32), SPACING, 0.0).sum() == inside.sum()


def test_channels_are_where_they_should_be():
    images = head_with(ball((100, 80, 48), 15))
    images[Modality.T2] = images[Modality.FLAIR] + 1
    canvas = Canvas.around(INSIDE, (2.0, 2.0, 5.0))
    slices = network_input(images, INSIDE, PLANE, (2.0, 2.0, 5.0), canvas, WANTED)
    assert slices.shape == (SHAPE[2], WANTED.channels, *canvas.shape)
    flair, t2 = (SCALE * drawn(images[m], canvas) for m in (Modality.FLAIR, Modality.T2))
    np.testing.assert_allclose(slices[:, HERE], flair)
    # 4 mm above slice 10, where slices are 5 mm apart, lies between slice 10 and slice 11.
    expected = 0.2 * flair[10] + 0.8 * flair[11]
    np.testing.assert_allclose(slices[10, HERE + 1], expected, atol=1e-5)
    # After 5 slices of FLAIR and its mirror image: 3 each of T1, T1ce, T2.
    assert not slices[:, 6:12].any()
    np.testing.assert_allclose(slices[:, 13], t2)
    np.testing.assert_allclose(slices[10, 12], 0.2 * t2[10] + 0.8 * t2[9], atol=1e-5)
    back = canvas.undraw(slices[:, 5], SPACING, SHAPE)
    mirrored = PLANE.mirror(
        only_brain(images[Modality.FLAIR], INSIDE, WANTED.brightest), SPACING, DARKEST
    )
    np.testing.assert_allclose(back[INSIDE], SCALE * mirrored[INSIDE], atol=1e-4)


def drawn(image, canvas):
    return canvas.draw(only_brain(image, INSIDE, WANTED.brightest), SPACING, DARKEST)


@pytest.mark.parametrize("modality", list(SEQUENCES))
def test_any_sequence_may_stand_alone(modality):
    images = {modality: head_with(ball((100, 80, 48), 15))[Modality.FLAIR]}
    canvas = Canvas.around(INSIDE, SPACING)
    slices = network_input(images, INSIDE, PLANE, SPACING, canvas, WANTED)
    filled = [n for n in range(WANTED.channels) if slices[:, n].any()]
    assert filled == {
        Modality.FLAIR: [0, 1, 2, 3, 4, 5], Modality.T1: [6, 7, 8],
        Modality.T1CE: [9, 10, 11], Modality.T2: [12, 13, 14],
    }[modality]  # fmt: skip


def test_what_lies_outside_the_brain_is_never_seen():
    images = head_with(ball((100, 80, 48), 15))
    skull = {m: np.where(INSIDE, v, 30).astype(np.float32) for m, v in images.items()}
    canvas = Canvas.around(INSIDE, SPACING)
    first, second = (
        network_input(i, INSIDE, PLANE, SPACING, canvas, WANTED) for i in (images, skull)
    )
    np.testing.assert_array_equal(first, second)


def test_outermost_slices_are_repeated():
    planes = np.arange(3, dtype=np.float32)[:, None, None] * np.ones((1, 2, 2), np.float32)
    found = at(planes, np.array([-4.0, 0.5, 1.0, 9.0]))
    assert found[:, 0, 0].tolist() == [0, 0.5, 1, 2]


def test_probability_is_put_back_in_its_place():
    lesion = ball((100, 80, 48), 15)

    def bright(slices, report):
        found = (slices[:, HERE : HERE + 1] > SCALE * 2.5).astype(np.float32)
        return np.concatenate([found, found / 2, 0 * found], axis=1)

    calm = {Modality.FLAIR: np.where(lesion, 5, 0).astype(np.float32)}
    head = HeadVolume(working_grid(), calm, INSIDE, PLANE, stripped=True)
    network = SegmentationNetwork(bright, WANTED, CARD.calibration)
    found = region_probabilities(network, head)
    assert found.shape == (len(WANTED.regions), *SHAPE)
    np.testing.assert_array_equal(found[0] > 0.5, lesion & INSIDE)
    np.testing.assert_allclose(found[1], found[0] / 2)
    assert not found[2].any() and not found[:, ~INSIDE].any()


def working_grid():
    """The grid of ``SHAPE`` itself, with voxels of ``SPACING``."""
    grid = Grid(SHAPE, np.diag([*SPACING, 1.0]))
    return WorkingGrid(grid, grid.to_ras, (0, 0, 0), (1, 1, 1), SHAPE, SPACING)


@pytest.mark.parametrize(
    ("neighbours", "regions"),
    [({"FLAIR": 2, "PD": 1}, ("whole",)), ({"FLAIR": -1}, ("whole",)), ({}, ("whole",)),
     ({"FLAIR": 2}, ()), ({"FLAIR": 2}, ("core",))],
)  # fmt: skip
def test_a_card_can_only_ask_for_what_a_slice_gives(neighbours, regions):
    with pytest.raises(ValueError, match=r"input|regions"):
        SliceInput(neighbours, 4.0, 12.0, regions)


def test_parts_fill_the_lesion_and_nothing_else():
    grid = Grid(SHAPE, np.diag([2.0, 2.0, 4.0, 1.0]))
    working = WorkingGrid.around(grid, np.where(INSIDE, 100, 0))
    whole, core, rim = (ball((100, 80, 48), radius) for radius in (26, 18, 12))
    regions = np.stack([working.thin(one) for one in (whole, core, core & ~rim)])
    # What enhances beside the lesion is no part of it.
    regions[2][working.thin(ball((40, 100, 48), 12)) > 0] = 1
    lesions = outline.lesions_of(regions[0], working.spacing)
    found = finding_of(study_on(grid), working, lesions, "lesion", 0.5, ())
    parts = parts_of(study_on(grid), found, regions, working, None, None)
    assert ((parts > 0) == found.mask).all()
    assert parts[50, 40, 12] == LesionPart.NECROSIS
    assert parts[50 + 7, 40, 12] == LesionPart.ENHANCING
    assert parts[50 + 11, 40, 12] == LesionPart.OEDEMA


def test_no_oedema_lies_inside_the_core():
    """The network takes the middle of a large dead core for oedema, which only lies around one."""
    grid = Grid(SHAPE, np.diag([2.0, 2.0, 4.0, 1.0]))
    working = WorkingGrid.around(grid, np.where(INSIDE, 100, 0))
    whole, core, rim, middle = (ball((100, 80, 48), radius) for radius in (26, 20, 15, 8))
    ring = core & ~middle
    regions = np.stack([working.thin(one) for one in (whole, ring, core & ~rim)])
    lesions = outline.lesions_of(regions[0], working.spacing)
    found = finding_of(study_on(grid), working, lesions, "lesion", 0.5, ())
    parts = parts_of(study_on(grid), found, regions, working, None, None)
    assert parts[50, 40, 12] == LesionPart.NECROSIS
    assert parts[50 + 11, 40, 12] == LesionPart.OEDEMA
    assert not (parts[core] == LesionPart.OEDEMA).any()


def test_what_takes_up_contrast_is_told_voxel_by_voxel():
    grid = Grid(SHAPE, np.diag([2.0, 2.0, 4.0, 1.0]))
    whole, bright = ball((100, 80, 48), 26), ball((104, 80, 48), 10)
    random = np.random.default_rng(0)
    study = study_on(grid)
    for name in (Modality.T1, Modality.T1CE):
        data = np.where(INSIDE, 100, 0) + random.normal(0, 2, SHAPE) * INSIDE
        if name is Modality.T1CE:
            data[bright] += 100
        volume = Volume(name, data.astype(np.float32), grid)
        study = replace(study, volumes={**study.volumes, name: volume})
    working = WorkingGrid.around(grid, np.where(INSIDE, 100, 0))
    regions = np.stack([working.thin(one) for one in (whole, whole, whole & ~bright)])
    lesions = outline.lesions_of(regions[0], working.spacing)
    found = finding_of(study, working, lesions, "lesion", 0.5, ())
    around = NormalAppearingBrain.around(grid, found.mask, INSIDE)
    # Only the uptake counts, not the network, whose region is the wrong one here.
    function = LogisticFunction((-5.0, 1.0, *[0.0] * 5, 0.0), ((-20.0, 20.0),) * 7)
    enhancing = parts_of(study, found, regions, working, function, around) == LesionPart.ENHANCING
    assert 2 * (enhancing & bright).sum() / (enhancing.sum() + bright.sum()) > 0.95
    less = replace(study, volumes={m: v for m, v in study.volumes.items() if m is not Modality.T1})
    without = parts_of(less, found, regions, working, function, around) == LesionPart.ENHANCING
    assert not (without & bright)[51:53, 40, 12].any() and without.sum() > enhancing.sum()


def study_on(grid):
    flair = np.where(INSIDE, 100, 0).astype(np.int16)
    return Study({Modality.FLAIR: Volume(Modality.FLAIR, flair, grid)}, grid, "made")


def test_a_border_between_two_voxels_is_kept():
    grid = Grid(tuple(2 * n for n in SHAPE), np.diag([1.0, 1.0, 2.0, 1.0]))
    fine = np.arange(2 * SHAPE[0])[:, None, None] * np.ones((1, *grid.shape[1:]))
    head = np.where(INSIDE.repeat(2, 0).repeat(2, 1).repeat(2, 2), 100, 0)
    working = WorkingGrid.around(grid, head)
    for edge in (60, 61):
        truth = (fine > edge) & (fine < edge + 30) & (head > 0)
        mask = working.refine(working.thin(truth))
        assert np.flatnonzero(mask[:, 80, 24])[[0, -1]].tolist() == [edge + 1, edge + 29]


def test_lesions_come_by_evidence_with_their_holes_filled():
    large, small = ball((100, 80, 48), 22), ball((40, 100, 48), 12)
    hole = ball((100, 80, 48), 8)
    probability = (0.9 * large + 0.95 * small).astype(np.float32)
    probability[hole] = 0.1
    lesions = outline.lesions_of(probability, SPACING)
    assert len(lesions) == 2
    np.testing.assert_array_equal(lesions[0].mask, large)
    np.testing.assert_array_equal(lesions[1].mask, small)
    assert lesions[0].evidence > lesions[1].evidence
    assert lesions[0].volume_ml == pytest.approx(large.sum() * 0.016)
    assert lesions[0].evidence == pytest.approx(0.9 * (large & ~hole).sum() * 0.016, rel=1e-4)
    assert (lesions[0].soft[hole] == 1).all()
    assert outline.lesions_of(probability, SPACING, 0.92)[0].volume_ml == lesions[1].volume_ml


def test_second_lesion_is_mentioned_if_it_is_sizeable():
    study = study_on(Grid(SHAPE, np.diag([2.0, 2.0, 4.0, 1.0])))
    working = WorkingGrid.around(study.grid, study.volumes[Modality.FLAIR].data)

    def finding(radius):
        two = ball((100, 80, 48), 22) | ball((40, 100, 48), radius)
        lesions = outline.lesions_of(working.thin(two), working.spacing)
        assert len(lesions) == 2
        return finding_of(study, working, lesions, "lesion", 0.5, ("Known.",))

    notices = finding(12).notices
    assert notices[0] == "Known."
    assert len(notices) == 2 and "second lesion of 7 mL" in notices[1]
    assert finding(5.5).notices == ("Known.",)
    # The second one counts as a part of the tumour only if it is a good part of it.
    assert not finding(12).mask[20, 50, 12]
    assert finding(19).mask[20, 50, 12]


def test_what_lies_apart_is_kept_for_follow_up():
    study = study_on(Grid(SHAPE, np.diag([2.0, 2.0, 4.0, 1.0])))
    working = WorkingGrid.around(study.grid, study.volumes[Modality.FLAIR].data)

    def others(*more):
        every = [ball((100, 80, 48), 22), *(ball(middle, radius) for middle, radius in more)]
        probability = working.thin(np.logical_or.reduce(every)).astype(np.float32)
        lesions = outline.lesions_of(probability, working.spacing)
        return finding_of(study, working, lesions, "lesion", 0.5, (), probability)

    assert others().others is None
    found = others(((40, 100, 48), 12), ((40, 40, 48), 5.5), ((80, 130, 48), 5.5))
    assert found.others[20, 50, 12] == OtherLesion.SIZEABLE
    # More than the search looks at, and what is too small to be told.
    assert found.others[20, 20, 12] == found.others[40, 65, 12] == OtherLesion.FAINT
    assert not found.others[found.mask].any()


def test_a_trace_is_no_lesion():
    trace = 0.6 * ball((100, 80, 48), 5).astype(np.float32)
    assert outline.lesions_of(trace, SPACING) == []
    assert 0 < outline.evidence_of(trace, SPACING) < outline.LEAST_ML
    assert outline.lesions_of(np.zeros(SHAPE, np.float32), SPACING) == []


def test_confidence_follows_the_shipped_weights():
    def sure(*balls):
        probability = sum((p * ball(m, r) for m, r, p in balls), np.zeros(SHAPE))
        lesions = outline.lesions_of(probability.astype(np.float32), SPACING)
        return outline.confidence(probability.astype(np.float32), lesions, CARD.calibration)

    clear = sure(((100, 80, 48), 22, 0.97))
    assert 0 < sure(((100, 80, 48), 22, 0.6)) < clear < 1
    assert sure(((100, 80, 48), 22, 0.97), ((40, 100, 48), 20, 0.97)) < clear


def test_threads_may_fraction_the_network():
    network = shipped()
    some = [
        np.random.default_rng(n).normal(0, 0.5, (2, CARD.input.channels, 80, 96)).astype(np.float32)
        for n in range(6)
    ]
    expected = [network.run(slices, silent) for slices in some]
    with ThreadPoolExecutor(4) as threads:
        for found, known in zip(
            threads.map(lambda slices: network.run(slices, silent), some), expected, strict=True
        ):
            np.testing.assert_array_equal(found, known)


def test_other_files_than_those_that_were_measured_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "resources", lambda: tmp_path)
    folder = tmp_path / "models" / SHIPPED.name
    folder.mkdir(parents=True)
    assert registry.segmentation_model() is None
    (folder / CARD_FILE).write_bytes((SHIPPED / CARD_FILE).read_bytes())
    card = registry.card_of(SHIPPED.name)
    with pytest.raises(ModelError, match="missing"):
        registry.verify(card.network)
    assert registry.segmentation_model() is None
    graph = (SHIPPED / GRAPH).read_bytes()
    (folder / GRAPH).write_bytes(graph[:-1] + bytes([graph[-1] ^ 1]))
    with pytest.raises(ModelError, match="damaged"):
        registry.verify(card.network)
    assert registry.segmentation_model() is None
    (folder / GRAPH).write_bytes(graph)
    assert registry.segmentation_model() == card


def test_what_was_found_says_by_which_network():
    said = json.loads((SHIPPED / CARD_FILE).read_text("utf-8"))
    identity = CARD.network.identity
    assert (identity.id, identity.version) == (SHIPPED.name, said["version"])
    assert identity.sha256 == hashlib.sha256((SHIPPED / GRAPH).read_bytes()).hexdigest()


def test_it_is_no_classifier_and_small():
    assert SHIPPED.name not in [card.id for card in registry.classification_models()]
    assert SHIPPED.name in [card.id for card in registry.installed_models()]
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 10e6


def test_the_card_says_what_was_written_and_what_was_measured():
    figures = json.loads((SHIPPED / "evaluation.json").read_text("utf-8"))
    content = package.card_content(read_about(SHIPPED), figures, SHIPPED)
    assert (SHIPPED / CARD_FILE).read_text("utf-8") == dump(content)
    registry.verify(CARD)


def test_figures_stand_in_the_readme():
    figures = json.loads((SHIPPED / "evaluation.json").read_text("utf-8"))
    text = (SHIPPED / "README.md").read_text("utf-8")
    for own in figures["collections"].values():
        for name, figure in own["methods"].items():
            assert f"| {name} | {figure['mean_share'][0]:.3f} (" in text
    healthy = figures["healthy"]
    assert f"{healthy['called_sick']} of {healthy['heads']} are called sick" in text


def test_the_figures_are_those_of_the_patients():
    figures = json.loads((SHIPPED / "evaluation.json").read_text("utf-8"))
    for collection, rows in figures["rows"].items():
        assert summary(rows) == figures["collections"][collection]["methods"][package.SHIPPED]
