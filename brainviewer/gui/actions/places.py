"""Where actions stand: menus and context menus, which name the ids of ``table``."""

from collections.abc import Mapping

from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES
from brainviewer.gui.actions.annotations import EDIT_MENU, LIST_MENU, PANE_MENU
from brainviewer.gui.actions.correction import CORRECTION_MENU
from brainviewer.gui.actions.fusion import FUSION_MENU
from brainviewer.gui.actions.layouts import GRIDS, HANGING, LAYOUT_MENU
from brainviewer.gui.actions.reader import READER_MENU
from brainviewer.gui.actions.reformation import PLANES_MENU, TURN_MENU
from brainviewer.gui.actions.sessions import SESSION_MENU
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.actions.volume_content import VOLUME_CONTENT_MENU
from brainviewer.gui.keys.key_map import KeyedAction
from brainviewer.painting.volume.view import LOOKS, OBLIQUES
from brainviewer.painting.volume.voxels.presets import PRESETS

_DRAWING = tuple(f"tool-{kind.name.lower()}" for kind in Kind)

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("File", ("open-folder", "open-files", "open-images", "recent>", "open-demo", "-",
              "study-list", "pacs", "study-before", "study-next", "compare-prior",
              "-", *SESSION_MENU, "-",
              "open-annotations", "save-annotations", "export-annotations", "-", "export>",
              "report", "send-results", "print", "copy", "copy-volume", "-", "settings", "reader>",
              "quit")),
    ("Edit", ("undo", "redo", "-", "delete", "delete-all", "-", *EDIT_MENU)),
    ("View", (*LAYOUT_MENU, "-",
              "overlays", "show-lesion", "show-parts", "show-diameters", "show-heatmap",
              "show-segmentation", "show-difference", "show-crosshair",
              "show-cross_reference", "show-annotations", "show-text", "-",
              "original-grids", "fusion>", "-",
              "fit", "zoom-in", "zoom-out", "show-magnifier", "smooth", "volume-large", "look>",
              "in3d>", "show-skull", "-",
              "image-before", "image-next", "-",
              "patient", "panels", "theme>")),
    ("Planes", ("plane-axial", "plane-coronal", "plane-sagittal", "-",
                "convention-radiological", "convention-neurological", "-", *TURN_MENU, "-",
                *PLANES_MENU)),
    ("Sequence", ("sequence-flair", "sequence-t1", "sequence-t1ce", "sequence-t2", "series",
                  "headers",
                  "-", "auto-window", "invert", "histogram", "presets>", "save-preset",
                  "own-presets", "-",
                  "colours>")),
    ("Tumour", ("tumour", "find", "copy-measurements", "target-lesions", "-",
                "classify", "classify-here", "model>", "prevalence>", "engine>", "-",
                "rests-on", "explain", "what-if", "reset-occlusion", "-",
                "agree", "disagree", "withdraw", "-", "monitor")),
    ("Segmentation", CORRECTION_MENU),
    ("Tools", ("tool-window", "tool-cursor", "tool-pan", "-", *_DRAWING, "tool-brush")),
    ("Help", ("guide", "shortcuts", "tour", "card", "-", "audit-trail", "about")),
)  # fmt: skip
PRIOR_ACTIONS: tuple[str, ...] = (
    *(f"sequence-{m.name.lower()}" for m in SEQUENCES), *(f"plane-{p.name.lower()}" for p in Plane),
    "show-lesion", "show-diameters", "show-crosshair", "show-annotations", "auto-window", "invert",
    "fit", "zoom-in", "zoom-out", "panels", "patient", "tumour", "tool-window", "tool-cursor",
    "tool-pan", *_DRAWING, "undo", "redo", "tool-turn_planes", *(n for n in TURN_MENU if n != "-"),
    *(name for name in PLANES_MENU if name not in ("-", "tool-turn_planes")), "show-magnifier",
)  # fmt: skip
"""What also acts on the study and its prior side by side."""
_SIDE = (
    "tumour", "-", "auto-window", "presets>", "colours>", "invert", "-", "fit", "overlays",
    "show-lesion", "show-diameters", "show-crosshair",
)  # fmt: skip
LOOK_ACTIONS: tuple[str, ...] = (
    *(f"look-{letter.lower()}" for letter in LOOKS),
    *(f"look-{name}" for name in OBLIQUES),
    "-",
    "volume-looks",
    "volume-edit-look",
    *(f"volume-preset-{name}" for name in PRESETS),
    "-",
    "volume-cut-slice",
    "volume-cut-tumour",
    "volume-peel",
    "volume-whole",
    "-",
    "volume-parallel",
    "volume-reset",
)
EXPORT_MENU = (
    "export",
    "export-tumour",
    "export-slices",
    "export-volume",
    "export-turntable",
    "export-surfaces",
    "export-dicom",
)
CONTEXT_MENUS: Mapping[str, tuple[str, ...]] = {
    "pane": ("pane-content>", "tear-off", "-", "tumour", "classify-here", "-",
             "auto-window", "presets>", "save-preset", "colours>", "invert", "-",
             "fit", "overlays", "show-crosshair", "turn>", "planes>", "-",
             "tools>", "delete", *PANE_MENU, "-",
             "copy", "export"),
    "study side": (*_SIDE, "show-annotations", "-", "tools>", "delete"),
    "prior side": (*_SIDE, "-", "tool-window", "tool-cursor", "tool-pan"),
    "volume": ("volume-large", "volume-pane", "-", *LOOK_ACTIONS, "-", "in3d>", "show-skull",
               "show-crosshair", "copy-volume", "export-volume", "export-turntable",
               "export-surfaces"),
    "sequences": ("layout-one_large", "original-grids", "series", "headers", "-", "auto-window",
                  "presets>", "save-preset", "own-presets", "colours>", "invert"),
    "annotations": LIST_MENU,
    "series": ("image-before", "image-next", "-", "copy", "export"),
}  # fmt: skip
"""The menus of the right button, by what lies under it."""


_SUBMENUS: Mapping[str, tuple[str, ...]] = {
    "export>": EXPORT_MENU,
    "reader>": READER_MENU,
    "fusion>": FUSION_MENU,
    "look>": LOOK_ACTIONS,
    "in3d>": VOLUME_CONTENT_MENU,
    "presets>": tuple(f"preset-{number}" for number in range(1, 10)),
    "grid>": GRIDS,
    "hanging>": HANGING,
    "theme>": ("theme-dark", "theme-light", "theme-system"),
}
"""Actions that are in a submenu, or choose what is in it."""


def keyed_actions() -> list[tuple[str, list[KeyedAction]]]:
    """(menu, its actions) in the order of the menus; actions of no menu come last."""
    by_id = {action.id: KeyedAction(action.id, action.text, action.keys, action.pane_key)
             for action in ACTIONS}  # fmt: skip
    groups = []
    for title, names in MENUS:
        inside = [name for entry in names for name in _SUBMENUS.get(entry, (entry,))]
        groups.append((title, [by_id.pop(name) for name in inside if name in by_id]))
    return [*groups, ("More", list(by_id.values()))]
