"""Accounts on the command line: who is asked, where, and what is never shown."""

import getpass
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from command_line import refused, run
from own_networks import write_onnx
from signing_in import ANNA, ANNAS_PASSWORD, BEN, BENS_PASSWORD, CHEAP, first_administrator
from typer.main import get_command

from brainviewer.app.sign_in import accounts
from brainviewer.app.sign_in.hashing import USUAL
from brainviewer.app.sign_in.signing_in import begin_use, change_password, sign_out
from brainviewer.app.sign_in.tokens import make_token
from brainviewer.cli import signing_in as asking
from brainviewer.cli.program import app
from brainviewer.core.process.reader import Role, current_reader
from brainviewer.files.accounts.traces import accounts_path

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("passes", "memory", "lanes"):
        monkeypatch.setitem(USUAL.__dict__, name, getattr(CHEAP, name))


class Terminal:
    """Answers what is asked on a terminal, in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[str] = []
        monkeypatch.setattr(asking, "on_terminal", lambda: True)
        monkeypatch.setattr("brainviewer.cli.users.on_terminal", lambda: True)
        monkeypatch.setattr(getpass, "getpass", lambda *_: self.answers.pop(0))
        monkeypatch.setattr(typer, "prompt", lambda *_, **__: self.answers.pop(0))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    made = Terminal(monkeypatch)
    yield made
    assert made.answers == []


@pytest.fixture
def readers(tmp_path: Path) -> dict[str, Path]:
    """Anna, an administrator, and Ben, a reader, with a token each; nobody has signed in."""
    anna = first_administrator()
    begin_use(anna)
    once = accounts.add_account(BEN)
    sign_out()
    ben = change_password(BEN, once, BENS_PASSWORD)
    files = {ANNA: tmp_path / "annas", BEN: tmp_path / "bens"}
    make_token(anna, files[ANNA])
    make_token(ben, files[BEN])
    return files


def test_the_first_account_on_a_terminal_and_those_after_it(
    terminal: Terminal, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("users", "add", ANNA) == 2
    assert "must be an administrator" in refused(capfd)
    terminal.answers = [ANNAS_PASSWORD, "something else"]
    assert run("users", "add", ANNA, "--role", "administrator") == 2
    assert "differ" in refused(capfd)
    assert not accounts_path().exists()
    terminal.answers = [ANNAS_PASSWORD, ANNAS_PASSWORD]
    assert run("users", "add", ANNA, "--role", "administrator") == 0
    assert "readers sign in" in capfd.readouterr().out
    terminal.answers = [ANNA, ANNAS_PASSWORD]
    assert run("users", "add", BEN) == 0
    once = capfd.readouterr().out.splitlines()[-1]
    # the first sign-in, at any command, asks for a password of one's own
    sign_out()
    terminal.answers = [BEN, once, BENS_PASSWORD, BENS_PASSWORD]
    assert run("models") == 0
    assert (reader := current_reader()) is not None and reader.name == BEN
    terminal.answers = [ANNA, ANNAS_PASSWORD]
    assert run("users", "list") == 0
    out = capfd.readouterr().out
    assert "Anna Miller: administrator" in out and "Ben: reader" in out
    assert ANNAS_PASSWORD not in out


def test_without_a_terminal_there_is_no_first_account(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("users", "add", ANNA, "--role", "administrator") == 2
    assert "on a terminal of this computer" in refused(capfd)
    assert not accounts_path().exists()


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from _leaves(one, (*path, name))
    if path and (not inner or command.invoke_without_command):
        yield path


def test_every_command_asks_who_runs_it_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that is added later: the exceptions are named, not the rule."""
    commands, ran = get_command(app), list[str]()

    def find(path: tuple[str, ...]) -> Any:
        command: Any = commands
        for name in path:
            command = command.commands[name]
        return command

    paths = list(_leaves(commands))
    assert len(paths) > 30
    for path in paths:
        find(path).callback = lambda *_, p=path, **__: ran.append(" ".join(p))

    class Asked(Exception):
        pass

    def ask(*_: object, **__: object) -> None:
        raise Asked

    monkeypatch.setattr(asking, "_sign_in", ask)
    asking.guard(commands)
    free = []
    for path in paths:
        command = find(path)
        context = type(commands).context_class(command, info_name=path[-1])
        with context:
            try:
                command.callback()
                free.append(path[0])
            except Asked:
                pass
    assert set(free) == {"window", "users"}


