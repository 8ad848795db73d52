"""What every test may rely on: a home of its own, and no network."""

import gc
import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from measured_children import measured_decoders

from brainviewer.core.process import network
from brainviewer.core.process.reader import use_reader
from brainviewer.files.nifti import volume_limits
from tests import properties  # noqa: F401 - profiles of hypothesis

settings.load_profile("short")


@pytest.fixture(scope="session", autouse=True)
def _surroundings(request: pytest.FixtureRequest) -> Iterator[None]:
    """What holds for every test; one fixture, and what it needs not as arguments.

    Each fixture that every test has is asked for before each of the thousands.
    """
    home = request.getfixturevalue("tmp_path_factory").mktemp("home")
    with measured_decoders(), pytest.MonkeyPatch.context() as patch:
        # Settings, journals and logs of tests stay out of the user's.
        patch.setenv("BRAINVIEWER_HOME", str(home))
        # So does what they keep in a keyring.
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        # Phantoms are smaller than any head.
        patch.setattr(volume_limits, "LEAST_HEAD_MM", 0.0)
        patch.setattr(socket.socket, "connect", _to_this_machine(socket.socket.connect))
        # One application for all: what paints without a window would make one that can show none.
        request.getfixturevalue("qapp")
        yield


def _to_this_machine(connect: Callable[[socket.socket, Any], None]) -> Any:
    """``connect``, which fails the test that opens a connection to another machine."""

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _THIS_MACHINE:
            pytest.fail(f"A test wants to reach {address[0]}; tests need no network.")
        connect(self, address)

    return refuse


@pytest.fixture(autouse=True)
def _network_as_before() -> Iterator[None]:
    """What starts the program in this process closes the network; other tests need it."""
    yield
    network._openings.closed = False


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home for this test alone, a log that is closed after it, and nobody who has signed in."""
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    logger = logging.getLogger("brainviewer")
    monkeypatch.setattr(logger, "handlers", [])
    yield
    use_reader(None)
    for handler in logger.handlers:
        handler.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """While all is imported little becomes garbage; looking for it takes a sixth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real studies come first, one after the other: a process opens each study once."""
    items.sort(key=lambda item: item.get_closest_marker("data") is None)


def pytest_collection_finish() -> None:
    """Searches for garbage leave out what is there before the first test, which is most."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    """Say which studies the tests marked ``data`` will find."""
    folder = Path(os.environ.get("BRAINVIEWER_DATA", _BESIDE_THE_CHECKOUT))
    return f"studies: {'found' if folder.is_dir() else 'none'} (BRAINVIEWER_DATA, ../shared/data)"


_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared" / "data"
