"""The actions on sessions, and on exports of slices and surfaces, as rows of the table."""

from brainviewer.app.facts import Fact
from brainviewer.gui.actions.action import Action

SESSION_ACTIONS: tuple[Action, ...] = (
    Action("open-session", "Open session…", "Ctrl+Shift+R", None,
           lambda w: w.files.sessions.open(),
           tip="Go on where a study was saved as a session"),
    Action("save-session", "Save session", "Ctrl+S", Fact.STUDY,
           lambda w: w.files.sessions.save(),
           tip="Save annotations, segmentation, results, windows and layout in one file"),
    Action("save-session-as", "Save session as…", "Ctrl+Shift+S", Fact.STUDY,
           lambda w: w.files.sessions.save_as(), tip="Save as a session of another name"),
    Action("export-slices", "Export slices…", "Ctrl+Alt+E", Fact.STUDY,
           lambda w: w.export.slices.ask(),
           tip="Save key images, every n-th slice or a cine, of this study or of a folder"),
    Action("export-surfaces", "Save surfaces…", "", Fact.TUMOUR,
           lambda w: w.export.surfaces.ask(),
           tip="Save the lesion and its parts for 3D programs and printers: glTF, OBJ, STL, PLY"),
)  # fmt: skip

SESSION_MENU: tuple[str, ...] = ("open-session", "save-session", "save-session-as")
