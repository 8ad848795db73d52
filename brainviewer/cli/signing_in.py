"""Who runs a command: asked on a terminal, or told by a token, where readers sign in."""

import getpass
import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader

TOKEN_VARIABLE = "BRAINVIEWER_TOKEN_FILE"
_ASKS_ITSELF = ("window", "users")
_BY_PASSWORD = "Give --as NAME and --password-stdin, a token does not do here", "users"
_LONGEST_LINE = 4096
# Whether typer carries a copy of click or uses click itself.
_click = typer.Context.__mro__[1].__module__.rpartition(".")[0]
_current_context = import_module(f"{_click}.globals").get_current_context


def guard(commands: Any) -> None:
    """Let every command of a program ask who runs it, but for those that do so themselves.

    commands : the group of them. Help, the version and mistakes in a command line need nobody:
    a command is guarded when it is run, after its line was read.
    """
    for name, command in commands.commands.items():
        if name not in _ASKS_ITSELF:
            _guard_one(command)


def _guard_one(command: Any) -> None:
    for inner in getattr(command, "commands", {}).values():
        _guard_one(inner)
    run: Callable[..., Any] | None = command.callback
    if run is None:
        return

    @wraps(run)
    def guarded(*given: Any, **named: Any) -> Any:
        context = _current_context()
        if context.invoked_subcommand is None:
            anew = command.name == "start" and bool(context.params.get("anew"))
            _sign_in(context.find_root().params.get("token_file"), for_new_trail=anew)
        return run(*given, **named)

    command.callback = guarded


def _sign_in(token_file: str | Path | None, *, for_new_trail: bool) -> None:
    """Let the reader of a token, or who is asked, use this process. Raises BrainViewerError.

    for_new_trail : see ``signing_in.record_sign_in``.
    """
    from brainviewer.app.sign_in.permission import sign_in_is_on

    if not sign_in_is_on():
        return
    from brainviewer.app.sign_in.signing_in import begin_use
    from brainviewer.app.sign_in.tokens import reader_of_token

    named = os.environ.get(TOKEN_VARIABLE) or None if token_file is None else token_file
    if named is None and not on_terminal():
        raise _nobody_to_ask("Give --token-file FILE before the command", "users token")
    if named is not None:
        begin_use(reader_of_token(Path(named), for_new_trail=for_new_trail))
    else:
        begin_use(asked_reader(for_new_trail=for_new_trail))


def asked_reader(
    name: str = "", *, from_input: bool = False, for_new_trail: bool = False
) -> Reader:
    """The reader who signs in: asked for on a terminal, or with his password as a line of input.

    Raises BrainViewerError if there is no terminal, and what ``sign_in`` raises.
    """
    from brainviewer.app.sign_in.signing_in import PasswordMustChange, change_password, sign_in

    name = asked_name(name, from_input=from_input)
    password = asked_password("Password", from_input=from_input)
    try:
        return sign_in(name, password, for_new_trail=for_new_trail)
    except PasswordMustChange as once:
        typer.echo(str(once), err=True)
        return change_password(name, password, asked_new_password(from_input=from_input))


def asked_name(name: str = "", *, from_input: bool = False) -> str:
    """The name that was given, or that is typed on a terminal."""
    if name:
        return name
    if from_input:
        raise BrainViewerError("Nobody is named.", "Give --as NAME with --password-stdin.")
    if not on_terminal():
        raise _nobody_to_ask(*_BY_PASSWORD)
    return str(typer.prompt("Name", err=True))


def asked_password(what: str, *, from_input: bool = False) -> str:
    """A password: typed on a terminal and not shown, or the next line of the input."""
    if from_input:
        try:
            line = sys.stdin.readline(_LONGEST_LINE)
        except UnicodeError:
            said = "The input is no text, so it holds no password."
            raise BrainViewerError(said, "Give it as a line of input.") from None
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):  # without end, perhaps
            said = "The first line of the input is longer than any password."
            raise BrainViewerError(said, "Give the password as a line of input.")
        if not line:
            raise BrainViewerError("No password was given.", "Give it as a line of input.")
        return line.rstrip("\r\n")
    if not on_terminal():
        raise _nobody_to_ask(*_BY_PASSWORD)
    try:
        return getpass.getpass(f"{what}: ", sys.stderr)
    except EOFError:
        raise typer.Abort from None


def asked_new_password(*, from_input: bool = False) -> str:
    """A new password: typed twice on a terminal, or the next line of the input."""
    from brainviewer.core.accounts.password_rules import WHAT_IS_ACCEPTABLE

    if from_input:
        return asked_password("New password", from_input=True)
    typer.echo(WHAT_IS_ACCEPTABLE, err=True)
    password = asked_password("New password")
    if asked_password("Once more") != password:
        raise BrainViewerError("The two passwords differ.", "Run the command again.")
    return password


def _nobody_to_ask(way_on: str, command: str) -> BrainViewerError:
    said = "Readers sign in on this computer, and there is no terminal to ask on."
    return BrainViewerError(said, f"{way_on}; see 'brainviewer {command} --help'.")


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
