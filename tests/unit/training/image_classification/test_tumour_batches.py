"""What the network for single images is shown, and how often."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from brainviewer.assets import resources  # noqa: E402
from brainviewer.core.errors import FileError, silent  # noqa: E402
from brainviewer.models.image_classification.input import head_of, image_bounds  # noqa: E402
from brainviewer.training.image_classification.data.frozen_variants import (  # noqa: E402
    FrozenBatches,
    draw_variants,
)
from brainviewer.training.image_classification.data.hard_images import hardness  # noqa: E402
from brainviewer.training.image_classification.data.random_variation import vary  # noqa: E402
from brainviewer.training.image_classification.data.tumour_batches import (  # noqa: E402
    TumourBatches,
    mixed,
)
from brainviewer.training.image_classification.data.tumour_folds import CLASSES  # noqa: E402
from brainviewer.training.image_classification.data.tumour_samples import (  # noqa: E402
    UNMEASURED,
    Sample,
    with_copies,
)
from brainviewer.training.image_classification.fitting.tumour_fit import (  # noqa: E402
    classes_loss,
    sampling_weights,
)
from brainviewer.training.image_classification.networks.backbones import (  # noqa: E402
    build_network,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import (  # noqa: E402
    FurtherImages,
    read_tumour_recipe,
)

RECIPE = replace(
    read_tumour_recipe(resources() / "recipes" / "resnet50-tumour.toml"),
    balance=1.0,
    further={"sartaj": FurtherImages(0.2)},
)


def sample(number: int, label: str, source: str = "cheng", fold: int = 1) -> Sample:
    image = np.zeros((120, 120), np.float32)
    cv2.ellipse(image, (60, 60), (40, 50), 0, 0, 360, 90.0, cv2.FILLED)
    lesion = None
    if label != "none" and source == "cheng":
        lesion = np.zeros((120, 120), bool)
        lesion[50:70, 50:70] = True
    return Sample(str(number), source, str(number), label, fold, image, lesion)


SAMPLES = [
    *(sample(n, "glioma") for n in range(6)),
    *(sample(n, label) for n, label in enumerate(CLASSES[1:], start=6)),
    *(sample(n, "meningioma", "sartaj", UNMEASURED) for n in range(9, 11)),
]


def test_classes_and_collections_are_drawn_as_the_recipe_says() -> None:
    weight = sampling_weights(SAMPLES, np.ones(11), RECIPE)
    assert weight.sum() == pytest.approx(1)
    assert weight[9:].sum() == pytest.approx(0.2)
    assert weight[:6] == pytest.approx(0.2 / 6)
    as_they_are = sampling_weights(SAMPLES, np.ones(11), replace(RECIPE, balance=0.0))
    assert as_they_are[:9] == pytest.approx(0.8 / 9)
    within = np.array([5.0, *[1.0] * 10])
    harder = sampling_weights(SAMPLES, within, RECIPE)
    assert harder[0] == pytest.approx(5 * harder[1])
    assert harder[:6].sum() == pytest.approx(0.2)
    within[8] = 0
    with pytest.raises(FileError, match="no images of the class none"):
        sampling_weights(SAMPLES, within, RECIPE)


def test_a_batch_follows_from_its_place() -> None:
    recipe = replace(RECIPE, training=replace(RECIPE.training, samples=64, batch=8))
    batches = TumourBatches(SAMPLES, np.full(11, 1 / 11), recipe, 2)
    assert len(batches) == 8
    first, again, last = batches[3], batches[3], batches[7]
    for name, values in first.items():
        assert torch.equal(values, again[name])
    assert not torch.equal(first["images"], last["images"])
    size = recipe.input.size
    assert last["images"].shape == (8, 1, size, size)
    assert last["covered"].shape == (8, 1, size // 16, size // 16)
    assert last["images"].dtype == last["labels"].dtype == last["covered"].dtype == torch.float32
    assert torch.allclose(last["labels"].sum(dim=1), torch.ones(8))
    assert -3 <= float(last["images"].min()) < float(last["images"].max()) <= 5


def test_variants_drawn_before_are_what_the_frozen_parts_see(tmp_path: Path) -> None:
    small = replace(RECIPE.input, size=64)
    training = replace(RECIPE.training, samples=64, batch=8)
    recipe = replace(RECIPE, draws=2, mixup=0.0, input=small, training=training)
    torch.manual_seed(0)
    network = build_network(recipe.network).eval()
    draw_variants(network, SAMPLES, recipe, tmp_path, silent)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    draw_variants(network, SAMPLES, recipe, tmp_path, silent)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept
    only = np.eye(len(SAMPLES))[0]
    batches = FrozenBatches(SAMPLES, only, recipe, 2, tmp_path)
    first, again = batches[0], batches[0]
    for name, values in first.items():
        assert torch.equal(values, again[name])
    head = head_of(SAMPLES[0].image)
    drawn = [
        vary(SAMPLES[0], head, small, np.random.default_rng([recipe.seed, n, 0])) for n in (0, 1)
    ]
    low, high = image_bounds(small)
    images = torch.from_numpy(np.stack([codes for codes, _ in drawn])[:, None].astype(np.float32))
    with torch.no_grad():
        wanted = network.lower(images * ((high - low) / 255) + low, recipe.training.frozen)
    seen = {
        int(torch.stack([(one - two).abs().mean() for two in wanted]).argmin())
        for one in first["images"]
    }
    assert seen == {0, 1}
    off = [min(float((one - two).abs().max()) for two in wanted) for one in first["images"]]
    # Processors that compute in bfloat16 are used so: 8 bits of a number, over many layers.
    assert max(off) < 0.03 * float(wanted.abs().max())
    covered = sorted({round(float(one.sum()), 4) for one in first["covered"]})
    wanted_sums = sorted({float(lesion.sum()) / 255 for _, lesion in drawn})
    assert covered == pytest.approx(wanted_sums, abs=1e-3)
    with pytest.raises(FileError, match="other images"):
        FrozenBatches(SAMPLES[1:], only[1:], recipe, 2, tmp_path)


def test_mixed_images_have_mixed_answers() -> None:
    batch = {
        "images": torch.arange(3.0).reshape(3, 1, 1, 1),
        "labels": torch.eye(4)[:3],
        "covered": torch.ones(3, 1, 1, 1),
        "located": torch.tensor([True, True, False]),
    }
    assert mixed(batch, 0.0, np.random.default_rng(0)) is batch
    found = mixed(batch, 1.0, np.random.default_rng(0))
    kept = float(found["labels"][1, 1])
    assert 0 < kept < 1
    assert float(found["labels"][1, 0]) == pytest.approx(1 - kept)
    assert float(found["images"][2]) == pytest.approx(2 * kept + 1 - kept)
    # Where one of the two lesions is not known, neither is that of both.
    assert found["located"].tolist() == [False, True, False]


def test_what_is_right_counts_less() -> None:
    logits = torch.tensor([[4.0, 0, 0, 0], [0.0, 0, 0, 0]])
    labels = torch.eye(4)[[0, 0]]
    plain, focal = (classes_loss(logits, labels, 0.0, f) for f in (0.0, 2.0))
    easy = torch.log_softmax(logits[0], 0)[0].exp()
    each = -torch.log_softmax(logits, 1)[:, 0]
    assert float(plain) == pytest.approx(float(each.mean()))
    wanted = (each[0] * (1 - easy) ** 2 + each[1] * 0.75**2) / 2
    assert float(focal) == pytest.approx(float(wanted))


def test_hard_is_what_looks_like_another_class() -> None:
    random = np.random.default_rng(0)
    labels = ["glioma", "meningioma"] * 40
    features = np.array([[label == "glioma"] * 50 for label in labels], np.float32)
    features += random.normal(0, 0.1, features.shape).astype(np.float32)
    features[0] -= 1  # a glioma among meningiomas
    samples = [sample(n, label, fold=1 + n // 2 % 4) for n, label in enumerate(labels)]
    allowed = np.array([one.fold != 4 for one in samples])
    found = hardness(features, samples, allowed)
    assert found[0] > 0.6
    assert found[1:][allowed[1:]].max() < 0.5
    assert not found[~allowed].any()


def test_what_is_left_out_takes_its_copies_along() -> None:
    copy, other = replace(SAMPLES[8], name="copy"), replace(SAMPLES[8], name="other", group="other")
    assert with_copies([*SAMPLES, copy, other], ["8"]) == {"8", "copy"}
    with pytest.raises(FileError, match="image 99"):
        with_copies(SAMPLES, ["99"])
