"""The regions of a lesion of which surfaces are made: the whole, and what its parts make up."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart, lesion_values, segment_parts
from brainviewer.core.study import Study

Masks = dict["Region", NDArray[np.bool_]]


class Region(StrEnum):
    """A region of a lesion; the value stands in names of files and in JSON.

    CORE : what enhances and what is necrotic, as BraTS has it (Menze et al. 2015).
    """

    WHOLE = "whole"
    CORE = "core"
    ENHANCING = "enhancing"
    NECROSIS = "necrosis"
    OEDEMA = "oedema"


PARTS_OF: Mapping[Region, tuple[LesionPart, ...]] = {
    Region.CORE: (LesionPart.ENHANCING, LesionPart.NECROSIS),
    Region.ENHANCING: (LesionPart.ENHANCING,),
    Region.NECROSIS: (LesionPart.NECROSIS,),
    Region.OEDEMA: (LesionPart.OEDEMA,),
}
"""The parts that each region is made up of, but the whole."""


def regions_of(finding: TumourFinding | None) -> Masks:
    """The regions (i, j, k) of a lesion that was found, or corrected; those that hold anything.

    Where its parts were not told apart, these are the whole and what enhances of it, if known.
    """
    if finding is None or not finding.found or finding.mask is None:
        return {}
    if finding.parts is None:
        known = {Region.WHOLE: finding.mask}
        if finding.enhancing is not None:
            known[Region.ENHANCING] = finding.enhancing
        return _that_hold_anything(known)
    return _that_hold_anything({Region.WHOLE: finding.mask, **_parts(finding.parts, _same())})


def supplied_regions(study: Study) -> Masks:
    """The same of the segmentation that came with a study; nothing where it is on another grid.

    A resection cavity is no lesion.
    """
    labels = study.segmentation
    if labels is None or labels.data.shape != study.grid.shape:
        return {}
    names = study.segment_names
    whole = np.isin(labels.data, lesion_values(names))
    return _that_hold_anything({Region.WHOLE: whole, **_parts(labels.data, segment_parts(names))})


def _same() -> dict[int, LesionPart]:
    return {int(part): part for part in LesionPart}


def _parts(labels: NDArray[np.uint8], meaning: Mapping[int, LesionPart]) -> Masks:
    return {
        region: np.isin(labels, [value for value, part in meaning.items() if part in parts])
        for region, parts in PARTS_OF.items()
    }


def _that_hold_anything(masks: Masks) -> Masks:
    return {region: mask for region, mask in masks.items() if mask.any()}
