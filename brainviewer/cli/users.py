"""Commands for the accounts of readers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import results_only
from brainviewer.cli.options import argument, option
from brainviewer.cli.program import app
from brainviewer.cli.signing_in import asked_new_password, asked_reader, on_terminal
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.process.reader import Reader, Role

if TYPE_CHECKING:
    from brainviewer.core.accounts.account import Account

users = typer.Typer(
    help="Accounts of readers: add and change them; switch sign-in on and off.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(users, name="users")

_Name = Annotated[str, argument(metavar="NAME", help="Name of the account.")]
_As = Annotated[str, option("--as", metavar="NAME", help="Who you are; otherwise it is asked.")]
_FromInput = Annotated[
    bool, option("--password-stdin", help="Read the password from the input, not from a terminal.")
]


@users.command("list")
def list_(as_: _As = "", from_input: _FromInput = False) -> None:
    """List the accounts, for administrators."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in.accounts import list_accounts

        for account in list_accounts():
            out.write(f"{_summary(account)}\n")


@users.command()
def add(
    name: _Name,
    role: Annotated[Role, option(help="reader or administrator.")] = Role.READER,
    leave_behind: Annotated[
        bool,
        option(
            "--leave-behind",
            help="First account: do not copy settings, annotations, feedback and recent studies.",
        ),
    ] = False,
    as_: _As = "",
    from_input: _FromInput = False,
) -> None:
    """Add an account. The first one is an administrator, and switches sign-in on."""
    with results_only() as out:
        from brainviewer.app.sign_in.first_account import there_are_none

        if there_are_none():
            _add_first(name, role, not leave_behind, from_input)
            out.write(f"Added {name}, an administrator. From now on readers sign in.\n")
            if not leave_behind:
                out.write("What was made here before is now his, as a copy.\n")
            out.write("Add a second administrator, who can reset a forgotten password.\n")
            return
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in.accounts import ONE_TIME_DAYS, add_account

        once = add_account(name, role)
        out.write(f"Added {name}. Password for the first sign-in, within {ONE_TIME_DAYS} days:\n")
        out.write(f"{once}\n")


def _add_first(name: str, role: Role, takes_over: bool, from_input: bool) -> None:
    from brainviewer.app.sign_in.first_account import make_first_administrator

    if role is not Role.ADMINISTRATOR:
        said = "The first account must be an administrator's."
        raise AccountError(said, f"brainviewer users add '{name}' --role administrator")
    if not (from_input or on_terminal()):
        said = "The first account is made on a terminal of this computer."
        raise AccountError(said, "Run the command there, or give --password-stdin.")
    password = asked_new_password(from_input=from_input)
    make_first_administrator(name, password, takes_over=takes_over)


@users.command()
def disable(name: _Name, as_: _As = "", from_input: _FromInput = False) -> None:
    """Let a reader sign in no more."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in import accounts

        accounts.disable(name)
        out.write(f"{name} cannot sign in any more.\n")


@users.command()
def enable(name: _Name, as_: _As = "", from_input: _FromInput = False) -> None:
    """Let a reader sign in again."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in import accounts

        accounts.enable(name)
        out.write(f"{name} can sign in again.\n")


@users.command()
def reset(name: _Name, as_: _As = "", from_input: _FromInput = False) -> None:
    """Give a reader a one-time password.

    His tokens hold no more.
    """
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in import accounts

        once = accounts.reset(name)
        days = accounts.ONE_TIME_DAYS
        out.write(f"Password of {name} for the next sign-in, within {days} days:\n{once}\n")


@users.command("role")
def role_(
    name: _Name,
    role: Annotated[Role, argument(metavar="ROLE", help="reader or administrator.")],
    as_: _As = "",
    from_input: _FromInput = False,
) -> None:
    """Make somebody an administrator, or a reader."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in.accounts import set_role

        set_role(name, role)
        out.write(f"{name}: {role}\n")


@users.command()
def remove(name: _Name, as_: _As = "", from_input: _FromInput = False) -> None:
    """Remove an account; what its reader made stays."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in import accounts
        from brainviewer.files.user_folders import machine_folder

        reader = accounts.remove(name)
        folder = machine_folder() / "readers" / reader.id
        out.write(f"Removed {reader.name}. What he made stays in '{folder}'.\n")


