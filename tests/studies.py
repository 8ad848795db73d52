"""The research studies, each opened and searched once in a process, however many tests ask."""

import os
from functools import cache
from pathlib import Path

import pytest

from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.opening.study import open_study
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from tests.searching import find_tumour

DATA = Path(os.environ.get("BRAINVIEWER_DATA", Path(__file__).parents[2] / "shared" / "data"))
STUDIES = DATA / "studies"
needs_studies = pytest.mark.skipif(not STUDIES.is_dir(), reason="the research studies are not here")


@cache
def opened(name: str) -> Study:
    """A study as it is shown; nobody may write into it."""
    study = over_each_other(open_study([STUDIES / name]))
    for volume in study.volumes.values():
        volume.data.flags.writeable = False
    return study


@cache
def found(name: str) -> TumourFinding:
    """What the detector says of it."""
    return find_tumour(opened(name))
