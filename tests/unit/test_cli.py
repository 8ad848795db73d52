"""What every command promises: fields, exit codes, and which words go where."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from phantoms import marker_finding, marker_study

from brainviewer import __version__, cli
from brainviewer.app.prediction.whole_study import Analysis
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.slices import Plane
from brainviewer.models.engine.engine import Engine
from brainviewer.models.engine.inline import InlineEngine


class Window:
    """Stands for the window: remembers what it was asked to open."""

    def __init__(self, code=0):
        self.opened, self.code = None, code

    def __call__(self, paths, demo):
        self.opened = [str(path) for path in paths], demo
        return self.code


@dataclass
class ToyCard:
    """All of a card that a command looks at."""

    id: str
    of_images = False

    @property
    def network(self):
        return self


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def study(monkeypatch):
    """Every path opens the marker study; what is found in it is the marker."""
    made = marker_study()
    monkeypatch.setattr(
        "brainviewer.app.opening.study.open_study", lambda paths, report, which: made
    )
    monkeypatch.setattr(
        "brainviewer.models.segmentation.detection.find_tumour",
        lambda study, *a, **k: marker_finding(study),
    )
    return made


@pytest.fixture
def result(monkeypatch, study):
    """Every study is typed as G; no child process is started."""
    asked = {}

    def classify(study, finding, engine, **wanted):
        asked.update(wanted)
        index = wanted.get("slice_index")
        return Classification(
            "toy", "1", "Toy", "ab" * 32, {"A": 0.2, "O": 0.1, "G": 0.7},
            {"A": "Astrocytoma", "O": "Oligodendroglioma", "G": "Glioblastoma"}, "G",
            finding.index if index is None else index, "onnx", "CPU", 0.5, 0.02,
            study_hash=study.content_hash, sequences_used=("FLAIR",), notices=("T1 is missing.",),
            heatmap=Heatmap(Plane.AXIAL, finding.index, np.zeros((48, 40), np.float32)),
        )  # fmt: skip

    monkeypatch.setattr("brainviewer.models.subtype.prediction.classify", classify)
    monkeypatch.setattr("brainviewer.app.prediction.whole_study.classify", classify)

    def load(_, *networks, **how):
        asked.update(("loaded", one.id) for one in networks if isinstance(one, ToyCard))

    monkeypatch.setattr(Engine, "start", load)
    monkeypatch.setattr(InlineEngine, "__init__", load)
    monkeypatch.setattr(InlineEngine, "load_rest", lambda self: None)
    monkeypatch.setattr(InlineEngine, "__exit__", lambda self, *error: None)
    monkeypatch.setattr("brainviewer.models.registry.model", ToyCard)
    return asked


def run(*arguments, window=None):
    return cli.run([str(a) for a in arguments], window or Window())


def printed(capfd):
    out, err = capfd.readouterr()
    assert err == ""
    return json.loads(out)


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        ([], ([], False)),
        (["--demo"], ([], True)),
        (["some folder"], (["some folder"], False)),
        (["a.nii", "b.nii"], (["a.nii", "b.nii"], False)),
        (["--debug", "some folder"], (["some folder"], False)),
        (["window", "info"], (["info"], False)),
        (["./info"], (["info"], False)),
    ],
)
def test_without_a_command_the_window_opens(arguments, opened):
    window = Window()
    assert run(*arguments, window=window) == 0
    assert window.opened == opened


def test_the_exit_code_of_the_window_is_passed_on():
    assert run(window=Window(code=1)) == 1


def test_a_misspelt_command_opens_no_window(capfd):
    window = Window()
    assert run("classfy", "folder", window=window) == 2
    assert "Did you mean 'classify'?" in capfd.readouterr().err
    assert window.opened is None


def test_version_and_help_go_to_stdout(capfd):
    assert run("--version") == 0
    assert capfd.readouterr().out == f"BrainViewer {__version__}\n"
    assert run("--help") == 0
    out = capfd.readouterr().out
    assert all(word in out for word in ("info", "pick", "classify", "analyze", "export", "models"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["info"],
        ["pick", "folder", "--method", "magic"],
        ["classify", "folder", "--engine", "torch"],
        ["classify", "folder", "--slice", "first"],
        ["analyze", "folder"],
        ["export", "folder", "-o", "a.png", "--scale", "5"],
        ["--nonsense"],
    ],
)
def test_wrong_usage_is_code_2_and_stdout_stays_empty(arguments, capfd):
    window = Window()
    assert run(*arguments, window=window) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err
    assert window.opened is None


def test_what_the_user_can_put_right_is_one_sentence_with_advice(study, monkeypatch, capfd):
    def refuse(paths, report, which):
        raise FileError("The folder is empty.", "Choose another one.")

    monkeypatch.setattr("brainviewer.app.opening.study.open_study", refuse)
    assert run("info", "folder", "--json") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "brainviewer: The folder is empty. Choose another one.\n"


def test_a_bug_is_code_1_without_a_traceback_unless_wanted(study, monkeypatch, capfd, tmp_path):
    def crash(paths, report, which):
        raise ZeroDivisionError(paths[0])

    monkeypatch.setattr("brainviewer.app.opening.study.open_study", crash)
    assert run("info", "Smith") == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err
    assert run("--debug", "info", "Smith") == 1
    assert "Traceback" in capfd.readouterr().err
    log = (tmp_path / "home" / "brainviewer.log").read_text()
    assert "ZeroDivisionError" in log
    assert "Smith" not in log


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is full")
def test_output_that_a_full_disk_does_not_take(capfd):
    kept, full = os.dup(1), os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, 1)
    try:
        assert run("models", "--json") == 2
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(full)
    assert (
        capfd.readouterr().err == "brainviewer: The disk is full. Free some space, and try again.\n"
    )


def test_chatter_on_stdout_does_not_spoil_the_json(study, monkeypatch, capfd):
    def chatty(paths, report, which):
        print("a library greets")
        os.write(1, b"a C library greets\n")
        return study

    monkeypatch.setattr("brainviewer.app.opening.study.open_study", chatty)
    assert run("pick", "folder", "--json") == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["found"] is True
    assert "a C library greets" in err


def test_info(study, capfd):
    assert run("info", "folder", "--json") == 0
    record = printed(capfd)
    assert record.keys() >= {"sequences", "missing", "segmentation", "notices"}
    flair = record["sequences"]["FLAIR"]
    assert flair.keys() >= {"file", "shape", "spacing_mm", "orientation", "dtype"}
    assert (flair["shape"], flair["orientation"]) == ([40, 48, 32], study.grid.orientation)
    assert run("info", "folder") == 0
    assert "40 × 48 × 32" in capfd.readouterr().out


def test_pick(study, capfd):
    finding = marker_finding(study)
    assert run("pick", "folder", "--json") == 0
    record = printed(capfd)
    assert record.keys() >= {
        "found", "plane", "index", "position_mm", "confidence", "candidates", "area_mm2", "seconds"
    }  # fmt: skip
    assert (record["plane"], record["index"]) == ("axial", finding.index)
    assert len(record["area_mm2"]) == 32
    assert record["position_mm"] == pytest.approx(finding.position_mm, abs=1e-3)
    assert run("pick", "folder") == 0
    assert f"axial {finding.index + 1} of 32" in capfd.readouterr().out


def test_pick_passes_method_and_threshold_on(study, monkeypatch, capfd):
    asked = []

    def find(study, method="lesion", *, threshold=450.0, network=None, report=None):
        asked.append((method, threshold))
        return TumourFinding(method, False, area_mm2=np.zeros(32, np.float32))

    monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", find)
    assert run("pick", "f", "--method", "threshold", "--threshold", 300, "--json") == 0
    assert asked == [("threshold", 300.0)]
    record = printed(capfd)
    assert (record["found"], record["index"], record["position_mm"]) == (False, None, None)
    assert run("pick", "f") == 0
    assert "No lesion found" in capfd.readouterr().out


def test_classify(result, capfd):
    arguments = ("--age", 50, "--slice", 7, "--model", "toy", "--engine", "onnx")
    assert run("classify", "folder", "--json", *arguments, "--prevalence", "clinic") == 0
    record = printed(capfd)
    assert record["model"] == "toy"
    assert record["classes"] == {"A": 0.2, "O": 0.1, "G": 0.7}
    assert (record["predicted"], record["slice"]) == ("G", 7)
    assert (record["engine"], record["device"]) == ("onnx", "CPU")
    assert record["seconds"] == {"load": 0.5, "predict": 0.02}
    assert record["notices"] == ["T1 is missing."]
    assert (result["age_years"], result["slice_index"], result["model_id"]) == (50, 7, "toy")
    assert result["prevalence"] == "clinic"
    assert record.keys() >= {
        "abstained", "reason", "in_scope", "calibrated", "age_used", "prevalence", "priors",
        "descriptors",
    }  # fmt: skip
    assert result["loaded"] == "toy"  # while the study was read
    assert run("classify", "folder") == 0
    words = capfd.readouterr().out
    assert "Glioblastoma (G), 70 %" in words
    assert "not for diagnosis" in words


def test_what_is_said_of_the_study_stands_with_the_prediction(study, result, monkeypatch, capfd):
    said = replace(study, notices=("T2 lies on another grid.",))
    monkeypatch.setattr(
        "brainviewer.app.opening.study.open_study", lambda paths, report, which: said
    )
    assert run("classify", "folder", "--json") == 0
    assert printed(capfd)["notices"] == ["T2 lies on another grid.", "T1 is missing."]


@pytest.mark.parametrize(
    "command",
    [
        ("classify", "folder"),
        ("analyze", "folder", "-o", "out"),
        ("export", "folder", "-o", "slice.png", "--heatmap"),
        ("export", "folder", "-o", "slice.png", "--model", "toy"),
        ("export-dicom", "folder", "-o", "out", "--only", "report"),
        ("report", "folder", "-o", "report.html"),
    ],
    ids=" ".join,
)
def test_every_command_answers_with_the_age_that_the_files_tell(
    command, study, result, monkeypatch, tmp_path
):
    """Born on 1 March 1970, scanned on 14 June 2024."""
    patient, day = Patient(birth_date="19700301"), ImagingStudy("1.2", date="20240614")
    turn = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    source = SourceSeries(patient, day, "1.3", "1.4", "", turn, (1.0, 1.0))
    volumes = {m: replace(volume, series=source) for m, volume in study.volumes.items()}
    of_dicom = replace(study, volumes=volumes)
    monkeypatch.setattr(
        "brainviewer.app.opening.study.open_study", lambda paths, report, which: of_dicom
    )
    monkeypatch.chdir(tmp_path)
    assert run(*command) == 0
    assert result["age_years"] == 54
    if command[0] in ("classify", "analyze", "export-dicom", "report"):
        again = [word.replace("out", "again").replace("report.", "again.") for word in command]
        assert run(*again, "--age", 40) == 0
        assert result["age_years"] == 40


def test_no_tumour_is_a_result_of_classify(result, monkeypatch, capfd):
    from brainviewer.models.subtype.prediction import NotClassified

    def nothing(*args, **wanted):
        raise NotClassified("No lesion was found.")

    monkeypatch.setattr("brainviewer.models.subtype.prediction.classify", nothing)
    assert run("classify", "folder", "--json") == 0
    record = printed(capfd)
    assert (record["predicted"], record["classes"], record["slice"]) == (None, {}, None)
    assert record["notices"] == ["No lesion was found."]
    assert run("classify", "folder") == 0
    assert capfd.readouterr().out == "Not classified.\nNote: No lesion was found.\n"


def test_export_writes_the_slice_that_was_asked_for(result, capfd, tmp_path):
    file = tmp_path / "slice.png"
    arguments = ("--plane", "coronal", "--slice", 20, "--sequence", "t1ce", "--scale", 1)
    assert run("export", "folder", "-o", file, "--json", *arguments) == 0
    record = printed(capfd)
    pane = record["panes"][0]
    assert (pane["sequence"], pane["plane"], pane["slice"]) == ("T1ce", "coronal", 20)
    assert file.read_bytes().startswith(b"\x89PNG")
    assert result == {}  # nothing was classified
    assert run("export", "folder", "-o", tmp_path / "heat.png", "--heatmap") == 0
    assert "heat.png" in capfd.readouterr().out
    assert result["slice_index"] is None
    named = ("--model", "toy", "--slice", 20, "--json")
    assert run("export", "folder", "-o", file, *named) == 0
    assert printed(capfd)["panes"][0]["heatmap"] is False
    assert (result["model_id"], result["slice_index"]) == ("toy", 20)
    assert run("export", "folder", "-o", file, *named, "--plane", "coronal") == 0
    assert result["slice_index"] is None  # slices are classified in the axial plane


def test_export_of_a_slab_that_is_turned(result, capfd, tmp_path):
    file = tmp_path / "slab.png"
    look = ("--slab", 8, "--slab-mode", "mean", "--rotate", 90, "--flip")
    assert run("export", "folder", "-o", file, "--slice", 12, "--json", *look) == 0
    pane = printed(capfd)["panes"][0]
    assert pane["slab"] == {"mode": "mean", "thickness_mm": 8.0}
    assert pane["display_turn"] == {"quarter_turns": 1, "flipped": True}
    assert pane["oblique"] is None
    for wrong, why in ((("--rotate", 45), "45°"), (("--slab", 0.5), "no slab of 0.5 mm")):
        assert run("export", "folder", "-o", tmp_path / "no.png", *wrong) == 2
        assert why in capfd.readouterr().err
    assert not (tmp_path / "no.png").exists()


def test_export_refuses_before_it_works(result, capfd, tmp_path):
    assert run("export", "folder", "-o", tmp_path / "slice.jpg") == 2
    assert ".png" in capfd.readouterr().err
    assert run("export", "folder", "-o", tmp_path / "slice.png", "--slice", "last") == 2
    assert "'last' is not a slice" in capfd.readouterr().err
    assert list(tmp_path.glob("slice.*")) == []


def test_models(monkeypatch, capfd, tmp_path):
    import toy_runtime

    card = toy_runtime.card(tmp_path)
    monkeypatch.setattr("brainviewer.models.registry.installed_models", lambda: [card])
    assert run("models", "--json") == 0
    (model,) = printed(capfd)["models"]
    assert (model["id"], model["version"]) == ("toy", "1")
    assert tuple(model["classes"]) == ("A", "O", "G")
    assert model["weights_sha256"] == card.weights_sha256
    assert run("models") == 0
    assert "balanced accuracy 0.61 (0.52–0.70), 93 patients" in capfd.readouterr().out


def test_analyze_passes_everything_on(result, monkeypatch, capfd, tmp_path):
    asked = {}

    def analyze(study, folder, engine, options, report, kept):
        asked.update(asdict(options), folder=folder)
        return Analysis(marker_finding(study), {"files": []})

    monkeypatch.setattr("brainviewer.app.prediction.whole_study.analyze", analyze)
    arguments = ("--method", "threshold", "--threshold", 300, "--age", 40, "--json")
    setting = ("--prevalence", "equal")
    assert run("analyze", "folder", "-o", tmp_path, "--heatmap", *arguments, *setting) == 0
    assert printed(capfd) == {"files": []}
    assert asked == {
        "folder": tmp_path, "method": "threshold", "threshold": 300, "age_years": 40,
        "model_id": None, "prevalence": "equal", "heatmap": True,
    }  # fmt: skip


def test_without_a_screen_the_window_says_so(monkeypatch):
    from brainviewer.__main__ import open_window

    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a screen")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BrainViewerError, match="no screen") as refused:
        open_window([], False)
    assert "analyze" in refused.value.advice


def test_the_command_line_is_light_until_a_command_runs():
    heavy = "tensorflow keras onnxruntime h5py cv2 scipy SimpleITK vtkmodules PySide6 PIL nibabel"
    program = (
        "import sys, brainviewer.cli, brainviewer.__main__;"
        f"sys.exit(bool(set('{heavy}'.split()) & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("classify", "x", "--age", "abc"),
        ("pick", "x", "--method", "guess"),
        ("export", "x"),
        ("info",),
        ("info", "x", "--jsn"),
        ("--jsn",),
    ],
)
def test_a_mistake_in_the_command_line_is_one_line_with_advice(capsys, arguments):
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("brainviewer: ")
    assert "--help'" in said.err
