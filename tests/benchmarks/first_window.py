"""Starts the application as the command does, and prints when its window was first painted.

python -m tests.benchmarks.first_window [PATH…]
"""

import sys
import time

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from brainviewer.__main__ import main
from brainviewer.gui import workplace


class _Timed(workplace.MainWindow):
    """Prints the clock and the processor seconds of its first paint, then closes."""

    _painted = False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and not self._painted:
            self._painted = True
            print(time.monotonic(), time.process_time(), flush=True)
            QTimer.singleShot(0, QApplication.closeAllWindows)
        return done


if __name__ == "__main__":
    workplace.MainWindow = _Timed  # type: ignore[misc]
    sys.argv[0] = "brainviewer"
    main()
