"""The evaluation of one network as a page: figures, curves, confusion matrix, test images."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.files.writing import write_whole
from brainviewer.training.images.contact_sheet import Tile, contact_sheet
from brainviewer.training.images.preparing import Images
from brainviewer.training.images.results import Answered
from brainviewer.training.page_shell import as_page
from brainviewer.training.plots import (
    GRID,
    INK,
    draw_confusion,
    draw_reliability,
    save,
    side_by_side,
)

PAGE_FILE = "evaluation.html"
CURVES_FILE, CONFUSION_FILE, EXAMPLES_FILE = "curves.png", "confusion.png", "examples.png"
_EXAMPLES = 24
_BLUE, _RED = "#2F7FB8", "#B5533C"


def write_page(
    result: Mapping[str, Any], tested: Answered, images: Images | None, out: Path
) -> None:
    """Write ``evaluation.html`` and its pictures into ``out``; raises FileError.

    images : of ``tested``, in its order, as the network saw them; None to show none.
    """
    pictures = {}
    if result["history"]:
        _curves(result["history"], out / CURVES_FILE)
        pictures[CURVES_FILE] = "Learning curves"
    _confusion(result, out / CONFUSION_FILE)
    pictures[CONFUSION_FILE] = "Confusion matrix and reliability"
    if images is not None:
        sheet = _examples(result["classes"], tested, images, int(result["settings"]["seed"]))
        write_whole(out / EXAMPLES_FILE, sheet)
        pictures[EXAMPLES_FILE] = "Random test images, with answer and truth"
    write_whole(out / PAGE_FILE, _page(result, pictures))


def _curves(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    from matplotlib.ticker import MaxNLocator

    figure, (loss, right) = side_by_side(2)
    parts = list(dict.fromkeys((one["fold"], one["phase"]) for one in history))
    folds = list(dict.fromkeys(one["fold"] for one in history))
    for fold in folds:
        own = [one for one in history if one["fold"] == fold]
        epochs = np.arange(1, len(own) + 1)
        first = fold == folds[0]
        for axes, name in ((loss, "loss"), (right, "accuracy")):
            for key, colour, label in (
                (name, _BLUE, "training"), (f"val_{name}", _RED, "validation"),
            ):  # fmt: skip
                values = [one[key] for one in own]
                mark = "o" if len(own) < 8 else None
                named = label if first else None
                axes.plot(epochs, values, color=colour, marker=mark, ms=3, lw=1.3, label=named)
        tuned = next((n for n, one in enumerate(own) if one["phase"] == "fine-tuning"), 0)
        if tuned and len(parts) > 1:
            for axes in (loss, right):
                axes.axvline(tuned + 0.5, color=GRID, zorder=0)
            if first:
                top = loss.get_ylim()[1]
                loss.text(tuned + 0.6, top, "fine-tuning", color=INK, fontsize=8, va="top")
    right.set_ylim(0, 1.02)
    loss.set_ylim(bottom=0)
    for axes, title in ((loss, "loss"), (right, "accuracy")):
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    loss.legend(fontsize=8, frameon=False)
    save(figure, path)


def _confusion(result: Mapping[str, Any], path: Path) -> None:
    figure, (left, right) = side_by_side(2)
    draw_confusion(left, np.array(result["confusion"]), result["classes"])
    left.tick_params(axis="x", labelrotation=30 if len(result["classes"]) > 2 else 0)
    left.set_title("test images", fontsize=10)
    bins = result["reliability"]
    most = max(one["images"] for one in bins)
    draw_reliability(right, bins, [10 + 90 * one["images"] / most for one in bins], _BLUE)
    right.set_xlim(0, 1.03)
    right.set_ylim(0, 1.03)
    right.set_title("reliability", fontsize=10)
    save(figure, path)


def _examples(classes: Sequence[str], tested: Answered, images: Images, seed: int) -> bytes:
    random = np.random.default_rng(seed)
    count = min(_EXAMPLES, len(images))
    tiles = []
    for place in np.sort(random.choice(len(images), count, replace=False)):
        chances = tested.probabilities[place]
        said, truth = int(chances.argmax()), int(tested.truth[place])
        right = said == truth
        second = "right" if right else f"wrong: it is {classes[truth]}"
        first = f"{classes[said]} {100 * chances[said]:.0f} %"
        tiles.append(Tile(images[place], first, second, not right))
    return contact_sheet(f"{count} test images, drawn by chance", tiles)


def _page(result: Mapping[str, Any], pictures: Mapping[str, str]) -> bytes:
    about = html.escape(result["about"])
    parts = [
        "<header><p class=eyebrow>Evaluation of a network</p>"
        f"<h1>{html.escape(result['network'])}</h1><p>{about}.</p>"
    ]
    if result["reported"]:
        own = next(f for f in result["figures"] if f["name"] == "accuracy")
        parts.append(
            f"<p>Reported by its source: {html.escape(result['reported'])}. Measured here: "
            f"accuracy {_span(own)}.</p>"
        )
    parts += [f"<p class=note>{html.escape(notice)}</p>" for notice in result["notices"]]
    parts.append("</header>")
    parts.append(_section("Figures", _figures(result["figures"])))
    if result.get("operating_point"):
        parts.append(_section("For triage", _operating_point(result["operating_point"])))
    parts.append(_section("Classes", _report(result["report"])))
    for file, title in pictures.items():
        parts.append(_section(title, f'<img src="{file}" alt="{html.escape(title)}">'))
    parts.append(_section("How it was made", _rows(_facts(result))))
    return as_page(result["network"], "\n".join(parts))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{html.escape(title)}</h2>{body}</section>"


def _figures(figures: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><th>{html.escape(one['name'])}<td>{one['value']:.3f}"
        f"<td>{one['low']:.3f}–{one['high']:.3f}<td>{one['images']}"
        for one in figures
    )
    return _table("figure<th>value<th>95 % interval<th>images", rows)


def _report(report: Mapping[str, Mapping[str, float]]) -> str:
    rows = "".join(
        f"<tr><th>{html.escape(name)}<td>{one['precision']:.3f}<td>{one['recall']:.3f}"
        f"<td>{one['F1']:.3f}<td>{one['support']}"
        for name, one in report.items()
    )
    return _table("class<th>precision<th>recall<th>F1<th>support", rows)


def _table(head: str, rows: str) -> str:
    return (
        f"<div class=wide><table><thead><tr><th>{head}</thead><tbody>{rows}</tbody></table></div>"
    )


def _operating_point(point: Mapping[str, Any]) -> str:
    words = ", ".join(f"{one['name']} {_span(one)}" for one in point["figures"])
    return (
        f"<p>Called {html.escape(point['positive'])} from a probability of "
        f"{point['threshold']:.4f} on, which was chosen for a sensitivity of at least "
        f"{point['wanted_sensitivity']:g} on {html.escape(point['chosen_on'])}. On the test "
        f"images: {words}.</p>"
    )


def _facts(result: Mapping[str, Any]) -> dict[str, str]:
    how, protocol = result["settings"], result["protocol"]
    counts = ", ".join(f"{protocol[part]} {part}" for part in ("train", "validation", "test"))
    tested = ", ".join(protocol["tested"])
    facts = {
        "recipe": f"{result['recipe']} (sha256 {result['recipe_sha256'][:12]}…)",
        "split": f"{protocol['split']}, tested on {tested}; images: {counts}",
    }
    if how.get("input_size"):
        size = how["input_size"]
        facts["input"] = f"{size} × {size}, {how['colour']}, crop: {how['crop']}"
        varied = ", ".join(f"{key} {value}" for key, value in how["augmentation"].items())
        facts["augmentation"] = varied or "none"
        facts["starts from"] = how["weights"] if how["pretrained"] else "no pretraining"
        facts["changed on the command line"] = ", ".join(how["changed"]) or "nothing"
    if result["epochs"]:
        facts["epochs"] = ", ".join(map(str, result["epochs"]))
    if result["parameters"]:
        facts["parameters"] = f"{result['parameters']:,}".replace(",", " ")
        facts["size"] = f"{result['size_bytes'] / 1e6:.1f} MB (ONNX)"
        facts["speed"] = f"{result['ms_per_image']:.1f} ms an image (ONNX Runtime, two threads)"
        facts["training time"] = f"{result['training_seconds']:.0f} s"
    if result.get("members"):
        facts["members"] = ", ".join(one["network"] for one in result["members"])
    return facts


def _rows(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><th>{html.escape(k)}<td>{html.escape(v)}" for k, v in facts.items())
    return f"<div class=wide><table class=words><tbody>{rows}</tbody></table></div>"


def _span(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"
