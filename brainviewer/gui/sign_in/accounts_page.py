"""The page of the settings about accounts: all of them for administrators, else one's own."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from brainviewer.app.sign_in import accounts
from brainviewer.app.sign_in.locking import MOST_MINUTES, idle_minutes, set_idle_minutes
from brainviewer.app.sign_in.own_account import own_account
from brainviewer.app.sign_in.permission import ONLY_ADMINISTRATORS, may_administer
from brainviewer.core.accounts.account import Account
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Role
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.sign_in.tokens_list import TokensList
from brainviewer.gui.study_table import set_up_study_table
from brainviewer.gui.widgets import button, call, heading, label, number_field, say, set_role, told

_HEADS = "Name", "Role", "Sign-in", "Last sign-in", "Failures"
_WIDTHS: tuple[int | str, ...] = (90, "administrator", "one-time password", "2026-12-24 12:00", 60)
_SHOWN_ROWS = 7


class AccountsPage(QWidget):
    """What is changed holds at once; what cannot be is said in a sentence.

    administers : whether who has signed in may change accounts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.administers = may_administer()
        self._accounts: list[Account] = []
        self.table = told(QTableWidget(0, len(_HEADS)), name="Accounts")
        self.table.setHorizontalHeaderLabels(_HEADS)
        set_up_study_table(self.table, _WIDTHS, stretched=0)
        told(self.table.horizontalHeader(), tip="Failures: wrong passwords since the last sign-in")
        self.table.setMinimumHeight(self.table.fontMetrics().lineSpacing() * 2 * _SHOWN_ROWS)
        self.table.itemSelectionChanged.connect(self._follow_selection)
        self.reset = self._verb("Reset password", "A one-time password instead of the one now",
                                self._reset)  # fmt: skip
        self.disable = self._verb("Disable", "", self._turn_enabled)
        self.role = self._verb("Make administrator", "", self._turn_role)
        self.name = told(QLineEdit(), name="Name of the new account")
        self.name.setPlaceholderText("Name of a new reader")
        self.new_role = told(QComboBox(), name="Role of the new account")
        self.new_role.addItems([str(role) for role in Role])
        self.add = self._verb("Add", "Add an account; it begins with a one-time password",
                              self._add)  # fmt: skip
        self.name.returnPressed.connect(self.add.click)
        self.minutes = number_field(0, MOST_MINUTES)
        self.minutes.setAccessibleName("Minutes until a window locks")
        self.minutes.setSuffix(" min")
        self.minutes.setSpecialValueText("never")
        self.minutes.valueChanged.connect(self._set_minutes)
        self.said = label(wrap=True)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = button("Copy password", "second", clicked=self._copy)
        self.copy.setAutoDefault(False)
        self.copy.hide()
        self._once = ""
        self._only_administrators(self.name, self.new_role, self.add, self.minutes)
        self._lay_out()
        self.follow()

    def _lay_out(self) -> None:
        why_not = label("" if self.administers else ONLY_ADMINISTRATORS, "small")
        why_not.setVisible(not self.administers)
        lock = label("Windows lock after this time without mouse and keys, for all readers")
        self.setLayout(
            column(
                heading("Accounts" if self.administers else "Your account"),
                self.table,
                row(self.reset, self.disable, self.role, None, spacing=8),
                row((self.name, 1), self.new_role, self.add, spacing=8),
                why_not,
                row((self.said, 1), self.copy, spacing=8),
                8,
                heading("Lock"),
                row(lock, None, self.minutes, spacing=8),
                8,
                heading("Your tokens"),
                TokensList(self._tell),
                spacing=8,
            )
        )

    def _verb(self, text: str, tip: str, do: Callable[[], object]) -> QPushButton:
        made = button(text, "second", tip, call(self._do, do))
        made.setAutoDefault(False)
        return made

    def _only_administrators(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.setEnabled(self.administers)
            if not self.administers:
                widget.setToolTip(ONLY_ADMINISTRATORS)

    # -- what is shown ----------------------------------------------------------------------

    def follow(self) -> None:
        """Show the accounts as they are now; the chosen one stays chosen."""
        chosen = self.chosen
        try:
            self._accounts = accounts.list_accounts() if self.administers else [own_account()]
            minutes = idle_minutes()
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            return
        self.minutes.blockSignals(True)
        self.minutes.setValue(minutes)
        self.minutes.blockSignals(False)
        self.table.setRowCount(len(self._accounts))
        for place, account in enumerate(self._accounts):
            for at, text in enumerate(_cells(account)):
                item = QTableWidgetItem(text)
                item.setToolTip(as_tip(text))
                self.table.setItem(place, at, item)
        ids = [account.reader.id for account in self._accounts]
        if chosen is not None and chosen.reader.id in ids:
            self.table.selectRow(ids.index(chosen.reader.id))
        self._follow_selection()

    @property
    def chosen(self) -> Account | None:
        """The account that is chosen in the table."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        return self._accounts[rows.pop()] if len(rows) == 1 else None

    def choose(self, name: str) -> None:
        """Choose an account by the name of its reader."""
        self.table.selectRow([one.reader.name for one in self._accounts].index(name))

    def _follow_selection(self) -> None:
        account = self.chosen
        for each in (self.reset, self.disable, self.role):
            each.setEnabled(self.administers and account is not None)
            if not self.administers:
                each.setToolTip(ONLY_ADMINISTRATORS)
        self.disable.setText("Disable" if account is None or account.enabled else "Enable")
        reader = account is None or not account.reader.administers
        self.role.setText("Make administrator" if reader else "Make reader")

    def _tell(self, text: str, role: str = "quiet", once: str = "") -> None:
        self._once = once
        self.copy.setVisible(bool(once))
        set_role(self.said, role)
        say(self.said, text)

    # -- what is done -----------------------------------------------------------------------

    def _do(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except BrainViewerError as error:
            self._tell(str(error), "caution")
        self.follow()

    def _add(self) -> None:
        name = self.name.text()
        once = accounts.add_account(name, Role(self.new_role.currentText()))
        self.name.clear()
        self._tell_once(name.strip(), once)

    def _reset(self) -> None:
        if (account := self.chosen) is not None:
            self._tell_once(account.reader.name, accounts.reset(account.reader.name))

    def _turn_enabled(self) -> None:
        if (account := self.chosen) is not None:
            name = account.reader.name
            (accounts.disable if account.enabled else accounts.enable)(name)
            now = "can sign in no more" if account.enabled else "can sign in again"
            self._tell(shown_text(f"{name} {now}."))

    def _turn_role(self) -> None:
        if (account := self.chosen) is not None:
            wanted = Role.READER if account.reader.administers else Role.ADMINISTRATOR
            accounts.set_role(account.reader.name, wanted)
            self._tell(shown_text(f"{account.reader.name}: {wanted} from the next sign-in."))

    def _set_minutes(self, minutes: float) -> None:
        def change() -> None:
            set_idle_minutes(round(minutes))
            self._tell("The time holds from the next lock or sign-in.")

        self._do(change)

    def _tell_once(self, name: str, once: str) -> None:
        days = accounts.ONE_TIME_DAYS
        said = f"{name} signs in with {once}, once, within {days} days. It is not shown again."
        self._tell(shown_text(said), "", once)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._once)


def _cells(account: Account) -> tuple[str, ...]:
    state = "one-time password" if account.one_time else "yes"
    failures = str(account.failures) if account.failures else "–"
    return (
        shown_text(account.reader.name),
        str(account.reader.role),
        state if account.enabled else "disabled",
        _moment(account.last_sign_in),
        failures,
    )


def _moment(told: str) -> str:
    """A time as ISO 8601 writes it, in the time of this place."""
    try:
        return f"{datetime.fromisoformat(told).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return "never"
