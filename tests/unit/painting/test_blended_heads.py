"""Two sequences blended in the 3D view: voxel by voxel, and said."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.app.report.volume_record import volume_record
from brainviewer.core.study import Modality, Study
from brainviewer.painting.text.volume_words import volume_title
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.looks.blended import SequenceBlocks, blended
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import SecondSequence, VolumeView
from tests.phantoms import grid_of, marker_study

T1, T2 = Modality.T1, Modality.T2


def block(values: np.ndarray, corner: tuple[float, float, float] = (0, 0, 0), mm: float = 2.0):
    affine = np.diag((mm, mm, mm, 1.0))
    affine[:3, 3] = corner
    return Block(np.asfortranarray(values, dtype=np.uint16), affine)


def test_values_are_mixed_where_both_boxes_are_and_air_is_beside() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.integers(0, 4096, (5, 6, 7)), rng.integers(0, 4096, (6, 5, 9))
    # The second box begins one voxel later, earlier and later along the axes.
    mixed = blended(block(first), block(second, (2.0, -2.0, 4.0)), 0.25).values
    expected = 0.75 * first
    expected[1:, :4, 2:] += 0.25 * second[:4, 1:, :5]
    assert mixed.shape == first.shape and mixed.dtype == np.uint16
    assert mixed.flags.f_contiguous
    assert np.abs(mixed - expected).max() <= 0.5 + 1e-6


def test_voxels_that_lie_between_are_interpolated() -> None:
    ramp = np.broadcast_to(np.arange(8)[:, None, None] * 100, (8, 8, 8))
    mixed = blended(block(np.zeros((4, 4, 4)), (3.0, 4.0, 4.0)), block(ramp), 1.0).values
    assert mixed[:, 1, 1] == pytest.approx([150, 250, 350, 450])


@pytest.fixture(scope="module")
def study() -> Study:
    return marker_study(grid_of())


def request(study: Study, second: SecondSequence | None) -> RenderRequest:
    return RenderRequest(study, T1, view=VolumeView(second=second))


def test_blocks_of_a_study_are_blended_coarse_and_fine(study: Study) -> None:
    blocks = SequenceBlocks()
    alone, finer = blocks.of(request(study, None), None)
    other, _ = blocks.of(RenderRequest(study, T2), None)
    none, _ = blocks.of(request(study, SecondSequence(T2, 0.0)), None)
    all_of_it, fine = blocks.of(request(study, SecondSequence(T2, 1.0)), None)
    assert alone is not None and other is not None and none is not None and all_of_it is not None
    assert np.array_equal(none.values, alone.values)
    assert not np.array_equal(all_of_it.values, alone.values)
    inside = all_of_it.values > 0
    assert np.isin(all_of_it.values[inside], other.values).all()
    assert finer is not None and fine is not None
    assert fine().values.shape == finer().values.shape
    # The block of the sequence alone is as it was.
    assert blocks.of(request(study, None), None)[0] is alone


def test_only_another_sequence_that_lies_over_it_is_blended(study: Study) -> None:
    assert request(study, SecondSequence(T1)).second is None
    away = replace(study.volumes[T2], unplaced=True)
    without = replace(study, volumes={**study.volumes, T2: away})
    assert request(without, SecondSequence(T2)).second is None
    assert request(study, SecondSequence(T2)).second == SecondSequence(T2)


def test_a_blend_is_said_wherever_the_picture_goes(study: Study) -> None:
    shown = request(study, SecondSequence(T2, 0.3))
    assert volume_title(shown) == "T2 30\u00a0% over T1 3D"
    assert volume_record(shown)["blended"] == {"sequence": "T2", "share": 0.3}
    assert volume_record(request(study, None))["blended"] is None
