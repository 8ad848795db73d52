"""What a detector says of every case is kept, with and without skull."""

from pathlib import Path

import numpy as np

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import Case, LabelledStudy
from brainviewer.training.labelled_data.detections import (
    STRIPPED,
    detect,
    detect_all,
    load_detection,
)

SHAPE = (64, 64, 12)


def ball(radius: float) -> np.ndarray:
    i, j, k = np.indices(SHAPE)
    return np.hypot(np.hypot(i - 34, j - 30), 2.0 * (k - 6)) < radius


def load() -> LabelledStudy:
    i, j, _ = np.indices(SHAPE)
    head = np.hypot(i - 32, j - 32) < 26
    grid = Grid(SHAPE, np.diag([1.0, 1.0, 5.0, 1.0]))
    data = np.random.default_rng(0).normal(100, 6, SHAPE) * head + 80 * ball(9)
    flair = Volume(Modality.FLAIR, data.astype(np.float32), grid)
    return LabelledStudy(Study({Modality.FLAIR: flair}, grid), ball(9))


ONE = Case("one", "A", 40.0, load)


def test_what_the_finder_said_is_kept(tmp_path: Path) -> None:
    detect_all([ONE], tmp_path, lambda fraction, text: None)
    found = load_detection(tmp_path, "one")
    assert found is not None and found.lesion.shape == SHAPE
    assert load_detection(tmp_path, "other") is None


def test_parts_are_kept_where_they_were_told_apart(tmp_path: Path) -> None:
    parts = np.where(ball(4), 4, 2 * ball(9)).astype(np.uint8)
    for name, given in (("with", parts), ("without", None)):
        finding = TumourFinding("x", True, index=6, mask=ball(9), brain=ball(30), parts=given)
        detect(ONE, tmp_path / name, lambda study, finding=finding: finding)
    told, untold = (load_detection(tmp_path / name, "one") for name in ("with", "without"))
    assert told is not None and untold is not None
    np.testing.assert_array_equal(told.parts, parts)
    assert untold.parts is None


def test_the_finder_looks_again_with_the_skull_taken_off(tmp_path: Path) -> None:
    seen = []

    def find(study: Study) -> TumourFinding:
        seen.append(study.volumes[Modality.FLAIR].data)
        return TumourFinding("lesion", True, index=6, mask=ball(20), brain=ball(20))

    detect(ONE, tmp_path, find)
    detect(ONE, tmp_path, find)
    assert len(seen) == 2
    assert seen[0][~ball(20)].any() and not seen[1][~ball(20)].any()
    np.testing.assert_array_equal(seen[0][ball(20)], seen[1][ball(20)])
    bare = load_detection(tmp_path / STRIPPED, "one")
    assert bare is not None and bare.index == 6
