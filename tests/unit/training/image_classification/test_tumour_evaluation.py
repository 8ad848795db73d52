"""Figures of the network for single images, from answers whose worth is known."""

from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from brainviewer.training.image_classification.evaluation.tumour_evaluation import evaluate, tables
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    EDIT_NAMES,
    TumourPredictions,
    fit_fusion_head,
    load_predictions,
    save_predictions,
)


def predictions(wrong: float, ood_images: float, count: int = 400) -> TumourPredictions:
    """Answers of which a fraction is wrong; what is strange lies ``strange`` farther away."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 4
    said = np.where(random.random(count) < wrong, (labels + 1) % 4, labels)
    logits = 3 * np.eye(4)[said] + random.normal(0, 0.3, (count, 4))
    chosen = np.arange(0, count, 4)
    edited = np.repeat(logits[chosen][None], len(EDIT_NAMES), axis=0)
    edited[0, :5] = [0, 0, 0, 9]  # the first edit changes five answers, from a tumour to none
    return TumourPredictions(
        doubtful=np.arange(count) == 0,
        groups=np.array([f"{n}.jpg" for n in range(count)]),
        files=np.array([f"{n}.jpg" for n in range(count)]),
        folds=1 + np.arange(count) // 4 % 4,
        labels=labels,
        logits=logits.astype(np.float32),
        bordered=np.zeros((count, 4), np.float32),
        masked=logits.astype(np.float32),
        gated=np.arange(count) == 7,
        distances=random.normal(1, 0.1, count).astype(np.float32),
        inside=np.where(labels < 3, 0.5, np.nan).astype(np.float32),
        hit=np.where(labels < 3, 1.0, np.nan).astype(np.float32),
        area=np.where(labels < 3, 0.1, np.nan).astype(np.float32),
        chosen=chosen,
        edited=edited.astype(np.float32),
        lgg_names=np.array(["P/3/FLAIR", "P/9/T1ce"]),
        lgg_labels=np.array([0, 3]),
        lgg_logits=np.array([[2, 0, 0, 0], [2, 0, 0, 0]], np.float32),
        ood_kinds=np.array(["photographs"] * 20),
        ood_gated=np.arange(20) == 3,
        ood_distances=random.normal(1 + ood_images, 0.1, (4, 20)).astype(np.float32),
    )


def test_what_is_reported_is_what_was_classified() -> None:
    record = evaluate(predictions(0.05, 3), 0.96)
    found = {one["name"]: one["value"] for one in record["figures"]}
    assert found["accuracy"] == pytest.approx(0.95, abs=0.03)
    assert record["bars"]["accuracy"]["value"] == found["accuracy"]
    assert record["shown_less"]["all but the middle"]["accuracy"] == found["accuracy"]
    assert record["shown_less"]["the outer tenth on each side only"]["accuracy"] == 0.25
    assert record["edits"][EDIT_NAMES[0]]["value"] == 0.05
    assert record["edits"][EDIT_NAMES[1]]["value"] == 0
    assert record["edits"][EDIT_NAMES[0]]["crossed"] == 5
    assert record["edits"][EDIT_NAMES[1]]["crossed"] == 0
    assert record["scope"]["AUROC"] > 0.99
    assert record["scope"]["false_refusals"] == pytest.approx(0.04, abs=0.02)
    fewer = evaluate(predictions(0.05, 3), 0.98)["scope"]
    assert fewer["quantile"] == 0.98
    assert fewer["false_refusals"] == pytest.approx(0.02, abs=0.01)
    assert fewer["limit"] > record["scope"]["limit"]
    assert record["scope"]["kinds"]["photographs"]["refused"] == 1
    assert record["scope"]["kinds"]["photographs"]["gated"] == 0.05
    assert record["looks"] == {"images": 300, "inside": 0.5, "hit": 1, "area": 0.1}
    assert record["lgg"]["none on T1ce"]["glioma"] == 1
    assert record["lgg"]["glioma on FLAIR"]["glioma"] == 1
    assert record["doubtful"]["images"] == sum(record["doubtful"]["answers"].values()) == 1
    assert record["without_doubtful"][0]["images"] == 399


def test_worse_predictions_miss_the_bars() -> None:
    good, bad = (evaluate(predictions(wrong, 0), 0.96)["bars"] for wrong in (0.0, 0.3))
    assert good["accuracy"]["met"]
    assert good["worst-class recall"]["met"]
    assert not bad["accuracy"]["met"]
    assert not bad["AUROC of what is out of scope"]["met"]


def test_confidence_is_scaled_to_what_is_right() -> None:
    said = predictions(0.2, 3)
    sure = fit_fusion_head(10 * said.logits, said.labels)
    meek = fit_fusion_head(said.logits, said.labels)
    assert sure.network is not None
    assert meek.network is not None
    assert meek.network.alone == pytest.approx(10 * sure.network.alone, rel=0.05)
    assert parse_fusion_head(evaluate(said, 0.96)["head"]).classes == sure.classes


def test_the_tables_hold_every_figure() -> None:
    record = evaluate(predictions(0.05, 3), 0.96)
    text = tables(record)
    for name in [*record["bars"], *record["edits"], *record["lgg"], "photographs", "fold 4"]:
        assert name in text


def test_predictions_survive_a_file(tmp_path: Path) -> None:
    said = predictions(0.05, 3)
    save_predictions(said, tmp_path / "predictions.npz")
    kept = load_predictions(tmp_path / "predictions.npz")
    assert evaluate(kept, 0.98) == evaluate(said, 0.98)
    with pytest.raises(FileError, match="no answers"):
        load_predictions(tmp_path / "other.npz")
