"""Where models answer the items of reporting guidelines: all items, true places, no more."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.app.report.checklist_text import (
    checklist_markdown,
    checklist_record,
    checklist_text,
    checklists_markdown,
)
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.model_checklist import State, checklist, counts
from brainviewer.app.report.reporting_items import CLAIM, GUIDELINES, TRIPOD_AI
from brainviewer.models.card import Card
from brainviewer.models.registry import card_of, installed_models
from tests.command_line import refused, run
from tests.schemas import check_output

MODELS = [card.id for card in installed_models()]
ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "resources/pages/card.html").read_text("utf-8")
GUIDE = (ROOT / "docs/user-guide.md").read_text("utf-8")


def answers(card: Card) -> dict[tuple[str, str], tuple[State, str]]:
    rows = checklist(card)
    return {(r.guideline[:5], r.item.number): (r.answer.state, r.answer.where) for r in rows}


def test_all_items_are_there_as_the_guidelines_number_them() -> None:
    assert [item.number for item in CLAIM] == [str(n) for n in range(1, 45)]
    main = [re.sub("[a-z]", "", item.number) for item in TRIPOD_AI]
    assert list(dict.fromkeys(main)) == [str(n) for n in range(1, 28)]
    assert len({item.number for item in TRIPOD_AI}) == len(TRIPOD_AI) == 52
    assert all(item.asks for _, items in GUIDELINES for item in items)


@pytest.mark.parametrize("model", MODELS)
def test_every_place_that_is_named_is_there(model: str) -> None:
    card = card_of(model)
    readme = (card.folder / "README.md").read_text("utf-8")
    for _, where in answers(card).values():
        for heading in re.findall("“([^”]+)”", where):
            known = f"## {heading}" in readme if where.startswith("README, “") else False
            assert known or heading in PAGE or f"## {heading}" in GUIDE, where


def test_what_was_not_measured_is_not_answered() -> None:
    card = card_of("glioma-fused")
    assert answers(card)["CLAIM", "38"][0] is State.ANSWERED
    assert answers(card)["CLAIM", "37"][0] is State.IN_PART
    assert answers(card)["TRIPO", "23a"] == answers(card)["CLAIM", "37"]
    assert answers(card)["CLAIM", "33"][0] is State.NOT
    assert answers(card)["TRIPO", "14"][0] is State.NOT
    bare = replace(card, metrics={}, limits=())
    assert answers(bare)["CLAIM", "37"] == (State.NOT, "No figures were measured.")
    assert answers(bare)["CLAIM", "40"][0] is State.NOT
    assert answers(card)["CLAIM", "36"][0] is State.IN_PART
    assert answers(card_of("lesion-outline"))["CLAIM", "36"][0] is State.NOT
    nowhere = replace(card, folder=Path("/nowhere"))
    assert answers(nowhere)["CLAIM", "25"][0] is State.NOT


def test_a_plain_no_answers_where_the_guideline_takes_it() -> None:
    """TRIPOD+AI: “or state that …” stands in items 18c, 18d and 19."""
    told = answers(card_of("glioma-fused"))
    assert {told["TRIPO", number][0] for number in ("18c", "18d", "19")} == {State.ANSWERED}
    assert told["CLAIM", "34"][0] is State.NOT_ASKED


def test_a_model_that_was_added_answers_what_its_card_says_and_no_more() -> None:
    own = replace(card_of("glioma-fused"), own=True, metrics={})
    assert counts(checklist(own))[State.NOT] > 70
    assert answers(own)["CLAIM", "19"][1].startswith("The model was added here")


@pytest.mark.parametrize("model", ["glioma-fused", "deepbet"])
def test_the_command(model: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("models", "checklist", model, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record == with_schema(Schema.CHECKLIST, checklist_record(card_of(model)))
    assert sum(record["counts"].values()) == len(record["items"]) == 96
    assert run("models", "checklist", model) == 0
    assert capfd.readouterr().out.strip() == checklist_text(card_of(model)).strip()


def test_a_model_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("models", "checklist", "nothing-like-it") == 2
    assert "nothing-like-it" in refused(capfd)


def test_tables() -> None:
    cards = installed_models()
    page = checklists_markdown(cards)
    for card in cards:
        assert f"| `{card.id}` | " in page
    assert page.count("\n| 12a | ") == 1
    assert "not answered" in checklist_markdown(cards[0])
