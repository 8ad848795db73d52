"""Any model tested on one's own cases, and two models compared on the same patients."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import refused, run
from own_networks import BIAS, CLASSES, DENSE, write_onnx, write_run_network
from PIL import Image
from schemas import check_output, faults

from brainviewer import __version__
from brainviewer.files.user_folders import models_folder
from brainviewer.models.installation.install import Options, add_model
from brainviewer.models.registry import model
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.evaluation.result_files import write_predictions
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.metrics.paired import mcnemar

pytestmark = pytest.mark.usefixtures("home")


def a_head(bright: float, seed: int) -> np.ndarray:
    """(96, 96) uint8: a head whose brain is more or less bright."""
    rows, columns = np.mgrid[:96, :96] - 48
    inside = rows**2 + columns**2 < 38**2
    noise = np.random.default_rng(seed).integers(0, 25, inside.shape)
    return (np.where(inside, bright, 5) + noise).astype(np.uint8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six patients with two images each, in a folder for each class; and one that is no head."""
    folder = tmp_path / "data"
    for number in range(6):
        label = CLASSES[number % 3]
        (folder / label).mkdir(parents=True, exist_ok=True)
        for view in range(2):
            pixels = a_head(60 + 25 * number, 10 * number + view)
            Image.fromarray(pixels).save(folder / label / f"P{number}_{view}.png")
    Image.fromarray(np.full((96, 96), 90, np.uint8)).save(folder / "none" / "P9_0.png")
    return folder


@pytest.fixture
def models(tmp_path: Path) -> None:
    """Two models that answer differently, the second with its classes in another order."""
    file = write_onnx(tmp_path / "one.onnx", size=96)
    add_model(file, Options(CLASSES, "scale=0..1", "one"))
    file = write_onnx(tmp_path / "two.onnx", size=96, dense=3 * DENSE[::-1], bias=BIAS * 0)
    add_model(file, Options(("none", "meningioma", "glioma"), "scale=0..1", "two"))


GROUPED = ("--group-by", r"(P\d)_")


def printed(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capfd.readouterr().out))


