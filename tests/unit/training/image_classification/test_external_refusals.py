"""False refusals on images from another source are counted as the README says."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from image_folders import head, write

from brainviewer.assets import resources
from brainviewer.training.image_classification.evaluation import external_refusals as elsewhere
from brainviewer.training.metrics.fractions import wilson

MODEL = resources() / "models" / "resnet50-tumour"


def test_fractions_are_of_what_passes_the_simple_checks() -> None:
    gated = np.array([True, True, False, False, False, False])
    refused = np.array([False, False, True, False, False, False])
    low, high = wilson(0.25, 4)
    assert elsewhere.counts(gated, refused) == {
        "images": 6, "gated": 2, "passed": 4, "refused_images": 1, "refused": 0.25,
        "refused_low": round(low, 4), "refused_high": round(high, 4),
    }  # fmt: skip
    assert elsewhere.counts(gated[:2], refused[:2]) is None


def test_copies_of_what_is_known_are_told_from_the_rest() -> None:
    random = np.random.default_rng(4)
    one, two, three = random.integers(0, 256, (3, 12, 12), np.uint8).repeat(8, 1).repeat(8, 2)
    known, asked = [one, two], [three, two[::2, ::2], np.ascontiguousarray(one[:, ::-1])]
    assert elsewhere.has_near_copy(asked, known) == [False, True, True]


def test_it_is_measured_with_the_model_that_ships(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, known = tmp_path / "other", tmp_path / "known"
    for number, part in enumerate(("Training", "Testing")):
        for place, label in enumerate(("glioma_tumor", "no_tumor")):
            for n in range(2):
                write(data / part / label / f"{n}.png", head(10 * number + 3 * place + n, 160))
    write(data / "Training" / "no_tumor" / "page.png", np.full((90, 90), 255, np.uint8))
    for place, label in enumerate(("glioma", "none")):
        write(known / label / "1.png", head(3 * place, 160))
    out = tmp_path / "evaluation.json"
    shutil.copyfile(MODEL / "evaluation.json", out)
    elsewhere.main(MODEL, data, known, out)
    found = json.loads(out.read_text(encoding="utf-8"))["scope"]["elsewhere"]
    assert json.loads(capfd.readouterr().out) == found
    assert (found["folder"], found["images"]) == ("other", 9)
    none = found["classes"]["none"]
    assert none["all"]["images"] == 5 and none["all"]["gated"] >= 1
    assert none["all"]["passed"] == 5 - none["all"]["gated"]
    if "testing" in none:
        assert none["testing"]["images"] == 2
    apart = none.get("without a copy", {"images": 0})
    assert apart["images"] < none["all"]["images"]  # one of them is known
    assert found["classes"]["glioma"]["all"]["images"] == 4
