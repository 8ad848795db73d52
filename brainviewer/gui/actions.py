"""Every action of the window as one table: id, text, shortcut, needed fact, what it does.

Menus, context menus, the tool bar and the sheet of keys only name ids; actions are enabled by
facts, never by hand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brainviewer.app.exports import ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.app.state import Layout, Tool, ViewState
from brainviewer.app.stores.feedback import AGREE, DISAGREE, WITHDRAWN
from brainviewer.core.annotation_kinds import Kind
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality
from brainviewer.gui.panels.tumour import copy_measurements
from brainviewer.gui.window_parts import WindowParts
from brainviewer.painting.volume.view import LOOK_NAMES, LOOKS


@dataclass(frozen=True)
class Action:
    """One thing the user can do.

    needs : the fact that enables it; None for always.
    checked : whether it is on, for actions that stay pressed.
    short : the text in the tool bar, if it differs.
    also : a second shortcut.
    pane_key : a key that the panes listen to themselves, because holding it means more.
    """

    id: str
    text: str
    shortcut: str
    needs: Fact | None
    do: Callable[[WindowParts], object]
    checked: Callable[[ViewState], bool] | None = None
    short: str = ""
    tip: str = ""
    also: str = ""
    pane_key: str = ""

    @property
    def keys(self) -> str:
        """Every key of the action, for people to read."""
        return " or ".join(key for key in (self.shortcut or self.pane_key, self.also) if key)


@dataclass(frozen=True)
class _Choice:
    """A field of the state that has one of several values, with an action for each."""

    name: str
    choose: Callable[[WindowParts, Any], object]
    chosen: Callable[[ViewState], object]

    def action(
        self,
        value: StrEnum,
        key: str,
        needs: Fact | None,
        short: str = "",
        tip: str = "",
        after: str = "",
    ) -> Action:
        """The action that chooses a value, and is on while it is the chosen one.

        after : what stands in its text after the name of the value.
        """
        return Action(
            f"{self.name}-{value.name.lower()}",
            value[0].upper() + value[1:] + after,
            key,
            needs,
            lambda w: self.choose(w, value),
            lambda s: self.chosen(s) is value,
            short,
            tip,
        )


_LAYOUT = _Choice("layout", lambda w, v: w.session.view.set_layout(v), lambda s: s.shown_layout)
_PLANE = _Choice("plane", lambda w, v: w.session.view.set_plane(v), lambda s: s.plane)
_SEQUENCE = _Choice("sequence", lambda w, v: w.session.view.set_active(v), lambda s: s.active)
_TOOL = _Choice("tool", lambda w, v: w.session.view.set_tool(v), lambda s: s.tool)
_CONVENTION = _Choice(
    "convention", lambda w, v: w.appearance.set_convention(v), lambda s: s.convention
)


def _overlay(field: str, text: str, key: str, needs: Fact) -> Action:
    def toggle(window: WindowParts) -> None:
        on = getattr(window.session.state.overlays, field)
        window.session.view.set_overlay(**{field: not on})

    return Action(
        f"show-{field}", text, key, needs, toggle, lambda s: bool(getattr(s.overlays, field))
    )


def _look(letter: str) -> Action:
    text = f"3D from {LOOK_NAMES[letter]}"
    return Action(f"look-{letter.lower()}", text, "", Fact.SIDES, lambda w: w.volume.look(letter))


ACTIONS: tuple[Action, ...] = (
    Action("open-folder", "Open study folder…", "Ctrl+O", None, lambda w: w.files.open_folder(),
           short="Open", tip="Open a study folder"),
    Action("open-files", "Open files…", "Ctrl+Shift+O", None, lambda w: w.files.open_files()),
    Action("open-images", "Open images…", "Ctrl+P", None, lambda w: w.files.open_images(),
           tip="Open JPG, PNG, TIFF, BMP, WebP or DICOM images"),
    Action("image-before", "Previous image", "Ctrl+PgUp", Fact.IMAGE_SERIES,
           lambda w: w.session.documents.step_image(-1)),
    Action("image-next", "Next image", "Ctrl+PgDown", Fact.IMAGE_SERIES,
           lambda w: w.session.documents.step_image(1)),
    Action("open-demo", "Open the demo study", "", None, lambda w: w.session.documents.open_demo()),
    Action("open-annotations", "Open annotations…", "", Fact.STUDY,
           lambda w: w.files.open_annotations()),
    Action("save-annotations", "Save annotations as…", "Ctrl+S", Fact.ANNOTATIONS,
           lambda w: w.files.save_annotations()),
    Action("export", "Export image…", "Ctrl+E", Fact.STUDY, lambda w: w.export.ask(),
           short="Export", tip="Export an annotated image"),
    Action("export-tumour", "Export tumour slice…", "Ctrl+Shift+E", Fact.TUMOUR,
           lambda w: w.export.ask(ExportSubject.TUMOUR_SLICE)),
    Action("export-volume", "Save 3D image…", "", Fact.SEQUENCES,
           lambda w: w.export.ask(ExportSubject.VOLUME)),
    Action("print", "Print…", "Ctrl+Shift+P", Fact.STUDY, lambda w: w.export.print(),
           tip="Print the current view"),
    Action("copy", "Copy view", "Ctrl+C", Fact.STUDY, lambda w: w.export.copy(), short="Copy view",
           tip="Copy the current view to the clipboard"),
    *(_look(letter) for letter in LOOKS),
    Action("volume-reset", "Reset the 3D view", "", Fact.SEQUENCES, lambda w: w.volume.reset()),
    Action("quit", "Quit", "Ctrl+Q", None, lambda w: w.frame.close()),
    Action("undo", "Undo", "Ctrl+Z", Fact.UNDO, lambda w: w.session.occlusion.undo()),
    Action("redo", "Redo", "Ctrl+Shift+Z", Fact.REDO, lambda w: w.session.occlusion.redo(),
           also="Ctrl+Y"),
    Action("delete", "Delete annotation", "Del", Fact.SELECTION,
           lambda w: w.session.annotations.delete_selection()),
    Action("delete-all", "Delete all annotations", "", Fact.ANNOTATIONS,
           lambda w: w.session.annotations.delete_all()),
    _LAYOUT.action(Layout.FOUR_SEQUENCES, "1", Fact.PLANES, "Sequences", "Show all sequences"),
    _LAYOUT.action(Layout.THREE_PLANES, "2", Fact.PLANES, "3 planes", "Show three planes"),
    _LAYOUT.action(Layout.ONE_LARGE, "3", Fact.PLANES, "1 large", "Show one large"),
    _PLANE.action(Plane.AXIAL, "Shift+A", Fact.PLANES),
    _PLANE.action(Plane.CORONAL, "Shift+C", Fact.PLANES),
    _PLANE.action(Plane.SAGITTAL, "Shift+S", Fact.PLANES),
    _CONVENTION.action(Convention.RADIOLOGICAL, "", Fact.PLANES,
                       after=": patient's right on the left"),
    _CONVENTION.action(Convention.NEUROLOGICAL, "", Fact.PLANES,
                       after=": patient's right on the right"),
    _SEQUENCE.action(Modality.FLAIR, "F5", Fact.SEQUENCES),
    _SEQUENCE.action(Modality.T1, "F6", Fact.SEQUENCES),
    _SEQUENCE.action(Modality.T1CE, "F7", Fact.SEQUENCES),
    _SEQUENCE.action(Modality.T2, "F8", Fact.SEQUENCES),
    Action("overlays", "Hide or show all overlays", "", Fact.STUDY,
           lambda w: w.session.view.toggle_overlays(), pane_key="Space",
           tip="Only the image; again to bring the overlays back"),
    _overlay("lesion", "Contour", "O", Fact.TUMOUR),
    _overlay("parts", "Lesion parts", "L", Fact.PARTS),
    _overlay("diameters", "Diameters", "D", Fact.DIAMETERS),
    _overlay("heatmap", "Heatmap", "H", Fact.HEATMAP),
    _overlay("segmentation", "Segmentation", "S", Fact.SEGMENTATION),
    _overlay("difference", "Difference from the segmentation", "U", Fact.COMPARED),
    _overlay("crosshair", "Crosshair", "X", Fact.SEQUENCES),
    _overlay("annotations", "Annotations", "M", Fact.STUDY),
    _overlay("text", "Corner texts", "", Fact.STUDY),
    Action("auto-window", "Automatic window", "A", Fact.STUDY,
           lambda w: w.session.view.auto_window(w.session.state.active)),
    Action("invert", "Invert", "I", Fact.STUDY,
           lambda w: w.session.view.invert(w.session.state.active)),
    Action("fit", "Fit to pane", "F", Fact.STUDY, lambda w: w.grid.fit()),
    Action("zoom-in", "Zoom in", "Ctrl++", Fact.STUDY, lambda w: w.grid.zoom(1.25)),
    Action("zoom-out", "Zoom out", "Ctrl+-", Fact.STUDY, lambda w: w.grid.zoom(0.8)),
    Action("smooth", "Smooth pixels", "", None, lambda w: w.appearance.toggle_smooth()),
    Action("panels", "Images only", "F11", None, lambda w: w.appearance.toggle_panels(),
           tip="Hide everything but the images; again to bring it back"),
    Action("theme-dark", "Dark", "", None, lambda w: w.appearance.set_theme("dark")),
    Action("theme-light", "Light", "", None, lambda w: w.appearance.set_theme("light")),
    Action("theme-system", "As the system", "", None, lambda w: w.appearance.set_theme("system")),
    Action("tumour", "Tumour slice", "T", Fact.TUMOUR, lambda w: w.session.view.go_to_tumour(),
           tip="Go to the tumour slice"),
    Action("copy-measurements", "Copy measurements", "Ctrl+Shift+C", Fact.TUMOUR,
           lambda w: copy_measurements(w.session), tip="Copy the measurements as text"),
    Action("find", "Find the lesion", "", Fact.SEQUENCES,
           lambda w: w.session.segmentation.find(w.session.segmentation.method)),
    Action("classify", "Classify", "C", Fact.CLASSIFIABLE, lambda w: w.session.classification.run(),
           tip="Classify the glioma from the tumour slice, or the image"),
    Action("classify-here", "Classify this slice", "Shift+K", Fact.CLASSIFIABLE_HERE,
           lambda w: w.session.classification.run(w.session.state.slice_index(Plane.AXIAL))),
    Action("what-if", "What if I edit it?", "Shift+W", Fact.OCCLUSION_POSSIBLE,
           lambda w: w.session.occlusion.toggle(),
           lambda s: s.occlusion is not None,
           tip="Paint over a part of an image and see the answer change"),
    Action("reset-occlusion", "Take all edits back", "", Fact.OCCLUSION,
           lambda w: w.session.occlusion.reset()),
    Action("explain", "What is this class?", "Shift+F1", Fact.EXPLAINED,
           lambda w: w.pages.show_class(),
           tip="What the class is, how common, and what to look for"),
    Action("rests-on", "What the answer rests on", "Shift+R", Fact.ABLATED,
           lambda w: w.pages.show_ablation(),
           tip="The answer without image, descriptors or age"),
    Action("agree", "Agree with the answer", "", Fact.CLASSIFIED,
           lambda w: w.session.feedback.give(AGREE)),
    Action("disagree", "Disagree with the answer", "", Fact.CLASSIFIED,
           lambda w: w.session.feedback.give(DISAGREE)),
    Action("withdraw", "Withdraw your feedback", "", Fact.FEEDBACK,
           lambda w: w.session.feedback.give(WITHDRAWN)),
    _TOOL.action(Tool.WINDOW, "W", None, tip="Drag: right for a wider window, up for brighter"),
    _TOOL.action(Tool.CURSOR, "Q", None, tip="Drag the linked cursor"),
    _TOOL.action(Tool.PAN, "P", None, tip="Drag the image; the middle button always does"),
    *(_TOOL.action(Tool(kind), kind.traits.key, Fact.ANNOTATABLE, tip=kind.traits.tip)
      for kind in Kind),
    _TOOL.action(Tool.BRUSH, "K", Fact.OCCLUSION,
                 tip="Paint over a part of the image; Shift takes away"),
    Action("guide", "User guide", "", None, lambda w: w.pages.show_guide(),
           tip="The guide that came with this version; needs no network"),
    Action("shortcuts", "Keys and mouse", "F1", None,
           lambda w: w.pages.show_shortcuts(grouped_shortcuts())),
    Action("card", "Model card", "", None, lambda w: w.pages.show_card("")),
    Action("about", "About BrainViewer", "", None, lambda w: w.pages.show_about()),
)  # fmt: skip

_DRAWING = tuple(f"tool-{kind}" for kind in Kind)

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("File", ("open-folder", "open-files", "open-images", "recent>", "open-demo", "-",
              "open-annotations", "save-annotations", "-", "export", "export-tumour",
              "export-volume", "print", "copy", "-", "quit")),
    ("Edit", ("undo", "redo", "-", "delete", "delete-all")),
    ("View", ("layout-four_sequences", "layout-three_planes", "layout-one_large", "-",
              "plane-axial", "plane-coronal", "plane-sagittal", "-",
              "convention-radiological", "convention-neurological", "-",
              "overlays", "show-lesion", "show-parts", "show-diameters", "show-heatmap",
              "show-segmentation", "show-difference", "show-crosshair", "show-annotations",
              "show-text", "-",
              "fit", "zoom-in", "zoom-out", "smooth", "look>", "-",
              "image-before", "image-next", "-",
              "panels", "theme>")),
    ("Sequence", ("sequence-flair", "sequence-t1", "sequence-t1ce", "sequence-t2", "-",
                  "auto-window", "invert", "presets>", "colours>")),
    ("Tumour", ("tumour", "find", "copy-measurements", "-", "classify", "classify-here",
                "model>", "prevalence>", "engine>", "-", "rests-on", "explain", "what-if",
                "reset-occlusion", "-", "agree", "disagree", "withdraw")),
    ("Tools", ("tool-window", "tool-cursor", "tool-pan", "-", *_DRAWING, "tool-brush")),
    ("Help", ("guide", "shortcuts", "card", "-", "about")),
)  # fmt: skip
TOOL_BAR: tuple[str, ...] = (
    "open-folder", "-", "layout-four_sequences", "layout-three_planes", "layout-one_large", "-",
    "tool-window", "tool-cursor", *_DRAWING, "-", "undo", "redo", "<>", "tumour", "classify",
    "export",
)  # fmt: skip
LOOK_ACTIONS: tuple[str, ...] = (
    *(f"look-{letter.lower()}" for letter in LOOKS),
    "-",
    "volume-reset",
)
CONTEXT_MENUS: Mapping[str, tuple[str, ...]] = {
    "pane": ("tumour", "classify-here", "-", "auto-window", "presets>", "colours>", "invert", "-",
             "fit", "overlays", "show-crosshair", "-", "tools>", "delete", "-",
             "copy", "export"),
    "volume": (*LOOK_ACTIONS, "-", "show-crosshair", "export-volume"),
    "sequences": ("layout-one_large", "-", "auto-window", "presets>", "colours>", "invert"),
    "annotations": ("delete", "delete-all", "-", "save-annotations", "open-annotations"),
    "series": ("image-before", "image-next", "-", "copy", "export"),
}  # fmt: skip
"""The menus of the right button, by what lies under it."""


def shortcut_rows(actions: Iterable[Action] = ACTIONS) -> list[tuple[str, str]]:
    """(key, text) of every action that has a key, for the help page."""
    return [(a.keys, a.text) for a in actions if a.keys]


def grouped_shortcuts() -> list[tuple[str, list[tuple[str, str]]]]:
    """(menu, rows of key and text) in the order of the menus; actions of no menu come last."""
    by_id = {action.id: action for action in ACTIONS}
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    seen: set[str] = set()
    for title, names in MENUS:
        inside = [by_id[name] for name in names if name in by_id]
        seen.update(action.id for action in inside)
        groups.append((title, shortcut_rows(inside)))
    groups.append(("More", shortcut_rows(a for a in ACTIONS if a.id not in seen)))
    return [(title, rows) for title, rows in groups if rows]
