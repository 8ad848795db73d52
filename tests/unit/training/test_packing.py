"""A measured run of a network in PyTorch is added as a model with its whole card."""

import os
import shutil
from pathlib import Path

import pytest

# TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does.
if "BRAINVIEWER_TEST_TRAINING" not in os.environ:
    pytest.skip("set BRAINVIEWER_TEST_TRAINING=1 and run it alone", allow_module_level=True)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
torch = pytest.importorskip("torch")
pytest.importorskip("keras")

from command_line import refused, run  # noqa: E402

from brainviewer.assets import resources  # noqa: E402
from brainviewer.models import registry  # noqa: E402
from brainviewer.training.image_classification.networks.backbones import (  # noqa: E402
    build_network,
)
from brainviewer.training.image_classification.networks.resnet50v2 import (  # noqa: E402
    ResNet50V2,
)
from brainviewer.training.packing.weights import save_weights  # noqa: E402
from brainviewer.training.subtype.recipe import read_subtype_recipe  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("home"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def a_run(folder: Path, model: str) -> Path:
    """What ``train`` and ``evaluate`` leave, with the figures of a model that ships."""
    folder.mkdir()
    recipe = resources() / "recipes" / f"{model}.toml"
    shutil.copy(recipe, folder / "recipe.toml")
    for name in ("evaluation.json", "scope.npz"):
        shutil.copy(resources() / "models" / model / name, folder)
    if model == "resnet50-tumour":
        network = build_network("resnet50v2")
    else:
        plan = read_subtype_recipe(recipe)
        network = ResNet50V2(len(plan.classes), plan.input.depth)
    save_weights(network, folder / "final.npz")
    return folder


@pytest.mark.parametrize("model", ["resnet50-tumour", "resnet50-glioma"])
def test_a_run_becomes_a_model(model: str, tmp_path: Path) -> None:
    source = a_run(tmp_path / "My run", model)
    assert run("models", "add", source) == 0
    card, shipped = registry.model("my-run"), registry.model(model)
    registry.verify(card)
    assert (card.own, card.calibrated, card.name) == (True, True, "My run")
    assert card.input.size == shipped.input.size
    assert card.fusion_head.network == shipped.fusion_head.network
    assert card.metrics["image"] == shipped.metrics["image"]
    assert card.ood_check is not None
    assert run("models", "add", source, "--name", "Other") == 0
    assert registry.model("other").name == "Other"


def test_a_run_that_is_not_measured(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = a_run(tmp_path / "run", "resnet50-tumour")
    (source / "evaluation.json").unlink()
    assert run("models", "add", source) == 2
    assert "not measured: there is no evaluation.json" in refused(capfd)
