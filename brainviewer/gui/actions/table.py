"""Every action of the window as one table: id, text, shortcut, needed fact, what it does.

Actions are enabled by facts, never by hand; where they stand is in ``places``.
"""

from brainviewer.app.exporting.exports import ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.feedback import AGREE, DISAGREE, WITHDRAWN
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality
from brainviewer.gui.actions.action import Action, Choice
from brainviewer.gui.actions.annotations import (
    ANNOTATION_ACTIONS,
)
from brainviewer.gui.actions.correction import CORRECTION_ACTIONS
from brainviewer.gui.actions.fusion import FUSION_ACTIONS
from brainviewer.gui.actions.layouts import LAYOUT_ACTIONS
from brainviewer.gui.actions.reader import READER_ACTIONS
from brainviewer.gui.actions.reformation import REFORMATION_ACTIONS
from brainviewer.gui.actions.sessions import SESSION_ACTIONS
from brainviewer.gui.actions.tool_bar import TOOL_BAR
from brainviewer.gui.actions.volume_content import VOLUME_CONTENT_ACTIONS
from brainviewer.gui.actions.volume_output import VOLUME_OUTPUT_ACTIONS
from brainviewer.gui.actions.windows import WINDOW_ACTIONS
from brainviewer.gui.audit_trail.opener import show_trail
from brainviewer.gui.headers.page import show_headers
from brainviewer.gui.pacs.opener import send_results
from brainviewer.gui.panels.tumour import copy_measurements
from brainviewer.gui.volume.cutting import PEEL_STEP_MM
from brainviewer.gui.window_parts import WindowParts
from brainviewer.painting.volume.view import LOOK_NAMES, LOOKS, OBLIQUES
from brainviewer.painting.volume.voxels.presets import PRESETS

_PLANE = Choice("plane", lambda w, v: w.session.view.set_plane(v), lambda s: s.plane)
_SEQUENCE = Choice("sequence", lambda w, v: w.session.view.set_active(v), lambda s: s.active)
_TOOL = Choice("tool", lambda w, v: w.session.view.set_tool(v), lambda s: s.tool)
_CONVENTION = Choice(
    "convention", lambda w, v: w.appearance.set_convention(v), lambda s: s.convention
)


def _overlay(field: str, text: str, key: str, needs: Fact) -> Action:
    def toggle(window: WindowParts) -> None:
        on = getattr(window.session.state.overlays, field)
        window.session.view.set_overlay(**{field: not on})

    return Action(
        f"show-{field}", text, key, needs, toggle, lambda s: bool(getattr(s.overlays, field))
    )


def _preset(number: int) -> Action:
    def apply(window: WindowParts) -> None:
        session = window.session
        session.view.apply_numbered_preset(session.state.active, number)

    return Action(f"preset-{number}", f"Window preset {number}", str(number), Fact.STUDY, apply,
                  tip="The presets are numbered as in the menu of the sequence")  # fmt: skip


def _look(letter: str) -> Action:
    text = f"3D from {LOOK_NAMES[letter]}"
    return Action(
        f"look-{letter.lower()}", text, "", Fact.SIDES, lambda w: w.volume.turning.look(letter)
    )  # fmt: skip


def _oblique(name: str) -> Action:
    return Action(
        f"look-{name}", f"3D from {name.replace('-', ' ')}", "", Fact.SIDES,
        lambda w: w.volume.turning.look(name), tip="Between three sides, from above",
    )  # fmt: skip


def _volume_preset(name: str) -> Action:
    preset = PRESETS[name]
    return Action(
        f"volume-preset-{name}", f"3D as {preset.name.lower()}", "", Fact.SEQUENCES,
        lambda w: w.volume.set_preset(name), tip=preset.tip,
    )  # fmt: skip


