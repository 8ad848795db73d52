"""What commands print and files hold is what ``docs/schema`` says, every field of it."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run
from image_folders import write_collection
from jsonschema import Draft202012Validator
from labelled_folders import write_lgg
from phantoms import marker_study
from PIL import Image
from schemas import check_output, faults, schemas

from brainviewer.app.report.formats import Schema
from brainviewer.app.stores.feedback import feedback_on, keep_feedback
from brainviewer.assets import resources
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import AGREE
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.files.annotation_file import read_annotations, save_annotations
from brainviewer.files.journal.feedback import kept_feedback_on
from tests.provenance import read_provenance

DEMO = resources() / "demo"


def output(capfd: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> Any:
    """The last JSON object that a command prints."""
    assert run(*arguments, "--json") == code
    return json.loads(capfd.readouterr().out.splitlines()[-1])


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "slice.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 80), np.uint8)).save(path)
    return path


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    """A ruler and an ellipse on the demo study's axial slice 92."""
    from brainviewer.app.opening.study import open_study

    study = open_study([DEMO])
    at = [tuple(study.grid.to_world((n, 120, 92))) for n in (100, 140)]
    corner = tuple(study.grid.to_world((140, 150, 92)))
    made = [
        Annotation(Kind.RULER, Plane.AXIAL, (at[0], at[1]), Modality.FLAIR),
        Annotation(Kind.ELLIPSE, Plane.AXIAL, (at[0], corner), Modality.FLAIR, "core"),
    ]
    path = tmp_path / "marks.json"
    save_annotations(path, made, study)
    return path


def test_every_schema_is_one_and_every_kind_of_output_has_one() -> None:
    for name, schema in schemas().items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{name}.schema.json"
    for kind in Schema:
        name = kind.removeprefix("brainviewer-").split("/")[0]
        assert f'"const": "{kind}"' in json.dumps(schemas()[name])


