"""What the report of the open study is made from: all that the window shows of it."""

from typing import TYPE_CHECKING

from brainviewer.app.annotating.target_lesions import drawn_on_prior
from brainviewer.app.report.study_figures import trusted_result
from brainviewer.app.reporting.options import Identity, ReportOptions, ReportPart, ReportSources
from brainviewer.app.settings.settings import Settings
from brainviewer.app.sign_in.reader_name import named_reader
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.study import Study
from brainviewer.painting.report.pages import Paper

if TYPE_CHECKING:  # the arithmetic behind it is imported where it is done
    from brainviewer.app.prior.beside import Beside

STALE = "The prediction is not up to date, so it is left out: classify again."
RUNNING = "The prediction is still being worked out."
STALE_CHANGE = (
    "The lesion was changed after the comparison, so the change is left out: compare again."
)


def report_options(settings: Settings) -> ReportOptions:
    """As the settings say; while patients' names are hidden, nothing names the patient."""
    left_out = set(settings.report_left_out)
    identity = Identity(settings.report_identity) if settings.show_patient else Identity.NOTHING
    return ReportOptions(
        identity,
        frozenset(part for part in ReportPart if part.name.lower() not in left_out),
        Paper(settings.report_paper),
        settings.report_reader or named_reader(),
    )


def report_sources(state: ViewState, beside: "Beside | None" = None) -> ReportSources:
    """All of the open study, unedited, at this moment; to be called on the main thread.

    beside : the comparison with a prior that is shown.
    Raises BrainViewerError if no study is open.
    """
    study = state.unedited
    if study is None:
        raise BrainViewerError("There is nothing to report.", "Open a study first.")
    result, note = _result(state, study)
    compared, change_note = None, ""
    if beside is not None:
        fresh = beside.rests_on(state.finding)
        compared, change_note = (beside.compared, "") if fresh else (None, STALE_CHANGE)
    return ReportSources(
        study,
        None if study.is_image2d else state.location.told_with(state.finding),
        result,
        note,
        state.feedback if result is not None else None,
        tuple(a for a in state.annotations if a.id not in state.undrawable),
        compared,
        change_note,
        drawn_on_prior(beside if compared is not None else None),
        text=state.report_text,
        windows=dict(state.windows),
        colour_maps=dict(state.colour_maps),
        convention=state.convention,
        overlays=state.overlays,
        frame=state.slice_index() if study.is_image2d else None,
        searched=state.finding_status is Status.RUNNING,
    )


def _result(state: ViewState, study: Study) -> tuple[Classification | None, str]:
    if state.classification is None:
        return None, RUNNING if state.classification_status is Status.RUNNING else ""
    fresh = state.classification_status is Status.DONE
    result = trusted_result(study, state.classification) if fresh else None
    return result, "" if result is not None else STALE
