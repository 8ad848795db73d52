"""What can be done with window presets of the user, as rows of the table of actions."""

from brainviewer.app.facts import Fact
from brainviewer.gui.actions.action import Action
from brainviewer.gui.voi.histogram_panel import bring_up_histogram
from brainviewer.gui.voi.presets_dialog import show_presets
from brainviewer.gui.voi.save_preset import save_preset

WINDOW_ACTIONS: tuple[Action, ...] = (
    Action("histogram", "Histogram", "Ctrl+H", Fact.STUDY,
           lambda w: bring_up_histogram(w.frame),
           tip="Bring the histogram of the active sequence into sight, with its window"),
    Action("save-preset", "Save window as preset…", "Ctrl+Shift+W", Fact.STUDY,
           lambda w: save_preset(w.session, w.frame),
           tip="Keep the window of the active sequence under a name"),
    Action("own-presets", "Window presets…", "", None,
           lambda w: show_presets(w.session, w.frame),
           tip="Rename, sort, delete, import and export your window presets"),
)  # fmt: skip
