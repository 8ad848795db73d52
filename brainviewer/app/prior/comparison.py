"""Compares a study with prior ones of the patient: the lesions of all, and what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from brainviewer.app.prior.dates import (
    NOBODY,
    DatedStudy,
    as_they_follow,
    names_of,
    order_of,
    other_patient,
    patient_not_told,
)
from brainviewer.core.errors import BrainViewerError, Report, silent, within
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Study, Volume
from brainviewer.imaging.measure.follow_up.follow_up import (
    FollowUp,
    PlacedFinding,
    follow_up,
    overlap,
)
from brainviewer.imaging.preprocess.alignment import mask_on, resample
from brainviewer.imaging.preprocess.registration.prior_registration import (
    PriorPlace,
    brain_alone,
    place_prior,
)

Find = Callable[[Study, Report], TumourFinding]
"""Looks for the lesion of a study; the same for all."""

OTHER_PATIENT = (
    "{} names another patient than the study, so that no response is told from it: check that both "
    "are of one."
)


@dataclass(frozen=True, eq=False)
class PriorStudy:
    """A prior study, measured.

    study : as it was opened; without its images once nothing shows them.
    finding : on its own grid. place : where it lies in the current study; None where it could not
        be registered.
    called : in a sentence, such as ``the prior``.
    other_patient : its files name another one. unknown_patient : nothing says that it is the same.
    new_ml, gone_ml, common_ml : of the masks over each other; None where it was not registered.
    """

    study: Study
    name: str
    day: date | None
    called: str
    finding: TumourFinding
    place: PriorPlace | None
    other_patient: bool = False
    unknown_patient: bool = False
    new_ml: float | None = None
    gone_ml: float | None = None
    common_ml: float | None = None

    def without_images(self) -> "PriorStudy":
        """The same, measured as it is, with nothing to show."""
        return replace(self, study=replace(self.study, volumes={}, segmentation=None))


@dataclass(frozen=True, eq=False)
class Comparison:
    """A study and its priors.

    priors : as they were given; ``follow_up`` counts them from 1.
    shown : the one that stands beside the study, of the priors from 0: the latest before it.
    """

    study: Study
    finding: TumourFinding
    name: str
    day: date | None
    priors: tuple[PriorStudy, ...]
    follow_up: FollowUp
    shown: int = 0

    @property
    def prior(self) -> PriorStudy:
        """The one that stands beside the study."""
        return self.priors[self.shown]

    @property
    def contents(self) -> set[str]:
        """The content hashes of all studies."""
        return {self.study.content_hash, *(one.study.content_hash for one in self.priors)}

    @property
    def in_order(self) -> tuple[int, ...]:
        """The studies as they follow each other, 0 for the current one; see ``as_they_follow``."""
        days = [self.day, *(prior.day for prior in self.priors)]
        return as_they_follow(days, self.follow_up.earlier)

    def labels(self, named: bool = True) -> tuple[str, ...]:
        """What tables and curves call the studies, the current one first: by their days.

        named : by their names where a day is not known, which are patient data.
        """
        own = [(self.day, self.name, "study")]
        own += [(one.day, one.name, one.called.removeprefix("the ")) for one in self.priors]
        return tuple(
            (named and name) or called if day is None else day.isoformat()
            for day, name, called in own
        )

    def showing(self, number: int, images: Study) -> "Comparison":
        """With another prior beside the study, from 0; images : of that prior."""
        priors = list(self.priors)
        priors[number] = replace(priors[number], study=images)
        return replace(self, priors=tuple(priors), shown=number)

    def without_other_images(self) -> "Comparison":
        """The same, with the images of no prior but the one that is shown."""
        priors = tuple(
            prior if n == self.shown else prior.without_images()
            for n, prior in enumerate(self.priors)
        )
        return replace(self, priors=priors)

    @property
    def finding_shown(self) -> TumourFinding:
        """The finding of the study with all lesions that are compared as its mask."""
        mask = self.follow_up.masks[0]
        return self.finding if mask is None else replace(self.finding, mask=mask)

    def prior_on_study(self) -> Study | None:
        """The images of the prior on the grid of the current study; None if not registered."""
        before, onto = self.prior, self.study.grid
        if before.place is None:
            return None
        volumes = {}
        for modality, volume in before.study.volumes.items():
            data = resample(volume.data, before.place.grid, onto)
            volumes[modality] = Volume(modality, data, onto, volume.file_name, volume.dtype)
        return replace(before.study, volumes=volumes, grid=onto, segmentation=None)

    def prior_finding_on_study(self) -> TumourFinding | None:
        """The lesions of the prior on the grid of the current study; None if not registered.

        What is measured stays what was measured on the prior's own grid.
        """
        before = self.prior
        if before.place is None:
            return None
        mask = self.follow_up.masks[self.shown + 1]
        on_study = None if mask is None else mask_on(mask, before.place.grid, self.study.grid)
        # Slices, diameters and parts are places on the prior's own grid.
        return TumourFinding(before.finding.method, before.finding.found, mask=on_study)


def compare(
    study: DatedStudy,
    priors: Sequence[DatedStudy],
    find: Find,
    report: Report = silent,
    finding: TumourFinding | None = None,
) -> Comparison:
    """Find the lesion of every study, lay the priors over the current one, and measure the change.

    finding : of the current study, where it was looked for already.
    Raises BrainViewerError if two of them are the same images, or if one is no study.
    """
    _check([study, *priors])
    part = 1 / (len(priors) + (finding is None))
    names = names_of([study.day, *(prior.day for prior in priors)])
    done = 0.0
    if finding is None:
        finding = find(study.study, within(report, 0.0, part, f"{{}} in {names[0]}"))
        done = part
    measured = [
        measure_prior(
            study.study, finding, prior, find, within(report, done + n * part, part), called
        )
        for n, (prior, called) in enumerate(zip(priors, names[1:], strict=True))
    ]
    compared = followed(study, finding, measured)
    report(1.0, "Compared")
    return compared


def measure_prior(
    study: Study,
    finding: TumourFinding,
    prior: DatedStudy,
    find: Find,
    report: Report,
    called: str = "the prior",
) -> PriorStudy:
    """Find the lesion of a prior, and lay it over the study."""
    before = find(prior.study, within(report, 0.0, 0.8, f"{{}} in {called}"))
    report(0.8, f"Laying {called} over the study")
    place = place_prior(study, prior.study)
    ours, theirs = finding.brain, before.brain
    one_has_skull = finding.with_skull is not before.with_skull
    if place is None and one_has_skull and ours is not None and theirs is not None:
        place = place_prior(brain_alone(study, ours), brain_alone(prior.study, theirs))
    return measured_prior(study, prior, before, place, called)


def measured_prior(
    study: Study,
    prior: DatedStudy,
    finding: TumourFinding,
    place: PriorPlace | None,
    called: str = "the prior",
) -> PriorStudy:
    """A prior whose lesion and place are known; finding : on its own grid."""
    other = other_patient(study, prior.study)
    unknown = not other and patient_not_told(study, prior.study)
    return PriorStudy(prior.study, prior.name, prior.day, called, finding, place, other, unknown)


def followed(
    study: DatedStudy,
    finding: TumourFinding,
    priors: Sequence[PriorStudy],
    shown: int | None = None,
) -> Comparison:
    """What changed over the studies.

    shown : the prior that stands beside the study; None for the latest before it.
    """
    days = [study.day, *(prior.day for prior in priors)]
    names = names_of(days)
    priors = [replace(p, called=name) for p, name in zip(priors, names[1:], strict=True)]
    order = order_of(days, names)
    grid = study.study.grid
    placed = [PlacedFinding(finding, grid, grid, names[0])]
    placed += [_placed(prior) for prior in priors]
    found = follow_up(placed, order.earlier, order.baseline)
    unknown = [NOBODY.format(prior.called) for prior in priors if prior.unknown_patient]
    found = replace(found, notices=(*unknown, *order.notices, *found.notices))
    priors = [_laid_over(grid, found, n, prior) for n, prior in enumerate(priors, 1)]
    if shown is None:
        shown = max(
            (n - 1 for n in order.earlier), key=lambda n: (priors[n].day or date.min, -n), default=0
        )
    return Comparison(study.study, finding, study.name, study.day, tuple(priors), found, shown)


def _placed(prior: PriorStudy) -> PlacedFinding:
    known = prior.place is not None and not prior.other_patient
    there: Grid | None = prior.place.grid if prior.place is not None and known else None
    called = prior.called[0].upper() + prior.called[1:]
    doubts = (OTHER_PATIENT.format(called),) if prior.other_patient else ()
    return PlacedFinding(prior.finding, prior.study.grid, there, prior.called, doubts)


def _laid_over(grid: Grid, found: FollowUp, n: int, prior: PriorStudy) -> PriorStudy:
    """With what the masks over each other say."""
    mask = found.masks[n]
    if prior.place is None or prior.other_patient or mask is None:
        return replace(prior, new_ml=None, gone_ml=None, common_ml=None)
    new, gone, common = overlap(found.masks[0], grid, mask_on(mask, prior.place.grid, grid))
    return replace(prior, new_ml=new, gone_ml=gone, common_ml=common)


def _check(studies: Sequence[DatedStudy]) -> None:
    seen: dict[str, int] = {}
    for n, one in enumerate(studies):
        if one.study.is_image2d:
            raise BrainViewerError(
                "Studies can be compared, and single images cannot.", "Open two studies."
            )
        content = one.study.content_hash
        if content and content in seen:
            which = "The study and the prior" if seen[content] == 0 else "Two of the priors"
            raise BrainViewerError(f"{which} are the same images.", "Choose an earlier study.")
        seen[content] = n
