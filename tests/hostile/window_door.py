"""Hostile inputs at the real window, one after the other; see ``window_watch``."""

import json
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from brainviewer.core.errors import BrainViewerError
from brainviewer.files.session_file.session_file import STAYS, is_session
from tests.hostile.case import Case, Place
from tests.hostile.cli_door import remove
from tests.hostile.corpus import all_cases
from tests.hostile.sound import write_study
from tests.hostile.stopwatch import Stopwatch
from tests.hostile.watching import changed, content_of, left_behind
from tests.hostile.window_desk import Desk
from tests.hostile.window_ways import STARTS, WAYS

_LONGEST = 700
_SEARCHED = ("nifti", "masks")
"""Kinds in which the lesion is looked for in what opens; in the others pixels are ordinary ones."""
_HARMLESS = "\n\u200c\u200d"
"""Breaks of lines, and what joins letters in the script of a name."""


def through_window(
    desk: Desk, case: Case, place: Place, file: Path
) -> tuple[list[str], str, float]:
    """Let a window that runs meet an input: what was wrong then, what was said, for how long."""
    faults: list[str] = []
    if case.door != "drop" and not desk.open_sound():
        faults.append("the sound study did not open before")
    desk.said.clear()
    desk.asked.clear()
    before = desk.session.state.study
    desk.searches = case.kind in _SEARCHED
    watch = Stopwatch()
    _told(desk, lambda: WAYS[case.door](desk, file, place))
    if not desk.rest():
        faults.append(f"still busy: {desk.busy}")
    seconds = watch.seconds
    said = [*desk.said, *desk.asked]
    if not said and case.ends == "refused" and desk.session.state.study is before:
        faults.append("said nothing")
    if case.says and case.ends == "refused" and not any(case.says in one for one in said):
        faults.append(f"does not say {case.says!r}")
    faults += judged(desk)
    if not desk.open_sound():
        faults.append("the sound study does not open afterwards")
    return faults, " / ".join(said), seconds


def at_start(case: Case, place: Place, file: Path) -> tuple[list[str], str, float]:
    """The same for a window that starts with it, or for the entrance that stands before it.

    The sound study is open then, or it is said why not.
    """
    watch = Stopwatch()
    desk = Desk(place.home, place.study)
    try:
        faults = []
        if (entrance := desk.entrance) is not None:
            entrance.trouble.enter.click()
            desk.rest()
            desk.said.append(entrance.trouble.lead.text())
            if entrance.pages.currentWidget() is not entrance.trouble:
                faults.append("somebody can sign in where nobody is known")
        elif not desk.shows_sound and not desk.said:
            faults.append("the sound study is not open, and nothing is said")
        else:
            _told(desk, lambda: STARTS[case.door](desk, file, place))
        seconds = watch.seconds
        return [*faults, *judged(desk)], " / ".join((*desk.said, *desk.asked)), seconds
    finally:
        desk.close()


def _told(desk: Desk, work: Callable[[], object]) -> None:
    try:
        work()
    except BrainViewerError as error:
        desk.said.append(f"not told by the window: {error}")


def judged(desk: Desk) -> list[str]:
    """What is wrong with what a window says, or whether it lives."""
    faults = []
    if not desk.shows.isVisible():
        faults.append("the window is gone")
    if desk.entrance is None:
        unread = desk.session.faults.unread
        faults += [f"a bug: {one.lines[-1:]} {one.lines[:1]}" for one in unread]
        desk.session.faults.read()
    for sentence in desk.said:
        if not sentence or len(sentence) > _LONGEST:
            faults.append(f"a sentence of {len(sentence)} characters")
        strange = {one for one in sentence if unicodedata.category(one) in ("Cc", "Cf")}
        strange -= set(_HARMLESS)
        if strange:
            faults.append(f"control codes {sorted(map(ord, strange))}")
    if any("went wrong inside" in one or "Traceback" in one for one in desk.said):
        faults.append("a bug")
    return faults


def main() -> None:
    """Meet the cases of a file; a line of JSON each."""
    folder = Path(sys.argv[2])
    wanted = json.loads(Path(sys.argv[1]).read_text())
    kinds = tuple(dict.fromkeys(name.split("/")[0] for name in sorted(wanted)))
    study = write_study(folder / "sound")
    by_id = {case.id: case for case in all_cases(kinds)}
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    home, desk = folder / "home", None
    for number, name in enumerate(wanted):
        case = by_id[name]
        starts = case.door in STARTS
        if desk is not None and starts:
            desk = desk.close()
        if desk is None and not starts:
            desk = Desk(home, study)
        place = Place.below(folder / str(number), study)
        file = case.make(place)
        before = content_of(place.folder)
        print("begins", flush=True)
        if desk is None:
            faults, said, seconds = at_start(case, place, file)
            if left := left_behind(place.home, Path(tempfile.gettempdir())):
                faults.append(f"left behind: {', '.join(left[:3])}")
        else:
            faults, said, seconds = through_window(desk, case, place, file)
        other = changed(before, content_of(place.folder))
        if other and not (other == file.name and is_session(file) and STAYS not in said):
            faults.append(f"changed the input: {other}")  # a whole session is saved to when left
        print(json.dumps({"faults": faults, "said": said, "seconds": seconds}), flush=True)
        remove(folder / str(number))
    if desk is not None:
        desk.close()


if __name__ == "__main__":
    main()
