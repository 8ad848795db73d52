"""What is left of a finding where a part of the study is hidden, or a sequence left out."""

from dataclasses import replace

import numpy as np

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.correction.corrected_finding import placed
from brainviewer.imaging.measure.slice_area import axial_axis
from brainviewer.imaging.preprocess.working_grid import Mask


def without_region(study: Study, finding: TumourFinding, region: Mask) -> TumourFinding:
    """The finding as if there were no lesion in a region; measured anew where it lost some.

    study : with the region filled by normal-appearing tissue. region : (i, j, k) bool.

    Confidence and notices stay: they are about the search, which is not repeated.
    """
    mask = finding.mask
    if mask is None:
        return finding
    if finding.others is not None:
        others = np.where(region, np.uint8(0), finding.others)
        enhancing = finding.others_enhancing
        finding = replace(
            finding,
            others=others,
            others_enhancing=None if enhancing is None else enhancing & ~region,
        )
    if not (mask & region).any():
        return finding
    left = mask & ~region
    parts = None if finding.parts is None else np.where(region, np.uint8(0), finding.parts)
    lost = replace(
        finding,
        found=bool(left.any()),
        plane=Plane.AXIAL,
        index=None,
        position_mm=None,
        candidates=(),
        area_mm2=np.zeros(study.grid.shape[axial_axis(study.grid)], np.float32),
        mask=left,
        parts=parts,
        enhancing=None,
        measurements=None,
        slices={},
        agreement=None,
        location=None,
    )
    return replace(placed(study.together, lost), notices=finding.notices)


def without_sequence(finding: TumourFinding, modality: Modality) -> TumourFinding:
    """The finding of the same lesion where a sequence is not there.

    What enhances and which part is which are seen on T1ce alone. The contour stays as it is.
    """
    if modality is not Modality.T1CE:
        return finding
    return replace(finding, enhancing=None, parts=None, others_enhancing=None)
