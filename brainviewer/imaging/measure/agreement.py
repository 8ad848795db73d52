"""How far a finding agrees with the segmentation that came with its study.

It is made after the finding, and is the only place where both meet: nothing is found, measured or
classified by it.
"""

from collections.abc import Collection
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import (
    CAVITY,
    Agreement,
    LesionPart,
    Overlap,
    lesion_values,
    segment_parts,
)
from brainviewer.core.study import LabelMap, Study
from brainviewer.imaging.preprocess.working_grid import Mask, box_of

Box = tuple[slice, ...]
_BOXES: WeakKeyDictionary[LabelMap, Box] = WeakKeyDictionary()
NOTHING_MARKED = "The supplied segmentation marks no lesion: there is nothing to compare with."


def compared(study: Study, finding: TumourFinding) -> TumourFinding:
    """The finding with its agreement; as it is if no segmentation of its shape came along.

    A segmentation that marks no lesion is told in a notice.
    """
    labels, mask, names = study.segmentation, finding.mask, study.segment_names
    if labels is None or mask is None or labels.data.shape != mask.shape:
        return finding
    somewhere = _box_of_both(_marked(labels), mask)  # a few per cent of all voxels
    found, values = mask[somewhere], labels.data[somewhere]
    voxel_ml = study.grid.voxel_volume / 1000

    def overlap(ours: Mask, of_values: Collection[int]) -> Overlap:
        theirs = np.isin(values, list(of_values))
        counts = (np.count_nonzero(one) for one in (ours, theirs, ours & theirs))
        return Overlap(*(voxel_ml * int(count) for count in counts))

    lesion = overlap(found, lesion_values(names))
    if not lesion.supplied_ml:
        return replace(finding, notices=(*finding.notices, NOTHING_MARKED))
    parts = {}
    if finding.parts is not None and (told := segment_parts(names)):
        ours = finding.parts[somewhere]
        both = {
            part: overlap(ours == part, [value for value, of in told.items() if of is part])
            for part in LesionPart
        }
        parts = {part: one for part, one in both.items() if one.found_ml or one.supplied_ml}
    cavity = overlap(found, [value for value, name in names.items() if name == CAVITY])
    return replace(finding, agreement=Agreement(lesion, parts, cavity.supplied_ml))


def _marked(labels: LabelMap) -> Box:
    """The box of a segmentation, looked for once: it is asked after every stroke of a brush."""
    if (known := _BOXES.get(labels)) is None:
        known = _BOXES[labels] = box_of(labels.data > 0)
    return known


def _box_of_both(marked: Box, mask: Mask) -> Box:
    """The smallest box that holds two boxes of which the other one is a mask's (i, j, k)."""
    boxes = [box for box in (marked, box_of(mask)) if box[0].stop] or [marked]
    return tuple(
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )
