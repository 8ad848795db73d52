"""An ONNX file of a user becomes a model that answers as the file does, or is refused in words."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from onnx import helper, load_model, numpy_helper, save_model
from own_networks import BIAS, CLASSES, CONV, DENSE, answer_of, model_of, torch_like, write_onnx

from brainviewer.core.errors import BrainViewerError, FileError, ModelError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.files.user_folders import models_folder
from brainviewer.models import registry
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.image_classification.prediction import classify_image
from brainviewer.models.installation import install, onnx_file
from brainviewer.models.installation.install import NotTold, Options, add_model, remove_model
from brainviewer.models.prediction import NOT_MEASURED

pytestmark = pytest.mark.usefixtures("home")
TOLD = Options(CLASSES, "scale=0..1", "Mine")


def a_head(side: int = 96) -> np.ndarray:
    """(side, side) uint8: a bright disc with a brighter spot, dark around."""
    rows, columns = np.mgrid[:side, :side] - side / 2
    head = np.where(rows**2 + columns**2 < (0.4 * side) ** 2, 110, 5)
    spot = (rows - side / 8) ** 2 + (columns - side / 8) ** 2 < (side / 10) ** 2
    noise = np.random.default_rng(0).integers(0, 12, head.shape)
    return (np.where(spot, 220, head) + noise).astype(np.uint8)


def classified(image: np.ndarray, model_id: str = "mine"):
    network = registry.model(model_id).network
    with InlineEngine(network) as engine:
        return classify_image(image, engine, model_id=model_id)


def nothing_left() -> bool:
    """Whether nothing is installed, and nothing half installed."""
    folder = models_folder()
    return not folder.exists() or not list(folder.iterdir())


def test_it_answers_as_the_file_does_with_a_heatmap(tmp_path: Path) -> None:
    card = add_model(write_onnx(tmp_path / "net.onnx", size=96), TOLD)
    assert (card.id, card.name, card.own, card.calibrated) == ("mine", "Mine", True, False)
    assert card.sequences == (IMAGE,)
    image = a_head()
    result = classified(image)
    wanted, maps = answer_of(image / 255)
    assert_allclose(list(result.classes.values()), wanted, atol=1e-4)
    assert list(result.classes) == list(CLASSES)
    assert result.quality == NOT_MEASURED
    assert not result.calibrated
    assert result.heatmap is not None
    place = CLASSES.index(result.predicted)
    seen = np.maximum(np.tensordot(DENSE[place], maps, axes=1), 0)
    assert_allclose(result.heatmap.values, seen / seen.max(), atol=0.02)
    assert card.network is not None
    assert card.network.of_onnx_only


def test_an_image_of_another_shape_is_stretched_and_its_heatmap_too(tmp_path: Path) -> None:
    add_model(write_onnx(tmp_path / "net.onnx"), TOLD)
    image = np.repeat(a_head(96), 2, axis=1)
    heat = classified(image).heatmap
    assert heat is not None
    assert heat.values.shape == (96, 192)
    assert heat.values[:, 180:].max() > 0 or heat.values[:, :12].max() > 0


@pytest.mark.parametrize("end", ["Softmax", ""])
def test_probabilities_and_logits_are_told_apart(tmp_path: Path, end: str) -> None:
    add_model(write_onnx(tmp_path / "net.onnx", size=96, end=end, pooled=False), TOLD)
    result = classified(a_head())
    assert_allclose(list(result.classes.values()), answer_of(a_head() / 255)[0], atol=1e-3)
    assert result.heatmap is None
    assert "heatmap" not in result.network.used_for


def test_probabilities_that_no_softmax_layer_made_are_found_by_running_it(tmp_path: Path) -> None:
    model = torch_like(size=96, end="")
    model.graph.output[0].name = "answer"
    model.graph.node.extend(
        [
            helper.make_node("Exp", ["scores"], ["weights"]),
            helper.make_node("ReduceSum", ["weights"], ["all"], keepdims=1),
            helper.make_node("Div", ["weights", "all"], ["answer"]),
        ]
    )
    model.graph.node[-2].input.append("axis")
    model.graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
    add_model(write_onnx(tmp_path / "net.onnx", model), TOLD)
    wanted = answer_of(a_head() / 255)[0]
    assert_allclose(list(classified(a_head()).classes.values()), wanted, atol=1e-4)


def test_one_number_for_two_classes(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "net.onnx", size=96, classes=1, end="Sigmoid")
    add_model(file, Options(("none", "tumour"), "scale=0..1", "mine"))
    result = classified(a_head())
    scores = DENSE[0] @ answer_of(a_head() / 255)[1].mean(axis=(1, 2)) + BIAS[0]
    assert result.classes["tumour"] == pytest.approx(1 / (1 + np.exp(-scores)), abs=1e-4)
    assert result.heatmap is not None


@pytest.mark.parametrize(
    ("scale", "factor", "offset"),
    [
        ("0..255", 255.0, 0.0),
        ("-1..1", 2.0, -1.0),
        ("imagenet", 1 / np.array([0.229, 0.224, 0.225]), None),
        ("caffe", 255.0, -np.array([103.939, 116.779, 123.68])),
    ],
)
def test_scales(tmp_path: Path, scale: str, factor, offset) -> None:
    if offset is None:
        offset = -np.array([0.485, 0.456, 0.406]) * factor
    add_model(write_onnx(tmp_path / "net.onnx", size=96), Options(CLASSES, f"scale={scale}", "m"))
    image = a_head() / 255
    channels = np.moveaxis(image[..., None] * factor + np.broadcast_to(offset, 3), 2, 0)
    padded = np.pad(channels, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    maps = np.maximum(np.einsum("cijkl,ockl->oij", windows, CONV), 0)
    scores = DENSE @ maps.mean(axis=(1, 2)) + BIAS
    wanted = np.exp(scores - scores.max())
    got = list(classified(a_head(), "m").classes.values())
    assert_allclose(got, wanted / wanted.sum(), atol=2e-3)


def test_channels_last_and_a_mean_over_rows_and_columns(tmp_path: Path) -> None:
    """As tf2onnx writes it."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["first", "conv"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["maps"], ["relu"]),
        helper.make_node("Transpose", ["relu"], ["last"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["last"], ["pool"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["pool", "kernel"], ["times"]),
        helper.make_node("Add", ["times", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["answer"]),
    ]
    numbers = {"conv": CONV, "kernel": np.ascontiguousarray(DENSE.T), "bias": BIAS}
    model = model_of(nodes, numbers, [1, None, None, 3], ["answer", [1, 3]], "x")
    file = write_onnx(tmp_path / "net.onnx", model)
    with pytest.raises(NotTold, match="how large its images are") as caught:
        add_model(file, TOLD)
    assert caught.value.option == "--input"
    add_model(file, Options(CLASSES, "size=96,scale=0..1", "mine"))
    result = classified(a_head())
    assert_allclose(list(result.classes.values()), answer_of(a_head() / 255)[0], atol=1e-4)
    assert result.heatmap is not None


def test_numbers_beside_the_file_are_taken_in(tmp_path: Path) -> None:
    file = tmp_path / "in" / "net.onnx"
    file.parent.mkdir()
    save_model(
        torch_like(size=96), file, save_as_external_data=True, location="big", size_threshold=8
    )
    card = add_model(file, TOLD)
    (file.parent / "big").unlink()
    assert_allclose(
        list(classified(a_head()).classes.values()), answer_of(a_head() / 255)[0], atol=1e-4
    )
    assert "big" not in card.files


@pytest.mark.parametrize("place", ["../outside", "/etc/hostname", "link"])
def test_numbers_outside_of_the_folder_are_refused(tmp_path: Path, place: str) -> None:
    file = tmp_path / "in" / "net.onnx"
    file.parent.mkdir()
    (tmp_path / "outside").write_bytes(bytes(1000))
    (file.parent / "link").symlink_to(tmp_path / "outside")
    model = torch_like()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = tensor.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    file.write_bytes(model.SerializeToString())
    with pytest.raises(FileError, match="outside of its folder"):
        add_model(file, TOLD)
    assert nothing_left()


def test_what_is_no_classifier_of_the_right_kind_is_said(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "net.onnx"

    def refused(match: str, model=None, options: Options = TOLD, **kind) -> BrainViewerError:
        write_onnx(file, model, **kind)
        with pytest.raises(BrainViewerError, match=match) as caught:
            add_model(file, options)
        assert caught.value.advice
        assert nothing_left()
        return caught.value

    refused("gives 3 answers, but 2 classes", options=Options(("a", "b"), "scale=0..1", "m"))
    refused("gives 3 answers, and nothing says", options=Options((), "scale=0..1", "m"))
    refused("which grey values", options=Options(CLASSES, "", "m"))
    refused("takes 2 channels, but an image has 1", depth=2)
    two = Options(CLASSES, "scale=0..1,sequences=T1+FLAIR", "m")
    refused("takes 3 channels, but --input names 2", options=two)
    refused("of 32 pixels, not 64", options=Options(CLASSES, "size=64,scale=0..1", "m"))
    refused("scales imagenet and caffe", depth=1, options=Options(CLASSES, "scale=caffe", "m"))
    custom = torch_like()
    custom.graph.node[1].domain = "my.company"
    custom.opset_import.append(helper.make_opsetid("my.company", 1))
    refused("'Relu' of 'my.company'", custom)
    loop = torch_like()
    loop.graph.node[1].op_type = "Loop"
    refused("loops or branches", loop)
    refused("classes cannot be used", options=Options(("a", "a", "b"), "scale=0..1", "m"))
    refused("--input cannot be read at 'sise=3'", options=Options(CLASSES, "sise=3", "m"))
    refused("no scale '1..0'", options=Options(CLASSES, "scale=1..0", "m"))
    refused("no crop 'lesion' of images", options=Options(CLASSES, "scale=0..1,crop=lesion", "m"))
    refused("sequences 'T9'", options=Options(CLASSES, "sequences=T9", "m"))
    monkeypatch.setattr(onnx_file, "MOST_BYTES", 100)
    refused("too large for what it should be")


def test_damaged_files(tmp_path: Path) -> None:
    whole = torch_like().SerializeToString()
    for number, content in enumerate((b"", b"nonsense", whole[: len(whole) // 2])):
        file = tmp_path / f"{number}.onnx"
        file.write_bytes(content)
        with pytest.raises(FileError, match="damaged, or no ONNX file"):
            add_model(file, TOLD)
    assert nothing_left()
    with pytest.raises(FileError, match="no network that can be read"):
        (tmp_path / "net.pkl").write_bytes(b"x")
        add_model(tmp_path / "net.pkl", TOLD)


def test_names_that_are_taken(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "net.onnx")
    add_model(file, TOLD)
    with pytest.raises(ModelError, match="model called mine already"):
        add_model(file, TOLD)
    with pytest.raises(ModelError, match="xception-tumour is a part of BrainViewer"):
        add_model(file, Options(CLASSES, "scale=0..1", "Xception tumour"))
    assert [path.name for path in models_folder().iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(FileError, match="Nothing can be saved in the folder of your models"):
        add_model(write_onnx(tmp_path / "net.onnx"), TOLD)


def test_what_fails_at_the_end_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    def fail(card):
        raise ModelError("The network gives no usable answers.")

    monkeypatch.setattr(install, "_try", fail)
    with pytest.raises(ModelError, match="no usable"):
        add_model(write_onnx(tmp_path / "net.onnx"), TOLD)
    assert nothing_left()


def test_a_network_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    model = torch_like()
    del model.graph.initializer[:]
    numbers = {"conv": CONV, "kernel": DENSE[:, :4].copy(), "bias": BIAS}  # 4 features, not 5
    model.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in numbers.items())
    with pytest.raises(BrainViewerError):
        add_model(write_onnx(tmp_path / "net.onnx", model), TOLD)
    assert nothing_left()


def test_removing(tmp_path: Path) -> None:
    add_model(write_onnx(tmp_path / "net.onnx"), TOLD)
    assert "mine" in [card.id for card in registry.installed_models()]
    remove_model("mine")
    assert nothing_left()
    assert "mine" not in [card.id for card in registry.installed_models()]
    for name in ("mine", "../models", ""):
        with pytest.raises(ModelError, match="added no model"):
            remove_model(name)
    with pytest.raises(ModelError, match="is a part of BrainViewer"):
        remove_model("xception-tumour")


def test_a_changed_file_is_never_loaded(tmp_path: Path) -> None:
    add_model(write_onnx(tmp_path / "net.onnx"), TOLD)
    graph = models_folder() / "mine" / "graph.onnx"
    changed = load_model(graph, load_external_data=False)
    changed.producer_name = "somebody else"
    graph.write_bytes(changed.SerializeToString())
    with pytest.raises(
        ModelError, match=r"graph\.onnx of the model mine is damaged or was changed"
    ):
        classified(a_head())


def test_a_damaged_card_is_told_and_the_other_models_stay(tmp_path: Path) -> None:
    add_model(write_onnx(tmp_path / "net.onnx"), TOLD)
    card = models_folder() / "mine" / "card.json"
    content = json.loads(card.read_text())
    card.write_text(json.dumps({**content, "id": "xception-tumour"}))
    assert [c.id for c in registry.installed_models()] == [c.id for c in registry.shipped_models()]
    card.write_text("{")
    with pytest.raises(ModelError, match="card of the model mine cannot be read") as caught:
        registry.model("mine")
    assert "models remove mine" in caught.value.advice
    assert registry.model("xception-tumour").own is False
    remove_model("mine")


def test_what_lies_beside_it_is_taken_along(tmp_path: Path) -> None:
    write_onnx(tmp_path / "model.onnx")
    (tmp_path / "about.toml").write_text(
        'name = "From afar"\nversion = "3.1"\nclasses = ["glioma", "meningioma", "none"]\n'
        'input = "scale=0..1,crop=contour"\ntraining_data = "900 images."\n'
        'limits = ["T1ce only."]\n[class_names]\nnone = "No tumour"\n'
    )
    card = add_model(tmp_path, Options())
    assert (card.id, card.version, card.training_data) == ("from-afar", "3.1", "900 images.")
    assert "T1ce only." in card.limits
    assert card.class_name("none") == "No tumour"
    assert [step.name for step in card.input.steps][1] == "crop_to_contour"
