"""The prior of a session: what is kept of it, and how it stands there again without a search."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from brainviewer.app.saved_session.snapshot import saved_study
from brainviewer.core.saved_session import SavedPlace, SavedPrior

if TYPE_CHECKING:  # the arithmetic behind it is imported where it is done
    from brainviewer.app.prior.beside import Beside
    from brainviewer.app.prior.comparison import PriorStudy
    from brainviewer.app.prior.dates import DatedStudy
    from brainviewer.core.study import Study


def saved_prior(beside: "Beside", folder: Path) -> SavedPrior:
    """The prior that stands beside the study. folder : of the session."""
    prior = beside.compared.prior
    paths = beside.paths[beside.compared.shown]
    place = prior.place
    lies = None
    if place is not None:
        affine = tuple(float(value) for value in place.grid.affine.ravel())
        lies = SavedPlace(affine, place.sequence, place.rotation_degrees, place.correlation)
    day = "" if prior.day is None else prior.day.isoformat()
    return SavedPrior(saved_study(prior.study, paths, folder), prior.finding, lies, day)


def measured_before(
    study: "Study", prior: "DatedStudy", saved: SavedPrior | None
) -> "PriorStudy | None":
    """A prior with the lesion and the place that a session keeps; None if its images are others.

    study : the one that it was laid over.
    """
    from brainviewer.app.prior.comparison import measured_prior
    from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace

    if saved is None or prior.study.content_hash != saved.study.sha256:
        return None
    place = None
    if (lies := saved.place) is not None:
        grid = replace(prior.study.grid, affine=np.array(lies.affine).reshape(4, 4))
        place = PriorPlace(grid, lies.sequence, lies.rotation_degrees, lies.correlation)
    return measured_prior(study, with_day(prior, saved), saved.finding, place)


def with_day(prior: "DatedStudy", saved: SavedPrior) -> "DatedStudy":
    """A prior with the day that was known of it, where its folder says none any more."""
    try:
        known = date.fromisoformat(saved.day) if saved.day else None
    except ValueError:
        known = None
    return prior if prior.day is not None or known is None else replace(prior, day=known)


def same_prior(beside: "Beside", kept: SavedPrior | None) -> bool:
    """Whether what stands beside the study is what a session keeps already."""
    return kept is not None and beside.compared.prior.study.content_hash == kept.study.sha256
