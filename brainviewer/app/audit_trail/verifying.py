"""Verification of the trail, which is itself recorded."""

from brainviewer.app.audit_trail.permission import require_administrator
from brainviewer.app.audit_trail.recording import NO_FACTS, own_trail, record, recording
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.audit_trail.faults import Check, readable
from brainviewer.core.audit_trail.line import Facts
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.files.audit_trail.aside import verified_aside

_MOST_SENTENCES = 100


def verify(report: Report = silent) -> Check:
    """Go through the whole trail. Raises BrainViewerError where there is none, or no key."""
    require_administrator()
    trail = own_trail()
    if not trail.begun:
        raise BrainViewerError(
            "Nothing has been recorded.", "Begin with 'brainviewer audit-trail start'."
        )
    check = trail.verified(report)
    _record(check)
    return check


def verify_aside(name: str, report: Report = silent) -> Check:
    """Go through a trail that was put aside. name : of its folder. Raises BrainViewerError."""
    require_administrator()
    check = verified_aside(name, report)
    _record(check, {"aside": name})
    return check


def _record(check: Check, more: Facts = NO_FACTS) -> None:
    if recording():
        found = {"intact": check.intact, "lines": check.lines, "faults": len(check.faults)}
        record(Action.VERIFIED, facts={**found, **more})


def summary(check: Check) -> str:
    """The result in a sentence."""
    lines = counted(check.lines, "line")
    if not check.lines and check.intact:
        return "The audit trail is intact: it holds no line yet."
    span = f", from {readable(check.first)} to {readable(check.last)}" if check.lines else ""
    if check.intact:
        return f"The audit trail is intact: {lines}{span}."
    faults = counted(len(check.faults), "place")
    return f"The audit trail was tampered with: {faults} in what holds {lines}{span}."


def fault_sentences(check: Check) -> list[str]:
    """Each fault as a sentence; of very many the first ones, and how many more there are."""
    said = [fault.sentence for fault in check.faults[:_MOST_SENTENCES]]
    if more := len(check.faults) - len(said):
        said.append(f"{counted(more, 'more fault')} like these.")
    return said
