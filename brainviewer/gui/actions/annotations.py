"""What can be done with annotations, as rows of the table of actions."""

from brainviewer.app.facts import Fact
from brainviewer.gui.actions.action import Action
from brainviewer.gui.dialogs.annotation_names import ask_name, turn_over
from brainviewer.imaging.measure.rano import Target

ANNOTATION_ACTIONS: tuple[Action, ...] = (
    Action("rename-annotation", "Rename annotation…", "", Fact.UNLOCKED,
           lambda w: ask_name(w.session, w.frame), tip="Its name is written beside it"),
    Action("hide-annotation", "Hide annotation", "", Fact.SELECTION,
           lambda w: turn_over(w.session, "hidden"),
           lambda s: s.selected is not None and s.selected.style.hidden,
           tip="Leave it out of the images; it stays in the list"),
    Action("lock-annotation", "Lock annotation", "", Fact.SELECTION,
           lambda w: turn_over(w.session, "locked"),
           lambda s: s.selected is not None and s.selected.style.locked,
           tip="Keep it from being moved, changed and deleted"),
    Action("key-image-next", "Next key image", "Ctrl+I", Fact.KEY_IMAGES,
           lambda w: w.session.key_images.step(1),
           tip="Go to the next slice with a star, after the last one to the first"),
    Action("key-image-before", "Previous key image", "Ctrl+Shift+I", Fact.KEY_IMAGES,
           lambda w: w.session.key_images.step(-1), tip="Go to the slice with a star before"),
    Action("annotation-table", "Table of annotations…", "Shift+T", Fact.ANNOTATIONS,
           lambda w: w.pages.show_annotations(),
           tip="What annotations measure, and the values of all sequences in regions"),
    Action("export-annotations", "Export annotations as CSV…", "", Fact.ANNOTATIONS,
           lambda w: w.files.export_annotations()),
    Action("delete", "Delete annotation", "Del", Fact.UNLOCKED,
           lambda w: w.session.annotations.delete_selection()),
    Action("delete-all", "Delete all annotations", "", Fact.ANNOTATIONS,
           lambda w: w.session.annotations.delete_all()),
    Action("snap-lesion", "Longest diameters of the lesion", "", Fact.SNAPS_TO_LESION,
           lambda w: w.session.diameters.snap(Target.LESION),
           tip="Bring the selected diameters to the longest of the lesion on their slice"),
    Action("snap-enhancing", "Longest diameters of the enhancing part", "",
           Fact.SNAPS_TO_ENHANCING, lambda w: w.session.diameters.snap(Target.ENHANCING),
           tip="Bring the selected diameters to the longest of the enhancing part on their slice"),
)  # fmt: skip

PANE_MENU: tuple[str, ...] = (
    "hide-annotation", "lock-annotation", "annotation-colour>", "annotation-width>",
    "snap-lesion", "snap-enhancing",
)  # fmt: skip
EDIT_MENU: tuple[str, ...] = (
    "rename-annotation", "annotation-colour>", "annotation-width>", "hide-annotation",
    "lock-annotation", "-", "snap-lesion", "snap-enhancing", "-", "key-image-next",
    "key-image-before", "-", "annotation-table",
)  # fmt: skip
LIST_MENU: tuple[str, ...] = (
    "rename-annotation", "annotation-colour>", "annotation-width>", "hide-annotation",
    "lock-annotation", "-", "annotation-order>", "annotation-table", "-", "delete", "delete-all",
    "-", "save-annotations", "open-annotations", "export-annotations",
)  # fmt: skip
