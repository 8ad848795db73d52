"""Why an action cannot be used now, in a sentence for its tip."""

from collections.abc import Collection, Mapping

from brainviewer.app.facts import Fact
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status

_OPEN = "Open a study first."
_VOLUMES = "For studies of volumes; a single image is open."
_CLASSIFY = "There is no answer yet: classify first."
_LESION = "No lesion is there: find it first."
WHY_NOT: Mapping[Fact, str] = {
    Fact.SIGNED_IN: "Nobody has to sign in on this computer.",
    Fact.STUDY: _OPEN,
    Fact.SEQUENCES: _VOLUMES,
    Fact.IMAGE: "For single images; a study of volumes is open.",
    Fact.SERIES: "For studies that were read from DICOM series.",
    Fact.LISTED: "The study list has no studies to step through.",
    Fact.EXPORTED: "Export results as DICOM first.",
    Fact.PLANES: _VOLUMES,
    Fact.SIDES: "Left and right of this study are not known.",
    Fact.GRIDS_DIFFER: "No sequence was resampled: all are on the grids of their files.",
    Fact.COMMON_GRID: "The sequences are on their original grids.",
    Fact.TURNED: "No display is rotated or flipped.",
    Fact.OBLIQUE: "The planes are those of the study.",
    Fact.SEVERAL_SLICES: "There is one slice only.",
    Fact.IMAGE_SERIES: "Open several images together first.",
    Fact.CLASSIFIABLE: "No lesion is there to be classified, or it is looked for now.",
    Fact.CLASSIFIABLE_HERE: "The lesion is looked for now.",
    Fact.SEGMENTATION: "The study came without a segmentation.",
    Fact.SEARCHED: "The lesion was not looked for yet.",
    Fact.TUMOUR: _LESION,
    Fact.RESULT: _CLASSIFY,
    Fact.HEATMAP: "There is no heatmap: classify first.",
    Fact.CLASSIFIED: "There is no answer that is up to date: classify first.",
    Fact.ABLATED: "It is not known what the answer rests on: classify first.",
    Fact.FEEDBACK: "You have given no feedback on this answer.",
    Fact.PARTS: "The parts of the lesion are not told apart.",
    Fact.COMPARED: "There is no segmentation of the study that a lesion was compared with.",
    Fact.DIAMETERS: "No lesion is there whose diameters were measured.",
    Fact.SKULL: "No brain was cut out of a head with its skull.",
    Fact.ANNOTATIONS: "There are no annotations.",
    Fact.KEY_IMAGES: "No slice is marked as a key image.",
    Fact.SELECTION: "Select an annotation first.",
    Fact.UNLOCKED: "Select an annotation first that is not locked.",
    Fact.SNAPS_TO_LESION: "Select diameters first, in a study whose lesion was found.",
    Fact.SNAPS_TO_ENHANCING: "Select diameters first, in a study whose enhancing part is known.",
    Fact.EXPLAINED: "For the class of a single image: classify one first.",
    Fact.OCCLUSION_POSSIBLE: "There is no answer that could be tested: classify first.",
    Fact.OCCLUSION: "Start “What if?” first.",
    Fact.ANNOTATABLE: "An occlusion test is open: end it first.",
    Fact.CORRECTABLE: "The lesion is looked for now, or sequences are on their original grids.",
    Fact.CORRECTED: "The segmentation is as it was found.",
    Fact.DRAWN_PARTS: "The segmentation does not tell the parts of the lesion apart.",
    Fact.SEGMENTED: "The segmentation is empty, or cannot be edited now.",
    Fact.UNDO: "There is nothing to undo.",
    Fact.REDO: "There is nothing to redo.",
    Fact.RUNNING: "Nothing is running.",
}
"""By the fact that is needed and does not hold."""
_WITHOUT_STUDY = frozenset(
    (Fact.LISTED, Fact.EXPORTED, Fact.TURNED, Fact.OBLIQUE, Fact.IMAGE_SERIES, Fact.UNDO,
     Fact.REDO, Fact.RUNNING, Fact.ANNOTATABLE)
)  # fmt: skip
"""What needs no study to hold."""
_OF_VOLUMES = frozenset(
    (Fact.SERIES, Fact.SIDES, Fact.GRIDS_DIFFER, Fact.COMMON_GRID, Fact.CLASSIFIABLE_HERE,
     Fact.SEGMENTATION, Fact.SEARCHED, Fact.TUMOUR, Fact.PARTS, Fact.COMPARED, Fact.DIAMETERS,
     Fact.SKULL, Fact.CORRECTABLE, Fact.CORRECTED, Fact.DRAWN_PARTS, Fact.SEGMENTED)
)  # fmt: skip
"""What never holds of a single image."""


def why_not(needed: Fact, facts: Collection[Fact]) -> str:
    """Why what needs a fact cannot be used. facts : those that hold now, ``needed`` not among
    them."""
    if Fact.STUDY not in facts and needed not in _WITHOUT_STUDY:
        return "Open an image first." if needed is Fact.IMAGE else _OPEN
    if Fact.IMAGE in facts and needed in _OF_VOLUMES:
        return _VOLUMES
    return WHY_NOT[needed]


def why_no_lesion(state: ViewState) -> str:
    """Why there is no lesion to be exported; what is said of the open study at this moment."""
    if state.finding_status is Status.RUNNING:
        return "The lesion is looked for now."
    return "No lesion was found." if state.finding is not None else WHY_NOT[Fact.SEARCHED]
