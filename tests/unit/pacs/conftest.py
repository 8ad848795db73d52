"""Real nodes on this machine, and a keyring in memory."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from brainviewer.core.process import network
from brainviewer.pacs import passwords
from brainviewer.pacs.node import Node
from tests import pacs_servers
from tests.memory_keyring import MemoryKeyring
from tests.pacs_nodes import SECURE_WAYS, node_of, secure_node
from tests.pacs_servers import Server


@pytest.fixture(autouse=True)
def _no_keyring_of_the_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "_of_this_session", {})
    monkeypatch.setattr(MemoryKeyring, "kept", {})
    before = keyring.core._keyring_backend
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def closed_network() -> Iterator[None]:
    """What every start of the program does."""
    network.close_network()
    yield
    network._openings.closed = False


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for ``localhost`` with its key, and one that does not fit it."""
    _need_programs()
    return pacs_servers.certificates(tmp_path_factory.mktemp("pem"))


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of two studies; see ``phantom_studies``."""
    return pacs_servers.phantom_studies(tmp_path_factory.mktemp("phantoms"))


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory: pytest.TempPathFactory, phantoms: list[Path]) -> Iterator[Server]:
    """Orthanc with the two studies."""
    _need_programs()
    with pacs_servers.orthanc(tmp_path_factory.mktemp("o") / "o", files=phantoms) as server:
        yield server


@pytest.fixture(scope="session")
def dcmqrscp(tmp_path_factory: pytest.TempPathFactory, phantoms: list[Path]) -> Iterator[Server]:
    """dcmqrscp with the two studies."""
    _need_programs()
    with pacs_servers.dcmqrscp(tmp_path_factory.mktemp("q") / "q", phantoms) as server:
        yield server


@pytest.fixture(scope="session")
def secure_orthanc(
    tmp_path_factory: pytest.TempPathFactory, pem: tuple[Path, Path]
) -> Iterator[Server]:
    """Orthanc over TLS, with a login, and without studies."""
    with pacs_servers.orthanc(tmp_path_factory.mktemp("s") / "s", pem[0]) as server:
        yield server


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Node:
    """The node of a way in WAYS or SECURE_WAYS, which the test is given as parameter."""
    way: str = request.param
    if way in SECURE_WAYS:
        server = request.getfixturevalue("secure_orthanc")
        return secure_node(server, request.getfixturevalue("pem")[0], "web" in way)
    server = request.getfixturevalue("dcmqrscp" if "dcmqrscp" in way else "orthanc")
    return node_of(server, way)


def _need_programs() -> None:
    if absent := pacs_servers.missing():
        pytest.skip(f"needs {absent} (Debian: orthanc, orthanc-dicomweb, dcmtk, openssl)")
