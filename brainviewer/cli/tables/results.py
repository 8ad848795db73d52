"""Results of research commands as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from brainviewer.core.counting import counted

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_LAYOUTS = {
    "lgg": "images and segmentations of slices (lgg)",
    "challenge": "one folder of NIfTI files per case",
}


def number_table(first: str, columns: Iterable[str], title: str = "") -> "Table":
    """A table whose columns but the first hold numbers."""
    from rich.table import Table

    table = Table(first, title=title or None)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def notes(record: Mapping[str, Any]) -> list[str]:
    """What is to be said below the tables of a record."""
    return [f"Note: {notice}" for notice in record["notices"]]


def figure_cell(metric: Mapping[str, Any] | None, digits: int = 2) -> str:
    """A figure over its interval."""
    if metric is None:
        return "–"
    cell = f"{metric['value']:.{digits}f}\n{metric['low']:.2f}–{metric['high']:.2f}"
    return cell.replace("-", "−")


def summary_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What ``data summary`` found."""
    from rich.table import Table

    total = record["age_years"]
    columns = ("cases", "fraction", "age known", "median", "middle half", "range (years)")
    classes = number_table("class", columns, "Cases and ages")
    for code, entry in record["classes"].items():
        fraction = f"{100 * entry['share']:.0f} %"
        classes.add_row(code, str(entry["cases"]), fraction, *_age_cells(entry["age_years"]))
    unlabelled = record["cases"] - record["labelled"]
    classes.add_section()
    classes.add_row("all", str(record["cases"]), "", *_age_cells(total))
    images = Table("images", title="Images", show_header=False)
    images.add_column("")
    for name, count in record["sequences"].items():
        images.add_row(f"{name} present", f"{count} of {record['cases']}")
    images.add_row("lesion segmented", f"{record['outlined']} of {record['cases']}")
    images.add_row("axial slices", _spread(record["slices"]))
    shapes = ", ".join(f"{shape} ({count})" for shape, count in record["in_plane"].items())
    images.add_row("rows × columns (cases)", shapes or "none")
    pixel, thickness = _spread(record["pixel_mm"], " mm"), _spread(record["slice_mm"], " mm")
    images.add_row("pixel size", pixel if record["pixel_mm"] else "not stored in this layout")
    if record["slice_mm"]:
        images.add_row("distance of slices", thickness)
    first = (
        f"{record['folder']}: {_LAYOUTS[record['layout']]}, {counted(record['cases'], 'case')} of "
    )
    first += f"{counted(record['patients'], 'patient')}, {unlabelled} without a class"
    lines = [first + (f"; ages of {total['missing']} missing." if total["missing"] else ".")]
    if record["folds"]:
        folds = ", ".join(f"{fold}: {count}" for fold, count in record["folds"].items())
        lines.append(f"Cases per fold: {folds}.")
    return [*lines, classes, images, *notes(record)]


def _age_cells(age: Mapping[str, Any]) -> list[str]:
    if not age["known"]:
        return ["0", "–", "–", "–"]
    middle = f"{age['q1']:.3g}–{age['q3']:.3g}"
    return [str(age["known"]), f"{age['median']:.3g}", middle, f"{age['min']:.3g}–{age['max']:.3g}"]


def _spread(found: Mapping[str, float] | None, unit: str = "") -> str:
    if found is None:
        return "none"
    if found["min"] == found["max"]:
        return f"{found['median']:g}{unit}"
    return f"median {found['median']:g}{unit}, {found['min']:g} to {found['max']:g}{unit}"


_AGREEMENT = {
    "accuracy": "accuracy",
    "balanced": "balanced accuracy",
    "macro F1": "macro F1",
    "kappa": "Cohen's kappa",
}
"""Heading of a column, and the name of the figure in it."""
_ONE_TABLE = 130  # characters that a table with all columns needs


def evaluation_tables(record: Mapping[str, Any], width: int) -> "list[RenderableType]":
    """What ``evaluate`` measured: one line for each way to answer, or each way to segment.

    width : of the terminal, in characters.
    """
    if record.get("kind") == "seeds":
        return _seed_tables(record)
    if "collections" in record:
        return _segmentation_tables(record)
    if "results" in record:
        return _image_tables(record["results"])
    if "bars" in record and "edits" in record:
        return _image_network_tables(record)
    chances = {f"AUROC {code}": f"AUROC {code} against the rest" for code in record["classes"]}
    chances |= {"ECE": "expected calibration error"}
    columns = [_AGREEMENT | chances] if width >= _ONE_TABLE else [_AGREEMENT, chances]
    # The keys say what an answer rests on; "; " begins a situation, ": " a comparison.
    groups = {
        "Patients that the networks never saw": [
            key for key in record["figures"] if "; " not in key and ": " not in key
        ],
        "In other situations": [key for key in record["figures"] if "; " in key],
        "Controls and other ways to answer": [key for key in record["figures"] if ": " in key],
    }
    tables = [
        _metric_table(title, some, record, keys)
        for title, keys in groups.items()
        for some in columns
        if keys
    ]
    counts = ", ".join(f"{count} {code}" for code, count in record["patients"].items())
    seeds = len(record.get("seeds", [1]))
    lines = [
        f"{counted(sum(record['patients'].values()), 'patient')} ({counts}), "
        f"{record['folds']}-fold cross-validation by patient, mean of {counted(seeds, 'seed')}; "
        "below each figure its 95 % interval over patients."
    ]
    if record.get("not_found"):
        lines.append(f"No tumour was found in {record['not_found']} of them.")
    if "winner" in record:
        lines.append(f"Chosen by {record['criterion']}: {record['winner']}.")
        if spread := record["figures"][record["winner"]].get("spread"):
            tables.append(_spread_table(f"{record['winner']}, over the seeds", spread))
    return [*lines, *tables]


