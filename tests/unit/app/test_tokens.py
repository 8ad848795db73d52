"""Tokens: files that sign in, as long as nobody else could read them."""

import os
import sys
from pathlib import Path

import pytest
from signing_in import ANNA, ANNAS_PASSWORD, BEN, BENS_PASSWORD, CHEAP, MovedClock
from signing_in import first_administrator as administrator

from brainviewer.app.sign_in import accounts, calendar
from brainviewer.app.sign_in.signing_in import begin_use, change_password, sign_in
from brainviewer.app.sign_in.tokens import (
    list_tokens,
    make_token,
    reader_of_token,
    revoke_token,
)
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.errors import FileError
from brainviewer.core.process.reader import Reader
from brainviewer.files.accounts.traces import accounts_path

pytestmark = pytest.mark.usefixtures("home")
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")


@pytest.fixture
def anna() -> Reader:
    reader = administrator()
    begin_use(reader)
    return reader


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "token"


def test_a_token_is_its_reader_and_the_secret_is_only_in_its_file(anna: Reader, file: Path) -> None:
    made = make_token(anna, file)
    assert reader_of_token(file) == anna
    (listed,) = list_tokens(anna)
    assert listed.id == made.id and listed.last_used
    secret = file.read_text().split(".")[1].strip()
    assert len(secret) == 64 and secret.encode() not in accounts_path().read_bytes()


@posix
def test_the_file_is_its_owners_alone_whatever_the_umask(anna: Reader, file: Path) -> None:
    before = os.umask(0)
    try:
        make_token(anna, file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_not_replaced_and_leaves_no_token(anna: Reader, file: Path) -> None:
    file.write_text("mine")
    with pytest.raises(FileError, match="not replaced"):
        make_token(anna, file)
    with pytest.raises(FileError, match="cannot be written"):
        make_token(anna, file.parent / "nowhere" / "token")
    assert file.read_text() == "mine"
    assert list_tokens(anna) == []


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_reach_is_refused(anna: Reader, file: Path, mode: int) -> None:
    make_token(anna, file)
    file.chmod(mode)
    with pytest.raises(FileError, match="read by others"):
        reader_of_token(file)


@posix
def test_a_link_a_pipe_and_somebody_elses_file_are_refused(
    anna: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_token(anna, file)
    link, pipe = file.parent / "link", file.parent / "pipe"
    link.symlink_to(file)
    os.mkfifo(pipe, 0o600)
    with pytest.raises(FileError, match="is a link"):
        reader_of_token(link)
    with pytest.raises(FileError, match="no ordinary file"):
        reader_of_token(pipe)
    with pytest.raises(FileError, match="no ordinary file"):
        reader_of_token(file.parent)
    with pytest.raises(FileError, match="cannot be read"):
        reader_of_token(file.parent / "none")
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(FileError, match="belongs to somebody else"):
        reader_of_token(file)


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 100, b"x" * 5000, b"BrainViewer token 1\n", None]
)
def test_a_file_without_a_token_that_holds_is_refused(
    anna: Reader, file: Path, content: bytes | None
) -> None:
    make_token(anna, file)
    if content is None:
        whole = file.read_text().strip()
        content = (whole[:-1] + ("0" if whole[-1] != "0" else "1")).encode()
    file.write_bytes(content)
    with pytest.raises((FileError, AccountError)):
        reader_of_token(file)


def test_a_token_ends_when_it_is_revoked_or_runs_out_or_its_reader_may_no_more(
    anna: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = accounts.add_account(BEN, hashing=CHEAP)
    reader = change_password(BEN, once, BENS_PASSWORD, MovedClock(), CHEAP)
    token = make_token(reader, file, 30)
    with pytest.raises(AccountError, match="no token"):
        revoke_token(anna, token.id)  # of somebody else
    accounts.disable(BEN)
    with pytest.raises(AccountError, match="disabled"):
        reader_of_token(file)
    accounts.enable(BEN)
    assert reader_of_token(file) == reader
    with monkeypatch.context() as patch:
        patch.setattr(calendar, "utc_now", lambda: "2999-01-01T00:00:00+00:00")
        with pytest.raises(AccountError, match="run out"):
            reader_of_token(file)
    revoke_token(reader, token.id)
    with pytest.raises(AccountError, match="not hold here"):
        reader_of_token(file)
    again = file.parent / "again"
    make_token(reader, again)
    accounts.reset(BEN, CHEAP)
    with pytest.raises(AccountError, match="not hold here"):
        reader_of_token(again)


def test_a_calendar_that_is_set_back_lets_no_token_hold_again(
    anna: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_token(anna, file, 30)
    after, again = "2999-01-01T00:00:00+00:00", file.parent / "again"
    with monkeypatch.context() as patch:
        patch.setattr(calendar, "utc_now", lambda: after)
        with pytest.raises(AccountError, match="run out"):
            reader_of_token(file)
    with pytest.raises(AccountError, match="run out"):
        reader_of_token(file)
    assert make_token(anna, again, 30).expires == "2999-01-31T00:00:00+00:00"
    sign_in(ANNA, ANNAS_PASSWORD, MovedClock(), CHEAP)  # an administrator: the calendar is right
    assert reader_of_token(file) == anna


def test_time_ends_before_a_token_does(
    anna: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "utc_now", lambda: "9999-12-31T23:59:59+00:00")
    assert make_token(anna, file).expires.startswith("9999-12-31")


@pytest.mark.parametrize("days", [0, -1, 367])
def test_tokens_hold_for_a_year_at_most(anna: Reader, file: Path, days: int) -> None:
    with pytest.raises(AccountError, match="1 to 366"):
        make_token(anna, file, days)
    assert not file.exists()


def test_a_password_of_ones_own_ends_no_token(anna: Reader, file: Path) -> None:
    make_token(anna, file)
    change_password(ANNA, ANNAS_PASSWORD, BENS_PASSWORD, MovedClock(), CHEAP)
    assert reader_of_token(file) == anna
