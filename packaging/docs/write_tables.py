"""Write the tables of the README and the user guide that follow from the application itself.

    python packaging/docs/write_tables.py

Models and their figures come from the cards, keys and mouse from the window's own tables. A table
stands between the lines ``<!-- NAME -->`` and ``<!-- end of NAME -->``.
"""

import json
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from brainviewer.app.report.checklist_text import checklists_markdown
from brainviewer.app.settings.settings import Settings
from brainviewer.gui.actions.places import keyed_actions
from brainviewer.gui.help.guide_tables import table, with_tables
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.tools.mouse_schemes import USUAL, other_rows
from brainviewer.models.card import ModelCard
from brainviewer.models.card_metrics import Metric
from brainviewer.models.registry import classification_models, installed_models

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *(ROOT / "docs" / n for n in ("user-guide.md", "checklists.md")))
FIGURES = ("accuracy", "balanced accuracy", "macro F1", "worst-class recall", "Cohen's kappa")


def tables() -> dict[str, str]:
    """Every table by its name, as Markdown."""
    return {
        "models": "\n\n".join(_models()) or "No model is installed.",
        "refusals": "\n\n".join(_refusals()) or "No model of single images is installed.",
        "checklists": checklists_markdown(installed_models()),
        "mouse": table(USUAL.rows),
        "mouse of ITK-SNAP": table(other_rows("ITK-SNAP")),
        "keys": table(KeyMap(Settings(), keyed_actions(), {}).rows()),
    }


def filled(page: str) -> str:
    """A page with its tables as they should be."""
    return with_tables(page, tables())


def _models() -> Iterable[str]:
    for card in classification_models():
        classes = ", ".join(f"**{c.code}** {c.name}" for c in card.classes)
        measured = {
            situation: {metric.name: metric for metric in metrics}
            for situation, metrics in card.metrics.items()
            if metrics
        }
        rows = [
            (name, *(_value(metrics.get(name)) for metrics in measured.values()))
            for name in FIGURES
            if any(name in metrics for metrics in measured.values())
        ]
        many = max((f.patients for by in measured.values() for f in by.values()), default=0)
        seen = "single images" if card.of_images else ", ".join(card.sequences)
        unseen = "none of them judged by a model that was trained on them"
        if card.of_images:
            none = _evaluation(card)["images"]["none"]
            unseen = (
                "those of a tumour judged by a model that was not trained on their patient; the "
                f"patients of the {none} without a tumour are not known, and only near-copies of "
                "these were kept apart"
            )
        yield textwrap.fill(
            f"`{card.id}` {card.version}: {classes}. Trained on {seen}. "
            f"Measured by cross-validation on {many} {card.counted}, {unseen}; in brackets the "
            "95 % interval. Columns: what the answer rests on.",
            100,
        )
        yield table(rows, ("figure", *measured))


def _refusals() -> Iterable[str]:
    """What the models of single images refuse, and what they refuse falsely."""
    for card in classification_models():
        if not card.of_images:
            continue
        ood_check = _evaluation(card)["scope"]
        kinds = sorted(ood_check["kinds"].items(), key=lambda kind: kind[1]["refused"])
        least = ", ".join(f"{name} {_percent(kind)}" for name, kind in kinds if not _all(kind))
        rest = sum(_all(kind) for _, kind in kinds)
        inside = _fraction(ood_check, "false_refusals")
        text = (
            f"`{card.id}` refuses, of what is no MR of a head: {least}; all of {rest} other kinds. "
            f"It falsely refuses {inside} of the images inside the data that it was made from"
        )
        for name, part in _elsewhere(ood_check):
            text += f"; {name} {_fraction(part, 'refused')}, {_of(part)}"
        yield textwrap.fill(f"{text}.".replace("%", " %").replace("  %", " %"), 100)


def _elsewhere(ood_check: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    found = ood_check.get("elsewhere")
    if found:
        none = found["classes"]["none"]
        yield f"of MR without a tumour from another source (`{found['folder']}`)", none["all"]
        yield "of its testing folder alone", none["testing"]
        yield "of those without a near-copy among the training images", none["without a copy"]


def _all(kind: Mapping[str, Any]) -> bool:
    return bool(kind["refused"] == 1)


def _percent(kind: Mapping[str, Any]) -> str:
    return "over 99%" if kind["refused"] >= 0.995 else f"{kind['refused']:.0%}"


def _of(part: Mapping[str, Any]) -> str:
    return f"{part['refused_images']} of {part['passed']}"


def _fraction(part: Mapping[str, Any], name: str) -> str:
    value, low, high = (100 * part[key] for key in (name, f"{name}_low", f"{name}_high"))
    digits = 1 if value < 10 else 0
    return f"{value:.{digits}f}% ({low:.{digits}f}–{high:.{digits}f})"


def _evaluation(card: ModelCard) -> Mapping[str, Any]:
    return dict(json.loads((card.folder / "evaluation.json").read_text(encoding="utf-8")))


def _value(metric: Metric | None) -> str:
    return f"{metric.value:.2f} ({metric.low:.2f}–{metric.high:.2f})" if metric else "–"


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