@users.command()
def password(as_: _As = "", from_input: _FromInput = False) -> None:
    """Change your own password."""
    with results_only() as out:
        from brainviewer.app.sign_in.signing_in import change_password
        from brainviewer.cli.signing_in import asked_name, asked_password

        name = asked_name(as_, from_input=from_input)
        old = asked_password("Password", from_input=from_input)
        change_password(name, old, asked_new_password(from_input=from_input))
        out.write("The password is changed.\n")


@users.command()
def token(
    file: Annotated[Path, argument(metavar="FILE", help="A new file; only you can read it.")],
    days: Annotated[int, option(metavar="DAYS", help="How long it holds; 90 by default.")] = 90,
    as_: _As = "",
    from_input: _FromInput = False,
) -> None:
    """Write a token, by which commands sign in as you.

    For places where nobody can type a password.
    """
    with results_only() as out:
        reader = _sign_in(as_, from_input)
        from brainviewer.app.sign_in.tokens import make_token

        made = make_token(reader, file, days)
        out.write(f"Token {made.id} of {reader.name} is in '{file}' and holds until ")
        out.write(f"{made.expires[:10]}.\nUse it: brainviewer --token-file '{file}' COMMAND\n")


@users.command()
def tokens(as_: _As = "", from_input: _FromInput = False) -> None:
    """List your tokens."""
    with results_only() as out:
        reader = _sign_in(as_, from_input)
        from brainviewer.app.sign_in.tokens import list_tokens

        for one in list_tokens(reader):
            used = f"last used {one.last_used[:10]}" if one.last_used else "not used yet"
            out.write(f"{one.id}: made {one.created[:10]}, until {one.expires[:10]}, {used}\n")


@users.command()
def revoke(
    token_id: Annotated[str, argument(metavar="TOKEN", help="See 'brainviewer users tokens'.")],
    as_: _As = "",
    from_input: _FromInput = False,
) -> None:
    """Let one of your tokens hold no more."""
    with results_only() as out:
        reader = _sign_in(as_, from_input)
        from brainviewer.app.sign_in.tokens import revoke_token

        revoke_token(reader, token_id)
        out.write(f"Token {token_id} holds no more.\n")


@users.command()
def off(as_: _As = "", from_input: _FromInput = False) -> None:
    """Switch sign-in off; accounts stay."""
    with results_only() as out:
        _sign_in(as_, from_input)
        from brainviewer.app.sign_in.accounts import switch_off

        switch_off()
        out.write("Nobody has to sign in any more. What readers made stays in their folders.\n")


@users.command()
def on(as_: _As = "", from_input: _FromInput = False) -> None:
    """Switch sign-in on again."""
    with results_only() as out:
        from brainviewer.app.sign_in.accounts import switch_on

        switch_on(asked_reader(as_, from_input=from_input))
        out.write("From now on readers sign in.\n")


@users.command()
def restore() -> None:
    """Put damaged or deleted accounts back."""
    with results_only() as out:
        from brainviewer.app.sign_in import first_account

        aside = first_account.restore()
        out.write("The accounts are as after the last change.\n")
        if aside is not None:
            out.write(f"The damaged file is kept as '{aside}'.\n")


def _sign_in(name: str, from_input: bool) -> Reader:
    """Who runs the command, by his password; a token does not change accounts."""
    from brainviewer.app.sign_in.signing_in import begin_use

    reader = asked_reader(name, from_input=from_input)
    begin_use(reader)
    return reader


def _summary(account: "Account") -> str:
    reader = account.reader
    parts = [str(reader.role)]
    parts += ["disabled"] if not account.enabled else []
    parts += ["one-time password"] if account.one_time else []
    last = account.last_sign_in
    parts.append(f"last sign-in {last[:16].replace('T', ' ')} UTC" if last else "never signed in")
    if account.failures:
        word = "password" if account.failures == 1 else "passwords"
        parts.append(f"{account.failures} wrong {word} since")
    return f"{reader.name}: {', '.join(parts)}"
