"""The result card's standings, the feedback on it, and the frequency of types it assumes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toy_runtime
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.errors import ModelError
from brainviewer.core.findings.networks import NetworkIdentity, NetworkUse
from brainviewer.gui.panels.result.feedback_row import FeedbackRow
from brainviewer.gui.panels.result.prevalence_menu import PrevalenceLine, fill_prevalences
from brainviewer.gui.panels.result.probability_bars import Bar
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panels.right_split import RightSplit
from brainviewer.models import registry
from tests.gui.conftest import show_study
from tests.gui.eyes import button, texts
from tests.gui.hands import drag
from tests.journal_entries import feedback_values
from tests.phantoms import marker_finding, marker_study
from tests.unit.app.desk import a_result

EQUAL = {"A": 1 / 3, "O": 1 / 3, "G": 1 / 3}
TRAINING = {"A": 0.58, "O": 0.25, "G": 0.17}


def prediction(session: Session, **changes: Any) -> None:
    result = a_result(session.state.study, **{"calibrated": True, "priors": EQUAL, **changes})
    session.state.show_classification(result, Status.DONE)


# -- standings ----------------------------------------------------------------------------------


def test_a_confident_prediction_says_that_it_is_calibrated(
    card: ResultPanel, shown: Session
) -> None:
    prediction(shown)
    said = texts(card)
    for part in ("Glioblastoma, IDH-wildtype", "calibrated", "equally frequent"):
        assert part in said, part
    assert "confident, if it is a glioma" in said
    assert "not calibrated" not in said
    assert "Not confident" not in said


STANDINGS: list[tuple[Status, dict[str, Any]]] = [
    (Status.DONE, {}),
    (Status.DONE, {"abstained": True, "reason": "No type reaches 55 %."}),
    (Status.DONE, {"in_scope": False, "reason": "FLAIR looks like a CT scan."}),
    (Status.DONE, {"sequences_used": ("image",), "slice_index": 0}),
    (Status.DONE, {"slice_index": None, "engine": ""}),
    (Status.STALE, {}),
    (Status.RUNNING, {}),
]


@pytest.mark.parametrize(("status", "changes"), STANDINGS, ids=str)
def test_no_chip_is_green_and_confident_never_stands_beside_a_doubt(
    card: ResultPanel, shown: Session, status: Status, changes: dict[str, Any]
) -> None:
    """What the model takes for granted, that it is a glioma, nobody has checked."""
    prediction(shown, **changes)
    shown.state.show_classification(shown.state.classification, status, "Looked for again.")
    texts(card)
    visible = [w for w in card.findChildren(QLabel) if w.isVisibleTo(card)]
    roles = {w.text(): str(w.property("role")) for w in visible}
    assert "chip-good" not in roles.values()
    confident = [text for text in roles if text.startswith("confident")]
    assert bool(confident) is (status is Status.DONE and not {"abstained", "in_scope"} & {*changes})
    assert all(", if it is " in text for text in confident)
    if confident:
        assert not card.lines["reason"].isVisibleTo(card)
        assert not card.lines["stale"].isVisibleTo(card)


def test_a_reason_is_told_once_and_other_notices_quietly(card: ResultPanel, shown: Session) -> None:
    doubt, remark = "The model answered without T1.", "Slice 3 has no influence on the answer."
    prediction(shown, abstained=True, reason=doubt, notices=(doubt, remark))
    said = texts(card)
    assert (said.count(doubt), said.count(remark)) == (1, 1)
    assert card.lines["notes"].property("role") == "small"


def test_the_card_names_a_network_that_took_no_part(card: ResultPanel, shown: Session) -> None:
    network = NetworkUse(
        NetworkIdentity("resnet50-glioma", "2.0.0", "ab" * 32),
        "onnx",
        "CPU",
        0.2,
        0.03,
        {"scope": 20, "heatmap": 20},
    )
    prediction(shown, slice_index=None, engine="", device="", weights_sha256="", network=network)
    said = texts(card)
    assert "from the whole lesion" in said
    assert "Scope and heatmap only: resnet50-glioma 2.0.0 · ONNX on CPU" in said


def test_not_confident_is_shown_and_not_hidden(card: ResultPanel, shown: Session) -> None:
    prediction(shown, abstained=True, reason="No type reaches 55 %.")
    said = texts(card)
    assert said.index("Not confident") < said.index("Most probable: Glioblastoma")
    assert "No type reaches 55 %." in said
    assert "0.70" in said
    assert "calibrated" not in said  # where it doubts, nobody has measured it
    assert len([b for b in card.findChildren(Bar) if b.isVisibleTo(card)]) == 3


def test_out_of_scope_leads_no_eye_to_a_type(card: ResultPanel, shown: Session) -> None:
    prediction(shown)
    prediction(shown, in_scope=False, reason="FLAIR looks like a CT scan.", engine="", device="")
    said = texts(card)
    assert "Out of scope" in said
    assert "FLAIR looks like a CT scan." in said
    assert "Only gliomas are in scope" in said
    for part in ("Glioblastoma", "0.70", "equally frequent", "calibrated"):
        assert part not in said, part
    assert not [b for b in card.findChildren(Bar) if b.isVisibleTo(card)]
    assert "heatmap" not in shown.state.facts


def test_no_bar_is_ever_full_and_no_tip_says_a_certainty(card: ResultPanel, shown: Session) -> None:
    prediction(shown, classes={"A": 0.0, "O": 0.0, "G": 1.0})
    texts(card)
    for bar in card.findChildren(Bar):
        assert "1.00" not in bar.toolTip()
        assert "0.00" not in bar.toolTip()
    full = next(bar for bar in card.findChildren(Bar) if bar.value == 1.0)
    image = full.grab().toImage()
    right, left = image.width() - 2, image.width() // 2
    assert image.pixelColor(right, image.height() // 2) != image.pixelColor(
        left, image.height() // 2
    )


# -- feedback -----------------------------------------------------------------------------------


def test_agreeing_is_noted_here_only_and_can_be_undone(card: ResultPanel, shown: Session) -> None:
    prediction(shown)
    assert "Stays on this computer" in texts(card)
    button(card, "Agree").click()
    assert feedback_values()[-1]["verdict"] == "agree"
    assert button(card, "Agree").isChecked()
    assert not button(card, "Disagree").isChecked()
    assert "feedback" in shown.state.facts
    link = next(w for w in card.findChildren(QLabel) if ">Undo<" in w.text())
    link.linkActivated.emit("undo")
    assert feedback_values()[-1]["verdict"] == "withdrawn"
    assert not button(card, "Agree").isChecked()
    assert shown.state.feedback is None


def test_disagreeing_asks_what_it_is_instead(card: ResultPanel, shown: Session) -> None:
    prediction(shown)
    button(card, "Disagree").click()
    assert "In your view it is" in texts(card)
    offered = [b.text() for b in card.findChildren(QPushButton) if b.isVisibleTo(card)]
    assert {"A", "O", "Other"} <= set(offered)
    assert "G" not in offered  # that is what was disagreed with
    button(card, "O").click()
    button(card, "A").click()
    assert [r["user_type"] for r in feedback_values()] == ["", "O", "A"]
    assert button(card, "A").isChecked()
    assert not button(card, "O").isChecked()
    button(card, "Agree").click()
    assert feedback_values()[-1]["user_type"] == ""
    assert "In your view" not in texts(card)


def test_the_feedback_is_reached_with_the_keyboard(card: ResultPanel, shown: Session) -> None:
    prediction(shown)
    row = card.findChild(FeedbackRow)
    buttons = [button(row, "Agree"), button(row, "Disagree")]
    assert all(b.focusPolicy() & Qt.FocusPolicy.TabFocus for b in buttons)
    assert buttons[0].nextInFocusChain() is buttons[1]
    buttons[1].setFocus()
    QTest.keyClick(buttons[1], Qt.Key.Key_Space)
    assert feedback_values()[-1]["verdict"] == "disagree"
    QTest.keyClick(buttons[1], Qt.Key.Key_Space)
    assert feedback_values()[-1]["verdict"] == "withdrawn"


def test_the_feedback_is_there_when_the_study_is_opened_again(
    card: ResultPanel, shown: Session
) -> None:
    prediction(shown)
    button(card, "Agree").click()
    other = marker_study(modalities=tuple(shown.state.study.modalities)[:2])
    same = shown.state.study
    show_study(shown, other, marker_finding(other))
    prediction(shown)
    assert not button(card, "Agree").isChecked()
    show_study(shown, same, marker_finding(same))
    prediction(shown)
    assert button(card, "Agree").isChecked()
    prediction(shown, predicted="A", classes={"A": 0.6, "O": 0.1, "G": 0.3})
    assert not button(card, "Agree").isChecked()  # another answer


def test_what_is_agreed_with_is_named_where_the_prediction_is_open(
    card: ResultPanel, shown: Session
) -> None:
    prediction(shown, abstained=True, reason="No type reaches 55 %.")
    button(card, "Agree with G").click()
    assert feedback_values()[-1]["not_confident"] is True
    prediction(shown, in_scope=False, predicted="", classes={}, reason="No brain.")
    button(card, "Disagree").click()
    assert feedback_values()[-1]["answer"] == "out of scope"
    button(card, "G").click()
    assert feedback_values()[-1]["user_type"] == "G"


def test_feedback_waits_for_a_fresh_prediction(card: ResultPanel, shown: Session) -> None:
    prediction(shown)
    shown.classification.mark_stale("The tumour was looked for again.")
    assert not button(card, "Agree").isEnabled()
    assert "classified" not in shown.state.facts


def test_feedback_that_cannot_be_kept_is_told(
    card: ResultPanel, shown: Session, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    prediction(shown)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "file"))
    notices: list[str] = []
    shown.state.noticed.connect(lambda notice: notices.append(notice.text))
    button(card, "Agree").click()
    assert len(notices) == 1
    assert not button(card, "Agree").isChecked()


# -- prevalence ---------------------------------------------------------------------------------


def test_choosing_a_prevalence_is_kept_and_predictions_again_from_the_same_slice(
    card: ResultPanel, shown: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction(shown, prevalence="training", priors=TRAINING)
    assert "as in the training data" in card.findChild(PrevalenceLine).text()
    asked: list[object] = []
    monkeypatch.setattr(shown.classification, "run", asked.append)
    shown.classification.set_prevalence("equal")
    assert shown.settings.prevalence == "equal"
    assert asked == [None]
    shown.classification.set_prevalence("equal")
    assert len(asked) == 1
    shown.state.show_classification(None, Status.NOT_RUN)
    shown.classification.set_prevalence("training")
    assert len(asked) == 1


def test_the_menu_offers_what_the_model_knows(
    shown: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    fill_prevalences(menu, shown)
    words = [action.text() for action in menu.actions()]
    assert any("as in the training data" in text for text in words), words
    assert [action.isChecked() for action in menu.actions()].count(True) == 1
    monkeypatch.setattr(shown.classification, "run", lambda *_: None)
    unchecked = next(action for action in menu.actions() if not action.isChecked())
    unchecked.trigger()
    assert shown.settings.prevalence != ""
    menu.clear()
    fill_prevalences(menu, shown)
    checked = [action.text() for action in menu.actions() if action.isChecked()]
    assert checked == [words[[a.text() for a in menu.actions()].index(checked[0])]]


def test_a_prevalence_of_another_model_is_told_and_put_right_in_the_menu(
    card: ResultPanel, shown: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Models name theirs as they like, and a name that was kept may be of another model."""
    toy = toy_runtime.card(tmp_path)
    named = {
        "village": toy.fusion_head.prevalences["clinic"],
        "town": toy.fusion_head.prevalences["training"],
    }
    heading = replace(toy.fusion_head, prevalences=named, default="town")
    monkeypatch.setattr(registry, "model", lambda *_: replace(toy, fusion_head=heading))
    said = "There is no prevalence called clinic. Choose one of: village, town."
    shown.settings.prevalence = "clinic"
    with pytest.raises(ModelError) as unknown:
        heading.setting(shown.settings.prevalence)
    assert str(unknown.value) == said
    shown.state.show_classification(None, Status.FAILED, said)
    assert said in texts(card)
    asked: list[object] = []
    monkeypatch.setattr(shown.classification, "run", asked.append)
    menu = QMenu(card)
    fill_prevalences(menu, shown)
    village, town = menu.actions()
    assert (village.isChecked(), town.isChecked()) == (False, True)
    village.trigger()
    assert shown.settings.prevalence == "village"
    assert asked == [None]


