"""Reads prior studies, and adds others of the patient to a comparison, one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from brainviewer.app.opening.opened import Opened
from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.prior.beside import Beside, Paths
from brainviewer.app.prior.comparison import Find, followed, measure_prior
from brainviewer.app.prior.dates import DatedStudy
from brainviewer.core.errors import BrainViewerError, Report, within

Measured = tuple[Beside, dict[Paths, str]]


def read_prior(paths: Sequence[Path], report: Report) -> Opened:
    """A prior study with the motion of the head between its scans taken back."""
    opened = Opened.read(paths, within(report, 0.0, 0.5))
    study = over_each_other(opened.study, within(report, 0.5, 0.5))
    return replace(opened, study=study)


def with_others(
    beside: Beside,
    others: Sequence[Paths],
    find: Find,
    report: Report,
) -> Measured:
    """The same two studies in a comparison with more priors, and why others were left out.

    The images of each are let go at once.
    """
    compared = beside.compared
    priors, read = list(compared.priors), list[Paths]()
    problems: dict[Paths, str] = {}
    contents = compared.contents
    for n, paths in enumerate(others):
        told = within(report, n / len(others), 1 / len(others))
        try:
            study = read_prior(paths, within(told, 0.0, 0.3)).study
            if study.is_image2d or study.content_hash in contents:
                continue
            dated, measuring = DatedStudy.of(study, paths), within(told, 0.3, 0.7)
            prior = measure_prior(
                compared.study, compared.finding, dated, find, measuring, "another study"
            )
        except BrainViewerError as error:
            problems[paths] = f"A study of the patient was left out. {error}"
            continue
        contents.add(study.content_hash)
        priors.append(prior.without_images())
        read.append(tuple(paths))
    now = DatedStudy(compared.study, compared.name, compared.day)
    more = followed(now, compared.finding, priors, compared.shown)
    return beside.over(more, tuple(read)), problems
