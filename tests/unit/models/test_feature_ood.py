"""Features that are unlike those of the training are told apart from those that are like them."""

from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.feature_ood import embedding, fit_ood, load_ood, ood_score, save_ood


@pytest.fixture
def usual() -> np.ndarray:
    """(200, 30) features that vary along three directions, with a little of everything else."""
    random = np.random.default_rng(4)
    directions = random.normal(size=(3, 30))
    features = 5 + random.normal(size=(200, 3)) @ directions + random.normal(0, 0.1, (200, 30))
    return features.astype(np.float32)


def test_usual_features_are_about_1_away(usual: np.ndarray) -> None:
    ood_check = fit_ood(usual[:100], 3)
    distances = [ood_check.distance(row) for row in usual[100:]]
    assert 0.7 < np.mean(distances) < 1.5
    assert ood_check.limit == np.inf


@pytest.mark.parametrize("kind", ["along an axis", "off the axes"])
def test_strange_features_are_far(usual: np.ndarray, kind: str) -> None:
    ood_check = fit_ood(usual, 3)
    ood_images = usual[0].copy()
    if kind == "along an axis":
        ood_images += 8 * ood_check.deviations[0] * ood_check.axes[:, 0]
    else:
        ood_images += np.random.default_rng(5).normal(0, 1, 30).astype(np.float32)
    assert ood_check.distance(ood_images) > 3 * max(ood_check.distance(row) for row in usual)


def test_brightness_of_the_features_does_not_matter() -> None:
    features = np.random.default_rng(6).random((2, 4, 4, 7)).astype(np.float32)
    seen = embedding(features)
    assert seen.shape == (7,)
    np.testing.assert_allclose(embedding(3 * features), seen, rtol=1e-5)
    assert not embedding(np.zeros((1, 2, 2, 7), np.float32)).any()


def test_a_scope_is_read_back_from_its_file(usual: np.ndarray, tmp_path: Path) -> None:
    ood_check = fit_ood(usual, 3, limit=4.5)
    save_ood(ood_check, tmp_path / "scope.npz")
    read = load_ood(tmp_path / "scope.npz")
    assert read.limit == 4.5
    assert read.distance(usual[7]) == pytest.approx(ood_check.distance(usual[7]), rel=0.05)


@pytest.mark.parametrize("content", [b"", b"no"])
def test_an_unusable_file_is_an_error_with_advice(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "scope.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"scope\.npz of the model cannot be read"):
        load_ood(tmp_path / "scope.npz")


def test_a_file_of_another_shape_is_an_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "scope.npz", mean=np.zeros(3), axes=np.zeros((2, 2)), deviations=[1, 1],
             numbers=[1, 2])  # fmt: skip
    with pytest.raises(ModelError, match="cannot be read"):
        load_ood(tmp_path / "scope.npz")


def test_a_score_says_how_far_and_in_which_direction(usual: np.ndarray, tmp_path: Path) -> None:
    ood_check = fit_ood(usual, 3, limit=4.0)
    save_ood(ood_check, tmp_path / "scope.npz")
    read = load_ood(tmp_path / "scope.npz")
    # A feature map whose embedding lies two deviations along the second axis.
    features = (read.mean + 2 * read.deviations[1] * read.axes[:, 1])[None, None, None]
    length = float(np.linalg.norm(features))
    usual_score = ood_score(tmp_path / "scope.npz", features)
    assert usual_score is not None
    seen = features[0, 0, 0] / length
    expected = (seen - read.mean) @ read.axes / read.deviations
    assert usual_score.embedding == pytest.approx(expected.tolist(), abs=1e-4)
    assert usual_score.score == pytest.approx(read.distance(seen))
    assert usual_score.within == (usual_score.score <= 4.0)
    assert ood_score(None, features) is None
    assert ood_score(tmp_path / "scope.npz", None) is None
