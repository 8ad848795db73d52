"""The log: kinds and places, no names, no paths; and readable by its owner only."""

import ast
import logging
import os
import stat
from pathlib import Path

import pytest

import brainviewer
from brainviewer.app.log import start_log
from brainviewer.app.settings.settings import Settings
from brainviewer.cli.program import run
from brainviewer.core.errors import FileError
from tests.unit.app.desk import Desk

NAME = "Doe^Jane 1970"


def fail(path: str) -> None:
    try:
        raise FileError(f"{path} is damaged.", "Ask Jane.")
    except FileError as error:
        raise ValueError(f"{path} holds nonsense") from error


def the_log(home: Path) -> str:
    return (home / "brainviewer.log").read_text("utf-8")


def log_of(home: Path, error_of: str) -> str:
    start_log()
    try:
        fail(error_of)
    except ValueError as error:
        logging.getLogger("brainviewer.app.x").error("It failed.", exc_info=error)
    return the_log(home)


@pytest.mark.usefixtures("home")
def test_an_exception_leaves_its_kind_and_place_and_none_of_its_words(tmp_path: Path) -> None:
    text = log_of(tmp_path / "home", str(tmp_path / NAME / "t1.nii"))
    assert "It failed." in text
    assert "ValueError" in text
    assert "FileError" in text
    assert f"{__name__}:" in text
    assert " fail" in text
    for secret in ("Doe", "Jane", "t1.nii", str(tmp_path), "/", "\\"):
        assert secret not in text


@pytest.mark.usefixtures("home")
def test_a_failing_command_leaves_no_name_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot look at {tmp_path / NAME}\x1b]0;owned\x07")

    monkeypatch.setattr("brainviewer.app.opening.study.open_study", broken)
    for debug in ([], ["--debug"]):
        assert run([*debug, "info", str(tmp_path)], lambda *_: 0) == 1
    assert "\x1b" not in capsys.readouterr().err
    text = the_log(tmp_path / "home")
    assert "RuntimeError" in text
    assert "Jane" not in text
    assert "/" not in text


@pytest.mark.usefixtures("home")
def test_a_listener_that_fails_is_logged_without_names(tmp_path: Path) -> None:
    start_log()
    desk = Desk()
    desk.state.crashed = desk.session.faults.report
    desk.state.cursor_changed.connect(lambda: fail(NAME))
    desk.state.cursor_changed.emit()
    desk.close()
    assert "ValueError" in the_log(tmp_path / "home")
    assert "Jane" not in the_log(tmp_path / "home")


@pytest.mark.usefixtures("home")
def test_a_log_that_cannot_be_written_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home" / "brainviewer.log").mkdir(parents=True)
    start_log()
    logging.getLogger("brainviewer").error("It failed.")
    assert capsys.readouterr().err == ""


def test_what_is_logged_is_written_in_the_code() -> None:
    """A text put together at run time could hold a name."""
    levels = ("debug", "info", "warning", "error", "exception", "critical")
    spoken = [
        (file.name, node)
        for file in Path(brainviewer.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "logger", "logging")
        and node.func.attr in levels
    ]
    assert len(spoken) > 4
    for name, node in spoken:
        assert isinstance(node.args[0], ast.Constant), f"{name}:{node.lineno}"
        # Classes of VTK, Qt and errors, places in the code, a number, kinds of journal entries and
        # of faults of databases are all that is filled in.
        filled = {"scene_window.py", "qt_messages.py", "faults.py"}
        filled |= {"open_study.py", "values.py", "database.py", "guarded_reading.py", "scene.py"}
        assert len(node.args) == 1 or name in filled, f"{name}:{node.lineno}"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("home")
def test_what_is_the_users_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        log_of(home, NAME)
        Settings(home / "settings.json").remember_study([tmp_path / NAME])
        assert mode(home) == 0o700
        assert {mode(home / f) for f in ("brainviewer.log", "settings.json")} == {0o600}
    finally:
        os.umask(before)


@pytest.mark.usefixtures("home")
def test_what_older_versions_left_open_is_closed_at_the_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "journal").mkdir(parents=True)
    own = ["settings.json", "brainviewer.log", "brainviewer.log.1", "verdicts.jsonl"]
    own += [f"journal/{'0f' * 32}.json", f"journal/{'0f' * 32}.json.damaged"]
    for name in (*own, "somebody-elses.txt"):
        (home / name).write_text("x")
        (home / name).chmod(0o644)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("x")
    elsewhere.chmod(0o644)
    (home / "journal" / "link.json").symlink_to(elsewhere)
    for folder in (home, home / "journal"):
        folder.chmod(0o755)
    start_log()
    assert {mode(home / name) for name in own} == {0o600}
    assert mode(home) == mode(home / "journal") == 0o700
    assert mode(home / "somebody-elses.txt") == mode(elsewhere) == 0o644


def test_a_folder_that_everybody_fractions_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o1777)
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    Settings(tmp_path / "settings.json").update()
    assert mode(tmp_path) == 0o1777
    assert mode(tmp_path / "settings.json") == 0o600
