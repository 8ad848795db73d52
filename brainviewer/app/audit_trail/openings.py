"""Openings are recorded where studies are read, so that no door is left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from brainviewer.app.audit_trail.recording import record
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.study import Study

_not_shown = ContextVar("not_shown", default=False)


def record_opened(study: Study) -> None:
    """A study was read and is about to be shown, or worked with. Raises as ``record``."""
    if _not_shown.get():
        return
    kind = "image" if study.is_image2d else "study"
    record(Action.OPENED, study, facts={"kind": kind, "sequences": len(study.volumes)})


@contextmanager
def not_shown() -> Iterator[None]:
    """What is read in this thread is not shown: for a preview, or before it is asked for.

    Whoever shows it after all calls ``record_opened``.
    """
    before = _not_shown.set(True)
    try:
        yield
    finally:
        _not_shown.reset(before)
