"""Nodes that keep to the protocol and lie: what they send is refused, and none of it is kept."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dicomweb_client.web import DICOMwebClient

from brainviewer.core.errors import NodeError, silent
from brainviewer.pacs import answer_limit, client, guarded_reading
from brainviewer.pacs.node import DicomwebNode, DimseNode
from brainviewer.pacs.query import Query
from tests.hostile import lying_node
from tests.hostile.case import Place
from tests.hostile.kinds.pacs import _IMAGES, _node, _wado
from tests.hostile.kinds.pacs_lies import _FIND, _GET
from tests.hostile.lying_node import HOST, STUDY, TITLE

_SENSELESS = "sends an image that makes no sense"


def _retrieved(port: int, folder: Path) -> tuple[Path, ...]:
    node = DimseNode("Liar", HOST, port, TITLE)
    return client.retrieve(node, STUDY, client.find_series(node, STUDY), folder)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("other study", "3 images of series 1 did not arrive"),
        ("deep image", _SENSELESS),
        ("images without end", "sends more images of series 1 than it says there are"),
        ("pending without end", "sends progress that makes no sense"),
    ],
)
def test_what_was_not_asked_for_is_not_kept(lie: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match=said):
        _retrieved(lying_node.start(_GET[lie][1]), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_truth_is_kept(tmp_path: Path) -> None:
    (folder,) = _retrieved(lying_node.start(_GET["truth"][1]), tmp_path)
    assert len(list(folder.iterdir())) == lying_node.IMAGES


@pytest.mark.parametrize("lie", ["garbage", "pending without end"])
def test_an_answer_that_cannot_be_read_is_not_left_out(lie: str) -> None:
    node = DimseNode("Liar", HOST, lying_node.start(_FIND[lie][1], True), TITLE)
    with pytest.raises(NodeError, match=r"an answer that makes no sense|lists more than"):
        client.find_series(node, STUDY)


@pytest.fixture
def peer() -> Iterator[Callable[[bytes, int], int]]:
    """Begins a server that answers with some bytes, so many times; its port."""
    servers: list[socket.socket] = []

    def begin(content: bytes, times: int = 1) -> int:
        server = socket.create_server((HOST, 0))
        servers.append(server)

        def serve() -> None:
            try:
                while True:
                    with server.accept()[0] as one:
                        one.recv(65536)
                        for _ in range(times):
                            one.sendall(content)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    yield begin
    for server in servers:
        server.close()


def test_a_rejection_that_makes_no_sense_ends_at_once(
    peer: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    node = DimseNode("Liar", HOST, peer(b"\3\0\0\0\0\4\0\xff\xff\xff"), TITLE)
    with pytest.raises(NodeError, match="ends the association at once"):
        client.echo(node)
    assert time.monotonic() - begun < 10
    assert "Traceback" not in capfd.readouterr().err


def test_a_unit_of_data_without_end_is_not_read(
    peer: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    received = guarded_reading._Received.__call__

    def counted(self: guarded_reading._Received, length: int) -> bytearray:
        found = received(self, length)
        read.append(len(found))
        return found

    monkeypatch.setattr(guarded_reading._Received, "__call__", counted)
    port = peer(b"\2\0\xff\xff\xff\xff" + bytes(1 << 18), 100)
    with pytest.raises(NodeError):
        client.echo(DimseNode("Liar", HOST, port, TITLE))
    assert sum(read) < 100


def test_an_image_that_is_too_large_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_reading, "MOST_BYTES_OF_OBJECT", 30_000)
    port = lying_node.start(lambda talk: talk.whole(PixelData=bytes(60_000)))
    with pytest.raises(NodeError, match="did not answer, or ended the connection"):
        _retrieved(port, tmp_path)
    assert not list(tmp_path.iterdir())


_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/dicom+json\r\n"


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_end_is_not_read_to_its_end(
    peer: Callable[..., int], packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_limit.AnswerLimit.__init__, "__defaults__", (1_000_000,))
    body = b"[" + b" " * 3_000_000 + b"]"
    content = _HEAD + b"\r\n" + body
    if packed:
        content = _HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(body)
    node = DicomwebNode("Liar", f"http://{HOST}:{peer(content)}/dicom-web")
    with pytest.raises(NodeError, match="something that is not DICOMweb"):
        client.find_studies(node, Query(patient_id="1"))


@pytest.mark.parametrize(
    "content",
    [
        b"<html>garbage</html>",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>login</html>",
        _HEAD + b"\r\n" + b"[" * 100_000,
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_answers_otherwise_is_not_called_out_of_reach(
    peer: Callable[..., int], content: bytes
) -> None:
    node = DicomwebNode("Liar", f"http://{HOST}:{peer(content)}/dicom-web")
    with pytest.raises(NodeError, match="answers with something that is not DICOMweb"):
        client.find_studies(node, Query(patient_id="1"))


@pytest.mark.parametrize("lie", ["garbage", "no parts", "boundary missing", "cut image"])
def test_images_of_dicomweb_that_are_none_are_not_kept(lie: str, tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path, tmp_path, tmp_path)
    _node(_wado(_IMAGES[lie]), True, place)
    (stored,) = json.loads((tmp_path / "pacs-nodes.json").read_text())["nodes"]
    node, folder = DicomwebNode("Liar", stored["url"]), tmp_path / "in"
    with pytest.raises(NodeError, match="something that is not DICOMweb"):
        client.retrieve(node, STUDY, client.find_series(node, STUDY), folder)
    assert not list(folder.iterdir())


def test_series_without_end_are_refused_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [{"0020000E": {"vr": "UI", "Value": ["1.2.3.1"]}}] * 10_001
    monkeypatch.setattr(DICOMwebClient, "search_for_series", lambda *_, **__: found)
    node = DicomwebNode("n", "http://127.0.0.1:1/dicom-web")
    with pytest.raises(NodeError, match="more than 10,000 series"):
        client.find_series(node, "1.2.3", silent)
