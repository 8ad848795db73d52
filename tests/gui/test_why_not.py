"""Actions that cannot be used now say why; see ``gui.actions.why_not``."""

import pytest

from brainviewer.app.facts import Fact
from brainviewer.core.study import Study
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.actions.why_not import WHY_NOT, why_not
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding

OPEN = "Open a study first."
VOLUMES = "For studies of volumes; a single image is open."


def test_every_fact_has_its_sentence() -> None:
    assert WHY_NOT.keys() == set(Fact)
    for said in WHY_NOT.values():
        assert said.endswith(".") and len(said) < 80


@pytest.mark.parametrize(
    ("needed", "facts", "said"),
    [
        (Fact.TUMOUR, (), OPEN),
        (Fact.UNDO, (), "There is nothing to undo."),
        (Fact.LISTED, (), "The study list has no studies to step through."),
        (Fact.IMAGE, (), "Open an image first."),
        (Fact.TUMOUR, (Fact.STUDY, Fact.IMAGE), VOLUMES),
        (Fact.SEQUENCES, (Fact.STUDY, Fact.IMAGE), VOLUMES),
        (Fact.RESULT, (Fact.STUDY, Fact.IMAGE), "There is no answer yet: classify first."),
        (Fact.TUMOUR, (Fact.STUDY, Fact.SEQUENCES), "No lesion is there: find it first."),
        (
            Fact.COMMON_GRID,
            (Fact.STUDY, Fact.SEQUENCES),
            "The sequences are on their original grids.",
        ),
    ],
)
def test_the_nearest_reason_is_told(needed: Fact, facts: tuple[Fact, ...], said: str) -> None:
    assert why_not(needed, facts) == said


@pytest.mark.window
def test_tips_follow_what_is_open(window: MainWindow, study: Study) -> None:
    """In the empty window, with a study, and after a key was changed."""
    made = window.actions_by_id

    def check() -> int:
        grey = 0
        for action in ACTIONS:
            enabled, lines = made[action.id].isEnabled(), made[action.id].toolTip().splitlines()
            assert len(lines) == (1 if enabled else 2), action.id
            grey += not enabled
        return grey

    nothing = check()
    assert made["export"].toolTip().endswith(f"\n{OPEN}")
    show_study(window.session, study, marker_finding(study))
    assert 20 < check() < nothing
    assert OPEN not in made["export"].toolTip()
    assert made["undo"].toolTip().endswith("There is nothing to undo.")
    window.parts.keys.change("undo", ["Ctrl+Alt+L"])
    first, second = made["undo"].toolTip().splitlines()
    assert "(Ctrl+Alt+L)" in first and second == "There is nothing to undo."
    menus = window.menuBar().actions()
    assert all(one.menu().toolTipsVisible() for one in menus)
