"""The one door to the main thread."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from PySide6.QtCore import QObject, Qt, Signal


class MainThread(QObject):
    """Runs functions on the thread that made it; ``post`` may be called from any thread."""

    _knock = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._knock.connect(self._reply, Qt.ConnectionType.QueuedConnection)

    def post(self, function: Callable[[], None]) -> None:
        """Run ``function()`` on the main thread, in the order of posting."""
        with self._lock:
            self._waiting.append(function)
            first = len(self._waiting) == 1
        if first:
            self._knock.emit(0)

    def drain(self) -> None:
        """Run what is waiting now; for the end of the application, on the main thread."""
        self._reply(0)

    def _reply(self, _: int) -> None:
        with self._lock:
            functions, self._waiting = self._waiting, deque()
        try:
            while functions:
                functions.popleft()()
        finally:
            if functions:  # one of them raised; the others still have their turn
                with self._lock:
                    self._waiting.extendleft(reversed(functions))
                self._knock.emit(0)
