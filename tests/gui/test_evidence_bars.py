"""What the answer rests on, beside the answer: bars, words, and the page behind them."""

import math

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.ablation import Absence, EvidenceSource, SourceAblation
from brainviewer.gui.dialogs.ablation import AblationPage
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.result.evidence_bars import SignedBar
from brainviewer.gui.panels.result.result import ResultPanel
from tests.gui.conftest import show_study
from tests.gui.eyes import texts
from tests.gui.hands import click
from tests.phantoms import marker_finding, marker_study
from tests.unit.app.desk import a_result

IMAGE, DESCRIPTORS, AGE = EvidenceSource
FOR = SourceAblation(DESCRIPTORS, {"A": 0.4, "O": 0.2, "G": 0.4}, math.log(3.5))
AGAINST = SourceAblation(AGE, {"A": 0.1, "O": 0.1, "G": 0.8}, math.log(7 / 3 / 4))
NO_IMAGE = SourceAblation(IMAGE, absent=Absence.NOT_TAKEN)
NO_AGE = SourceAblation(AGE, absent=Absence.NOT_GIVEN)


def rest_on(session: Session, *rests_on: SourceAblation, **changes: object) -> None:
    made = a_result(
        session.state.study, model_id="glioma-descriptors", rests_on=rests_on, **changes
    )
    session.state.show_classification(made, Status.DONE)


def bars(card: ResultPanel) -> list[SignedBar]:
    return [bar for bar in card.findChildren(SignedBar) if bar.isVisibleTo(card)]


def test_a_bar_to_the_right_speaks_for_the_class_and_one_to_the_left_against_it(
    card: ResultPanel, shown: Session
) -> None:
    rest_on(shown, NO_IMAGE, FOR, AGAINST)
    said = texts(card)
    assert "odds ×\u00a03.5" in said
    assert "odds ÷\u00a01.7" in said
    first, second = bars(card)
    assert first.length == pytest.approx(math.log(3.5) / math.log(20))
    assert second.length < 0
    for bar, side in ((first, 0.6), (second, 0.4)):
        image = bar.grab().toImage()
        middle = image.height() // 2
        ratio = image.devicePixelRatio()
        filled = image.pixelColor(round((bar.width() / 2 + 8 * (side - 0.5) * 10) * ratio), middle)
        other = image.pixelColor(round((bar.width() / 2 - 8 * (side - 0.5) * 10) * ratio), middle)
        assert filled != other
        assert "with it" in bar.toolTip() and "without" in bar.toolTip()


def test_what_took_no_part_is_said_and_not_drawn(card: ResultPanel, shown: Session) -> None:
    rest_on(shown, NO_IMAGE, FOR, NO_AGE)
    said = texts(card)
    assert "takes no part" in said
    assert "not given" in said
    assert len(bars(card)) == 1


@pytest.mark.parametrize("changes", [{"in_scope": False, "reason": "A CT."}, {}], ids=str)
def test_without_evidence_there_is_nothing_to_see(
    card: ResultPanel, shown: Session, changes: dict[str, object]
) -> None:
    rest_on(shown, FOR)
    rest_on(shown, **changes)
    texts(card)
    assert not card.evidence.isVisibleTo(card)
    assert "ablated" not in shown.state.facts


def test_a_screen_reader_hears_every_source(card: ResultPanel, shown: Session) -> None:
    rest_on(shown, NO_IMAGE, FOR, NO_AGE)
    told = card.evidence.accessibleDescription()
    for part in (
        "Image: takes no part.",
        "Descriptors: odds ×\u00a03.5. G 0.70 with it, 0.40 without.",
    ):
        assert part in told
    assert "Age: not given." in told


def test_a_click_and_the_keyboard_ask_for_the_page(card: ResultPanel, shown: Session) -> None:
    rest_on(shown, FOR, NO_AGE)
    texts(card)
    asked: list[int] = []
    card.evidence.wanted.connect(lambda: asked.append(1))
    click(card.evidence, QPointF(card.evidence.rect().center()))
    assert len(asked) == 1
    (head,) = card.evidence.findChildren(QPushButton)
    assert head.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert "Descriptors: odds" in head.accessibleName()
    QTest.keyClick(head, Qt.Key.Key_Space)
    assert len(asked) == 2


def words(page: AblationPage) -> str:
    return page.text.toPlainText().replace("\u00a0", " ")


def test_the_page_shows_this_patient_and_the_model_and_follows_the_answer(
    window: MainWindow, session: Session
) -> None:
    study = marker_study()
    show_study(session, study, marker_finding(study))
    rest_on(session, NO_IMAGE, FOR, AGAINST, prevalence="equal")
    window.actions_by_id["rests-on"].trigger()
    page = window.findChild(AblationPage)
    said = words(page)
    for part in ("without the descriptors", "without the age", "× 3.5", "÷ 1.7", "0.70"):
        assert part in said
    assert "The image: this model does not take it into account." in said
    # The model: as its card and its evaluation say.
    for part in ("descriptors and age", "0.66 (0.56–0.75)", "0.93 (0.87–0.98)", "0.56 (0.45–0.65)"):
        assert part in said, part
    assert "with another assumed frequency" not in said
    rest_on(session, NO_IMAGE, FOR, NO_AGE, prevalence="clinic")
    said = words(page)
    assert "No age was given" in said
    assert "with another assumed frequency" in said
    session.state.show_classification(
        session.state.classification, Status.STALE, "The lesion changed."
    )
    assert "Stale: The lesion changed." in words(page)
    session.state.show_classification(None, Status.NOT_RUN)
    assert "no answer to explain" in words(page)
    assert not window.actions_by_id["rests-on"].isEnabled()
    page.close()


def test_bars_of_an_earlier_answer_go(card: ResultPanel, shown: Session) -> None:
    rest_on(shown, NO_IMAGE, FOR, AGAINST)
    rest_on(shown, NO_IMAGE, FOR, NO_AGE)
    texts(card)
    assert len(bars(card)) == 1
