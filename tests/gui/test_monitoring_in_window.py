"""The page of monitoring, the notice of a drift, and histology, in the real window."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from monitored import made_up_weeks
from PySide6.QtWidgets import QFileDialog, QLabel

from brainviewer.app.monitoring.cases import this_week
from brainviewer.app.monitoring.monitoring import KEEP_HISTOLOGY, SAVE_PAGE
from brainviewer.app.status import Status
from brainviewer.core.monitoring.prediction import ModelVersion
from brainviewer.files.predictions.database import PredictionDatabase
from brainviewer.gui.dialogs import questions
from brainviewer.gui.monitoring.chart_view import ChartView
from brainviewer.gui.monitoring.histology_line import HistologyLine
from brainviewer.gui.monitoring.window import _KINDS
from brainviewer.models.registry import card_of
from tests.gui.conftest import show_study
from tests.unit.app.desk import a_result


@pytest.fixture
def kept(session):
    """Two models; the answers of one have changed."""
    card = card_of("resnet50-tumour")
    model = ModelVersion(card.id, card.version, card.weights_sha256)
    other = ModelVersion("mine", "1", "cd" * 32)
    random, first = np.random.default_rng(5), this_week() - timedelta(weeks=9)
    mix = {"glioma": 0.1, "meningioma": 0.7, "pituitary": 0.1, "none": 0.1}
    rows = made_up_weeks(random, 9, 20, first=first, mix=mix, model=model)
    rows += [
        replace(one, input=f"m{one.input}")
        for one in made_up_weeks(random, 3, 5, first=first, model=other)
    ]
    database = PredictionDatabase()
    database.keep(*sorted(rows, key=lambda one: one.time))
    yield database
    database.close()


def summed_up(window, qtbot):
    page = window.parts.monitor.window
    page.bring_up()
    qtbot.waitUntil(lambda: window.session.monitoring.overview is not None, timeout=20_000)
    return page


def texts(widget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel))


def test_the_page_shows_each_model_with_charts_and_warnings(window, qtbot, kept) -> None:
    page = summed_up(window, qtbot)
    names = [page.list.item(n).text() for n in range(page.list.count())]
    assert names == ["resnet50-tumour 2.0.0\nhas changed", "mine 1"]
    assert "Meningioma is the answer in" in texts(page.view)
    assert "since the week of" in texts(page.view)
    assert "PSI" in texts(page.view) and "embedding of the images" in texts(page.view)
    assert len(page.view.findChildren(ChartView)) == 6  # nobody gave feedback
    page.list.setCurrentRow(1)
    assert "This version is not installed" in texts(page.view)
    assert "of which there are 15" in texts(page.view)
    assert "Nothing is compared yet" in texts(page.view)
    page.close()


def test_long_names_of_models_are_read_whole(window, qtbot, kept) -> None:
    long = ModelVersion("cerebral-tumours-of-our-own-hospital-2026", "12.3.4-beta.2", "ef" * 32)
    kept.keep(*made_up_weeks(np.random.default_rng(1), 1, 2, first=this_week(), model=long))
    page = summed_up(window, qtbot)
    items = [page.list.item(n) for n in range(page.list.count())]
    across = page.list.viewport().width()
    assert all(page.list.visualItemRect(item).width() <= across for item in items)
    heights = {item.text(): page.list.visualItemRect(item).height() for item in items}
    line = page.list.fontMetrics().lineSpacing()
    assert heights[long.name] >= heights["mine 1"] + line
    page.close()


def test_what_is_under_the_mouse_is_told(window, qtbot, kept) -> None:
    page = summed_up(window, qtbot)
    plot = page.view.findChildren(ChartView)[0].plot
    plot.grab()
    box = plot._shapes.boxes[0]
    said = plot.text_at(box.x + 1, box.y + 1)
    assert said.startswith("Week of ") and said.endswith("answered")
    assert plot.text_at(1, 1) == ""
    assert "by week" in plot.accessibleName()
    page.close()


def test_it_is_accepted_saved_and_deleted(window, qtbot, kept, tmp_path, monkeypatch) -> None:
    page, session = summed_up(window, qtbot), window.session
    page.accept_button.click()
    qtbot.waitUntil(lambda: "has changed" not in page.list.item(0).text(), timeout=20_000)
    assert page.accept_button.text() == "Compare with card"
    asked: list[str] = []
    html, table = _KINDS
    for name, kind, replaces in (
        ("page.html", html, False),
        ("page", table, False),
        (
            "page",
            table,
            True,
        ),  # page.csv is there, and the dialog asked about page
        ("all", table, False),
    ):
        chosen = (str(tmp_path / name), kind.filter)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, of=chosen: of)
        monkeypatch.setattr(questions, "ask", lambda _, what, *__: bool(asked.append(what)))
        if replaces:
            (tmp_path / "page.csv").write_text("mine", "utf-8")
        page.save_button.click()
        session.jobs.finish(SAVE_PAGE)
    assert asked == ["Replace page.csv?"]
    assert (tmp_path / "page.csv").read_text("utf-8") == "mine"
    assert "<svg" in (tmp_path / "page.html").read_text("utf-8")
    assert (tmp_path / "all.csv").read_text("utf-8").startswith("time,week")
    monkeypatch.setattr("brainviewer.gui.monitoring.window.ask", lambda *said: True)
    page.delete_button.click()
    qtbot.waitUntil(lambda: page.list.count() == 0, timeout=20_000)
    assert "No prediction is kept yet" in texts(page.view)
    assert kept.predictions() == []
    page.close()


def shown(window, study):
    session = window.session
    if session.state.study is not study:
        show_study(session, study)
    session.state.show_classification(a_result(study), Status.DONE)


def test_a_change_is_told_once_a_week_beside_an_answer(window, qtbot, kept, study) -> None:
    session, told = window.session, []
    session.state.noticed.connect(told.append)
    shown(window, study)
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    (notice,) = told
    assert "Meningioma is the answer in" in notice.text and notice.level == "caution"
    assert session.settings.drift_told
    session.monitoring.look_for_drift()
    assert len(told) == 1
    notice.offers[0].act()
    assert window.parts.monitor.window.isVisible()
    window.parts.monitor.window.close()


def test_histology_is_entered_changed_and_withdrawn(window, qtbot, study) -> None:
    session = window.session
    shown(window, study)
    line = window.findChild(HistologyLine)
    assert line.text().startswith("Enter histology")
    line.menu().aboutToShow.emit()
    first = [action.text() for action in line.menu().actions() if not action.isSeparator()]
    assert first[0] == "Astrocytoma, IDH-mutant" and "Metastasis" in first
    choose(line, "Glioblastoma, IDH-wildtype")
    assert line.text().startswith("Histology: Glioblastoma")
    session.jobs.finish(KEEP_HISTOLOGY)
    database = PredictionDatabase()
    assert [one.type for one in database.histology().values()] == ["G"]
    shown(window, study)  # read again from the file
    qtbot.waitUntil(lambda: session.monitoring.histology == "G", timeout=10_000)
    choose(line, "Withdraw")
    session.jobs.finish(KEEP_HISTOLOGY)
    assert database.histology() == {} and line.text().startswith("Enter histology")
    database.close()


def choose(line: HistologyLine, text: str) -> None:
    line.menu().aboutToShow.emit()
    next(one for one in line.menu().actions() if one.text() == text).trigger()


def test_nothing_is_entered_where_nothing_is_kept(window, study) -> None:
    shown(window, study)
    line = window.findChild(HistologyLine)
    assert line.isVisibleTo(window)
    window.session.settings.update(keep_predictions=False)
    assert not line.isVisibleTo(window)
