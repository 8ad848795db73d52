"""The model's card as a page: everything that is known, readable in both themes."""

import re
from dataclasses import replace
from html import unescape

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.dialogs.pages import card_page
from brainviewer.gui.panels.result.model_card import ITEMS, MADE, NO_PART, card_html
from brainviewer.gui.theme import DARK, LIGHT, Colours
from brainviewer.models.card_metrics import ExternalTest, Metric
from brainviewer.models.registry import card_of, classification_models
from brainviewer.painting.text.wording import number

CARDS = {card.id: card for card in classification_models()}


@pytest.mark.parametrize("name", list(CARDS))
def test_the_page_tells_all_that_the_card_knows(name: str) -> None:
    card = CARDS[name]
    said = unescape(re.sub(r"<[^>]+>", " ", card_html(card, DARK)))
    for text in (
        card.name,
        card.version,
        card.intended_use,
        card.training_data,
        *card.limits,
        *(item.name for item in card.classes),
        *(prevalence.source for prevalence in card.fusion_head.prevalences.values()),
    ):
        assert text in said, text
    for sequence in card.sequences:
        assert sequence in said
    ood_check = "knows four answers only" if card.of_images else "Only gliomas are in scope"
    assert ood_check in said
    assert "not for diagnosis" in said
    assert "used unless you choose another" in said
    if card.network is not None:
        assert "no contour of the tumour" in said
    for figures in card.metrics.values():
        for figure in figures:
            assert figure.name in said
            value, low, high = (number(n, 2) for n in (figure.value, figure.low, figure.high))
            assert f"{value} ({low}–{high})" in said
            assert f"{figure.patients} {card.counted}" in said


def test_the_page_of_the_model_that_segments_tells_its_figures(qtbot: QtBot) -> None:
    card = card_of("lesion-outline")
    page = card_page(card.id)
    qtbot.addWidget(page)
    said = page.text.toPlainText()
    for text in (card.name, card.version, card.intended_use, card.training_data, *card.limits):
        assert text in said
    for figure in card.metrics["image"]:
        assert figure.name in said
    for text in (
        "0.93 (0.84–1.00)",
        "0.82 (0.80–0.85), 98 patients",
        "0.14 (0.08–0.24), 78 patients",
    ):
        assert text in said
    assert card.weights_sha256 in said
    assert "How frequent" not in said and "heatmap" not in said


def test_external_figures_stand_beside_the_cross_validated_ones() -> None:
    card = CARDS["glioma-descriptors"]
    plain_text = page_text(card_html(card, DARK))
    assert "external" not in plain_text.lower()
    figures = (
        Metric("accuracy", 0.5714, 0.3259, 0.7862, 12),
        Metric("recall A", 0.75, 0.3, 0.95, 4),
    )
    test = ExternalTest("kept apart", "2026-11-29", "1.0", 14, 12, figures, "Nobody checked.")
    said = page_text(card_html(replace(card, external=(test,)), DARK))
    for part in (
        "external: kept apart",
        "12 of 14 patients were answered",
        "measured on 2026-11-29 with BrainViewer 1.0. Nobody checked.",
        "0.57 (0.33–0.79)",
        "0.75 (0.30–0.95), 4 patients",
    ):
        assert part in said, part
    row = said[said.index("accuracy ") :][:80]
    assert row.index("0.66 (0.56–0.75)") < row.index("0.57 (0.33–0.79)")  # in one row
    own = page_text(card_html(replace(card, external=(test,), metrics={}, own=True), DARK))
    assert "but on your own data" in own
    assert "cross-validated" not in own


def page_text(html: str) -> str:
    """The words of a page, with single spaces."""
    body = html[html.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("colours", [DARK, LIGHT])
def test_every_text_stands_out_from_its_ground(colours: Colours) -> None:
    def luminance(name: str) -> float:
        parts = (QColor(name).redF(), QColor(name).greenF(), QColor(name).blueF())
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    ground = luminance(colours.panel)
    texts = (colours.text, colours.quiet, colours.caution, colours.accent, colours.good)
    for text in (*texts, *colours.classes.values()):
        light, dark = sorted((luminance(text), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.0, text  # WCAG asks for 4.5, 3 if large


def test_a_link_leads_to_the_checklist_of_the_model(qtbot: QtBot) -> None:
    page = card_page("glioma-fused")
    qtbot.addWidget(page)
    page.show()
    assert "Which items of reporting guidelines it answers" in page.text.toPlainText()
    page.text.anchorClicked.emit(QUrl(ITEMS))
    shown = page.findChild(Page).text.toPlainText()
    assert "TRIPOD+AI 2024" in shown and "not answered" in shown


def test_the_link_leads_to_how_the_model_was_made(qtbot: QtBot) -> None:
    page = card_page("resnet50-glioma")
    qtbot.addWidget(page)
    page.show()
    assert "How it was made and measured" in page.text.toPlainText()
    page.text.anchorClicked.emit(QUrl(MADE))
    made = page.findChild(Page)
    assert len(made.text.toPlainText()) > 200
    QTest.keyClick(made, Qt.Key.Key_Escape)
    assert not made.isVisible()
    assert page.isVisible()


def test_a_network_that_takes_no_part_is_said_to_take_none() -> None:
    card = CARDS["resnet50-glioma"]
    assert NO_PART not in card_html(card, DARK)
    silent = replace(card, fusion_head=replace(card.fusion_head, network=None))
    assert NO_PART in card_html(silent, DARK)
