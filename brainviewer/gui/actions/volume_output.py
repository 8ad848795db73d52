"""Actions that take the 3D view out of the window, beside its image as a file."""

from brainviewer.app.facts import Fact
from brainviewer.gui.actions.action import Action

VOLUME_OUTPUT_ACTIONS: tuple[Action, ...] = (
    Action("copy-volume", "Copy 3D view", "Ctrl+Alt+C", Fact.SEQUENCES,
           lambda w: w.export.volume.copy(),
           tip="Copy the 3D view with its legend to the clipboard"),
    Action("export-turntable", "Save 3D turntable…", "", Fact.SEQUENCES,
           lambda w: w.export.volume.ask_turn(),
           tip="One turn of the head as a film, MP4 or GIF"),
)  # fmt: skip
