"""What goes wrong with a node is one sentence, with advice."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.errors import NodeError
from brainviewer.pacs import association, client, passwords
from brainviewer.pacs.node import Certificates, DicomwebNode, DimseNode, Login, Node
from brainviewer.pacs.query import Query
from tests import pacs_servers
from tests.pacs_nodes import node_of, secure_node
from tests.pacs_servers import HOST, JANE_STUDY, Server, phantom_series, reserved_ports


def refused(node: Node, ask: Any = client.echo) -> str:
    """The sentence; nothing else may be raised."""
    with pytest.raises(NodeError) as caught:
        ask(node)
    error = caught.value
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    return str(error)


def search(node: Node) -> object:
    return client.find_studies(node, Query(name="Doe"))


@pytest.mark.parametrize("way", ["C-GET", "dcmqrscp C-GET"])
def test_titles_that_are_not_known(way: str, request: pytest.FixtureRequest) -> None:
    node = node_of(request.getfixturevalue("dcmqrscp" if "rscp" in way else "orthanc"), way)
    assert isinstance(node, DimseNode)
    said = refused(replace(node, title="WRONG"))
    assert "'WRONG'" in said
    # A busy server may close the connection before its answer has been read.
    possible = ("PACS ended the connection", "PACS did not answer", "PACS does not answer to",
                "PACS answers, but ends")  # fmt: skip
    assert said.startswith(possible)
    said = refused(replace(node, own_title="STRANGER"), search)
    assert "'STRANGER'" in said
    assert said.startswith(possible)


def test_what_is_not_offered(dcmqrscp: Server) -> None:
    # Its worst refusal: the association stands, and the service is missing.
    from pynetdicom import AE, evt
    from pynetdicom.sop_class import PatientRootQueryRetrieveInformationModelFind as Other

    entity = AE("BARE")
    entity.add_supported_context(Other)
    server = entity.start_server((HOST, 0), block=False, evt_handlers=[(evt.EVT_C_FIND, print)])
    assert server is not None
    try:
        node = DimseNode("PACS", HOST, int(server.server_address[1]), "BARE")
        assert refused(node).startswith("PACS")
        assert "C-FIND" in refused(node, search) or "association" in refused(node, search)
    finally:
        server.shutdown()


def test_a_node_that_takes_the_connection_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(association, "_ACCEPT_SECONDS", 0.5)
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        said = refused(DimseNode("PACS", HOST, port, "PACS"))
    assert said.startswith("PACS takes the connection, but does not reply in 0.5 seconds.")
    assert f"port {port}" in said


def test_nobody_there() -> None:
    with reserved_ports(1) as (port,):
        web = DicomwebNode("PACS", f"http://{HOST}:{port}/dicom-web")
        for node in (DimseNode("PACS", HOST, port, "PACS"), web):
            assert refused(node).startswith(f"Nothing answers at {HOST}, port {port}.")


def test_a_host_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    web = DicomwebNode("PACS", "http://pacs.invalid/dicom-web")
    for node in (DimseNode("PACS", "pacs.invalid", 104, "PACS"), web):
        assert refused(node).startswith("There is no host 'pacs.invalid'.")


def test_a_port_without_tls(orthanc: Server) -> None:
    node = node_of(orthanc, "C-GET")
    assert isinstance(node, DimseNode)
    assert "TLS" in refused(replace(node, tls=True))
    web = node_of(orthanc, "DICOMweb")
    assert isinstance(web, DicomwebNode)
    assert "TLS" in refused(replace(web, url=web.url.replace("http", "https")))


@pytest.mark.parametrize("web", [False, True])
def test_certificates_that_do_not_fit(
    web: bool, secure_orthanc: Server, pem: tuple[Path, Path]
) -> None:
    node = secure_node(secure_orthanc, pem[0], web)
    client.echo(node)
    for strange in (Certificates(), Certificates(str(pem[1]))):
        said = refused(replace(node, certificates=strange))
        assert said.startswith("The certificate of PACS does not fit: self-signed certificate.")
    if isinstance(node, DicomwebNode):
        elsewhere: Node = replace(node, url=node.url.replace("localhost", HOST))
        assert isinstance(elsewhere, DicomwebNode)
        passwords.keep_for_now(elsewhere, pacs_servers.PASSWORD)
    else:
        elsewhere = replace(node, host=HOST)
    assert refused(elsewhere).startswith(
        "The certificate of PACS does not fit: IP address mismatch"
    )


def test_certificate_files_that_make_no_sense(
    secure_orthanc: Server, pem: tuple[Path, Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    node = secure_node(secure_orthanc, bad, web=False)
    assert refused(node).startswith("The certificate files cannot be used")


def test_logins(secure_orthanc: Server, pem: tuple[Path, Path]) -> None:
    node = secure_node(secure_orthanc, pem[0], web=True)
    assert isinstance(node, DicomwebNode)
    passwords.keep_for_now(node, "wrong")
    assert refused(node).startswith("PACS does not take the user or the password.")
    assert refused(replace(node, login=Login.NONE, user="")).startswith("PACS wants a login.")
    token = replace(node, login=Login.TOKEN, user="")
    assert refused(token).startswith("The token for PACS is not known.")
    passwords.keep_for_now(token, "abc")
    assert refused(token).startswith("PACS does not take the token.")


def test_addresses_without_dicomweb(orthanc: Server) -> None:
    for path in ("elsewhere", "app/explorer.html"):
        node = DicomwebNode("PACS", f"http://{HOST}:{orthanc.http_port}/{path}")
        assert "DICOMweb" in refused(node)


def test_a_port_for_receiving_that_is_in_use(orthanc: Server, tmp_path: Path) -> None:
    node = node_of(orthanc, "C-MOVE")
    with socket.socket() as other:
        # Connections of other tests may still wait there for their end.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((HOST, orthanc.receive_port))
        other.listen()
        series = client.find_series(node, JANE_STUDY)
        said = refused(node, lambda n: client.retrieve(n, JANE_STUDY, series, tmp_path))
    assert said.startswith(f"Port {orthanc.receive_port} of this computer is in use.")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=["C-GET", "C-MOVE", "DICOMweb"])
def doomed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, Node]]:
    """Orthanc for one test, with a second series that is long in coming."""
    request.getfixturevalue("pem")  # skips where programs are missing
    # Over HTTP all comes in one answer: it must not fit into the buffers of a connection.
    images, side = (24, 512) if request.param == "DICOMweb" else (4, 48)
    study = "1.2.826.0.1.3680043.8.498.7"
    files = [
        *phantom_series(tmp_path / "a", study, f"{study}.1", 2, PatientName="Kill^Me"),
        *phantom_series(tmp_path / "b", study, f"{study}.2", images, side, SeriesNumber=2),
    ]
    with pacs_servers.orthanc(tmp_path / "doomed", files=files) as server:
        yield server, node_of(server, request.param)


def test_a_server_that_is_killed_while_images_arrive(
    doomed: tuple[Server, Node], tmp_path: Path
) -> None:
    server, node = doomed
    study = "1.2.826.0.1.3680043.8.498.7"
    series = client.find_series(node, study)

    def report(_fraction: float, text: str) -> None:
        if "Retrieving: 4 of" in text:  # told by several threads: kill() is for any of them
            server.process.kill()
            server.process.wait()

    folder = tmp_path / "in"
    said = refused(node, lambda n: client.retrieve(n, study, series, folder, report))
    assert "connection" in said or "so it was not kept" in said
    assert [path.name for path in folder.iterdir()] == ["series-01"]
    assert refused(node).startswith("Nothing answers at")
