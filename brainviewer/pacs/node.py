"""A PACS node as the user has set it up."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.network import Address

OWN_TITLE = "BRAINVIEWER"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_TITLE = re.compile(
    r"[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?"
)  # PS3.5: no backslash, 16 characters
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME = 60


class Login(StrEnum):
    """How a DICOMweb node wants to know who asks."""

    NONE = "none"
    PASSWORD = "password"
    TOKEN = "token"


@dataclass(frozen=True)
class Certificates:
    """Files for TLS, in PEM; empty where there is none.

    authority : signs the node's certificate, where the system does not know it.
    own, key : what this computer shows, where the node wants to see one.
    """

    authority: str = ""
    own: str = ""
    key: str = ""

    def check(self) -> None:
        """Raises BrainViewerError if a file is not there, or one of a pair is missing."""
        for path in filter(None, (self.authority, self.own, self.key)):
            if not Path(path).is_file():
                raise _wrong(f"There is no certificate file '{path}'.", "Check the path.")
        if bool(self.own) != bool(self.key):
            raise _wrong("A certificate needs its key, and a key its certificate.", "Name both.")


@dataclass(frozen=True)
class DimseNode:
    """A node that speaks DIMSE, the network protocol of DICOM.

    title : AE title of the node. own_title : the one that this computer gives.
    receive_port : of this computer, where images arrive by C-MOVE; 0 retrieves by C-GET.
    """

    name: str
    host: str
    port: int
    title: str
    own_title: str = OWN_TITLE
    receive_port: int = 0
    tls: bool = False
    certificates: Certificates = field(default_factory=Certificates)

    @property
    def address(self) -> Address:
        """Host and port that requests go to."""
        return self.host, self.port

    @property
    def summary(self) -> str:
        """Where it is and how it is asked, for a list."""
        way = f"C-MOVE to port {self.receive_port}" if self.receive_port else "C-GET"
        tls = ", TLS" if self.tls else ""
        return f"DIMSE, {self.title} at {self.host}:{self.port}{tls}, as {self.own_title}, {way}"

    def check(self) -> None:
        """Raises BrainViewerError that says what is wrong with the settings."""
        _check_name(self.name)
        _check_host(self.host)
        _check_port(self.port)
        if self.receive_port:
            _check_port(self.receive_port)
        for title in (self.title, self.own_title):
            if not _TITLE.fullmatch(title):
                said = f"'{title}' is no AE title."
                raise _wrong(said, "Give 1 to 16 plain characters without a backslash.")
        self.certificates.check()
        if self.tls and self.receive_port and not self.certificates.own:
            raise _wrong(
                "Receiving by C-MOVE over TLS needs a certificate and its key.",
                "Name both, or leave the port for receiving out to use C-GET.",
            )


@dataclass(frozen=True)
class DicomwebNode:
    """A node that speaks DICOMweb: QIDO, WADO and STOW over HTTP.

    url : of the service, such as ``https://pacs.example/dicom-web``
    user : with the login by password. Passwords and tokens are no part of it; see ``passwords``.
    """

    name: str
    url: str
    login: Login = Login.NONE
    user: str = ""
    certificates: Certificates = field(default_factory=Certificates)

    @property
    def address(self) -> Address:
        """Host and port that requests go to."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]

    @property
    def summary(self) -> str:
        """Where it is and how it is asked, for a list."""
        login = {Login.NONE: "no login", Login.PASSWORD: f"as {self.user}", Login.TOKEN: "token"}
        return f"DICOMweb, {self.url}, {login[self.login]}"

    @property
    def tls(self) -> bool:
        """Whether what is sent is encrypted."""
        return urlsplit(self.url).scheme == "https"

    @property
    def login_in_clear(self) -> bool:
        """Whether a password or token would be sent so that others on the network can read it."""
        host = self.address[0]
        return self.login is not Login.NONE and not self.tls and host not in _THIS_COMPUTER

    def check(self) -> None:
        """Raises BrainViewerError that says what is wrong with the settings."""
        _check_name(self.name)
        advice = "Give it as https://HOST/PATH or http://HOST:PORT/PATH."
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError:
            raise _wrong(f"'{self.url}' is no address of a DICOMweb service.", advice) from None
        if parts.scheme not in _DEFAULT_PORTS or parts.query or parts.fragment:
            raise _wrong(f"'{self.url}' is no address of a DICOMweb service.", advice)
        if parts.username is not None or parts.password is not None:
            raise _wrong("The address holds a user or a password.", "Give the user by itself.")
        _check_host(parts.hostname or "")
        if port is not None:
            _check_port(port)
        if (self.login is Login.PASSWORD) != bool(self.user):
            raise _wrong("A password goes with a user, and a user with a password.", "Give both.")
        self.certificates.check()


Node = DimseNode | DicomwebNode
_THIS_COMPUTER = ("localhost", "127.0.0.1")


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise _wrong("The node needs a name.", f"Give up to {_LONGEST_NAME} plain characters.")


def _check_host(host: str) -> None:
    if not _HOST.fullmatch(host):
        raise _wrong(f"'{host}' is no host.", "Give a host name or an IPv4 address.")


def _check_port(port: int) -> None:
    if not 0 < port < 65536:
        raise _wrong(f"{port} is no port.", "Ports are numbers from 1 to 65535.")


def _wrong(message: str, advice: str) -> BrainViewerError:
    return BrainViewerError(message, advice)