ACTIONS: tuple[Action, ...] = (
    Action("open-folder", "Open study folder…", "Ctrl+O", None, lambda w: w.files.open_folder(),
           short="Open", tip="Open a study folder"),
    Action("open-files", "Open files…", "Ctrl+Shift+O", None, lambda w: w.files.open_files()),
    Action("open-images", "Open images…", "Ctrl+P", None, lambda w: w.files.open_images(),
           tip="Open JPG, PNG, TIFF, BMP, WebP or DICOM images"),
    Action("study-list", "Study list…", "Ctrl+L", None, lambda w: w.studies.window.bring_up(),
           tip="A table of the studies in a folder, or of the recent ones"),
    Action("pacs", "PACS…", "Ctrl+R", None, lambda w: w.pacs.window.bring_up(),
           tip="Search a PACS, retrieve studies, send results"),
    Action("study-before", "Previous study", "Ctrl+Up", Fact.LISTED,
           lambda w: w.session.studies.step(-1)),
    Action("study-next", "Next study", "Ctrl+Down", Fact.LISTED,
           lambda w: w.session.studies.step(1)),
    Action("compare-prior", "Compare with a prior study…", "Ctrl+Shift+L", Fact.SEQUENCES,
           lambda w: w.prior.bring_up(),
           tip="The study and an earlier one side by side; brings the comparison back"),
    Action("image-before", "Previous image", "Ctrl+PgUp", Fact.IMAGE_SERIES,
           lambda w: w.session.documents.step_image(-1)),
    Action("image-next", "Next image", "Ctrl+PgDown", Fact.IMAGE_SERIES,
           lambda w: w.session.documents.step_image(1)),
    Action("open-demo", "Open the demo study", "", None, lambda w: w.session.documents.open_demo()),
    Action("open-annotations", "Open annotations…", "", Fact.STUDY,
           lambda w: w.files.open_annotations()),
    *SESSION_ACTIONS,
    Action("save-annotations", "Save annotations as…", "", Fact.ANNOTATIONS,
           lambda w: w.files.save_annotations()),
    Action("export", "Export image…", "Ctrl+E", Fact.STUDY, lambda w: w.export.ask(),
           short="Export", tip="Export an annotated image"),
    Action("export-tumour", "Export tumour slice…", "Ctrl+Shift+E", Fact.TUMOUR,
           lambda w: w.export.ask(ExportSubject.TUMOUR_SLICE)),
    Action("export-volume", "Save 3D image…", "", Fact.SEQUENCES,
           lambda w: w.export.ask(ExportSubject.VOLUME)),
    Action("report", "Report…", "Ctrl+D", Fact.STUDY, lambda w: w.report.bring_up(),
           short="Report", tip="Write the report, and save it as PDF or HTML, or print it"),
    Action("export-dicom", "Export as DICOM…", "", Fact.STUDY, lambda w: w.export.ask_dicom(),
           tip="Save segmentation, report and pictures as DICOM"),
    Action("send-results", "Send results to PACS…", "", Fact.EXPORTED,
           lambda w: send_results(w.session, w.frame),
           tip="Send the results that were exported as DICOM last"),
    Action("print", "Print…", "Ctrl+Shift+P", Fact.STUDY, lambda w: w.export.print(),
           tip="Print the current view"),
    Action("copy", "Copy view", "Ctrl+C", Fact.STUDY, lambda w: w.export.copy(), short="Copy view",
           tip="Copy the current view to the clipboard"),
    *(_look(letter) for letter in LOOKS),
    *(_oblique(name) for name in OBLIQUES),
    Action("volume-looks", "Looks in 3D…", "", Fact.SEQUENCES, lambda w: w.volume.offer_looks(),
           tip="What voxels look like, to be chosen by pictures of the study"),
    Action("volume-edit-look", "Edit look in 3D…", "", Fact.SEQUENCES,
           lambda w: w.volume.looks.edit(),
           tip="Opacity, colours, borders and light of voxels, seen while you change them"),
    *(_volume_preset(name) for name in PRESETS),
    Action("volume-cut-slice", "Cut 3D at the slice", "", Fact.SEQUENCES,
           lambda w: w.volume.cutting.at_slice(),
           tip="Cut away what lies before the slice that you look at; again to end that"),
    Action("volume-cut-tumour", "Cut 3D to the tumour", "", Fact.TUMOUR,
           lambda w: w.volume.cutting.to_tumour(),
           tip="Cut away what lies between you and the middle of the tumour"),
    Action("volume-peel", "Peel 3D", "", Fact.SEQUENCES, lambda w: w.volume.cutting.peel(),
           tip=f"Take {PEEL_STEP_MM:.0f} mm off the surface; again for more"),
    Action("volume-whole", "3D whole again", "", Fact.SEQUENCES,
           lambda w: w.volume.cutting.whole()),
    Action("volume-parallel", "3D without perspective, and back", "", Fact.SEQUENCES,
           lambda w: w.volume.set_parallel(),
           tip="What is farther away is as large as what is near"),
    *VOLUME_CONTENT_ACTIONS,
    *VOLUME_OUTPUT_ACTIONS,
    _overlay("skull", "Skull in 3D", "Shift+H", Fact.SKULL),
    Action("volume-large", "3D view large, and back", "Shift+V", Fact.SEQUENCES,
           lambda w: w.volume.image.large_wanted.emit(),
           tip="The 3D view in place of the slices; again to put it back beside them"),
    Action("volume-reset", "Reset the 3D view", "", Fact.SEQUENCES, lambda w: w.volume.reset()),
    Action("settings", "Settings…", "Ctrl+,", None,
           lambda w: w.pages.show_settings(w.keys, TOOL_BAR),
           tip="Display, mouse, keys, windows, models, export, privacy and PACS"),
    Action("audit-trail", "Audit trail…", "", None, lambda w: show_trail(w.session, w.frame),
           tip="Who did what on this computer, where it is recorded"),
    *READER_ACTIONS,
    Action("quit", "Quit", "Ctrl+Q", None, lambda w: w.frame.close()),
    Action("undo", "Undo", "Ctrl+Z", Fact.UNDO, lambda w: w.session.undo()),
    Action("redo", "Redo", "Ctrl+Shift+Z", Fact.REDO, lambda w: w.session.redo(),
           also="Ctrl+Y"),
    *ANNOTATION_ACTIONS,
    *LAYOUT_ACTIONS,
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
    Action("series", "Which series is which…", "", Fact.SERIES, lambda w: w.session.series.ask(),
           tip="Choose again which DICOM series is FLAIR, T1, T1ce or T2"),
    Action("headers", "Header doctor", "Ctrl+U", Fact.SEQUENCES,
           lambda w: show_headers(w.session, w.frame),
           tip="What the headers of the files say of places, sizes, values and names"),
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
    _overlay("cross_reference", "Cross-reference lines", "Shift+Q", Fact.PLANES),
    _overlay("annotations", "Annotations", "M", Fact.STUDY),
    _overlay("text", "Corner texts", "", Fact.STUDY),
    Action("original-grids", "Original grids", "Shift+O", Fact.GRIDS_DIFFER,
           lambda w: w.session.view.toggle_original_grids(),
           lambda s: s.original_grids.shown(s.study),
           tip="Each sequence with the slices and pixels of its file, or all on one grid"),
    *FUSION_ACTIONS,
    Action("auto-window", "Automatic window", "A", Fact.STUDY,
           lambda w: w.session.view.auto_window(w.session.state.active)),
    Action("invert", "Invert", "I", Fact.STUDY,
           lambda w: w.session.view.invert(w.session.state.active)),
    *(_preset(number) for number in range(1, 10)),
    *WINDOW_ACTIONS,
    Action("fit", "Fit to pane", "F", Fact.STUDY, lambda w: w.prior.in_front(w.grid).fit()),
    Action("zoom-in", "Zoom in", "Ctrl++", Fact.STUDY,
           lambda w: w.prior.in_front(w.grid).zoom(1.25)),
    Action("zoom-out", "Zoom out", "Ctrl+-", Fact.STUDY,
           lambda w: w.prior.in_front(w.grid).zoom(0.8)),
    _overlay("magnifier", "Magnifier", "Shift+Z", Fact.STUDY),
    Action("smooth", "Smooth pixels", "", None, lambda w: w.appearance.toggle_smooth()),
    Action("panels", "Images only", "F11", None,
           lambda w: w.prior.in_front(w.appearance).toggle_panels(),
           tip="Hide everything but the images; again to bring it back"),
    Action("patient", "Hide or show patients' names", "Y", None,
           lambda w: w.appearance.toggle_patient(), also="Ctrl+Shift+Y",
           tip="In every window, before others look on; again to bring them back"),
    Action("theme-dark", "Dark", "", None, lambda w: w.appearance.set_theme("dark")),
    Action("theme-light", "Light", "", None, lambda w: w.appearance.set_theme("light")),
    Action("theme-system", "As the system", "", None, lambda w: w.appearance.set_theme("system")),
    Action("tumour", "Tumour slice", "T", Fact.TUMOUR, lambda w: w.session.view.go_to_tumour(),
           tip="Go to the tumour slice"),
    Action("copy-measurements", "Copy measurements", "Ctrl+Shift+C", Fact.TUMOUR,
           lambda w: copy_measurements(w.session), tip="Copy the measurements as text"),
    Action("target-lesions", "RANO target lesions…", "Shift+M", Fact.SEQUENCES,
           lambda w: w.pages.show_targets(),
           tip="Target lesions by hand and from the segmentation, with the sum of products"),
    Action("find", "Find the lesion", "", Fact.SEQUENCES,
           lambda w: w.session.segmentation.find(w.session.segmentation.method)),
    Action("classify", "Classify", "C", Fact.CLASSIFIABLE, lambda w: w.session.classification.run(),
           tip="Classify the glioma from the tumour slice, or the image"),
    Action("classify-here", "Classify this slice", "Shift+K", Fact.CLASSIFIABLE_HERE,
           lambda w: w.session.classification.run(w.session.state.slice_index(Plane.AXIAL))),
    Action("what-if", "What if?", "Shift+W", Fact.OCCLUSION_POSSIBLE,
           lambda w: w.session.occlusion.toggle(),
           lambda s: s.occlusion is not None,
           tip="Hide a part of image or study, leave a sequence out, and see the answer change"),
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
    Action("monitor", "Monitoring of models…", "", None, lambda w: w.monitor.bring_up(),
           tip="What models answered here, week by week, and whether that has changed"),
    _TOOL.action(Tool.WINDOW, "W", None, tip="Drag: right for a wider window, up for brighter"),
    _TOOL.action(Tool.CURSOR, "Q", None, tip="Drag the linked cursor"),
    _TOOL.action(Tool.PAN, "P", None, tip="Drag the image; the middle button always does"),
    *(_TOOL.action(Tool(kind), kind.traits.key, Fact.ANNOTATABLE, kind.traits.short,
                   kind.traits.tip)
      for kind in Kind),
    _TOOL.action(Tool.BRUSH, "K", Fact.OCCLUSION,
                 tip="Paint over a part of image or study; Shift takes away"),
    *CORRECTION_ACTIONS,
    *REFORMATION_ACTIONS,
    Action("guide", "User guide", "Ctrl+F1", None, lambda w: w.pages.show_guide(w.keys),
           tip="The guide that came with this version; needs no network"),
    Action("shortcuts", "Keys and mouse", "F1", None,
           lambda w: w.pages.show_shortcuts(w.keys.sheet())),
    Action("card", "Model card", "", None, lambda w: w.pages.show_card("")),
    Action("tour", "Tour of the window", "", None, lambda w: w.pages.show_tour(w.keys, asked=True),
           tip="Five steps through the window; Esc ends it"),
    Action("about", "About BrainViewer", "", None,
           lambda w: w.pages.show_about(w.volume.renderer),
           tip="Versions, engine, device, renderer and licences"),
)  # fmt: skip
