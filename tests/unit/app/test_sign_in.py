"""Signing in: the right password at the right time, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from signing_in import ANNA, ANNAS_PASSWORD, BEN, BENS_PASSWORD, CHEAP, MovedClock
from signing_in import first_administrator as administrator

from brainviewer.app.sign_in import accounts, calendar
from brainviewer.app.sign_in.hashing import Hashing
from brainviewer.app.sign_in.permission import require, sign_in_is_on
from brainviewer.app.sign_in.signing_in import (
    MustWait,
    PasswordMustChange,
    WrongPassword,
    begin_use,
    change_password,
    sign_in,
    sign_out,
    wait_seconds,
)
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.accounts.delays import OF_A_NAME
from brainviewer.core.errors import FileError
from brainviewer.core.process.reader import Reader, Role, current_reader
from brainviewer.files.accounts.accounts_file import SCHEMA
from brainviewer.files.accounts.traces import accounts_path, copy_path, marker_path
from brainviewer.files.database.schema import DatabaseError, Fault
from brainviewer.files.user_folders import data_folder, machine_folder

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def enter(name: str, password: str, clock: MovedClock) -> Reader:
    return sign_in(name, password, clock, CHEAP)


def wrong(clock: MovedClock, name: str = ANNA, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            enter(name, "not the password at all", clock)


def test_without_accounts_nobody_signs_in_and_nothing_is_made() -> None:
    assert not sign_in_is_on()
    assert require(Role.ADMINISTRATOR) is None
    assert not machine_folder().exists()


def test_the_first_administrator_signs_in_whatever_the_case_of_his_name(clock: MovedClock) -> None:
    made = administrator()
    assert sign_in_is_on()
    reader = enter(" anna MILLER ", ANNAS_PASSWORD, clock)
    assert reader == made and reader.administers
    assert current_reader() is None
    begin_use(reader)
    assert data_folder() == machine_folder() / "readers" / reader.id
    assert require(Role.ADMINISTRATOR) == reader
    sign_out()
    assert data_folder() == machine_folder()
    with pytest.raises(AccountError, match="Nobody has signed in"):
        require(Role.READER)


def test_a_wrong_name_and_a_wrong_password_are_told_alike(clock: MovedClock) -> None:
    administrator()
    said = set()
    for name in (ANNA, "Nobody", "", "\ud800", "x" * 100_000):
        with pytest.raises(WrongPassword) as raised:
            enter(name, "not the password at all", clock)
        said.add(str(raised.value))
    assert len(said) == 1


def test_known_and_unknown_names_are_looked_at_equally_long(
    clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator()
    looked: list[str] = []
    real = Hashing.is_right

    def is_right(self: Hashing, hashed: str | None, password: str) -> bool:
        import brainviewer.app.sign_in.hashing as module

        parameters = (hashed or module._nobodys(self)).split("$")[1:4]
        looked.append("$".join(parameters))
        return real(self, hashed, password)

    monkeypatch.setattr(Hashing, "is_right", is_right)
    for name in (ANNA, "Nobody"):
        wrong(clock, name)
    assert looked[0] == looked[1] == "argon2id$v=19$m=8,t=1,p=1"
    # and nobody's hash is one that is really worked through, and never right
    assert not CHEAP.is_right(None, "")
    assert not CHEAP.is_outdated("$argon2id$v=19$m=8,t=1,p=1$" + "A" * 22 + "$" + "A" * 43)


@pytest.mark.parametrize("name", [ANNA, "Nobody"])
def test_delays_grow_and_a_guess_within_them_is_not_heard(clock: MovedClock, name: str) -> None:
    administrator()
    wrong(clock, name, 3)
    for delay in (5, 10, 20):
        assert wait_seconds(name, clock) == pytest.approx(delay)
        with pytest.raises(MustWait) as raised:  # the right one neither
            enter(name, ANNAS_PASSWORD, clock)
        assert raised.value.seconds == pytest.approx(delay)
        clock.pass_by(delay - 0.1)
        with pytest.raises(MustWait):
            enter(name, ANNAS_PASSWORD, clock)
        clock.pass_by(0.2)
        wrong(clock, name)


def test_the_right_password_ends_the_delays_of_its_name(clock: MovedClock) -> None:
    administrator()
    wrong(clock, times=2)
    enter(ANNA, ANNAS_PASSWORD, clock)
    wrong(clock, times=3)
    clock.pass_by(5)
    enter(ANNA, ANNAS_PASSWORD, clock)
    assert wait_seconds(ANNA, clock) == 0


def test_many_names_wait_together_and_ones_own_success_forgives_none(clock: MovedClock) -> None:
    administrator()
    for number in range(10):
        wrong(clock, f"name {number}")
    assert wait_seconds(ANNA, clock) == pytest.approx(2)
    clock.pass_by(2)
    enter(ANNA, ANNAS_PASSWORD, clock)
    wrong(clock, "name 10")
    assert wait_seconds("another", clock) == pytest.approx(4)
    clock.pass_by(3600)
    assert wait_seconds("another", clock) == 0


def test_a_restart_and_a_calendar_set_back_shorten_nothing_and_lock_nobody_out(
    clock: MovedClock,
) -> None:
    administrator()
    wrong(clock, times=3)
    for _ in range(4):
        clock.pass_by(1000)
        wrong(clock)
    delay = OF_A_NAME.delay(7)
    clock.pass_by(10)
    clock.set_calendar(+1e6)  # by the calendar all is over
    assert wait_seconds(ANNA, clock) == pytest.approx(delay - 10)
    clock.set_calendar(-3e6)
    assert wait_seconds(ANNA, clock) == pytest.approx(delay - 10)
    clock.start_again(off=-5e6)
    assert wait_seconds(ANNA, clock) == pytest.approx(delay)  # once more, from now on
    clock.pass_by(delay - 1)
    with pytest.raises(MustWait):
        enter(ANNA, ANNAS_PASSWORD, clock)
    clock.pass_by(2)
    enter(ANNA, ANNAS_PASSWORD, clock)


def test_a_guess_counts_when_the_process_is_killed_before_the_answer(clock: MovedClock) -> None:
    administrator()

    class Killed(BaseException):
        pass

    class Kills(Hashing):
        def is_right(self, hashed: str | None, password: str) -> bool:
            raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            sign_in(ANNA, "a guess, and then kill -9", clock, Kills(1, 8, 1))
    assert wait_seconds(ANNA, clock) == pytest.approx(5)


def test_two_processes_that_guess_at_once_count_together() -> None:
    administrator()
    program = (
        "from brainviewer.app.sign_in.signing_in import *\n"
        "from brainviewer.app.sign_in.hashing import Hashing\n"
        "heard = 0\n"
        "for _ in range(20):\n"
        "    try: sign_in('anna miller', 'wrong', hashing=Hashing(1, 8, 1))\n"
        "    except WrongPassword: heard += 1\n"
        "    except MustWait: pass\n"
        "print(heard)"
    )
    asked = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(2)
    ]
    heard = [int(one.communicate()[0]) for one in asked]
    assert [one.returncode for one in asked] == [0, 0]
    assert sum(heard) == OF_A_NAME.free


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(clock: MovedClock) -> None:
    administrator()
    stronger = Hashing(2, 16, 1)
    sign_in(ANNA, ANNAS_PASSWORD, clock, stronger)
    assert b"m=16,t=2,p=1" in accounts_path().read_bytes()
    sign_in(ANNA, ANNAS_PASSWORD, clock, stronger)


def test_a_one_time_password_only_lets_choose_another(clock: MovedClock) -> None:
    begin_use(administrator())
    once = accounts.add_account(BEN, hashing=CHEAP)
    sign_out()
    with pytest.raises(PasswordMustChange):
        enter(BEN, once, clock)
    for refused in (once, "too short", "Ben Ben Ben Ben Ben"):
        with pytest.raises(AccountError):
            change_password(BEN, once, refused, clock, CHEAP)
    reader = change_password(BEN, once, BENS_PASSWORD, clock, CHEAP)
    assert enter(BEN, BENS_PASSWORD, clock) == reader
    with pytest.raises(WrongPassword):
        enter(BEN, once, clock)
    assert not reader.administers


def test_a_one_time_password_runs_out(clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_use(administrator())
    once = accounts.add_account(BEN, hashing=CHEAP)
    with monkeypatch.context() as patch:
        patch.setattr(calendar, "utc_now", lambda: "2999-01-01T00:00:00+00:00")
        with pytest.raises(AccountError, match="run out"):
            enter(BEN, once, clock)
    with pytest.raises(AccountError, match="run out"):  # the calendar is set back
        enter(BEN, once, clock)


def test_only_wrong_passwords_count_as_wrong(clock: MovedClock) -> None:
    begin_use(administrator())
    once = accounts.add_account(BEN, hashing=CHEAP)

    def failures() -> int:
        return next(one.failures for one in accounts.list_accounts() if one.reader.name == BEN)

    with pytest.raises(PasswordMustChange):
        enter(BEN, once, clock)
    assert failures() == 0
    with pytest.raises(WrongPassword):
        enter(BEN, "wrong", clock)
    accounts.disable(BEN)
    with pytest.raises(AccountError, match="disabled"):
        enter(BEN, once, clock)
    assert failures() == 1


def test_changing_a_password_counts_wrong_old_ones(clock: MovedClock) -> None:
    administrator()
    for _ in range(3):
        with pytest.raises(WrongPassword):
            change_password(ANNA, "wrong", BENS_PASSWORD, clock, CHEAP)
    with pytest.raises(MustWait):
        change_password(ANNA, ANNAS_PASSWORD, BENS_PASSWORD, clock, CHEAP)
    clock.pass_by(5)
    change_password(ANNA, ANNAS_PASSWORD, BENS_PASSWORD, clock, CHEAP)
    enter(ANNA, BENS_PASSWORD, clock)


def test_passwords_and_unknown_names_are_not_in_the_file(clock: MovedClock) -> None:
    administrator()
    wrong(clock, "a password typed as a name")
    enter(ANNA, ANNAS_PASSWORD, clock)
    kept = b"".join(f.read_bytes() for f in machine_folder().rglob("*") if f.is_file())
    assert b"typed as" not in kept and b"green lamps" not in kept
    assert b"argon2id" in kept


# -- what may become of the file ------------------------------------------------------------


def refused(fault: Fault, clock: MovedClock) -> str:
    """Nobody gets in and sign-in is not off; the sentence that is said."""
    with pytest.raises(DatabaseError) as raised:
        sign_in_is_on()
    with pytest.raises(DatabaseError):
        require(Role.READER)
    with pytest.raises(DatabaseError) as entered:
        enter(ANNA, ANNAS_PASSWORD, clock)
    assert raised.value.fault is entered.value.fault is fault
    return str(raised.value)


def test_a_deleted_file_does_not_switch_sign_in_off(clock: MovedClock) -> None:
    administrator()
    accounts_path().unlink()
    assert "users restore" in refused(Fault.GONE, clock)
    assert not accounts_path().exists()
    copy_path().unlink()
    refused(Fault.GONE, clock)
    with pytest.raises(DatabaseError):  # and nobody else becomes the first
        administrator()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 9000, b"x" * 4000])
def test_a_damaged_file_is_restored_from_the_copy(clock: MovedClock, content: bytes) -> None:
    from brainviewer.app.sign_in.first_account import restore

    made = administrator()
    accounts_path().write_bytes(content)
    assert "users restore" in refused(Fault.DAMAGED, clock)
    assert accounts_path().read_bytes() == content
    aside = restore()
    assert aside is not None and aside.read_bytes() == content
    assert enter(ANNA, ANNAS_PASSWORD, clock) == made
    with pytest.raises(AccountError, match="Nothing is wrong"):
        restore()


@pytest.mark.parametrize("content", [b"", b"x" * 4000])
def test_a_damaged_copy_does_not_take_the_place_of_the_accounts(
    clock: MovedClock, content: bytes
) -> None:
    from brainviewer.app.sign_in.first_account import restore

    administrator()
    accounts_path().write_bytes(b"damaged" * 900)
    copy_path().write_bytes(content)
    with pytest.raises(FileError, match="copy of the accounts is damaged as well"):
        restore()
    assert accounts_path().read_bytes() == b"damaged" * 900


def test_a_newer_file_is_left_as_it_is(clock: MovedClock) -> None:
    import sqlite3

    administrator()
    with sqlite3.connect(accounts_path()) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA.version + 1}")
    connection.close()
    before = accounts_path().read_bytes()
    assert "Update BrainViewer" in refused(Fault.NEWER, clock)
    assert accounts_path().read_bytes() == before


def test_where_failures_cannot_be_counted_nobody_gets_in(
    clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    administrator()
    real = sqlite3.connect

    def connect(place: object, **options: object) -> sqlite3.Connection:
        if isinstance(place, Path):  # as on a disk without permission to write
            return real(f"{place.as_uri()}?mode=ro", uri=True, **options)
        return real(place, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert "could not be counted" in refused(Fault.UNUSABLE, clock)


def test_an_older_file_in_its_place_does_not_switch_sign_in_off(clock: MovedClock) -> None:
    from brainviewer.app.sign_in.first_account import restore

    reader = administrator()
    begin_use(reader)
    accounts.switch_off()
    assert not sign_in_is_on()
    off = accounts_path().read_bytes()
    accounts.switch_on(enter(ANNA, ANNAS_PASSWORD, clock))
    assert sign_in_is_on()
    accounts_path().write_bytes(off)
    with pytest.raises(DatabaseError, match="older file"):
        sign_in_is_on()
    restore()
    assert sign_in_is_on()


def test_a_row_that_makes_no_sense_is_damage(clock: MovedClock) -> None:
    import sqlite3

    administrator()
    with sqlite3.connect(accounts_path()) as connection:
        connection.execute("UPDATE accounts SET role = 'emperor'")
    connection.close()
    with pytest.raises(DatabaseError, match="damaged"):
        enter(ANNA, ANNAS_PASSWORD, clock)


def test_the_marker_comes_back_by_itself() -> None:
    administrator()
    marker_path().unlink()
    assert sign_in_is_on()
    assert marker_path().exists()
