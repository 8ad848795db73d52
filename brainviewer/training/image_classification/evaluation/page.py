"""The evaluation of one network as a page: figures, curves, confusion matrix, test images."""

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.counting import counted
from brainviewer.files.writing import write_whole
from brainviewer.training.image_classification.data.contact_sheet import Tile, contact_sheet
from brainviewer.training.image_classification.data.preparation import Images
from brainviewer.training.image_classification.evaluation.results import Answered
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.page_shell import as_page
from brainviewer.training.plots import (
    DARK,
    LIGHT,
    Theme,
    as_png,
    draw_confusion,
    draw_reliability,
    drawn_in,
    side_by_side,
)

PAGE_FILE = "evaluation.html"
CURVES_FILE, CONFUSION_FILE, EXAMPLES_FILE = "curves.png", "confusion.png", "examples.png"
_EXAMPLES = 24
STYLE = ".plot { width:100%; max-width:880px; min-width:560px } .sheet { min-width:620px }"


def write_page(
    result: Mapping[str, Any], tested: Answered, images: Images | None, out: Path
) -> None:
    """Write ``evaluation.html`` and its pictures into ``out``; raises FileError.

    images : of ``tested``, in its order, as the network saw them; None to show none.
    """
    pictures = []
    plots = [
        Plot(CONFUSION_FILE, "Confusion matrix and reliability", lambda t: _confusion(result, t))
    ]
    if result["history"]:
        plots.insert(
            0, Plot(CURVES_FILE, "Learning curves", lambda t: _curves(result["history"], t))
        )
    for plot in plots:
        write_whole(out / plot.file, plot.drawn(LIGHT))
        dark = base64.b64encode(plot.drawn(DARK)).decode()
        source = (
            f'<source media="(prefers-color-scheme: dark)" srcset="data:image/png;base64,{dark}">'
        )
        pictures.append(
            (
                plot.title,
                f"<div class=wide><picture>{source}{_image(plot.file, plot.title)}</picture></div>",
            )
        )
    if images is not None:
        sheet = _examples(result["classes"], tested, images, int(result["settings"]["seed"]))
        write_whole(out / EXAMPLES_FILE, sheet)
        title = "Random test images, with answer and truth"
        pictures.append((title, f"<div class=wide>{_image(EXAMPLES_FILE, title, 'sheet')}</div>"))
    write_whole(out / PAGE_FILE, _page(result, pictures))


@dataclass(frozen=True)
class Plot:
    """A plot that is drawn for light and for dark screens."""

    file: str
    title: str
    draw: Callable[[Theme], Any]

    def drawn(self, theme: Theme) -> bytes:
        """As PNG."""
        with drawn_in(theme):
            return as_png(self.draw(theme))


def _image(file: str, title: str, kind: str = "plot") -> str:
    return f'<img class={kind} src="{file}" alt="{html.escape(title)}">'


def _curves(history: Sequence[Mapping[str, Any]], theme: Theme) -> Any:
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
                (name, theme.first, "training"), (f"val_{name}", theme.second, "validation"),
            ):  # fmt: skip
                values = [one[key] for one in own]
                mark = "o" if len(own) < 8 else None
                named = label if first else None
                axes.plot(epochs, values, color=colour, marker=mark, ms=3, lw=1.3, label=named)
        tuned = next((n for n, one in enumerate(own) if one["phase"] == "fine-tuning"), 0)
        if tuned and len(parts) > 1:
            for axes in (loss, right):
                axes.axvline(tuned + 0.5, color=theme.grid, zorder=0)
            if first:
                top = loss.get_ylim()[1]
                loss.text(tuned + 0.6, top, "fine-tuning", color=theme.ink, fontsize=8, va="top")
    right.set_ylim(0, 1.02)
    loss.set_ylim(0, 1.08 * max(1e-3, *(one[k] for one in history for k in ("loss", "val_loss"))))
    most = max(sum(one["fold"] == fold for one in history) for fold in folds)
    for axes, title in ((loss, "loss"), (right, "accuracy")):
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch")
        axes.set_xlim(0.5, most + 0.5)
        if most <= 10:
            axes.set_xticks(range(1, most + 1))
        else:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    loss.legend(fontsize=8, frameon=False)
    return figure


