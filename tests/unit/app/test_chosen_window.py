"""The window that a command asks for, by name or by numbers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.app.opening.study import open_study
from brainviewer.app.settings.settings import Settings
from brainviewer.app.voi.chosen_window import chosen_window
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import FileWindow, Modality
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.core.voi.voi_window import Window, opening_window, preset_window
from tests.command_line import refused, run
from tests.phantoms import marker_study
from tests.schemas import check_output
from tests.study_folders import write_study

pytestmark = pytest.mark.usefixtures("home")
T1 = marker_study().volumes[Modality.T1]
BRIGHT = OwnPreset(Modality.T1, "Bright, mine", 0.25, 0.5)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("400,800", Window(400, 800)),
        (" -12.5 , 3e2 ", Window(-12.5, 300)),
        ("0,1e-6", Window(0, 1e-6)),
        ("Full range", preset_window(T1, "Full range")),
        ("full  RANGE", preset_window(T1, "Full range")),
        ("automatic", opening_window(T1)),
        ("bright, mine", BRIGHT.window(opening_window(T1))),
    ],
)
def test_names_and_numbers(text: str, window: Window) -> None:
    assert chosen_window(text, [BRIGHT]).window(T1) == window


@pytest.mark.parametrize(
    "text", ["", "  ", "5,0", "5,-1", "1.2.3,4", "1e400,1", "0,1e-13", "1,1e16"]
)
def test_numbers_that_are_no_window(text: str) -> None:
    with pytest.raises(BrainViewerError) as caught:
        chosen_window(text, [])
    assert "400,800" in caught.value.advice


@pytest.mark.parametrize("text", ["Enhancement", "nan,5", "1,2,3", "Own", "Light"])
def test_a_name_that_the_sequence_has_not(text: str) -> None:
    """Enhancement is a preset of T1ce, and Light one of the user for FLAIR."""
    light = replace(BRIGHT, modality=Modality.FLAIR, name="Light")
    with pytest.raises(BrainViewerError) as caught:
        chosen_window(text, [BRIGHT, light]).window(T1)
    assert f"'{text}' for T1." in caught.value.message
    assert "Automatic, Full range" in caught.value.advice and "Bright, mine" in caught.value.advice
    assert "Light" not in caught.value.advice


def test_windows_of_the_file_have_names_too() -> None:
    volume = replace(T1, file_windows=(FileWindow("File: BRAIN", 10.0, 90.0),))
    assert chosen_window("file: brain", []).window(volume) == Window(50, 80)


def test_export_draws_with_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An own preset by its name; what cannot be is refused before anything is written."""
    study = open_study([write_study(tmp_path / "study")])
    Settings.load().update(window_presets=(BRIGHT.stored(),))
    own = BRIGHT.window(opening_window(study.volumes[Modality.T1]))
    given = "export", tmp_path / "study", "--sequence", "T1", "--slice", 10, "--json"
    shown = {}
    for name, asked in ((own, "BRIGHT, mine"), (Window(70, 30), "70,30")):
        file = tmp_path / f"{name.level}.png"
        assert run(*given, "-o", file, "--window", asked) == 0
        record = json.loads(capfd.readouterr().out)
        check_output(record)
        said = record["panes"][0]["window"]
        assert (said["level"], said["width"]) == pytest.approx((name.level, name.width))
        shown[asked] = file.read_bytes()
    assert len(set(shown.values())) == 2
    for wrong in ("Bone", "70,0"):
        assert run(*given, "-o", tmp_path / "no.png", "--window", wrong) == 2
        assert wrong in refused(capfd)
    assert not (tmp_path / "no.png").exists()


def test_many_slices_are_drawn_with_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_study(tmp_path / "study")
    given = (
        "export-slices",
        tmp_path / "study",
        "--every",
        40,
        "--burn-in",
        "text",
        "--sequence",
        "T1",
    )
    images = []
    for n, window in enumerate((("--window", "70,30"), ("--window", "full range"), ())):
        assert run(*given, "-o", tmp_path / str(n), *window) == 0
        images.append([file.read_bytes() for file in sorted((tmp_path / str(n)).iterdir())])
    assert len(images[0]) == len(images[1]) > 0
    assert images[0] != images[1] != images[2] != images[0]
    capfd.readouterr()
    assert run(*given, "-o", tmp_path / "no", "--window", "Bone") == 2
    assert "Full range" in refused(capfd)
    assert not (tmp_path / "no").exists()
