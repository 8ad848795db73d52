"""Samples show the lesion they say they show, and vary."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.findings import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import Case, LabelledStudy
from brainviewer.training.labelled_data.detections import (
    STRIPPED,
    Detection,
    detect,
    detect_all,
    load_detection,
)
from brainviewer.training.recipes import read_recipe
from brainviewer.training.subtype.augmentation_cache import draw, levels, make_cache, slices_of
from brainviewer.training.subtype.evaluate import RECIPE

ROOT = Path(__file__).resolve().parents[4]
SHAPE = (64, 64, 12)


def grown_lesion(radius: float, at: int = 34) -> np.ndarray:
    i, j, k = np.indices(SHAPE)
    return np.hypot(np.hypot(i - at, j - 30), 2.0 * (k - 6)) < radius


class Loader:
    """A head with a bright lesion; can be sent to other processes."""

    def __init__(self, lesion: np.ndarray | None, sequences: tuple[str, ...]) -> None:
        self.lesion, self.sequences = lesion, sequences

    def __call__(self) -> LabelledStudy:
        i, j, _ = np.indices(SHAPE)
        brain = np.hypot(i - 32, j - 32) < 26
        random = np.random.default_rng(0)
        grid = Grid(SHAPE, np.diag([1.0, 1.0, 5.0, 1.0]))
        volumes = {}
        for name in self.sequences:
            data = random.normal(100, 6, SHAPE) * brain + 80 * grown_lesion(9)
            volumes[Modality(name)] = Volume(Modality(name), data.astype(np.float32), grid)
        return LabelledStudy(Study(volumes, grid), self.lesion)


def case(lesion: np.ndarray | None, *sequences: str) -> Case:
    return Case("one", "A", 40.0, Loader(lesion, sequences or ("T1", "FLAIR", "T1ce")))


@pytest.fixture
def model_input():
    shipped = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml")
    return replace(shipped.input, size=48, slices=3)


def test_a_sample_shows_the_lesion_where_it_says(model_input) -> None:
    slices = slices_of(case(grown_lesion(9)), None, model_input.channels)
    low, high = levels(model_input)
    for seed in range(12):
        sample = draw(slices, model_input, np.random.default_rng(seed))
        assert sample.shape == (3, 48, 48, 4)
        covered = sample[..., 3] > 200
        outside = (sample[..., 3] == 0) & (sample[..., 1] > 0)
        assert covered.any()
        flair = sample[..., 1] / 255 * (high - low) + low
        assert np.median(flair[covered]) > np.median(flair[outside]) + 1


def test_samples_differ_and_can_be_repeated(model_input) -> None:
    slices = slices_of(case(grown_lesion(9)), None, model_input.channels)
    first, again, other = (draw(slices, model_input, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.mean(first != other) > 0.3


def test_a_sequence_that_is_missing_is_zero_in_every_sample(model_input) -> None:
    slices = slices_of(case(grown_lesion(9), "FLAIR"), None, model_input.channels)
    low, high = levels(model_input)
    sample = draw(slices, model_input, np.random.default_rng(0))
    assert np.allclose(sample[..., [0, 2]] / 255 * (high - low) + low, 0, atol=1e-6)


def test_both_outlines_are_learned_from_unless_the_finder_was_wrong(model_input) -> None:
    true = grown_lesion(9)
    right, wrong = (Detection(grown_lesion(8, at), None, 6) for at in (35, 12))
    assert len(slices_of(case(true), right, model_input.channels).masks) == 2
    assert len(slices_of(case(true), wrong, model_input.channels).masks) == 1
    alone = slices_of(case(None), right, model_input.channels)
    assert np.array_equal(alone.true_lesion.sum(), right.lesion.sum())
    with pytest.raises(FileError, match="shows no lesion"):
        slices_of(case(None), None, model_input.channels)


def test_a_cache_is_finished_by_the_next_run(model_input, tmp_path: Path) -> None:
    cases = [replace(case(grown_lesion(9)), case_id=name) for name in ("a", "b", "c")]

    class Interrupted(Exception):
        pass

    def stop(fraction: float, text: str) -> None:
        if fraction > 0.6:
            raise Interrupted

    recipe = replace(read_recipe(RECIPE), input=model_input, draws=2, seed=5)
    arguments = (cases, tmp_path / "bank", tmp_path / "found", recipe)
    with pytest.raises(Interrupted):
        make_cache(*arguments, stop)
    seen: list[float] = []
    cache = make_cache(*arguments, lambda fraction, text: seen.append(fraction))
    assert seen == [1.0]
    assert cache.samples.shape == (3, 2, 3, 48, 48, 4)
    assert cache.has.all()
    assert (cache.samples.reshape(6, -1).max(axis=1) == 255).all()
    with pytest.raises(FileError, match="another recipe"):
        make_cache(*arguments[:3], replace(recipe, draws=3), stop)


def test_what_the_finder_said_is_kept(tmp_path: Path) -> None:
    one = case(grown_lesion(9))
    detect_all([one], tmp_path, lambda fraction, text: None)
    found = load_detection(tmp_path, "one")
    assert found is not None
    assert found.lesion.shape == SHAPE
    assert load_detection(tmp_path, "other") is None


def test_the_finder_looks_again_with_the_skull_taken_off(tmp_path: Path) -> None:
    one = case(grown_lesion(9))
    seen = []

    def find(study: Study) -> TumourFinding:
        seen.append(study.volumes[Modality.FLAIR].data)
        brain = grown_lesion(20)
        return TumourFinding("lesion", True, index=6, mask=brain, brain=brain)

    detect(one, tmp_path, find)
    detect(one, tmp_path, find)
    assert len(seen) == 2
    assert seen[0][~grown_lesion(20)].any() and not seen[1][~grown_lesion(20)].any()
    np.testing.assert_array_equal(seen[0][grown_lesion(20)], seen[1][grown_lesion(20)])
    bare = load_detection(tmp_path / STRIPPED, "one")
    assert bare is not None and bare.index == 6
