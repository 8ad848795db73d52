"""Accounts: who may change them, and that somebody always can."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from signing_in import ANNA, ANNAS_PASSWORD, BEN, BENS_PASSWORD, CHEAP, MovedClock
from signing_in import first_administrator as administrator

import brainviewer as package
from brainviewer.app.sign_in import accounts
from brainviewer.app.sign_in.first_account import make_first_administrator
from brainviewer.app.sign_in.permission import require, sign_in_is_on
from brainviewer.app.sign_in.signing_in import (
    WrongPassword,
    begin_use,
    change_password,
    sign_in,
    sign_out,
)
from brainviewer.app.sign_in.taking_over import DATA, SETTINGS
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.process.reader import Reader, Role
from brainviewer.files.user_folders import data_folder, machine_folder, machine_settings_folder

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def anna() -> Reader:
    reader = administrator()
    begin_use(reader)
    return reader


def ben(role: Role = Role.READER) -> Reader:
    once = accounts.add_account(BEN, role, CHEAP)
    return change_password(BEN, once, BENS_PASSWORD, MovedClock(), CHEAP)


@pytest.mark.parametrize("name", ["Веn", "Bеn", "Beո"])
def test_a_name_that_looks_like_another_ones_is_refused(anna: Reader, name: str) -> None:
    ben()
    with pytest.raises(AccountError):
        accounts.add_account(name, hashing=CHEAP)
    accounts.add_account("Вора", hashing=CHEAP)
    with pytest.raises(AccountError, match=r"looks like that of another account, 'Вора'\."):
        accounts.add_account("Bopa", hashing=CHEAP)
    assert [one.reader.name for one in accounts.list_accounts()] == [ANNA, BEN, "Вора"]


CHANGES: list[Callable[[], object]] = [
    accounts.list_accounts,
    lambda: accounts.add_account("Carl", hashing=CHEAP),
    lambda: accounts.reset(BEN, CHEAP),
    lambda: accounts.disable(BEN),
    lambda: accounts.enable(BEN),
    lambda: accounts.set_role(BEN, Role.ADMINISTRATOR),
    lambda: accounts.remove(BEN),
    accounts.switch_off,
]


@pytest.mark.parametrize("change", CHANGES)
def test_only_an_administrator_may_change_accounts(
    anna: Reader, change: Callable[[], object]
) -> None:
    reader = ben()
    sign_out()
    with pytest.raises(AccountError, match="Nobody has signed in"):
        change()
    begin_use(reader)
    with pytest.raises(AccountError, match="Only an administrator"):
        change()
    begin_use(anna)
    change()


def test_an_administrator_who_was_disabled_meanwhile_may_no_more(anna: Reader) -> None:
    begin_use(other := ben(Role.ADMINISTRATOR))
    accounts.disable(ANNA)
    begin_use(anna)
    with pytest.raises(AccountError, match="no longer be used"):
        accounts.list_accounts()
    begin_use(other)
    accounts.enable(ANNA)
    accounts.set_role(ANNA, Role.READER)
    begin_use(anna)  # who still believes to be an administrator
    with pytest.raises(AccountError, match="Only an administrator"):
        require(Role.ADMINISTRATOR)


def test_the_last_administrator_stays(anna: Reader) -> None:
    changes: list[Callable[[], object]] = [
        lambda: accounts.disable(ANNA),
        lambda: accounts.set_role(ANNA, Role.READER),
        lambda: accounts.remove(ANNA),
    ]
    ben(Role.ADMINISTRATOR)
    accounts.disable(BEN)  # who can administer nothing
    for change in changes:
        with pytest.raises(AccountError, match="last administrator"):
            change()
    accounts.enable(BEN)
    accounts.disable(ANNA)


def test_what_the_list_tells(anna: Reader) -> None:
    ben()
    clock = MovedClock()
    for _ in range(2):
        with pytest.raises(WrongPassword):
            sign_in(BEN, "wrong", clock, CHEAP)
    accounts.add_account("Carl", hashing=CHEAP)
    accounts.disable("carl")
    told = {one.reader.name: one for one in accounts.list_accounts()}
    assert list(told) == [ANNA, BEN, "Carl"]
    assert told[BEN].failures == 2 and told[BEN].last_sign_in and not told[BEN].one_time
    assert told["Carl"].one_time and not told["Carl"].enabled and not told["Carl"].last_sign_in
    sign_in(BEN, BENS_PASSWORD, clock, CHEAP)
    assert accounts.list_accounts()[1].failures == 0


def test_names_are_taken_whatever_their_case_and_ids_are_never_used_again(
    anna: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = ben()
    with pytest.raises(AccountError, match="There is an account called"):
        accounts.add_account(" bEN ", hashing=CHEAP)
    accounts.remove(BEN)
    with monkeypatch.context() as patch, pytest.raises(AccountError):
        patch.setattr(accounts, "new_reader", lambda name, role: Reader(reader.id, name, role))
        accounts.add_account("Dora", hashing=CHEAP)
    assert ben().id != reader.id


def test_a_disabled_reader_and_an_old_password_do_not_get_in(anna: Reader) -> None:
    ben()
    accounts.disable(BEN)
    with pytest.raises(AccountError, match="disabled"):
        sign_in(BEN, BENS_PASSWORD, MovedClock(), CHEAP)
    accounts.enable(BEN)
    sign_in(BEN, BENS_PASSWORD, MovedClock(), CHEAP)
    accounts.reset(BEN, CHEAP)
    with pytest.raises(WrongPassword):
        sign_in(BEN, BENS_PASSWORD, MovedClock(), CHEAP)


def test_one_time_passwords_differ_and_are_long_enough(anna: Reader) -> None:
    passwords = {accounts.one_time_password() for _ in range(200)}
    assert len(passwords) == 200
    assert all(re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", one) for one in passwords)


def test_an_unknown_account_is_said_with_those_that_are_known(anna: Reader) -> None:
    with pytest.raises(AccountError, match=r"no account called 'Bem'.*Anna Miller"):
        accounts.disable("Bem")


def test_switched_off_everything_is_as_before_and_accounts_stay(anna: Reader) -> None:
    accounts.switch_off()
    sign_out()
    assert not sign_in_is_on()
    assert data_folder() == machine_folder()
    with pytest.raises(AccountError, match="Sign-in is off"):
        accounts.list_accounts()
    with pytest.raises(AccountError, match="accounts already"):
        make_first_administrator("Eve", BENS_PASSWORD, takes_over=False, hashing=CHEAP)
    accounts.switch_on(sign_in(ANNA, ANNAS_PASSWORD, MovedClock(), CHEAP))
    with pytest.raises(AccountError, match="Nobody has signed in"):
        accounts.list_accounts()


def test_the_first_administrator_takes_over_what_was_there_and_the_originals_stay() -> None:
    there = {
        machine_settings_folder() / "settings.json": b"{}",
        machine_folder() / "journal" / "c0ffee.json": b"annotations",
        machine_folder() / "journal" / ".draft": b"unfinished",
        machine_folder() / "verdicts.jsonl": b"feedback",
        machine_folder() / "models" / "m" / "card.json": b"of all",
    }
    for path, content in there.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    reader = administrator(takes_over=True)
    begin_use(reader)
    taken = {
        path.relative_to(data_folder()).as_posix(): path.read_bytes()
        for path in data_folder().rglob("*")
        if path.is_file()
    }
    assert taken == {
        "settings.json": b"{}",
        "journal/c0ffee.json": b"annotations",
        "verdicts.jsonl": b"feedback",
    }
    assert all(path.read_bytes() == content for path, content in there.items())
    if sys.platform != "win32":
        assert not any(p.stat().st_mode & 0o077 for p in data_folder().rglob("*"))
    begin_use(ben())
    assert not data_folder().exists() or not list(data_folder().rglob("*.json"))


def test_all_that_a_reader_has_is_taken_over_but_for_what_is_there_for_a_while() -> None:
    for_a_while = {"retrieved", "unpacked", "unfinished"}
    sources = [f.read_text() for f in Path(package.__file__).parent.rglob("*.py")]
    names = set(re.findall(r'\b(?:data|settings)_folder\(\) / "([^"]+)"', "\n".join(sources)))
    assert names - for_a_while <= {*SETTINGS, *DATA}
    assert {*SETTINGS, *DATA} <= names | {"verdicts.jsonl"}
