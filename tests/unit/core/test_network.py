"""The network is closed, but to what a request has opened, and only while it runs."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.core.process import network
from brainviewer.core.process.network import close_network, network_open_to

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of this computer at which something listens."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed(listening: int) -> Iterator[None]:
    """After the start of the program."""
    close_network()
    yield
    network._openings.closed = False


def reach(port: int, host: str = HOST) -> None:
    socket.create_connection((host, port), 2.0).close()


def is_refused(address: tuple[str, int]) -> bool:
    """Whether the hook would refuse; other tests keep all from connecting to other machines."""
    with socket.socket() as one:
        try:
            network._refuse("socket.connect", (one, address))
        except PermissionError:
            return True
    return False


@pytest.mark.usefixtures("closed")
def test_every_step_is_refused(listening: int) -> None:
    with pytest.raises(PermissionError, match="keeps the network closed"):
        reach(listening)
    with socket.socket() as one, pytest.raises(PermissionError):
        one.bind((HOST, 0))
    with socket.socket() as one, pytest.raises(PermissionError):
        one.connect_ex((HOST, listening))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        with pytest.raises(PermissionError):
            one.sendto(b"x", (HOST, listening))
        with pytest.raises(PermissionError):
            one.sendmsg([b"x"], [], 0, (HOST, listening))
    with pytest.raises(PermissionError):
        socket.getaddrinfo("pacs.example", 104)
    with pytest.raises(PermissionError):
        socket.gethostbyname("pacs.example")


@pytest.mark.usefixtures("closed")
def test_a_request_reaches_its_node_and_nothing_else(listening: int) -> None:
    with network_open_to((HOST, listening)):
        reach(listening)
        for other in ((HOST, listening - 1), ("127.0.0.2", listening), ("192.0.2.1", listening)):
            assert is_refused(other)
        with pytest.raises(PermissionError):
            socket.getaddrinfo("elsewhere.example", listening)
        with socket.socket() as one, pytest.raises(PermissionError):
            one.bind((HOST, listening))
    with pytest.raises(PermissionError):
        reach(listening)


@pytest.mark.usefixtures("closed")
def test_a_host_name_stands_for_its_addresses(listening: int) -> None:
    with network_open_to(("localhost", listening)):
        socket.getaddrinfo("localhost", listening)
        reach(listening)
        assert is_refused(("127.0.0.2", listening))


@pytest.mark.usefixtures("closed")
def test_one_request_does_not_close_another(listening: int) -> None:
    with network_open_to((HOST, listening)):
        with network_open_to((HOST, listening)):
            pass
        reach(listening)


@pytest.mark.usefixtures("closed")
def test_a_port_of_this_computer_opens_where_it_is_named(listening: int) -> None:
    with socket.socket() as one, network_open_to((HOST, listening), (HOST, listening + 1)):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, listening + 1))
        except PermissionError:
            raise
        except OSError:
            pass  # another program has it
        with socket.socket() as other, pytest.raises(PermissionError):
            other.bind(("0.0.0.0", listening + 1))


@pytest.mark.usefixtures("closed")
def test_sockets_within_the_computer_stay_open() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(b"x")
        assert far.recv(1) == b"x"


def test_every_start_of_the_program_closes_it() -> None:
    script = (
        "import socket, sys\n"
        "sys.argv = ['brainviewer', '--version']\n"
        "from brainviewer.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "try: socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except PermissionError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "keeps the network closed" in done.stdout
