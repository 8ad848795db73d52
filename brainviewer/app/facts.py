"""Named facts about what is open: each action and control says which of them it needs."""

from collections.abc import Mapping
from enum import StrEnum

from brainviewer.core.findings import TumourFinding


class Fact(StrEnum):
    """What may hold of the state; see ``ViewState.facts`` for when each of them does."""

    STUDY = "study"
    SEQUENCES = "sequences"
    """A study of volumes is open."""
    IMAGE = "image"
    """A 2-D image is open."""
    PLANES = "planes"
    SIDES = "sides"
    """Left and right of the open study are known."""
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
    ANNOTATIONS = "annotations"
    SELECTION = "selection"
    EXPLAINED = "explained"
    """There is a page about the predicted class."""
    OCCLUSION_POSSIBLE = "occlusion possible"
    """An occlusion test can be started."""
    OCCLUSION = "occlusion"
    """An occlusion test is open."""
    ANNOTATABLE = "annotatable"
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
        Fact.DIAMETERS: taken is not None and bool(taken.lesion or taken.enhancing),
    }