def _seed_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What several runs that differ in their seed have in common, and how far they vary."""
    seeds = ", ".join(map(str, record["seeds"]))
    return [
        f"Runs with the seeds {seeds}. The 95 % intervals are over patients or images, averaged "
        "over the seeds.",
        *(_spread_table(name, figures) for name, figures in record["results"].items()),
    ]


def _spread_table(title: str, figures: Sequence[Mapping[str, Any]]) -> "RenderableType":
    known = any(one.get("low") is not None for one in figures)
    columns = ("mean", "SD", "range", *(("95 % interval",) if known else ()))
    table = number_table("figure", columns, title)
    for one in figures:
        ends = "–" if one.get("low") is None else f"{one['low']:.3f}–{one['high']:.3f}"
        cells = [f"{one['mean']:.3f}", f"{one['sd']:.3f}", f"{one['least']:.3f}–{one['most']:.3f}"]
        table.add_row(one["name"], *cells, *((ends,) if known else ()))
    return table


def _metric_table(
    title: str, columns: Mapping[str, str], record: Mapping[str, Any], keys: Sequence[str]
) -> "RenderableType":
    table = number_table("answer from", columns, title)
    for key in keys:
        known = {metric["name"]: metric for metric in record["figures"][key]["figures"]}
        cells = [figure_cell(known.get(name)) for name in columns.values()]
        table.add_row(key, *cells, style="bold" if key == record.get("winner") else None)
    return table


def _segmentation_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    names = {
        "mean_share": "fraction of the largest area",
        "share_at_least_0.9": "share ≥ 0.9",
        "mean_dice": "mean Dice",
        "median_dice": "median Dice",
        "median_distance_slices": "slices away",
        "not_found": "not found",
    }
    tables = []
    for collection, own in record["collections"].items():
        patients = counted(own["patients"], "patient")
        title = f"{collection}: {patients} that the network never saw"
        table = number_table("method", names.values(), title)
        for method, metrics in own["methods"].items():
            # A mean comes with the ends of its interval.
            values = (metrics[name] for name in names)
            first = [v[0] if isinstance(v, list) else v for v in values]
            table.add_row(method, *(f"{value:.3g}" for value in first))
        tables.append(table)
    healthy = record["healthy"]
    return [
        f"{record['folds']}-fold cross-validation by patient.",
        *tables,
        f"Of {counted(healthy['heads'], 'head')} made healthy by mirroring, "
        f"{counted(healthy['called_sick'], 'was', 'were')} said to hold a lesion.",
    ]


def _image_network_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """The network that names a tumour on one image: bars, figures, edits, what is refused."""
    from rich.table import Table

    from brainviewer.training.metrics.intervals import bar_words

    bars = Table("set out to be reached", "bar", "reached", "met")
    for name, bar in record["bars"].items():
        reached = f"{bar['value']:.3f}  {bar['low']:.3f}–{bar['high']:.3f}"
        bars.add_row(name, bar["bar"], reached, bar_words(bar))
    metrics = Table("figure", "value", title="Images that the networks never saw")
    for metric in record["figures"]:
        metrics.add_row(metric["name"], figure_cell(metric).replace("\n", "  "))
    edits = Table("edit of the image", "answers changed")
    for name, edit in record["edits"].items():
        edits.add_row(name, f"{100 * edit['value']:.1f} %")
    ood_check = Table("out of scope", "images", "refused")
    for kind, one in record["scope"]["kinds"].items():
        ood_check.add_row(kind, str(one["images"]), f"{100 * one['refused']:.0f} %")
    counts = ", ".join(f"{count} {name}" for name, count in record["images"].items())
    return [
        f"{counted(sum(record['images'].values()), 'image')} ({counts}), {record['folds']}-fold "
        "cross-validation by patient, as far as patients are known; 95 % intervals over images.",
        bars,
        metrics,
        edits,
        ood_check,
    ]


def _image_tables(results: Sequence[Mapping[str, Any]]) -> "list[RenderableType]":
    """Networks for single images, measured on their test images; the best first."""
    columns = {
        "accuracy": "accuracy",
        "macro F1": "macro F1",
        "worst recall": "worst-class recall",
        "AUROC": "AUROC",
        "ECE": "expected calibration error",
    }
    names, title = (*columns, "parameters", "ms an image", "trained"), "Test images"
    table = number_table("network", names, f"{title} that the networks never saw")
    rows = []
    for result in results:
        known = {metric["name"]: metric for metric in result["figures"]}
        cells = [figure_cell(known.get(name)) for name in columns.values()]
        size = f"{result['parameters']:,}".replace(",", " ")
        cost = [size, f"{result['ms_per_image']:.1f}", f"{result['training_seconds']:.0f} s"]
        rows.append((known["macro F1"]["value"], [result["network"], *cells, *cost]))
    for _, cells in sorted(rows, key=lambda row: -float(row[0])):
        table.add_row(*cells)
    protocol = results[0]["protocol"]
    over = results[0].get("intervals", {}).get("over", "images")
    notices = dict.fromkeys(notice for result in results for notice in result["notices"])
    return [
        f"{counted(protocol['test'], 'test image')} ({protocol['split']}, "
        f"{', '.join(protocol['tested'])}); below each figure its 95 % interval over {over}.",
        table,
        *(f"Note: {notice}" for notice in notices),
    ]
