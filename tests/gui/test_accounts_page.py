"""The page of accounts in the settings: what administrators do there, and what readers see."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.settings.table import Page
from brainviewer.app.sign_in import accounts, signing_in
from brainviewer.app.sign_in.locking import idle_minutes
from brainviewer.app.sign_in.permission import ONLY_ADMINISTRATORS
from brainviewer.app.sign_in.signing_in import PasswordMustChange, begin_use, sign_out
from brainviewer.app.sign_in.tokens import list_tokens, make_token
from brainviewer.core.process.reader import Reader
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.sign_in.accounts_page import AccountsPage
from tests.signing_in import ANNA, BEN, BENS_PASSWORD, CHEAP, first_administrator

pytestmark = pytest.mark.window


@pytest.fixture
def readers(home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Reader, Reader]]:
    """Anna, an administrator who has signed in, and Ben, a reader."""
    for verb in ("add_account", "reset"):
        monkeypatch.setattr(accounts, verb, partial(getattr(accounts, verb), hashing=CHEAP))
    anna = first_administrator()
    begin_use(anna)
    once = accounts.add_account(BEN)
    ben = signing_in.change_password(BEN, once, BENS_PASSWORD, hashing=CHEAP)
    yield anna, ben
    sign_out()


@pytest.fixture
def page(qtbot: QtBot, readers: tuple[Reader, Reader]) -> Callable[[], AccountsPage]:
    def make() -> AccountsPage:
        made = AccountsPage()
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def row(page: AccountsPage, name: str) -> list[str]:
    table = page.table
    rows = [
        [table.item(at, column).text() for column in range(table.columnCount())]
        for at in range(table.rowCount())
    ]
    return next(one for one in rows if one[0] == name)


def test_an_account_is_added_with_a_one_time_password(page: Callable[[], AccountsPage]) -> None:
    shown = page()
    QTest.keyClicks(shown.name, "Carla")
    shown.add.click()
    assert row(shown, "Carla")[1:3] == ["reader", "one-time password"]
    shown.copy.click()
    once = QApplication.clipboard().text()
    assert once in shown.said.text()
    with pytest.raises(PasswordMustChange):
        signing_in.sign_in("Carla", once, hashing=CHEAP)
    QTest.keyClicks(shown.name, "carla")
    QTest.keyClick(shown.name, Qt.Key.Key_Return)
    assert "There is an account called" in shown.said.text() and not shown.copy.isVisible()
    QApplication.clipboard().clear()


def test_accounts_are_disabled_reset_and_given_a_role(page: Callable[[], AccountsPage]) -> None:
    shown = page()
    assert not shown.disable.isEnabled()
    shown.choose(BEN)
    shown.disable.click()
    assert row(shown, BEN)[2] == "disabled" and shown.disable.text() == "Enable"
    shown.disable.click()
    assert row(shown, BEN)[2] == "yes"
    shown.role.click()
    assert row(shown, BEN)[1] == "administrator" and shown.role.text() == "Make reader"
    shown.role.click()
    shown.reset.click()
    assert row(shown, BEN)[1:3] == ["reader", "one-time password"]
    with pytest.raises(signing_in.WrongPassword):
        signing_in.sign_in(BEN, BENS_PASSWORD, hashing=CHEAP)
    shown.follow()
    assert row(shown, BEN)[4] == "1"


def test_the_last_administrator_stays(page: Callable[[], AccountsPage]) -> None:
    shown = page()
    shown.choose(ANNA)
    for verb in (shown.disable, shown.role):
        verb.click()
        assert "the last administrator" in shown.said.text()
        assert row(shown, ANNA)[1:3] == ["administrator", "yes"]


def test_the_time_until_windows_lock_is_for_all(page: Callable[[], AccountsPage]) -> None:
    shown = page()
    assert shown.minutes.value() == idle_minutes() == 10
    shown.minutes.setValue(3)
    assert idle_minutes() == 3
    shown.minutes.setValue(0)
    assert idle_minutes() == 0 and shown.minutes.text() == "never"


def test_a_reader_sees_his_own_account_alone(
    page: Callable[[], AccountsPage], readers: tuple[Reader, Reader]
) -> None:
    begin_use(readers[1])
    shown = page()
    assert shown.table.rowCount() == 1 and row(shown, BEN)[1] == "reader"
    shown.choose(BEN)
    for control in (shown.reset, shown.disable, shown.role, shown.add, shown.name, shown.minutes):
        assert not control.isEnabled() and control.toolTip() == ONLY_ADMINISTRATORS


def test_a_reader_ends_his_token(
    page: Callable[[], AccountsPage], readers: tuple[Reader, Reader], tmp_path: Path
) -> None:
    begin_use(readers[1])
    token = make_token(readers[1], tmp_path / "ben.token")
    from brainviewer.gui.sign_in.tokens_list import TokensList

    shown = page()
    (tokens,) = shown.findChildren(TokensList)
    assert token.id in tokens.rows.item(0).text()
    tokens.rows.setCurrentRow(0)
    tokens.end.click()
    assert list_tokens(readers[1]) == [] and tokens.none.isVisible()
    assert "no more" in shown.said.text()


def test_the_settings_have_the_page_where_readers_sign_in(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, readers: tuple[Reader, Reader]
) -> None:
    def pages() -> list[str]:
        window.actions_by_id["settings"].trigger()
        dialog = window.findChild(SettingsDialog)
        names = [dialog.pages.item(at).text() for at in range(dialog.pages.count())]
        (reset,) = (b for b in dialog.findChildren(QPushButton) if b.text() == "Reset page")
        assert reset.isEnabled()
        dialog.show_page(Page.ACCOUNTS)
        assert reset.isEnabled() is (dialog.page is not Page.ACCOUNTS)  # it has no settings
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, 52)
        return names

    assert "Accounts" in pages()
    sign_out()
    assert "Accounts" not in pages()


def test_a_reader_sees_pacs_nodes_and_changes_none(
    window: MainWindow, readers: tuple[Reader, Reader]
) -> None:
    from brainviewer.gui.pacs.nodes import NodesDialog

    def buttons() -> dict[str, bool]:
        dialog = NodesDialog(window.session.pacs, "", window)
        found = {one.text(): one.isEnabled() for one in dialog.findChildren(QPushButton)}
        if not all(found[text] for text in ("New", "Save")):
            assert dialog.said.text() == ONLY_ADMINISTRATORS
        dialog.deleteLater()
        return {text: found[text] for text in ("New", "Save", "Test")}

    assert buttons() == dict.fromkeys(("New", "Save", "Test"), True)
    begin_use(readers[1])
    assert buttons() == dict.fromkeys(("New", "Save", "Test"), False)
