"""An image is painted over as it is stored: the rest stays, and every step can be taken back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.opening.image2d import open_image2d
from brainviewer.app.prediction.occlusion_edit import Fill
from brainviewer.app.prediction.occlusion_test import OcclusionTest, painted_over
from brainviewer.core.luma import luma
from brainviewer.core.study import Modality, Study
from tests.toy_images import mr_head
from tests.unit.app.desk import a_result

LESION = mr_head(lesion=True) > 235


def painted(test: OcclusionTest) -> OcclusionTest:
    return test.with_edits(test.edits.painted(LESION))


def study_of(kind: str, folder: Path) -> Study:
    pixels = mr_head(lesion=True)
    if kind == "colour":
        pixels = np.dstack([pixels, pixels // 2, pixels // 3])
    Image.fromarray(pixels).save(folder / "head.png")
    study = open_image2d(folder / "head.png")
    volume = study.volumes[Modality.IMAGE]
    if kind in ("signed", "turned"):
        volume = replace(volume, data=volume.data.astype(np.int16) - 100, shown=(-100.0, 155.0))
    if kind == "turned":  # small values are bright
        volume = replace(volume, data=(50 - volume.data).astype(np.int16), shown=(150.0, -105.0))
    return replace(study, volumes={Modality.IMAGE: volume})


@pytest.mark.parametrize("kind", ["grey", "colour", "signed", "turned"])
def test_the_lesion_goes_and_the_rest_stays_as_it_is_stored(kind: str, tmp_path: Path) -> None:
    study = study_of(kind, tmp_path)
    before = study.volumes[Modality.IMAGE]
    copy = before.data.copy()
    test = painted(OcclusionTest.of(study, 0, a_result(study)))
    done, edited = painted_over(test)
    after = edited.volumes[Modality.IMAGE]
    assert edited.edited
    assert edited.content_hash == study.content_hash
    assert after.data.dtype == before.data.dtype
    np.testing.assert_array_equal(before.data, copy)
    np.testing.assert_array_equal(after.data[:, :, 0].T[~LESION], copy[:, :, 0].T[~LESION])
    seen = edited.image_pixels(0)
    # Where small values are bright, the ends of the scale decide what is zero.
    shown, known = (pixels.astype(float) - pixels[0, 0] for pixels in (seen, done))
    np.testing.assert_allclose(shown, known, atol=1)
    was = study.image_pixels(0).astype(float)
    assert shown[LESION].max(axis=-1).mean() < (was - was[0, 0])[LESION].max(axis=-1).mean() - 40
    if kind == "colour":
        assert after.rgb is not None
        expected = luma(after.rgb[:, :, 0].swapaxes(0, 1)[LESION])
        np.testing.assert_allclose(after.data[:, :, 0].T[LESION], expected, atol=0.6)


def test_only_the_frame_that_is_shown_is_painted_over(tmp_path: Path) -> None:
    study = study_of("grey", tmp_path)
    volume = study.volumes[Modality.IMAGE]
    frames = np.repeat(volume.data, 3, axis=2)
    study = replace(study, volumes={Modality.IMAGE: replace(volume, data=frames)})
    after = painted_over(painted(OcclusionTest.of(study, 1, a_result(study))))[1]
    changed = (after.volumes[Modality.IMAGE].data != frames).any(axis=(0, 1))
    assert changed.tolist() == [False, True, False]


def test_every_step_is_taken_back_and_a_new_one_ends_the_branch(tmp_path: Path) -> None:
    study = study_of("grey", tmp_path)
    test = OcclusionTest.of(study, 0, a_result(study))
    start = test.edits.filled(Fill.FLAT)
    assert (start.edited, start.can_undo, start.fill) == (False, False, Fill.FLAT)
    once = start.painted(LESION)
    again = once.filled(Fill.MIRRORED)
    cleared = again.cleared()
    assert (once.fill, again.fill, cleared.edited) == (Fill.FLAT, Fill.MIRRORED, False)
    assert cleared.cleared() is cleared
    back = cleared.moved(-1)
    assert back.can_redo
    assert (back.edited, back.fill) == (True, Fill.MIRRORED)
    np.testing.assert_array_equal(back.region, LESION)
    assert back.moved(-9).position == 0
    assert back.moved(9).position == 3
    other = once.painted(~LESION)
    assert (other.can_redo, len(other.steps)) == (False, 3)
    assert test.with_brush(0).brush == 1
    assert test.with_brush(10_000).brush == test.largest_brush == 40
