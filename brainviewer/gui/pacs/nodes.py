"""The settings of PACS nodes: a list, and a form for the chosen one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QStackedWidget,
    QWidget,
)

from brainviewer.app.pacs.pacs import Pacs
from brainviewer.app.shared.nodes import keep_node, remove_node
from brainviewer.app.sign_in.permission import ONLY_ADMINISTRATORS, may_administer
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, grid, put, row
from brainviewer.gui.panels.choice_row import ChoiceRow
from brainviewer.gui.panes.image_focus import WheelGuard
from brainviewer.gui.widgets import button, label, listen, set_role, told
from brainviewer.gui.window_size import open_with
from brainviewer.pacs.node import OWN_TITLE, Certificates, DicomwebNode, DimseNode, Login, Node
from brainviewer.pacs.node_list import left_out, nodes

_PROTOCOLS = {"DIMSE": 0, "DICOMweb": 1}
_LOGINS = {"No login": Login.NONE, "User and password": Login.PASSWORD, "Token": Login.TOKEN}


class NodesDialog(QDialog):
    """``chosen`` is the name of the node that was looked at last."""

    def __init__(self, pacs: Pacs, chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("PACS nodes")
        self._pacs = pacs
        self._nodes: dict[str, Node] = {}
        self.list = told(QListWidget(), name="PACS nodes")
        self.list.setFixedWidth(180)
        self.name = _field("Name", "Archive")
        self.protocol = ChoiceRow(_PROTOCOLS, 0)
        self.host = _field("Host", "pacs.hospital.example")
        self.port = _field("Port", "104")
        self.title = _field("AE title of the node", "ARCHIVE")
        self.own_title = _field("AE title of this computer", OWN_TITLE)
        self.receive_port = _field("Receive at port", "only for C-MOVE")
        self.tls = told(QCheckBox("TLS"), tip="Encrypt, and check the certificate of the node")
        self.url = _field("Address", "https://pacs.hospital.example/dicom-web")
        self.login = told(QComboBox(), name="Login")
        self.login.addItems(list(_LOGINS))
        self.user = _field("User", "")
        self.secret = _field("Password or token", "")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.authority = _field("Certificate authority", "PEM file, where the system knows none")
        self.certificate = _field("Own certificate", "PEM file, where the node wants one")
        self.key = _field("Its key", "PEM file")
        self.said = label(wrap=True)
        self._pages = QStackedWidget()
        self._add = button("New", "second", "Set up another node", self.start_new)
        self._remove = button("Remove", "second", "Remove the node and its password", self.remove)
        self._test = button("Test", "second", "Ask whether the node answers", self.test)
        self._save = button("Save", "primary", clicked=self.save)
        for each in (self._add, self._remove, self._test):
            each.setAutoDefault(False)
        self._save.setDefault(True)
        self._may = may_administer()
        self._lay_out()
        listen(self._pages.setCurrentIndex, self.protocol.group.idClicked)
        listen(lambda *_: self._enable(), self.login.currentIndexChanged)
        self.list.currentTextChanged.connect(self._show_named)
        self._fill(chosen)
        if not self._may:
            self._only_show()
        WheelGuard(self)

    @property
    def chosen(self) -> str:
        """The node that is chosen in the list; empty for a new one."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        general = _form(self.name)
        dimse = _form(self.host, self.port, self.title, self.own_title, self.receive_port)
        web = _form(self.url, self.login, self.user, self.secret)
        files = _form(self.authority, self.certificate, self.key)
        for place, page in enumerate((column(dimse, self.tls, None), column(web, None))):
            holder = QWidget()
            holder.setLayout(page)
            self._pages.insertWidget(place, holder)
        side = column((self.list, 1), row(self._add, self._remove, spacing=8), spacing=8)
        buttons = row(
            HelpButton("PACS"),
            None,
            self._test,
            button("Close", "second", clicked=self.accept),
            self._save,
            spacing=8,
        )
        form = column(
            *(general, row(self.protocol, None), self._pages, files, None, self.said, buttons),
            spacing=10,
        )
        self.setLayout(row(side, (form, 1), spacing=20, margins=(20, 20, 20, 20)))
        open_with(self, 760, 520)

    def _only_show(self) -> None:
        """A reader who is no administrator sees the nodes, and may change none."""
        for each in (self._add, self._remove, self._test, self._save):
            each.setEnabled(False)
            each.setToolTip(ONLY_ADMINISTRATORS)
        self._tell(ONLY_ADMINISTRATORS)

    # -- what is shown ----------------------------------------------------------------------

    def _fill(self, wanted: str) -> None:
        try:
            self._nodes = nodes()
            self._tell(left_out(), caution=True)
        except BrainViewerError as error:
            self._tell(str(error), caution=True)
        self.list.blockSignals(True)
        self.list.clear()
        for name in self._nodes:
            self.list.addItem(shown_text(name))
            self.list.item(self.list.count() - 1).setData(Qt.ItemDataRole.UserRole, name)
        known = list(self._nodes)
        if known:
            self.list.setCurrentRow(known.index(wanted) if wanted in known else 0)
        self.list.blockSignals(False)
        self._show(self._nodes.get(self.chosen))

    def _show_named(self) -> None:
        self._tell("")
        self._show(self._nodes.get(self.chosen))

    def start_new(self) -> None:
        """Empty the form for another node."""
        self.list.setCurrentRow(-1)
        self._show(None)
        self._tell("")
        self.name.setFocus()

    def _show(self, node: Node | None) -> None:
        files = node.certificates if node is not None else Certificates()
        dimse = node if isinstance(node, DimseNode) else DimseNode("", "", 0, "")
        web = node if isinstance(node, DicomwebNode) else DicomwebNode("", "")
        values = {
            self.name: node.name if node is not None else "",
            self.host: dimse.host,
            self.port: str(dimse.port or ""),
            self.title: dimse.title,
            self.own_title: dimse.own_title,
            self.receive_port: str(dimse.receive_port or ""),
            self.url: web.url,
            self.user: web.user,
            self.secret: "",
            self.authority: files.authority,
            self.certificate: files.own,
            self.key: files.key,
        }
        for field, text in values.items():
            field.setText(text)
        self.tls.setChecked(dimse.tls)
        self.login.setCurrentIndex(list(_LOGINS.values()).index(web.login))
        known = isinstance(node, DicomwebNode) and node.login is not Login.NONE
        self.secret.setPlaceholderText("unchanged" if known else "")
        page = 1 if isinstance(node, DicomwebNode) else 0
        self.protocol.choose(page)
        self._pages.setCurrentIndex(page)
        self._remove.setEnabled(node is not None and self._may)
        self._enable()

    def _enable(self) -> None:
        login = list(_LOGINS.values())[self.login.currentIndex()]
        self.user.setEnabled(login is Login.PASSWORD)
        self.secret.setEnabled(login is not Login.NONE)

    def _tell(self, text: str, caution: bool = False) -> None:
        set_role(self.said, "caution" if caution else "quiet")
        self.said.setText(text)

    # -- what is done -----------------------------------------------------------------------

    @property
    def node(self) -> Node:
        """What the form says. Raises BrainViewerError that says what is wrong with it."""
        files = Certificates(*(_text(f) for f in (self.authority, self.certificate, self.key)))
        node: Node
        if self.protocol.chosen == _PROTOCOLS["DIMSE"]:
            node = DimseNode(
                name=_text(self.name),
                host=_text(self.host),
                port=_port(self.port),
                title=_text(self.title),
                own_title=_text(self.own_title) or OWN_TITLE,
                receive_port=_port(self.receive_port),
                tls=self.tls.isChecked(),
                certificates=files,
            )
        else:
            login = list(_LOGINS.values())[self.login.currentIndex()]
            user = _text(self.user) if login is Login.PASSWORD else ""
            node = DicomwebNode(_text(self.name), _text(self.url), login, user, files)
        node.check()
        return node

    def save(self) -> bool:
        """Keep what the form says; whether that was possible."""
        try:
            node = self.node
            keep_node(node, self.chosen)
        except BrainViewerError as error:
            self._tell(str(error), caution=True)
            return False
        secret = self.secret.text()
        self._fill(node.name)
        self._tell("Saved.")
        if isinstance(node, DicomwebNode):
            if node.login_in_clear:
                said = "Saved. Without https others on the network can read the login."
                self._tell(said, caution=True)
            if secret and node.login is not Login.NONE:
                self._pacs.keep_password(node, secret, self._password_kept)
        return True

    def _password_kept(self, in_keyring: bool) -> None:
        if not in_keyring:
            said = "There is no keyring here: the password holds until BrainViewer closes."
            self._tell(said, caution=True)

    def test(self) -> None:
        """Keep what the form says, and ask whether the node answers."""
        if not self.save():
            return
        node = self._nodes[self.chosen]
        self._tell(f"Asking {shown_text(node.name)}…")
        self._pacs.test(
            node,
            lambda: self._tell(f"{shown_text(node.name)} answers."),
            lambda error: self._tell(str(error), caution=True),
        )

    def remove(self) -> None:
        """Remove the chosen node, and its password."""
        if (node := self._nodes.get(self.chosen)) is None:
            return
        try:
            remove_node(node.name)
        except BrainViewerError as error:
            self._tell(str(error), caution=True)
            return
        if isinstance(node, DicomwebNode) and node.login is not Login.NONE:
            self._pacs.forget_password(node)
        self._fill("")
        self._tell(f"Removed {shown_text(node.name)}.")


def _field(name: str, hint: str) -> QLineEdit:
    field = told(QLineEdit(), name=name)
    field.setPlaceholderText(hint)
    return field


def _form(*fields: QWidget) -> QGridLayout:
    form = grid((12, 6), growing=1)
    for place, field in enumerate(fields):
        name = label(field.accessibleName(), "quiet")
        name.setMinimumWidth(170)
        put(form, place, name, field)
    return form


def _text(field: QLineEdit) -> str:
    return field.text().strip()


def _port(field: QLineEdit) -> int:
    """A port, 0 for none. Raises BrainViewerError."""
    typed = _text(field)
    if not typed:
        return 0
    if not typed.isdecimal():
        raise BrainViewerError(f"'{typed}' is no port.", "Ports are numbers from 1 to 65535.")
    return int(typed)
