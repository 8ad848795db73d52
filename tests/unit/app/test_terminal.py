"""Names in a terminal are names: no control codes, no markup, no emoji, no second line."""

import io
from typing import Any

import pytest
from rich.table import Table

from brainviewer.app.report import terminal
from brainviewer.app.report.text import image_text, study_text

NAME = "a\x1b[31m\x1b]0;owned\x07\x9b2J\r\nnext[bold]:bomb:[/bold]\udce9"
CODES = "\x1b\x07\x9b\r\udce9"


def clean(text: str) -> bool:
    return not any(code in text for code in CODES)


def test_what_is_wrong_is_said_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.complain(f"There is no file {NAME}.")
    said = capsys.readouterr().err
    assert clean(said)
    assert said.count("\n") == 1
    assert "[bold]:bomb:[/bold]" in said


@pytest.mark.parametrize("on_a_terminal", [False, True])
def test_progress(
    on_a_terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: on_a_terminal)
    monkeypatch.setattr(terminal.sys, "stderr", stream)
    terminal.progress_line()(0.5, f"Reading {NAME}")
    with terminal.progress_bar() as report:
        report(0.5, f"Reading {NAME}")
    assert "]0;owned" not in stream.getvalue().replace("\N{REPLACEMENT CHARACTER}]0;owned", "")


def test_words_and_tables() -> None:
    out = io.StringIO()
    terminal.show(out, {}, False, lambda: f"first {NAME}\nsecond")
    table = Table(f"of {NAME}", title=f"Title {NAME}", caption=NAME)
    table.add_column(NAME)
    table.add_row(NAME, f"two\n{NAME}")
    terminal.show_tables(out, {}, False, lambda _: [f"In {NAME}", table])
    text = out.getvalue()
    assert clean(text)
    assert text.encode()
    assert ":bomb:" in text
    assert "[bold]" in text


def test_json_holds_names_as_escapes() -> None:
    out = io.StringIO()
    terminal.show(out, {"file": NAME}, True, str)
    assert clean(out.getvalue())


def test_a_name_cannot_make_a_line_of_its_own() -> None:
    forged = "scan.nii\nsegmentation: none"
    image: dict[str, Any] = {
        "file": forged,
        "rows": 2,
        "columns": 2,
        "frames": 1,
        "pixel_size": None,
        "unit": "px",
        "dtype": "uint8",
        "colour": False,
        "orientation": "???",
    }
    assert "\nsegmentation" not in study_text({"image": image, "notices": [forged]})
    sequence = {
        "file": forged,
        "shape": [1, 1, 1],
        "spacing_mm": [1.0, 1.0, 1.0],
        "orientation": "RAS",
        "dtype": "int16",
    }
    study = {
        "sequences": {"T1": sequence},
        "missing": [],
        "segmentation": None,
        "notices": [],
    }
    assert "\nsegmentation" not in study_text(study)
    refused = {"file": forged, "in_scope": False, "reason": "No head.", "notices": []}
    assert "\nsegmentation" not in image_text(refused)
