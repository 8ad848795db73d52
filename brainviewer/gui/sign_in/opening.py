"""Builds what lets readers in; imported only where they have to sign in."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QApplication

from brainviewer.app.jobs import Jobs
from brainviewer.app.settings.settings import Settings
from brainviewer.gui.actions.places import keyed_actions
from brainviewer.gui.help.guide_tables import table
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.menus import menu_letters
from brainviewer.gui.sign_in.entrance import Entrance
from brainviewer.gui.sign_in.reception import Reception
from brainviewer.gui.tools.mouse_schemes import SCHEMES
from brainviewer.gui.workplace import Workplace


def open_reception(
    app: QApplication,
    main_thread: MainThread,
    make: Callable[[], Workplace],
    crashed: Callable[[BaseException], None],
) -> Reception:
    """Where readers are let in and out. make : builds the window of who uses this process."""
    jobs = Jobs(main_thread.post, lambda *_: None, crashed)
    return Reception(app, jobs, Entrance(_usual_tables), make)


def _usual_tables() -> Mapping[str, str]:
    """Mouse and keys in the guide, as they are where nobody has changed them."""
    settings = Settings()
    keys = KeyMap(settings, keyed_actions(), menu_letters())
    return {"mouse": table(SCHEMES[settings.mouse_scheme].rows), "keys": table(keys.rows())}
