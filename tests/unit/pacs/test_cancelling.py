"""Cancel while a node is silent, wherever it falls silent; and what is said meanwhile."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.errors import Cancelled, Report
from brainviewer.pacs import client
from brainviewer.pacs.cancelling import RepeatedReport
from brainviewer.pacs.node import DicomwebNode, DimseNode, Node
from brainviewer.pacs.query import Query, SeriesMatch
from tests.pacs_servers import HOST, phantom_series
from tests.slow_node import slow_node

SERIES = SeriesMatch("1.2.3.4", 1, "FLAIR", "MR", None)
SOON = 2.0
"""Seconds; without being ended, each of these requests takes ten or more."""
_PART_OF_AN_ANSWER = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    b'Content-Type: multipart/related; type="application/dicom"; boundary=x\r\n\r\n'
    b"5\r\n--x\r\n\r\n"
)
Ask = Callable[[Node, Report], object]


def search(node: Node, report: Report) -> object:
    return client.find_studies(node, Query(name="Doe"), report)


def series(node: Node, report: Report) -> object:
    return client.find_series(node, "1.2.3", report)


@pytest.fixture
def retrieve(tmp_path: Path) -> Ask:
    return lambda node, report: client.retrieve(
        node, "1.2.3", [SERIES], tmp_path / "retrieved", report
    )


@pytest.fixture
def send(tmp_path: Path) -> Ask:
    """Of an object that fits into no buffer of a connection."""
    files = phantom_series(tmp_path / "sent", "1.2.3", "1.2.3.4", 1, side=3000)
    return lambda node, report: client.send(node, files, report)


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Ask:
    plain: dict[str, Ask] = {"echo": client.echo, "search": search, "series": series}
    return plain.get(request.param) or request.getfixturevalue(request.param)


def cancelled_soon(node: Node, ask: Ask, silent: Callable[[], object] | None = None) -> None:
    """``ask`` ends with Cancelled soon after it is not wanted any more, and leaves no thread.

    silent : waits until the node is, which is one of this process then
    """
    unwanted, raised = threading.Event(), list[BaseException]()

    def report(_fraction: float, _text: str) -> None:
        if unwanted.is_set():
            raise Cancelled

    def work() -> None:
        try:
            ask(node, report)
        except BaseException as error:
            raised.append(error)

    before = set(threading.enumerate())
    thread = threading.Thread(target=work)
    thread.start()
    if silent is None:
        time.sleep(0.3)  # it is from the start
    else:
        silent()
    assert raised == []
    unwanted.set()
    began = time.monotonic()
    thread.join(60)
    assert time.monotonic() - began < SOON
    assert [type(error) for error in raised] == [Cancelled], raised
    while silent is None and (left := set(threading.enumerate()) - before):
        assert time.monotonic() < began + 10, left
        time.sleep(0.02)


@contextmanager
def listening(answer: bytes = b"") -> Iterator[int]:
    """A port where whoever connects is accepted, told ``answer`` and then nothing."""
    with socket.create_server((HOST, 0)) as server:
        accepted: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    accepted.append(server.accept()[0])
                    accepted[-1].sendall(answer)

        thread = threading.Thread(target=accept)
        if answer:
            thread.start()
        yield int(server.getsockname()[1])
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # wakes accept
        if answer:
            thread.join()
        for one in accepted:
            one.close()


@contextmanager
def full() -> Iterator[int]:
    """A port that takes no more connections, and does not say so, as behind a firewall."""
    if sys.platform != "linux":
        pytest.skip("other systems refuse connections that nobody has room for")
    with socket.create_server((HOST, 0), backlog=0) as server:
        port = int(server.getsockname()[1])
        waiting = []
        for _ in range(8):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex((HOST, port))
        yield port
        for one in waiting:
            one.close()


def dimse(port: int) -> DimseNode:
    return DimseNode("Silent", HOST, port, "SILENT")


def web(port: int) -> DicomwebNode:
    return DicomwebNode("Silent", f"http://{HOST}:{port}/dicom-web")


@pytest.mark.parametrize("made", [dimse, web])
@pytest.mark.parametrize("place", [listening, full])
@pytest.mark.parametrize("ask", ["echo", "search", "series", "retrieve", "send"], indirect=True)
def test_a_node_that_never_answers(
    made: Callable[[int], Node], place: Callable[[], object], ask: Ask
) -> None:
    with place() as port:
        cancelled_soon(made(port), ask)


@pytest.mark.parametrize("made", [dimse, web])
def test_a_node_that_is_silent_in_its_handshake(made: Callable[[int], Node]) -> None:
    with listening() as port:
        node = made(port)
        secure: Node = (
            replace(node, tls=True)
            if isinstance(node, DimseNode)
            else replace(node, url=node.url.replace("http:", "https:"))
        )
        cancelled_soon(secure, search)


def test_a_node_that_falls_silent_within_its_answer(retrieve: Ask, tmp_path: Path) -> None:
    with listening(_PART_OF_AN_ANSWER) as port:
        cancelled_soon(web(port), retrieve)
    assert not any((tmp_path / "retrieved").iterdir())


def test_a_node_that_falls_silent_after_it_has_accepted(send: Ask, tmp_path: Path) -> None:
    files = phantom_series(tmp_path / "there", "1.2.3", "1.2.3.4", 1)
    with slow_node([files]) as slow:

        def retrieve(node: Node, report: Report) -> object:
            found = client.find_series(node, "1.2.3", report)
            return client.retrieve(node, "1.2.3", found, tmp_path / "in", report)

        cancelled_soon(slow.node, retrieve, lambda: slow.asked.wait(20))
        assert list((tmp_path / "in").iterdir()) == []
        slow.asked.clear()
        cancelled_soon(slow.node, send, lambda: slow.asked.wait(20))


def test_a_node_that_stops_reading(send: Ask) -> None:
    """What is sent fills the buffers, and whoever sends waits for room in them."""
    with slow_node() as slow, stalling(slow.node.address, 100_000) as (port, stalled):
        cancelled_soon(replace(slow.node, port=port), send, lambda: stalled.wait(20))


@contextmanager
def stalling(target: tuple[str, int], after: int) -> Iterator[tuple[int, threading.Event]]:
    """A port that hands on to another what comes, but no more than some bytes."""
    stalled, ends = threading.Event(), list[socket.socket]()

    def hand_on(source: socket.socket, to: socket.socket, most: float) -> None:
        count = 0
        with suppress(OSError):
            while count < most and (data := source.recv(8192)):
                to.sendall(data)
                count += len(data)
            if count >= most:
                stalled.set()

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            near, far = server.accept()[0], socket.create_connection(target)
            ends.extend((near, far))
            back = threading.Thread(target=hand_on, args=(far, near, float("inf")), daemon=True)
            back.start()
            hand_on(near, far, after)

    with socket.create_server((HOST, 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield int(server.getsockname()[1]), stalled
        for one in ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes who reads
            one.close()


def test_nothing_older_is_said_after_what_is_newer() -> None:
    """Whoever repeats what was said last is overtaken by nobody."""
    repeating, go_on = threading.Event(), threading.Event()
    said: list[str] = []

    def report(_fraction: float, text: str) -> None:
        if threading.current_thread() is repeats:
            repeating.set()
            go_on.wait(10)
        said.append(text)

    repeated = RepeatedReport(report)
    repeats = threading.Thread(target=repeated.again)
    newer = threading.Thread(target=repeated, args=(0.5, "newer"))
    repeats.start()
    assert repeating.wait(10)
    newer.start()
    newer.join(0.2)
    go_on.set()
    repeats.join()
    newer.join()
    assert said == ["", "newer"]