# -- room ---------------------------------------------------------------------------------------


def test_the_prediction_gets_its_height_before_the_3d_view_until_the_user_says_otherwise(
    qtbot: QtBot,
) -> None:
    split = RightSplit()
    qtbot.addWidget(split)
    for _ in range(2):
        split.addWidget(QWidget())
    split.show()
    for height in (617, 950, 1500):
        split.resize(400, height)
        QApplication.processEvents()
        volume, prediction_height = split.sizes()
        assert prediction_height >= 390
        assert volume >= 200
    split.resize(400, 480)
    QApplication.processEvents()
    assert min(split.sizes()) >= 200  # too low for both: neither is lost
    split.resize(400, 900)
    handle = split.handle(1)
    middle = QPointF(handle.rect().center())
    drag(handle, middle, middle + QPointF(0, -150))
    by_hand = split.sizes()[1]
    split.resize(400, 910)
    QApplication.processEvents()
    assert abs(split.sizes()[1] - by_hand) <= 10


def test_everything_of_a_prediction_is_visible_at_the_smallest_usual_height(
    card: ResultPanel, shown: Session
) -> None:
    card.resize(400, 407)  # what a window of 1280 x 720 leaves
    prediction(shown, quality="balanced accuracy 0.71 (0.62–0.79), 93 patients, by patient")
    QApplication.processEvents()
    for area in card.findChildren(QScrollArea):
        assert area.verticalScrollBar().maximum() == 0
        assert area.horizontalScrollBar().maximum() == 0
