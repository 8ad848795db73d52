"""Named facts about what is open: each action and control says which of them it needs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from brainviewer.app.correction.editing import Editing
from brainviewer.app.original_grids import OriginalGrids
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.reader import current_reader
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study


class Fact(StrEnum):
    """What may hold of the state; see ``ViewState.facts`` for when each of them does."""

    SIGNED_IN = "signed in"
    """A reader has signed in."""
    STUDY = "study"
    SEQUENCES = "sequences"
    """A study of volumes is open."""
    IMAGE = "image"
    """A 2-D image is open."""
    SERIES = "series"
    """The open study was read from DICOM series."""
    LISTED = "listed"
    """The study list holds studies to step through."""
    EXPORTED = "exported"
    """Results were exported as DICOM, and can be sent."""
    PLANES = "planes"
    SIDES = "sides"
    """Left and right of the open study are known."""
    GRIDS_DIFFER = "grids differ"
    """Sequences were resampled, and can be seen on the grids of their files."""
    COMMON_GRID = "common grid"
    """All sequences of a study are seen on one grid."""
    TURNED = "turned"
    """A display is rotated or flipped."""
    OBLIQUE = "oblique"
    """The planes are turned from those of the grid."""
    SEVERAL_SLICES = "several slices"
    IMAGE_SERIES = "image series"
    """Several images were opened together."""
    CLASSIFIABLE = "classifiable"
    CLASSIFIABLE_HERE = "classifiable here"
    SEGMENTATION = "segmentation"
    """The study came with a segmentation."""
    SEARCHED = "searched"
    TUMOUR = "tumour"
    RESULT = "result"
    HEATMAP = "heatmap"
    CLASSIFIED = "classified"
    """The classification is up to date."""
    ABLATED = "ablated"
    """It is known what the classification rests on."""
    FEEDBACK = "feedback"
    """The user agreed or disagreed with it."""
    PARTS = "parts"
    """The parts of the lesion were told apart."""
    COMPARED = "compared"
    """The lesion was compared with the segmentation that came with the study."""
    DIAMETERS = "diameters"
    SKULL = "skull"
    """The brain was cut out of a head that has its skull."""
    ANNOTATIONS = "annotations"
    KEY_IMAGES = "key images"
    """A slice is marked as a key image."""
    SELECTION = "selection"
    UNLOCKED = "unlocked"
    """An annotation is selected that may be changed."""
    SNAPS_TO_LESION = "snaps to lesion"
    """Diameters are selected, and a lesion was found that they can be brought to."""
    SNAPS_TO_ENHANCING = "snaps to enhancing"
    """The same with the part of it that enhances."""
    EXPLAINED = "explained"
    """There is a page about the predicted class."""
    OCCLUSION_POSSIBLE = "occlusion possible"
    """An occlusion test can be started."""
    OCCLUSION = "occlusion"
    """An occlusion test is open."""
    ANNOTATABLE = "annotatable"
    CORRECTABLE = "correctable"
    """The segmentation can be edited."""
    CORRECTED = "corrected"
    """The segmentation is not as it was found: the user has edited it."""
    DRAWN_PARTS = "drawn parts"
    """It can be edited, and tells the parts of the lesion apart."""
    SEGMENTED = "segmented"
    """It can be edited, and there is some of it."""
    UNDO = "undo"
    REDO = "redo"
    RUNNING = "running"


def facts_of_finding(finding: TumourFinding | None) -> Mapping[Fact, bool]:
    """What holds of a search, or does not."""
    taken = finding.measurements if finding is not None else None
    return {
        Fact.SEARCHED: finding is not None,
        Fact.TUMOUR: finding is not None and finding.found,
        Fact.PARTS: finding is not None and finding.parts is not None,
        Fact.COMPARED: finding is not None and finding.agreement is not None,
        Fact.SKULL: finding is not None and finding.with_skull and finding.brain is not None,
        Fact.DIAMETERS: taken is not None and bool(taken.lesion or taken.enhancing),
    }


def facts_of_search(
    study: Study | None, finding: TumourFinding | None, status: Status, whole: bool
) -> Mapping[Fact, bool]:
    """What there is to classify. status : of the search; whole : nothing of the study arrives."""
    image = study is not None and study.is_image2d
    # A study waits for a search that was stopped or has failed.
    waits = study is not None and not image and finding is None and whole
    unsearched = waits and status is not Status.RUNNING
    return {
        Fact.CLASSIFIABLE: image or unsearched or (finding is not None and finding.found),
        Fact.CLASSIFIABLE_HERE: unsearched or finding is not None,
    }


def facts_of_correction(
    editing: Editing, correctable: bool, finding: TumourFinding | None
) -> Mapping[Fact, bool]:
    """What holds of the segmentation as something to edit."""
    return {
        Fact.CORRECTABLE: correctable,
        Fact.CORRECTED: finding is not None and finding.correction is not None,
        Fact.DRAWN_PARTS: correctable and editing.parted,
        Fact.SEGMENTED: correctable and finding is not None and finding.found,
    }


def facts_of_annotations(
    annotations: Sequence[Annotation], chosen: Annotation | None, finding: TumourFinding | None
) -> Mapping[Fact, bool]:
    """What holds of the annotations. chosen : the selected one."""
    free = chosen is not None and not chosen.style.locked
    diameters = free and chosen is not None and chosen.kind is Kind.BIDIRECTIONAL
    found = finding if diameters else None
    return {
        Fact.ANNOTATIONS: bool(annotations),
        Fact.KEY_IMAGES: any(a.kind is Kind.KEY_IMAGE for a in annotations),
        Fact.SELECTION: chosen is not None,
        Fact.UNLOCKED: free,
        Fact.SNAPS_TO_LESION: found is not None and found.mask is not None,
        Fact.SNAPS_TO_ENHANCING: found is not None
        and (found.enhancing is not None or found.parts is not None),
    }


def facts_of_study(study: Study | None, grids: OriginalGrids) -> Mapping[Fact, bool]:
    """What holds of who reads, and of the open study or image."""
    image = study is not None and study.is_image2d
    solid = study is not None and not image
    return {
        Fact.SIGNED_IN: current_reader() is not None,
        Fact.STUDY: study is not None,
        Fact.SEQUENCES: solid,
        Fact.IMAGE: image,
        Fact.PLANES: not image,
        Fact.SIDES: study is not None and solid and study.grid.oriented,
        Fact.SERIES: study is not None and solid and study.patient_source is not None,
        Fact.SEGMENTATION: study is not None and study.segmentation is not None,
        Fact.GRIDS_DIFFER: grids.differ(study),
        Fact.COMMON_GRID: solid and not grids.shown(study),
    }


def facts_of_reformation(
    study: Study | None, reformation: Reformation, plane: Plane
) -> Mapping[Fact, bool]:
    """What holds of how slices are made and turned. plane : the one that is shown."""
    several = study is not None and SliceView.of(study.grid, plane).count > 1
    return {
        Fact.TURNED: bool(reformation.turns),
        Fact.OBLIQUE: reformation.obliquity is not None,
        Fact.SEVERAL_SLICES: several,
    }


def facts_of_result(
    result: Classification | None, shown: Classification | None
) -> Mapping[Fact, bool]:
    """What holds of a prediction. shown : the one on the screen, as of an edited image."""
    return {
        Fact.RESULT: result is not None,
        Fact.HEATMAP: shown is not None and shown.in_scope and shown.heatmap is not None,
        Fact.ABLATED: result is not None and bool(result.rests_on),
        Fact.EXPLAINED: result is not None and result.of_image and bool(result.predicted),
    }


def facts_of_occlusion(
    study: Study | None,
    finding: TumourFinding | None,
    result: Classification | None,
    *,
    tested: bool,
) -> Mapping[Fact, bool]:
    """What holds of hiding parts of the image. tested : whether some may be hidden now."""
    image = study is not None and study.is_image2d
    return {
        Fact.OCCLUSION_POSSIBLE: result is not None and (image or finding is not None),
        Fact.OCCLUSION: tested,
        Fact.ANNOTATABLE: not tested,
    }
