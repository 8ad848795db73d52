"""Checklists of models as data, as text and as tables in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any

from brainviewer.app.report.model_checklist import Answer, Row, State, checklist, counts
from brainviewer.app.report.reporting_items import GUIDELINES
from brainviewer.models.card import Card

INTRODUCTION = (
    "Items of CLAIM 2024 and TRIPOD+AI 2024, in our own words and numbered as there, and where "
    "they are answered. Made from the card and the headings of the README; nobody has audited it."
)


def checklist_record(card: Card) -> dict[str, Any]:
    """A checklist as plain data."""
    rows = checklist(card)
    return {
        "model": card.id,
        "model_version": card.version,
        "counts": {str(state): many for state, many in counts(rows).items()},
        "items": [
            {
                "guideline": row.guideline,
                "number": row.item.number,
                "asks": row.item.asks,
                "state": str(row.answer.state),
                "where": row.answer.where,
            }
            for row in rows
        ],
    }


def checklist_text(card: Card) -> str:
    """A checklist for the terminal."""
    rows = checklist(card)
    lines = [f"{card.id} {card.version}: {counted_text(rows)}", INTRODUCTION]
    for guideline, _ in GUIDELINES:
        lines += ["", guideline]
        lines += [
            f"{row.item.number:>4}  {row.item.asks}\n      {row.answer.state}: {row.answer.where}"
            for row in rows
            if row.guideline == guideline
        ]
    return "\n".join(lines)


def checklist_markdown(card: Card) -> str:
    """A checklist as a page."""
    rows = checklist(card)
    parts = [f"{card.name} {card.version}: {counted_text(rows)}.", INTRODUCTION]
    for guideline, _ in GUIDELINES:
        own = [row for row in rows if row.guideline == guideline]
        parts += [
            f"## {guideline}",
            _table(
                ("", "item", "answer"), ((r.item.number, r.item.asks, _said(r.answer)) for r in own)
            ),
        ]
    return "\n\n".join(parts)


def checklists_markdown(cards: Sequence[Card]) -> str:
    """The checklists of several models in one table for each guideline.

    An answer that all give stands once; of others each names its models.
    """
    made = {card.id: checklist(card) for card in cards}
    states = [str(state) for state in State]
    totals = (
        (f"`{name}`", *(str(n) for n in counts(rows).values())) for name, rows in made.items()
    )
    parts = [_table(("model", *states), totals)]
    for guideline, items in GUIDELINES:
        lines = []
        for item in items:
            answers: dict[Answer, list[str]] = {}
            for name, rows in made.items():
                (row,) = (r for r in rows if r.guideline == guideline and r.item is item)
                answers.setdefault(row.answer, []).append(f"`{name}`")
            lines.append((item.number, item.asks, _merged(answers)))
        parts += [f"## {guideline}", _table(("", "item", "answer"), lines)]
    return "\n\n".join(parts)


def counted_text(rows: tuple[Row, ...]) -> str:
    """How many items are answered how far, in words."""
    return ", ".join(f"{many} {state}" for state, many in counts(rows).items() if many)


def _merged(answers: dict[Answer, list[str]]) -> str:
    if len(answers) == 1:
        return _said(*answers)
    return "; ".join(f"{', '.join(names)}: {_said(one)}" for one, names in answers.items())


def _said(answer: Answer) -> str:
    return f"**{answer.state}** – {answer.where}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines)
