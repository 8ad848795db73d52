"""Of a head with its skull and one without, the brains are laid over each other."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.app.prior import comparison
from brainviewer.app.prior.dates import DatedStudy
from brainviewer.core.errors import silent
from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace, place_prior
from tests.follow_up_phantom import current, prior
from tests.lesion_phantoms import ball, finding

SKULL = ball((49.5, 59.5, 39.5), (49, 59, 39)) & ~ball((49.5, 59.5, 39.5), (45, 55, 36))


def with_skull():
    study = current()
    volumes = {
        m: replace(v, data=np.where(SKULL, 400, v.data).astype(np.float32))
        for m, v in study.volumes.items()
    }
    return replace(study, volumes=volumes, content_hash="raw")


@pytest.mark.parametrize("skull", [True, False])
def test_the_brains_are_laid_over_each_other(monkeypatch, skull):
    def only_alike(study, before):
        """As the registration of a real head with its skull fails beside one without."""
        whole = any((v.data[SKULL] > 300).any() for v in study.volumes.values())
        return None if whole else place_prior(study, before)

    monkeypatch.setattr(comparison, "place_prior", only_alike)
    study = with_skull()
    before = prior()
    found = replace(finding(), with_skull=skull)
    brain = before.volumes[next(iter(before.volumes))].data > 0

    def find(*_):
        return finding(brain=brain)

    one = comparison.measure_prior(study, found, DatedStudy(before), find, silent)
    assert isinstance(one.place, PriorPlace) is skull