def test_a_command_without_a_terminal_and_a_token_does_nothing(
    readers: dict[str, Path], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("info", "resources/demo") == 2
    assert "--token-file" in refused(capfd)
    assert run("export", "resources/demo", "-o", tmp_path / "x.png") == 2
    assert not (tmp_path / "x.png").exists()
    capfd.readouterr()
    for free in (["--help"], ["--version"], ["info", "--help"], ["users", "--help"]):
        assert run(*free) == 0
    assert run("info") == 2  # a mistake in the command line is told first
    assert "users" not in capfd.readouterr().err


def test_a_token_signs_in_by_option_or_variable(
    readers: dict[str, Path], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (["--token-file", readers[BEN]], [f"--token-file={readers[BEN]}"]):
        sign_out()
        assert run(*given, "models") == 0
        assert (reader := current_reader()) is not None and reader.name == BEN
    sign_out()
    monkeypatch.setenv(asking.TOKEN_VARIABLE, str(readers[ANNA]))
    assert run("models") == 0
    assert (reader := current_reader()) is not None and reader.name == ANNA
    capfd.readouterr()
    readers[BEN].chmod(0o644)
    if sys.platform != "win32":
        assert run("--token-file", readers[BEN], "models") == 2
        assert "read by others" in refused(capfd)


def test_only_administrators_change_what_all_share(
    readers: dict[str, Path], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    node = ["pacs", "nodes", "add", "archive", "--dimse", "here:104", "--title", "A"]
    model = ["models", "add", write_onnx(tmp_path / "net.onnx")]
    options = ["--classes", "a,b,c", "--input", "scale=0..1", "--name", "m"]
    changes = (node, [*model, *options], ["models", "remove", "m"])
    for change in (*changes, ["pacs", "nodes", "remove", "archive"]):
        assert run("--token-file", readers[BEN], *change) == 2
        assert "Only an administrator" in refused(capfd)
    for look in (["models"], ["pacs", "nodes"]):
        assert run("--token-file", readers[BEN], *look) == 0
    for change in (node, ["pacs", "nodes", "remove", "archive"]):
        assert run("--token-file", readers[ANNA], *change) == 0


def test_passwords_by_the_input(
    readers: dict[str, Path], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    def given(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    given(f"{ANNAS_PASSWORD}\n")
    assert run("users", "disable", BEN, "--as", "anna miller", "--password-stdin") == 0
    given(f"{ANNAS_PASSWORD}\n")
    assert run("users", "disable", ANNA, "--as", ANNA, "--password-stdin") == 2
    assert "last administrator" in capfd.readouterr().err
    given(f"{BENS_PASSWORD}\n")
    assert run("users", "tokens", "--as", BEN, "--password-stdin") == 2
    assert "disabled" in refused(capfd)
    given("wrong\n")
    assert run("users", "list", "--as", ANNA, "--password-stdin") == 2
    assert "wrong" in refused(capfd)
    given(f"{ANNAS_PASSWORD}\n")
    assert run("users", "list", "--password-stdin") == 2
    assert "--as NAME" in refused(capfd)
    given("")
    assert run("users", "list", "--as", ANNA, "--password-stdin") == 2
    assert "No password" in refused(capfd)
    given(f"{ANNAS_PASSWORD}\n{BENS_PASSWORD}\n")
    assert run("users", "password", "--as", ANNA, "--password-stdin") == 0
    given(f"{BENS_PASSWORD}\n")
    assert run("users", "role", BEN, "administrator", "--as", ANNA, "--password-stdin") == 0
    given(f"{BENS_PASSWORD}\n")
    assert run("users", "off", "--as", ANNA, "--password-stdin") == 0
    sign_out()
    assert run("models") == 0
    capfd.readouterr()


def test_a_deleted_file_is_said_by_every_command_and_restored(
    readers: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    accounts_path().unlink()
    for command in (["models"], ["--token-file", readers[ANNA], "models"]):
        assert run(*command) == 2
        assert "users restore" in refused(capfd)
    assert run("users", "add", "Eve", "--role", "administrator", "--password-stdin") == 2
    assert "users restore" in refused(capfd)
    assert run("users", "restore") == 0
    assert "after the last change" in capfd.readouterr().out
    begin_use(first := accounts_reader())
    assert {one.reader.name for one in accounts.list_accounts()} == {ANNA, BEN}
    assert first.role is Role.ADMINISTRATOR


def accounts_reader() -> Any:
    from brainviewer.app.sign_in.signing_in import sign_in

    return sign_in(ANNA, ANNAS_PASSWORD)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_real_terminal_nothing_that_is_typed_is_shown(tmp_path: Path) -> None:
    main, other = pty.openpty()
    environment = {**os.environ, "BRAINVIEWER_HOME": str(tmp_path / "elsewhere"), "TERM": "dumb"}
    command = [sys.executable, "-m", "brainviewer", "users", "add", ANNA, "--role", "administrator"]
    running = subprocess.Popen(
        command, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True
    )
    os.close(other)
    shown = b""
    for question in (b"New password: ", b"Once more: "):
        shown += _until(main, question)
        os.write(main, f"{ANNAS_PASSWORD}\n".encode())
    shown += _until(main, b"forgotten password.")
    assert running.wait(60) == 0
    os.close(main)
    assert ANNAS_PASSWORD.encode() not in shown


def _until(terminal: int, text: bytes) -> bytes:
    """What a terminal shows up to a text."""
    shown, late = b"", time.monotonic() + 120
    while text not in shown and time.monotonic() < late:
        shown += os.read(terminal, 1000)
    assert text in shown
    time.sleep(0.1)  # the question is shown just before the echo is off in some systems
    return shown
