"""Where the program starts: the command line, and the window behind it."""

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from pathlib import Path
from types import FrameType

from brainviewer.core.graphics.probe import PROBE_FLAG
from brainviewer.core.process.network import close_network
from brainviewer.files.decoding import CHILD_FLAG


def open_window(paths: list[Path], demo: bool) -> int:
    """Open the window on the paths of a study, on the demo study, or empty.

    Raises BrainViewerError if there is no screen or Qt cannot be loaded.
    """
    from brainviewer.core.errors import BrainViewerError

    if not _has_screen():
        raise BrainViewerError(
            "There is no screen here to open a window on.",
            "Use 'brainviewer analyze STUDY -o FOLDER', which needs none.",
        )
    try:
        from brainviewer.gui.application import run
    except ImportError as error:
        if (error.name or "").startswith("brainviewer"):
            raise
        raise BrainViewerError(
            f"The window cannot be opened: {error}.",
            "Install what is missing (see the README), or use 'brainviewer analyze'.",
        ) from error
    return run(paths, demo)


class _EndedBySystem:
    """Ends the program as Ctrl+C does when it is told to end (SIGTERM), and knows that it was.

    Unpacked images of patients would stay behind otherwise. Told again, it ends at once.
    """

    told = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signal."""
        self.told = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise KeyboardInterrupt


def main() -> None:
    """The command ``brainviewer``."""
    # Importing makes thousands of objects and no garbage; looking for it so often as Python does by
    # itself takes a tenth of a second.
    gc.set_threshold(20_000, 20, 20)
    close_network()
    if not sys.warnoptions:  # those of libraries are for their developers, and may quote names
        warnings.simplefilter("ignore")
    multiprocessing.freeze_support()  # a frozen application starts its child processes here
    if sys.argv[1:] == [CHILD_FLAG]:
        from brainviewer.files.decoding.child import main as decode_images

        return decode_images()
    if sys.argv[1:] == [PROBE_FLAG]:
        from brainviewer.painting.volume.probe_child import main as probe_graphics

        return probe_graphics()
    from brainviewer.cli import run

    # From here on there is something that may have to be tidied up; see the package's first lines.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = _EndedBySystem()
    signal.signal(signal.SIGTERM, ended)
    try:
        code = run(sys.argv[1:], open_window)
    except KeyboardInterrupt:
        code = 130
    if ended.told:
        code = 128 + signal.SIGTERM
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Python would search everything for garbage once more before it ends: another tenth.
    gc.freeze()
    sys.exit(code)


def _has_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    main()
