"""Corrections as they are kept: in the journal of their study, and elsewhere."""

from collections.abc import Callable

from brainviewer.app.correction.origin import provenance
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Labels, Step, Steps
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.files.journal.corrections import CorrectionJournal

KEEP = "keep correction"


class StepSaving:
    """Writes steps in the background; why one was not kept is said once, not at every stroke."""

    def __init__(self, jobs: Jobs, notices: Notices) -> None:
        self._jobs, self._notices = jobs, notices
        self._told_why = ""

    def save(self, write: Callable[[], None]) -> None:
        """Write in the background, after what is still being written."""
        self._jobs.save(KEEP, write, self._not_saved)

    def finish(self) -> None:
        """Wait until everything is written; the next study may fail anew."""
        self._jobs.finish(KEEP)
        self._told_why = ""

    def _not_saved(self, error: BrainViewerError) -> None:
        if str(error) != self._told_why:
            self._told_why = str(error)
            self._notices.fail(error, of_study=True)


def kept_correction(labels: Labels, steps: Steps, name: str) -> KeptCorrection:
    """A correction as it stands; copies. labels : with its steps. name : see ``Base``."""
    return KeptCorrection(base_of(labels, steps.done, name), labels.copy(), steps)


def base_of(labels: Labels, done: list[Step], name: str) -> Base:
    """What labels were before steps that were made; see ``Base``."""
    before = labels.copy()
    for step in reversed(done):
        step.apply(before)
    return Base(name, before)


def kept_of(study: Study) -> KeptCorrection | None:
    """The correction of a study that is kept on this computer."""
    journal = CorrectionJournal(study)
    kept, _ = journal.restore()
    journal.close()
    return kept


def as_kept(study: Study, finding: TumourFinding, kept: KeptCorrection) -> TumourFinding:
    """A finding as it was corrected, measured; itself where all steps were taken back."""
    from brainviewer.imaging.correction.corrected_finding import corrected, same_labels

    if same_labels(finding, kept.labels):
        return finding
    told = provenance(kept.steps, kept.base.name)
    return corrected(study, finding, kept.labels.copy(), told)


def write(journal: CorrectionJournal | None, first: Base | None, step: Step) -> None:
    """Write a step to a journal, after what it is made from if it is the first."""
    if journal is not None:
        journal.add(step, first)
