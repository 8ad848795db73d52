"""C-MOVE over TLS: the node asks for our certificate, and we for its, in both directions."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.errors import NodeError
from brainviewer.pacs import client
from brainviewer.pacs.node import Certificates, DimseNode
from tests import pacs_servers
from tests.pacs_nodes import secure_node
from tests.pacs_servers import JANE_STUDY, Server, certificate_for


@pytest.fixture(scope="module")
def ours(pem: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of this computer; pem : so that programs are there."""
    return certificate_for(tmp_path_factory.mktemp("ours"), "viewer.example")


@pytest.fixture(scope="module")
def server(
    pem: tuple[Path, Path], ours: Path, phantoms: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:  # fmt: skip
    """Orthanc with the studies, which wants our certificate in both directions."""
    with pacs_servers.orthanc(tmp_path_factory.mktemp("m") / "m", pem[0], trusted=ours) as made:
        client.send(node_of(made, pem[0], ours), phantoms)
        yield made


def node_of(server: Server, authority: Path, own: Path, *, move: bool = True) -> DimseNode:
    node = secure_node(server, authority, web=False)
    assert isinstance(node, DimseNode)
    port = server.receive_port if move else 0
    files = Certificates(str(authority), str(own), str(own))
    return replace(node, receive_port=port, certificates=files)


@pytest.mark.usefixtures("closed_network")
@pytest.mark.parametrize("move", [True, False])
def test_a_study_comes_over_tls_in_both_directions(
    server: Server, pem: tuple[Path, Path], ours: Path, tmp_path: Path, move: bool
) -> None:
    node = node_of(server, pem[0], ours, move=move)
    series = client.find_series(node, JANE_STUDY)
    folders = client.retrieve(node, JANE_STUDY, series, tmp_path)
    assert [len(list(folder.iterdir())) for folder in folders] == [3, 2]


def test_a_certificate_that_the_node_does_not_know(server: Server, pem: tuple[Path, Path]) -> None:
    node = node_of(server, pem[0], own=pem[1])
    with pytest.raises(NodeError) as caught:
        client.echo(node)
    assert caught.value.message == "PACS does not take the certificate of this computer."
    with pytest.raises(NodeError) as caught:
        client.echo(replace(node, receive_port=0, certificates=Certificates(str(pem[0]))))
    assert caught.value.message == "PACS wants a certificate of this computer."


# Python leaves a connection whose handshake failed to be closed by its collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
def test_who_sends_must_show_a_certificate_that_is_known(
    server: Server, pem: tuple[Path, Path], ours: Path, tmp_path: Path
) -> None:
    """While a study is awaited, neither a stranger's certificate nor none is taken."""
    node = node_of(server, pem[0], ours)
    series, once = client.find_series(node, JANE_STUDY), threading.Lock()
    refused: list[str] = []

    def knock(own: Path | None) -> None:
        context = ssl.create_default_context(cafile=str(ours))
        context.check_hostname = False
        if own is not None:
            context.load_cert_chain(own)
        with socket.create_connection((pacs_servers.HOST, server.receive_port), 10) as plain:
            try:
                with context.wrap_socket(plain) as secured:
                    secured.recv(1)
                    secured.settimeout(10)
                    if secured.recv(1) == b"":
                        refused.append("closed")
            except OSError as error:
                refused.append(str(error))

    def report(_fraction: float, text: str) -> None:
        if "Retrieving: 1 of" in text and once.acquire(blocking=False):  # told by several threads
            knock(None)
            knock(pem[1])

    client.retrieve(node, JANE_STUDY, series, tmp_path, report)
    assert once.locked()
    assert len(refused) == 2
