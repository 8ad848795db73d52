"""Ways in which an input comes to the window, as a user brings it there."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from brainviewer.gui.audit_trail.window import TrailWindow
from brainviewer.gui.pacs.nodes import NodesDialog
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.voi.presets_dialog import PresetsDialog, show_presets
from brainviewer.pacs.node_list import nodes
from brainviewer.pacs.query import StudyMatch
from tests.dicom_writer import write_series
from tests.hostile import lying_node
from tests.hostile.case import Place
from tests.hostile.window_desk import Desk, text_of

Way = Callable[[Desk, Path, Place], object]


def drop(desk: Desk, path: Path, _place: Place | None = None) -> None:
    """Let a file fall on the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(os.fsencode(path).decode("utf-8", "replace"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, middle = Qt.DropAction.CopyAction, QPointF(300, 300)
    enter = QDragEnterEvent(middle.toPoint(), copy, data, buttons, keys)
    QApplication.sendEvent(desk.window, enter)
    QApplication.sendEvent(desk.window, QDropEvent(middle, copy, data, buttons, keys))


def _annotations(desk: Desk, path: Path, _place: Place) -> None:
    asks = QFileDialog.getOpenFileName
    QFileDialog.getOpenFileName = lambda *_, **__: (str(path), "")  # type: ignore[method-assign]
    try:
        desk.window.actions_by_id["open-annotations"].trigger()
    finally:
        QFileDialog.getOpenFileName = asks  # type: ignore[method-assign]


def _presets(desk: Desk, path: Path, _place: Place) -> None:
    before = desk.settings_now()
    show_presets(desk.session, desk.window)
    dialog = desk.window.findChild(PresetsDialog)
    assert dialog is not None
    dialog.take_over(path)
    desk.said.append(dialog.said)
    dialog.close()
    desk.session.settings.update(**before)


def _settings(desk: Desk, path: Path, _place: Place) -> None:
    before = desk.settings_now()
    dialog = _settings_dialog(desk)
    dialog.take_over(path)
    desk.said.append(dialog.said)
    dialog.close()
    desk.session.settings.update(**before)


def _settings_dialog(desk: Desk) -> SettingsDialog:
    desk.window.actions_by_id["settings"].trigger()
    dialog = desk.window.findChild(SettingsDialog)
    assert dialog is not None
    return dialog


def _prior(desk: Desk, path: Path, _place: Place) -> None:
    desk.session.prior.compare([path])


def _search(desk: Desk, _path: Path, place: Place) -> None:
    """Search the node that is set up, and open the first study that it names."""
    with _at_home(place):
        desk.window.actions_by_id["pacs"].trigger()
        window = desk.window.parts.pacs.window
        with desk.keeping(window):
            if window.chosen_node is None:
                desk.said.append("went wrong inside: the node cannot be chosen")
            window.search()
            desk.rest()
            found = window.chosen
            desk.said += filter(None, (window.problem.text(), "" if found else window.said.text()))
            if found:
                window.retrieve()
                desk.rest()
        window.close()


def _retrieve(desk: Desk, _path: Path, place: Place) -> None:
    """Open a study of the node, as if a search had named it."""
    study = StudyMatch(lying_node.STUDY, "A", "1", "", "", "", "", "", ("MR",), 1, 3)
    with _at_home(place):
        (node,) = nodes().values()
        desk.session.pacs.retrieval.open(node, study)
        desk.rest()


def _nodes(desk: Desk, _path: Path, place: Place) -> None:
    """The list of nodes where they are chosen, and where they are set up."""
    with _at_home(place):
        desk.window.actions_by_id["pacs"].trigger()
        window = desk.window.parts.pacs.window
        desk.said += filter(None, (window.problem.text(),))
        dialog = NodesDialog(desk.session.pacs, "", window)
        dialog.show()
        desk.asked.append(text_of(dialog))
        dialog.close()
        dialog.deleteLater()
        window.close()


def _roles(desk: Desk, _path: Path, place: Place) -> None:
    """A sound DICOM series, with what is remembered of series."""
    folder = place.out / "series"
    folder.mkdir()
    values = np.full((16, 16, 8), 300, np.int16)
    values[4:12, 4:12, 2:6] = 900
    described = {"SeriesDescription": "FLAIR", "EchoTime": 120, "RepetitionTime": 9000,
                 "InversionTime": 2500}  # fmt: skip
    write_series(
        folder, values, np.diag((12.0, 12.0, 20.0, 1.0)), vendor="philips", elements=described
    )
    with _at_home(place):
        drop(desk, folder)
        desk.rest()
        if desk.session.state.study is None or desk.shows_sound:
            desk.said.append("went wrong inside: the series did not open")


def _trail(desk: Desk, _path: Path, _place: Place) -> None:
    """The page of the audit trail, which is verified."""
    desk.window.actions_by_id["audit-trail"].trigger()
    window = desk.window.findChild(TrailWindow)
    assert window is not None
    with desk.keeping(window):
        desk.rest()
        desk.said += filter(None, (window.state.text(), window.problem.text()))
        if window.verify_button.isEnabled():
            window.verify()
            desk.rest()
            desk.said += filter(None, (window.problem.text(), window.found.toPlainText()[:300]))
    window.close()


def _models(desk: Desk, _path: Path, _place: Place) -> None:
    """The models that can be chosen, and the card of the one that is."""
    dialog = _settings_dialog(desk)
    for editor in dialog.editors.values():
        editor.show()
    dialog.close()
    desk.window.parts.pages.show_card("mine")
    desk.window.parts.pages.show_card("")
    desk.rest()


def _monitor(desk: Desk, _path: Path, _place: Place) -> None:
    """The page of monitoring."""
    window = desk.window.parts.monitor.window
    with desk.keeping(window):
        window.bring_up()
        desk.rest()
        desk.asked.append(text_of(window)[:300])
    window.close()


def _list(desk: Desk, _path: Path, place: Place) -> None:
    """The study list, on the folder of the sound study."""
    window = desk.window.parts.studies.window
    with desk.keeping(window):
        window.show_folder(place.study.parent)
        desk.rest()
    window.close()


def _nothing(_desk: Desk, _path: Path, _place: Place) -> None:
    """The start is what meets it."""


@contextmanager
def _at_home(place: Place) -> Iterator[None]:
    """The home of a case in the place of that of the window."""
    before = os.environ["BRAINVIEWER_HOME"]
    os.environ["BRAINVIEWER_HOME"] = str(place.home)
    try:
        yield
    finally:
        os.environ["BRAINVIEWER_HOME"] = before


WAYS: dict[str, Way] = {
    "drop": drop, "beside": drop, "annotations": _annotations, "presets": _presets,
    "settings": _settings, "prior": _prior, "pacs": _search, "retrieve": _retrieve,
    "nodes": _nodes, "roles": _roles,
}  # fmt: skip
"""Into a window that runs, with the sound study open but for ``drop``."""
STARTS: dict[str, Way] = {
    "start": _nothing, "trail": _trail, "models": _models, "monitor": _monitor, "list": _list,
}  # fmt: skip
"""Into a window that starts with what lies in its home, and is looked at there."""
