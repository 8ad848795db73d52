"""Jobs that run at the same time: told in one order, and never back."""

from brainviewer.app.state import ViewState
from brainviewer.app.status import Progress


def test_the_oldest_job_stays_first_whichever_tells_last() -> None:
    state = ViewState()
    for key, fraction in (("find", 0.0), ("compare", 0.0), ("find", 0.2), ("compare", 0.9)):
        state.show_progress(key, fraction, key)
        assert state.progress[0].key == "find"
    state.show_progress("compare", 0.5, "again")
    assert state.progress == (Progress("find", 0.2, "find"), Progress("compare", 0.9, "again"))
    state.show_progress("find", None, "")
    assert [one.key for one in state.progress] == ["compare"]
    # What begins anew begins at nothing.
    state.show_progress("compare", None, "")
    state.show_progress("compare", 0.0, "")
    assert state.progress == (Progress("compare", 0.0, ""),)