def test_the_card_of_a_model_of_ones_own_keeps_the_figures(
    data: Path, models: None, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ("evaluate", "one", "--data", data, *GROUPED, "--keep", "--json")
    assert run(*asked) == 0
    record = printed(capfd)
    assert run(*asked) == 0  # in place of the first
    capfd.readouterr()
    (test,) = model("one").external
    assert (test.name, test.cases, test.answered) == ("data", 13, 12)
    assert test.version == __version__
    assert "learned from these patients" in test.note
    assert [(m.name, m.value) for m in test.metrics] == [
        (one["name"], one["value"]) for one in record["figures"]
    ]
    assert run("models", "--json") == 0
    told = printed(capfd)
    check_output(told)
    kept = {one["id"]: one["external"] for one in told["models"]}
    assert kept["one"][0]["figures"][0]["value"] == record["figures"][0]["value"]
    assert kept["two"] == []
    assert run("models") == 0
    assert "external, data: accuracy" in capfd.readouterr().out


def test_the_cards_of_other_models_stay_as_they_are(
    data: Path, models: None, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("xception-tumour", "nobody"):
        assert run("evaluate", name, "--data", data, "--keep") == 2
        assert "You added no model called" in refused(capfd)
    assert run("evaluate", "one", "--keep") == 2
    assert "--data" in refused(capfd)
    assert model("one").external == ()


def test_a_model_on_cases_of_ones_own(
    data: Path, models: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "test.json"
    asked = ("evaluate", "one", "--data", data, "--out", out, *GROUPED, "--json")
    assert run(*asked) == 0
    record = printed(capfd)
    assert faults("evaluation", record) == []
    assert json.loads(out.read_text()) == record
    answered = record["answered"]
    assert (answered["cases"], answered["answered"]) == (13, 12)
    by_class = answered["by_class"].values()
    assert [sum(one[key] for one in by_class) for key in ("cases", "answered")] == [13, 12]
    (reason,) = answered["reasons"]
    assert "nearly uniform" in reason
    assert record["intervals"] == {"over": "patients", "units": 6}
    assert record["model"]["measured_here"] is False
    with (tmp_path / "test" / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 13
    right = sum(row["answer"] == row["truth"] for row in rows)
    accuracy = next(f for f in record["figures"] if f["name"] == "accuracy")
    assert accuracy["value"] == round(right / 12, 4)
    assert answered["accuracy_of_all"]["value"] == round(right / 13, 4)
    one = next(row for row in rows if row["answer"])
    probabilities = [float(one[f"p_{code}"]) for code in CLASSES]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert one["answer"] == CLASSES[int(np.argmax(probabilities))]
    page = (tmp_path / "test" / "evaluation.html").read_text()
    assert "External test of a model" in page
    assert "12 of 13" in page
    assert (tmp_path / "test" / "discrimination.png").stat().st_size > 10_000
    assert run(*asked[:-1]) == 0
    assert "12 of 13 images of data were answered" in " ".join(capfd.readouterr().out.split())


def test_two_models_on_the_same_patients(
    data: Path, models: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    asked = ("compare-models", "one", "two", "--data", data, *GROUPED)
    assert run(*asked, "--html", page, "--json") == 0
    record = printed(capfd)
    check_output(record)
    assert record["compared"] == 12
    assert record["left_out"] == {"first_only": 0, "second_only": 0, "both": 1}
    assert record["intervals"]["units"] == 6
    said = {}
    for name in ("one", "two"):
        out = tmp_path / f"{name}.json"
        assert run("evaluate", name, "--data", data, "--out", out, *GROUPED) == 0
        with (tmp_path / name / "predictions.csv").open(newline="") as file:
            said[name] = {row["case"]: row for row in csv.DictReader(file) if row["answer"]}
        figures = {f["name"]: f["value"] for f in json.loads(out.read_text())["figures"]}
        place = "first" if name == "one" else "second"
        compared = {f["name"]: f[place] for f in record["figures"]}
        assert compared["accuracy"] == figures["accuracy"]
        assert compared["balanced accuracy"] == figures["balanced accuracy"]
        assert compared["AUROC"] == pytest.approx(figures["AUROC"], abs=1e-4)
        for area in record["delong"]:
            wanted = figures[f"AUROC {area['class']} against the rest"]
            assert area[place] == pytest.approx(wanted, abs=1e-4)
    right = {
        name: {case for case, row in rows.items() if row["answer"] == row["truth"]}
        for name, rows in said.items()
    }
    only = len(right["one"] - right["two"]), len(right["two"] - right["one"])
    found = record["mcnemar"]
    assert (found["only_first_right"], found["only_second_right"]) == only
    assert found["p"] == mcnemar(*only)
    moved = np.array([record["reclassification"][code] for code in CLASSES])
    for place, name in ((1, "one"), (2, "two")):
        counts = moved.sum(axis=(0, 3 - place))
        answers = [row["answer"] for row in said[name].values()]
        assert counts.tolist() == [answers.count(code) for code in CLASSES]
    text = page.read_text()
    for part in ("one and two", "McNemar, exact", "DeLong", "Who moved where", "over 6 patients"):
        assert part in " ".join(text.split()), part
    assert run(*asked) == 0
    assert "two minus one" in capfd.readouterr().out


def test_a_model_beside_itself_does_not_differ(
    data: Path, models: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("compare-models", "one", "one", "--data", data, "--json") == 0
    record = printed(capfd)
    assert {f["difference"] for f in record["figures"]} == {0.0}
    assert {f["low"] for f in record["figures"]} == {None}
    assert record["mcnemar"]["p"] == 1.0
    assert {area["p"] for area in record["delong"]} == {1.0}


def as_run(folder: Path, data: Path, places: Sequence[int]) -> Path:
    """A run that tested some of these images, and is sure of the first class for each of them."""
    write_run_network(folder, len(places))
    source = find_images(data, GROUPED[1])
    result = {"format": 1, "network": "net", "data": {"images_sha256": source.sha256}}
    (folder / "result.json").write_text(json.dumps(result))
    tested = [source.images[place] for place in places]
    sure = np.eye(3)[np.zeros(len(places), int)]
    truth = np.array([CLASSES.index(image.label) for image in tested])
    files = tuple(image.file for image in tested)
    write_predictions(
        folder / "predictions.npz", Predictions(files, ("1",) * len(files), truth, sure)
    )
    return folder


def test_a_run_answers_with_what_it_said_of_images_that_it_had_not_seen(
    data: Path, models: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    folder = as_run(tmp_path / "run", data, [0, 1, 4, 5, 8, 9])
    asked = ("compare-models", folder, "one", "--data", data, "--json")
    assert run(*asked, *GROUPED) == 0
    record = printed(capfd)
    check_output(record)
    assert record["compared"] == 6
    answers = np.array([record["reclassification"][code] for code in CLASSES]).sum(axis=(0, 2))
    assert answers.tolist() == [6, 0, 0]
    assert record["first"]["measured_here"] is False
    assert run(*asked) == 0  # other groups: not the images that it was tested on, so it is asked
    record = printed(capfd)
    assert record["compared"] == 12
    assert record["mcnemar"]["only_first_right"] == record["mcnemar"]["only_second_right"] == 0
    assert run("evaluate", folder, "--data", data, "--json") == 0
    assert printed(capfd)["answered"]["answered"] == 12
    assert not [path for path in models_folder().iterdir() if path.name not in ("one", "two")]


def test_data_that_no_model_answers(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for file in data.rglob("*.png"):
        Image.fromarray(np.full((96, 96), 90, np.uint8)).save(file)
    assert run("evaluate", "xception-tumour", "--data", data) == 2
    assert "xception-tumour answered none of 13 cases" in refused(capfd)


def test_what_cannot_be_compared(
    data: Path, models: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ("compare-models", "one")
    assert run(*asked, "absent", "--data", data) == 2
    assert "no folder and no model called absent" in refused(capfd)
    assert run(*asked, "xception-tumour", "--data", data) == 2
    assert "have other classes" in refused(capfd)
    assert run(*asked, "glioma-fused", "--data", data) == 2
    assert "one answers for images, " in refused(capfd)
    assert run(*asked, "two", "--data", tmp_path / "none") == 2
    refused(capfd)
    (data / "none").rename(data / "abscess")
    assert run(*asked, "two", "--data", data) == 2
    assert "holds the class 'abscess', which the model one does not know" in refused(capfd)
    assert run("evaluate", "one", "--data", data) == 2
    assert "'abscess'" in refused(capfd)
