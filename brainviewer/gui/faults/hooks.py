"""Python's last resorts for an exception that nobody caught, led to the one place for these."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType

from PySide6.QtWidgets import QApplication

from brainviewer.gui.main_thread import MainThread


class Hooks:
    """Sends what leaves a slot, an event handler, a thread or a finaliser to ``report``.

    main_thread : where ``report`` is called, after what is being done at this moment.
    """

    def __init__(self, main_thread: MainThread, report: Callable[[BaseException], None]) -> None:
        self._main_thread, self._report = main_thread, report
        sys.excepthook = self._uncaught
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable

    def remove(self) -> None:
        """Give Python its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # Python keeps the last one for a debugger, and with it all images that its frames hold.
        for name in ("last_exc", "last_type", "last_value", "last_traceback"):
            with suppress(AttributeError):
                delattr(sys, name)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        else:
            self._post(error.with_traceback(trace))

    def _in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        self._post(arguments.exc_value or arguments.exc_type())

    def _unraisable(self, arguments: "sys.UnraisableHookArgs") -> None:
        self._post(arguments.exc_value or arguments.exc_type())

    def _post(self, error: BaseException) -> None:
        self._main_thread.post(partial(self._report, error))
