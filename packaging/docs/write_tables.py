"""Write the tables of the README and the user guide that follow from the application itself.

    python packaging/docs/write_tables.py

Models and their figures come from the cards, keys and mouse from the window's own tables. A table
stands between the lines ``<!-- NAME -->`` and ``<!-- end of NAME -->``.
"""

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

from brainviewer.gui.actions import shortcut_rows
from brainviewer.gui.pages import MOUSE
from brainviewer.inference.card import Figure
from brainviewer.inference.registry import installed_models

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "user-guide.md")
FIGURES = ("accuracy", "balanced accuracy", "macro F1", "worst-class recall", "Cohen's kappa")


def tables() -> dict[str, str]:
    """Every table by its name, as Markdown."""
    return {
        "models": "\n\n".join(_models()) or "No model is installed.",
        "mouse": _table(("hand", "what it does"), MOUSE),
        "keys": _table(("key", "what it does"), shortcut_rows()),
    }


def filled(page: str) -> str:
    """A page with its tables as they should be."""
    for name, table in tables().items():
        page = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
            lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}",
            page,
            flags=re.DOTALL,
        )
    return page


def _models() -> Iterable[str]:
    for card in installed_models():
        classes = ", ".join(f"**{c.code}** {c.name}" for c in card.classes)
        measured = {
            situation: {figure.name: figure for figure in figures}
            for situation, figures in card.figures.items()
            if figures
        }
        rows = [
            (name, *(_value(figures.get(name)) for figures in measured.values()))
            for name in FIGURES
            if any(name in figures for figures in measured.values())
        ]
        many = max((f.patients for by in measured.values() for f in by.values()), default=0)
        seen = "single pictures" if card.of_pictures else ", ".join(card.sequences)
        them = "their patient" if card.of_pictures else "them"
        yield textwrap.fill(
            f"`{card.id}` {card.version}: {classes}. Trained on {seen}. "
            f"Measured by cross-validation on {many} {card.counted}, none of them judged by a "
            f"model that was trained on {them}; in brackets the 95 % interval. Columns: what the "
            "answer rests on.",
            100,
        )
        yield _table(("figure", *measured), rows)


def _value(figure: Figure | None) -> str:
    return f"{figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f})" if figure else "–"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
