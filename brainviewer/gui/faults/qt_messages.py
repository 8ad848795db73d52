"""What Qt itself has to say goes to the log, without the names that may stand in it."""

import logging
import re
import sys
from collections import deque
from types import FrameType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from brainviewer.app.faults.repeats import Repeats, worth_a_line

log = logging.getLogger(__name__)
_NAMES = re.compile(r"\bQ[A-Z]\w*(?:::\w+)?")
_CATEGORY = re.compile(r"[\w.]+")
_PACKAGE = "brainviewer."


class QtMessages:
    """Qt's warnings and errors in the log: category, names of Qt's own, and who called.

    The rest may name files. A message that ends the program is also written to the terminal, with
    what was said before it: there is no other place left.
    """

    def __init__(self) -> None:
        self._repeats = Repeats()
        self._said: deque[str] = deque(maxlen=5)
        qInstallMessageHandler(self._hear)

    def remove(self) -> None:
        """Let Qt write to the terminal again."""
        qInstallMessageHandler(None)

    def _hear(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            return
        self._said.append(text)
        if kind == QtMsgType.QtFatalMsg and sys.stderr is not None:
            print(*self._said, sep="\n", file=sys.stderr, flush=True)
        category = _CATEGORY.fullmatch(getattr(context, "category", None) or "")
        names = " ".join(dict.fromkeys(_NAMES.findall(text)))
        told = category[0] if category else "default", names, _caller(sys._getframe(1))
        if worth_a_line(self._repeats.again(told)):
            log.warning("Qt is not content (%s): %s, called by %s", *told)


def _caller(frame: FrameType | None) -> str:
    """The nearest place of this program; empty where Qt came upon it by itself."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_PACKAGE) and module != __name__:
            return f"{module}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
