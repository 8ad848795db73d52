"""Names of accounts, and passwords that are acceptable."""

import unicodedata

import pytest

from brainviewer.app.sign_in.password_check import check_password
from brainviewer.core.accounts.account import AccountError, clean_name, name_key
from brainviewer.core.accounts.look_alikes import looks
from brainviewer.core.accounts.password_rules import normal_form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna   Miller ", "Anna Miller"),
        ("d'Arcy-Smith_2", "d'Arcy-Smith_2"),
        ("Ａｎｎａ", "Anna"),
        ("Jürgen", "Jürgen"),
        ("प्रिया", "प्रिया"),
    ],
)
def test_names_as_they_are_kept(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "  ", "a" * 65, "../x", "a/b", "a\x1b[31m", "a\u202eb", "-a", ".a", "a\0", "a;b"]
)
def test_names_that_are_refused(typed: str) -> None:
    with pytest.raises(AccountError):
        clean_name(typed)


def test_names_that_are_one() -> None:
    assert len({name_key(n) for n in ("Anna", " ANNA", "ａｎｎａ ", "anna")}) == 1
    assert name_key("Straße") == name_key("STRASSE")
    assert name_key(unicodedata.normalize("NFD", "Jürgen")) == name_key("JÜRGEN")


@pytest.mark.parametrize(
    ("name", "other"),
    [("Вера", "Bepa"), ("АННА", "AHHA"), ("Αννα", "Avva"), ("Alice", "AIice"), ("Bob 0", "Bob O"),
     ("Arno", "Amo"), ("Ben ٣", "Ben 3"), ("Сора", "copa")],
)  # fmt: skip
def test_names_that_look_alike(name: str, other: str) -> None:
    assert looks(name) == looks(other)
    assert name_key(name) != name_key(other)


def test_names_that_do_not_look_alike() -> None:
    names = "Anna", "Anne", "José", "Jose", "Вера", "Вена", "Bea", "Jürgen", "Jurgen", "Ben", "Den"
    assert len({looks(name) for name in names}) == len(names)


@pytest.mark.parametrize("typed", ["Вen", "Αnna", "Anna Мiller", "Müller-Вeck", "ᎪNNA"])
def test_words_of_several_alphabets_are_refused(typed: str) -> None:
    with pytest.raises(AccountError, match="several alphabets"):
        clean_name(typed)


@pytest.mark.parametrize("typed", ["Anna Иванова", "Μαρία", "Вера", "山田 Taro", "やまだ山田"])
def test_alphabets_of_their_own_are_fine(typed: str) -> None:
    assert clean_name(typed) == typed


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short of 15 ch", "fewer than 15"),
        ("a" * 257, "more than 256"),
        ("passwordpassword", "most common"),
        ("  PASSWORD1234567  ", "most common"),
        ("ＰＡＳＳＷＯＲＤpassword", "most common"),
        ("!!!!qwertyuiop!!!!", "most common"),
        ("aaaaaaaaaaaaaaaa", "pattern|common"),
        ("abababababababab", "pattern|common"),
        ("1234567890123456", "pattern|common"),
        ("annamiller-2026-1", "name"),
        ("2026 Anna Miller!", "name"),
        ("relliMannarelliManna", "name|pattern"),
        ("miller miller miller", "name"),
        ("BrainViewer 2026-01", "name"),
        ("brainviewerbrainviewer", "name"),
        ("qwertyuiopasdfghjkl", "pattern|common"),
    ],
)
def test_passwords_that_are_refused(password: str, why: str) -> None:
    with pytest.raises(AccountError, match=why):
        check_password(password, "Anna Miller")


@pytest.mark.parametrize(
    "password",
    [
        "seven green lamps asleep",
        "nwh4-kd9t-qq2z-7u",
        "öäüß ist ganz anders",
        "a 東京 lamp under the",
    ],
)
def test_passwords_of_any_kind_of_characters_are_accepted(password: str) -> None:
    check_password(password, "Anna Miller")


def test_one_password_however_the_keyboard_composes_it() -> None:
    assert normal_form(unicodedata.normalize("NFD", "Grüße")) == normal_form("Grüße")