@pytest.mark.parametrize(
    "arguments", [("info", DEMO), ("pick", DEMO), ("models",), ("explain",), ("explain", "glioma")]
)
def test_what_commands_print(
    arguments: tuple[object, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    check_output(output(capfd, *arguments))


@pytest.mark.parametrize("method", ["model-free", "threshold"])
def test_findings_of_every_method(method: str, capfd: pytest.CaptureFixture[str]) -> None:
    record = output(capfd, "pick", DEMO, "--method", method)
    check_output(record)
    # The demo study has a segmentation of its own.
    assert 0 < record["agreement"]["dice"] < 1


def test_a_study_of_one_sequence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copy(next(DEMO.glob("*t1.nii.gz")), tmp_path)
    check_output(output(capfd, "info", tmp_path))
    check_output(output(capfd, "classify", tmp_path))


@pytest.mark.parametrize("model", ["glioma-descriptors", "resnet50-glioma"])
def test_classifications_of_a_study(model: str, capfd: pytest.CaptureFixture[str]) -> None:
    record = output(capfd, "classify", DEMO, "--model", model, "--age", 50)
    check_output(record)
    assert record["age_used"] is True


def test_an_image(image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check_output(output(capfd, "info", image))
    heat = image.with_name("heat.png")
    check_output(output(capfd, "classify", image, "--heatmap", heat))
    if heat.exists():
        check_output(read_provenance(heat))
    broken = image.with_name("broken.png")
    broken.write_bytes(b"\x89PNG\r\n\x1a\nno image")
    assert run("classify", image, broken, "--json") == 2
    for line in capfd.readouterr().out.splitlines():
        check_output(json.loads(line))
    out = image.with_name("out.png")
    check_output(output(capfd, "export", image, "-o", out))
    check_output(read_provenance(out))


def test_the_whole_job(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = output(capfd, "analyze", DEMO, "-o", tmp_path / "results", "--heatmap")
    check_output(record)
    assert record["finding"]["agreement"]["supplied_ml"] > 0
    check_output(json.loads((tmp_path / "results" / "result.json").read_text("utf-8")))
    figure = read_provenance(tmp_path / "results" / "figure.png")
    check_output(figure)
    check_output(read_provenance(tmp_path / "results" / "volume.png"))
    # One fact, one record, wherever it stands.
    assert figure["finding"] == record["finding"]
    assert {**record["classification"], "note": ""} == figure["classification"]
    assert figure["study"]["sha256"] == record["study"]["sha256"]


def test_an_exported_slice_with_annotations(
    tmp_path: Path, annotations: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    arguments = ("export", DEMO, "-o", out, "--slice", 92, "--annotations", annotations)
    record = output(capfd, *arguments)
    check_output(record)
    inside = read_provenance(out)
    check_output(inside)
    (pane,) = inside["panes"]
    (saved, _) = json.loads(annotations.read_text("utf-8"))["annotations"]
    drawn = pane["annotations"][0]
    assert drawn["length_mm"] == pytest.approx(40)
    assert {key: drawn[key] for key in drawn if key != "length_mm"} == {
        key: value for key, value in saved.items() if key != "id"
    }
    assert pane["annotations"][1]["statistics"]["area_mm2"] > 0
    assert pane["annotations"][1]["statistics"]["median"] > 0


@pytest.mark.usefixtures("home")
def test_data_that_models_are_made_of(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check_output(output(capfd, "data", "audit", *write_collection(tmp_path / "set")))
    write_lgg(tmp_path / "data" / "lgg")
    folder = tmp_path / "out"
    record = output(capfd, "data", "summary", tmp_path / "data", "--out", folder)
    check_output(record)
    check_output(json.loads((folder / "summary.json").read_text("utf-8")))


def test_the_leaderboard(capfd: pytest.CaptureFixture[str]) -> None:
    check_output(output(capfd, "leaderboard"))


# That of deepbet was made elsewhere.
MODELS = sorted({path.name for path in (resources() / "models").iterdir()} - {"deepbet"})


@pytest.mark.parametrize("model", MODELS)
def test_evaluations(model: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert faults("evaluation", output(capfd, "evaluate", model)) == []


@pytest.mark.parametrize("kind", Kind)
def test_annotations_of_every_kind_with_a_look(kind: Kind, tmp_path: Path) -> None:
    study = marker_study()
    view = SliceView.of(study.grid, Plane.AXIAL)
    screen = [(10, 8), (10, 24), (14, 16), (6, 16)]
    points = tuple(tuple(map(float, p)) for p in view.to_world(9, screen[: kind.traits.points]))
    look = Style("#D55E00", 1.8, hidden=True, locked=True)
    made = Annotation(kind, Plane.AXIAL, points, Modality.FLAIR, "core", style=look)
    path = tmp_path / "marks.json"
    save_annotations(path, [made], study)
    assert faults("annotations", json.loads(path.read_text("utf-8"))) == []
    assert read_annotations(path).annotations_on(study).annotations == (made,)


def test_annotations(annotations: Path) -> None:
    assert faults("annotations", json.loads(annotations.read_text("utf-8"))) == []


def test_feedback(home: None) -> None:
    result = Classification(
        "toy", "1", "Toy", "ab" * 32, {"A": 0.3, "G": 0.7}, {"A": "a", "G": "g"}, "G", 12, "onnx",
        "CPU", 0.1, 0.1, study_hash="cd" * 32,
    )  # fmt: skip
    keep_feedback(feedback_on(result, AGREE))
    (value,) = kept_feedback_on("cd" * 32)
    assert faults("feedback", value) == []


def test_a_field_too_many_too_few_or_of_another_kind_is_found(
    capfd: pytest.CaptureFixture[str],
) -> None:
    record = output(capfd, "pick", DEMO, "--method", "threshold")
    assert faults("finding", {**record, "extra": 1})
    assert faults("finding", {**record, "confidence": 1.2})
    assert faults("finding", {**record, "schema": "brainviewer-finding/0"})
    missing = copy.copy(record)
    del missing["slices"]
    assert faults("finding", missing)
    inner = {**record, "measurements": {**record["measurements"], "extra": 1}}
    assert faults("finding", inner)


def test_a_phantom_without_a_hash_is_described(capfd: pytest.CaptureFixture[str]) -> None:
    from brainviewer.app.report.provenance import provenance_record
    from brainviewer.painting.figure import FigureSpec

    figure = FigureSpec(marker_study(), (), identify=True)
    check_output(json.loads(json.dumps(provenance_record(figure, 2))))
