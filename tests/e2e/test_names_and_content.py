"""On real studies no right name is doubted, and an exchange of two sequences is told."""

from dataclasses import replace
from itertools import combinations

import pytest

from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.sequence_check import doubtful_names
from tests.e2e import test_open_studies
from tests.studies import opened

pytestmark = test_open_studies.pytestmark


@pytest.mark.parametrize("name", test_open_studies.KNOWN)
def test_names_and_content(name):
    study = opened(name)
    assert not any("fluid" in notice for notice in study.notices)
    volumes = study.volumes
    for count in (1, 2, 3):
        for some in combinations(volumes, count):
            assert doubtful_names({m: volumes[m] for m in some}) == {}
    for other in (Modality.FLAIR, Modality.T1, Modality.T1CE):
        exchanged = {
            **volumes,
            Modality.T2: replace(volumes[other], modality=Modality.T2),
            other: replace(volumes[Modality.T2], modality=other),
        }
        assert Modality.T2 in doubtful_names(exchanged) or other in doubtful_names(exchanged)
    exchanged = {
        **volumes,
        Modality.T1: replace(volumes[Modality.T1CE], modality=Modality.T1),
        Modality.T1CE: replace(volumes[Modality.T1], modality=Modality.T1CE),
    }
    assert set(doubtful_names(exchanged)) == {Modality.T1CE}