def _confusion(result: Mapping[str, Any], theme: Theme) -> Any:
    figure, (left, right) = side_by_side(2)
    draw_confusion(left, np.array(result["confusion"]), result["classes"], theme=theme)
    left.tick_params(axis="x", labelrotation=30 if len(result["classes"]) > 2 else 0)
    left.set_title("test images", fontsize=10)
    bins = result["reliability"]
    most = max(one["images"] for one in bins)
    sizes = [10 + 90 * one["images"] / most for one in bins]
    draw_reliability(right, bins, sizes, theme.first, theme)
    right.set_xlim(0, 1.03)
    right.set_ylim(0, 1.03)
    right.set_title("reliability", fontsize=10)
    return figure


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
    return contact_sheet(f"{counted(count, 'test image')}, drawn by chance", tiles)


def _page(result: Mapping[str, Any], pictures: Sequence[tuple[str, str]]) -> bytes:
    """pictures : titles and HTML."""
    about = html.escape(result["about"])
    parts = [
        "<header><p class=eyebrow>Evaluation of a network</p>"
        f"<h1>{html.escape(result['network'])}</h1>{_changed(result)}<p>{about}.</p>"
    ]
    if result["reported"]:
        own = next(f for f in result["figures"] if f["name"] == "accuracy")
        of = ", of the recipe unchanged" if result.get("changes") else ""
        parts.append(
            f"<p>Reported by its source{of}: {html.escape(result['reported'])}. Measured here: "
            f"accuracy {_span(own)}.</p>"
        )
    parts += [f"<p class=note>{html.escape(notice)}</p>" for notice in result["notices"]]
    parts.append("</header>")
    parts.append(_section("Figures", _figures(result["figures"]) + _over(result)))
    if result.get("operating_point"):
        parts.append(_section("For triage", _operating_point(result["operating_point"])))
    parts.append(_section("Classes", _report(result["report"])))
    parts += [_section(title, shown) for title, shown in pictures]
    parts.append(_section("How it was made", _rows(_facts(result))))
    return as_page(result["network"], "\n".join(parts), STYLE)


def _changed(result: Mapping[str, Any]) -> str:
    """What is otherwise than the recipe says: it stands first."""
    if result["kind"] == IMAGE_VOTE:
        return ""
    changes = result.get("changes") or ()
    if not changes:
        return "<p class=quiet>Trained as its recipe says.</p>"
    words = html.escape(", ".join(changes))
    return f"<p class=note><b>Changed against the recipe:</b> {words}.</p>"


def _over(result: Mapping[str, Any]) -> str:
    over = result["intervals"]
    words = f"Intervals are over {counted(over['units'], over['over'].rstrip('s'))}."
    if over["over"] == "images":
        words += (
            " The data does not name patients; images of one are alike: read them as too narrow."
        )
    return f"<p class=quiet>{words}</p>"


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
    if result["epochs"]:
        facts["epochs"] = ", ".join(map(str, result["epochs"]))
    if result["parameters"]:
        facts["parameters"] = f"{result['parameters']:,}".replace(",", " ")
        facts["size"] = f"{result['size_bytes'] / 1e6:.1f} MB (ONNX)"
        facts["speed"] = f"{result['ms_per_image']:.1f} ms an image (ONNX Runtime, two threads)"
        facts["training time"] = f"{result['training_seconds']:.0f} s"
    facts |= _made_with(result)
    if result.get("members"):
        facts["members"] = ", ".join(one["network"] for one in result["members"])
    return facts


def _made_with(result: Mapping[str, Any]) -> dict[str, str]:
    made = result.get("made_with")
    if not made:
        return {}
    commit = "not known" if made["commit"] is None else str(made["commit"])[:12]
    if made["changed"]:
        commit += ", with changes"
    packages = ", ".join(f"{name} {version}" for name, version in made["packages"].items())
    machine = made["machine"]
    cores = counted(machine["cores"], "core")
    return {
        "seed": str(result["seed"]),
        "made with": f"BrainViewer {made['brainviewer']} (commit {commit}), Python "
        f"{made['python']}, {packages}",
        "made on": f"{machine['processor']}, {cores}, {machine['system']}",
    }


def _rows(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><th>{html.escape(k)}<td>{html.escape(v)}" for k, v in facts.items())
    return f"<div class=wide><table class=words><tbody>{rows}</tbody></table></div>"


def _span(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"
