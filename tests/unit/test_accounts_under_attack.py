"""Accounts whose file, names, input or trail somebody has meddled with: a sentence and a way on."""

import io
import json
import sqlite3
from pathlib import Path

import pytest
from command_line import refused, run
from signing_in import ANNA, ANNAS_PASSWORD, BEN, BENS_PASSWORD, CHEAP, first_administrator

from brainviewer.app.audit_trail import recording
from brainviewer.app.sign_in import accounts
from brainviewer.app.sign_in.first_account import restore
from brainviewer.app.sign_in.hashing import USUAL
from brainviewer.app.sign_in.signing_in import begin_use, change_password, sign_in, sign_out
from brainviewer.app.sign_in.tokens import list_tokens, make_token, revoke_token
from brainviewer.core.accounts.account import AccountError, clean_name
from brainviewer.core.process.reader import Reader, Role
from brainviewer.files.accounts.traces import accounts_path
from brainviewer.files.audit_trail.places import key_file, trail_folder
from brainviewer.files.database.schema import DatabaseError, Fault

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def anna(home: None, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """An administrator with cheap hashes, who has not signed in."""
    for name in ("passes", "memory", "lanes"):
        monkeypatch.setitem(USUAL.__dict__, name, getattr(CHEAP, name))
    return first_administrator()


def meddle(statement: str) -> None:
    connection = sqlite3.connect(accounts_path())
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET id = '../../elsewhere'",
        "UPDATE accounts SET name = x'ff00'",
        "UPDATE accounts SET hash = x'ff00'",
        "UPDATE accounts SET one_time_until = 5.5, enabled = 7",
        "UPDATE accounts SET last_sign_in = x'00', failures = 'many'",
        "UPDATE facts SET value = 999999999999 WHERE name = 'on'",
        "UPDATE failures SET count = 'none', wall = 'then'",
    ],
)
def test_rows_that_another_program_has_changed_are_damage(anna: Reader, statement: str) -> None:
    with pytest.raises(AccountError):
        sign_in(ANNA, "not the password at all", hashing=CHEAP)  # so that there are failures
    meddle(statement)
    with pytest.raises(DatabaseError) as raised:
        sign_in_to_list()
    assert raised.value.fault is Fault.DAMAGED and "users restore" in str(raised.value)


def sign_in_to_list() -> None:
    begin_use(sign_in(ANNA, ANNAS_PASSWORD, hashing=CHEAP))
    accounts.list_accounts()


def test_tokens_of_other_types_are_damage(anna: Reader, tmp_path: Path) -> None:
    make_token(anna, tmp_path / "token")
    meddle("UPDATE tokens SET expires = x'39'")
    with pytest.raises(DatabaseError) as raised:
        list_tokens(anna)
    assert raised.value.fault is Fault.DAMAGED


def test_a_hash_that_would_cost_hours_is_not_looked_at() -> None:
    endless = f"$argon2id$v=19$m=8,t=4000000000,p=1${'A' * 22}${'A' * 43}"
    assert not CHEAP.is_right(endless, ANNAS_PASSWORD)
    vast = f"$argon2id$v=19$m=4000000000,t=1,p=1${'A' * 22}${'A' * 43}"
    assert not CHEAP.is_right(vast, ANNAS_PASSWORD)


@pytest.mark.parametrize("unseen", "\u034f\u3164\u1160\ufe0f\U000e0100\u200b\u202e")
def test_no_name_holds_what_is_not_seen(unseen: str) -> None:
    with pytest.raises(AccountError):
        clean_name(f"Anna{unseen}")
    assert clean_name("Zoë नमस्ते 김") == "Zoë नमस्ते 김"


def test_one_time_passwords_run_out_so_they_make_no_last_administrator(anna: Reader) -> None:
    begin_use(anna)
    once = accounts.add_account(BEN, Role.ADMINISTRATOR, CHEAP)
    for change in (
        lambda: accounts.disable(ANNA),
        lambda: accounts.remove(ANNA),
        lambda: accounts.reset(ANNA, CHEAP),
        lambda: accounts.set_role(ANNA, Role.READER),
    ):
        with pytest.raises(AccountError, match="last administrator"):
            change()
    accounts.disable(BEN)  # he does not count yet
    accounts.enable(BEN)
    change_password(BEN, once, BENS_PASSWORD, hashing=CHEAP)
    accounts.disable(ANNA)
    begin_use(sign_in(BEN, BENS_PASSWORD, hashing=CHEAP))
    assert not next(one for one in accounts.list_accounts() if one.reader == anna).enabled


def test_tokens_are_as_they_were_when_accounts_are_restored(anna: Reader, tmp_path: Path) -> None:
    gone, stays = (make_token(anna, tmp_path / name) for name in ("gone", "stays"))
    revoke_token(anna, gone.id)
    accounts_path().unlink()
    restore()
    assert [one.id for one in list_tokens(anna)] == [stays.id]


def test_an_administrator_begins_a_new_trail_where_the_key_is_away(
    anna: Reader,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin_use(anna)
    once = accounts.add_account(BEN, hashing=CHEAP)
    sign_out()
    ben = change_password(BEN, once, BENS_PASSWORD, hashing=CHEAP)
    mine, his = tmp_path / "mine", tmp_path / "his"
    make_token(anna, mine)
    make_token(ben, his)
    key_file().unlink()
    monkeypatch.setattr(recording, "_process", recording._Process())  # as of another process
    for token, command in (
        (mine, ["audit-trail", "show"]),
        (mine, ["audit-trail", "start"]),
        (his, ["audit-trail", "start", "--anew"]),
    ):
        assert run("--token-file", str(token), *command) == 2
        assert "The key of the audit trail is not there" in refused(capfd)
        sign_out()
    assert run("--token-file", str(mine), "audit-trail", "start", "--anew") == 0
    assert "recorded from now on" in capfd.readouterr().out
    (file,) = trail_folder().glob("*.jsonl")
    first = json.loads(file.read_text("utf-8").splitlines()[0])
    assert anna.id in json.dumps(first) and "audit-until-" in json.dumps(first)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("name", ["away", "link", "", "\x1b[31m"])
def test_token_files_that_cannot_be_opened(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    file = str(tmp_path / name) if name else ""
    assert run("--token-file", file, "info", str(tmp_path)) == 2
    assert "The token file" in refused(capfd)


@pytest.mark.usefixtures("anna")
def test_input_that_is_no_password(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = "users", "list", "--as", ANNA, "--password-stdin"
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr("sys.stdin", endless)
        assert run(*asked) == 2
        assert "longer than any password" in refused(capfd)
    bytes_alone = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", bytes_alone)
    assert run(*asked) == 2
    assert "no text" in refused(capfd)


@pytest.mark.usefixtures("anna")
def test_commands_for_accounts_do_not_send_to_a_token(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert run("users", "list") == 2
        assert "--password-stdin" in refused(capfd)
        assert run("info", "study") == 2
        assert "--token-file" in refused(capfd)
