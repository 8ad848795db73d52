"""Regions of lesions: the whole, and what the parts make up, of a finding and of labels."""

from dataclasses import replace

import numpy as np

from brainviewer.core.findings.lesion_regions import Region, regions_of, supplied_regions
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import LabelMap
from tests.phantoms import marker_finding, marker_study, with_parts


def test_regions_of_a_finding_add_up() -> None:
    study = marker_study()
    finding = with_parts(marker_finding(study), study)
    masks = regions_of(finding)
    assert list(masks) == list(Region)
    assert np.array_equal(masks[Region.WHOLE], finding.mask)
    inner = masks[Region.ENHANCING] | masks[Region.NECROSIS]
    assert np.array_equal(masks[Region.CORE], inner)
    assert np.array_equal(masks[Region.CORE] | masks[Region.OEDEMA], finding.mask)
    assert not (masks[Region.CORE] & masks[Region.OEDEMA]).any()


def test_without_parts_it_is_the_whole_and_what_enhances() -> None:
    study = marker_study()
    finding = replace(marker_finding(study), parts=None, enhancing=None)
    assert list(regions_of(finding)) == [Region.WHOLE]
    some = np.zeros(study.grid.shape, bool)
    assert list(regions_of(replace(finding, enhancing=some))) == [Region.WHOLE]
    some[3, 4, 5] = True
    assert list(regions_of(replace(finding, enhancing=some))) == [Region.WHOLE, Region.ENHANCING]
    assert regions_of(TumourFinding("lesion", False)) == regions_of(None) == {}


def test_regions_of_what_came_with_the_study() -> None:
    study = marker_study()
    labels = np.zeros(study.grid.shape, np.uint8)
    labels[2:9, 2:9, 2:9] = 2
    labels[4:7, 4:7, 4:7] = 3  # enhancing since 2023, beside a 4: a cavity
    labels[5, 5, 5] = 1
    labels[3, 3, 3] = 4
    masks = supplied_regions(replace(study, segmentation=LabelMap(labels, study.grid)))
    counts = {region.value: int(mask.sum()) for region, mask in masks.items()}
    assert counts == {
        "whole": 342, "core": 27, "enhancing": 26, "necrosis": 1, "oedema": 315,
    }  # fmt: skip
    one = LabelMap((labels > 0).astype(np.uint8), study.grid)
    assert list(supplied_regions(replace(study, segmentation=one))) == [Region.WHOLE]


def test_a_segmentation_on_another_grid_has_no_regions() -> None:
    study = marker_study()
    other = LabelMap(np.ones((3, 4, 5), np.uint8), study.grid)
    assert supplied_regions(replace(study, segmentation=other)) == {}
    assert supplied_regions(study) == {} or study.segmentation is not None
