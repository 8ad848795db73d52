"""The tables of a model's README: an evaluation as Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole

START = "<!-- figures: written by brainviewer.training -->"
END = "<!-- end of figures -->"
_SHORT = (
    "accuracy", "balanced accuracy", "Cohen's kappa", "AUROC G against the rest",
    "expected calibration error",
)  # fmt: skip

Evaluation = Mapping[str, Any]


def write_tables(
    readme: Path, evaluation: Evaluation, situations: Sequence[str], network: Evaluation | None
) -> None:
    """Put the tables between the two marks of the README; raises FileError if they are absent."""
    put_tables(readme, tables(evaluation, situations, network))


def put_tables(readme: Path, made: str) -> None:
    """Put what was made between the two marks of the README; raises FileError without them."""
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise FileError(f"{readme.name} has no place for the figures.", f"Add a line {START}.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    write_whole(readme, f"{before}{START}\n\n{made}\n\n{END}{after}".encode())


def tables(
    evaluation: Evaluation, situations: Sequence[str], network: Evaluation | None = None
) -> str:
    """Everything that was measured, as Markdown.

    situations : what the model's own answers rest on; everything else is shown in short.
    network : what the network refuses and where it looks; None leaves that out.
    """
    patients, codes = evaluation["patients"], evaluation["classes"]
    total, seeds = sum(patients.values()), evaluation["seeds"]
    kinds = ", ".join(f"{count} {code}" for code, count in patients.items())
    parts = [
        f"{total} patients ({kinds}), {evaluation['folds']}-fold cross-validation by patient, "
        f"mean of {counted(len(seeds), 'seed')}; all types taken to be equally "
        "frequent; in brackets the 95 % interval over patients: Wilson's for shares, of "
        f"{evaluation['bootstrap_repeats']} bootstrap draws for the rest. In "
        f"{counted(evaluation['not_found'], 'patient')} the finder saw no lesion; their answers "
        "count as they are.",
        _in_full(evaluation, situations),
        *_bars(evaluation),
        "Other situations, and what simpler answers reach:",
        _in_short(evaluation),
    ]
    for key in situations:
        parts += [
            f"Confusion matrix ({key}; rows are the truth, mean of the seeds):",
            _confusion(codes, evaluation["figures"][key]["confusion"]),
        ]
    if len(seeds) > 1:
        parts += ["The seeds one by one:", _seeds(evaluation, situations)]
    if network is not None:
        parts += [
            "How often the model refuses to answer, by its features alone:",
            _scope(network["scope"]),
            "Where it looks in unseen patients (class-activation map of the answer on the tumour "
            "slice, mean of the seeds), with its numbers as learned and with the numbers of every "
            "layer shuffled:",
            _looks(network["looks"]),
        ]
    return "\n\n".join(parts)


def _in_full(evaluation: Evaluation, situations: Sequence[str]) -> str:
    columns = [
        {figure["name"]: figure for figure in evaluation["figures"][key]["figures"]}
        for key in situations
    ]
    names = list(columns[0])
    rows = [
        [name, *(cell(column[name]) if name in column else "" for column in columns)]
        for name in names
    ]
    return table(["figure", *situations], rows)


def _bars(evaluation: Evaluation) -> list[str]:
    parts = []
    for key, bars in evaluation["bars"].items():
        parts += [
            f"What was set out to be reached ({key}), met where the whole interval is there:",
            bars_table("figure", bars),
        ]
    return parts


def _in_short(evaluation: Evaluation) -> str:
    rows = []
    for key, entry in evaluation["figures"].items():
        found = {figure["name"]: figure for figure in entry["figures"]}
        rows.append([key, *(cell(found[name]) for name in _SHORT)])
    return table(["situation", *_SHORT], rows)


def _confusion(codes: Sequence[str], counts: Sequence[Sequence[float]]) -> str:
    rows = [[code, *(f"{n:.1f}" for n in row)] for code, row in zip(codes, counts, strict=True)]
    return table(["", *codes], rows)


def _seeds(evaluation: Evaluation, situations: Sequence[str]) -> str:
    rows = [
        [f"{key}, seed {seed}", *(f"{figures[name]:.2f}" for name in _SHORT)]
        for key in situations
        for seed, figures in evaluation["figures"][key]["per_seed"].items()
    ]
    return table(["", *_SHORT], rows)


def _scope(scope: Evaluation) -> str:
    rows = [
        [name, str(entry["images"]), f"{100 * entry['refused']:.0f} %"]
        for name, entry in scope["sets"].items()
    ]
    return table(["what it is shown", "number", "refused"], rows)


def _looks(looks: Evaluation) -> str:
    rows = [
        [name, str(entry["patients"]),
         *(f"{100 * entry[key]:.0f} %" for key in ("energy", "area", "hit"))]
        for name, entry in looks.items()
    ]  # fmt: skip
    head = ["numbers", "patients", "share of the map inside the lesion",
            "share of the crop that is lesion", "peak inside the lesion"]  # fmt: skip
    return table(head, rows)


def bars_table(title: str, bars: Mapping[str, Any]) -> str:
    """What was set out to be reached (``intervals.against_bar``), by name."""
    rows = [
        [
            name,
            bar["bar"].replace(">=", "≥").replace("<=", "≤"),
            f"{bar['value']:.3f} ({bar['low']:.3f}–{bar['high']:.3f})",
            "yes" if bar["met"] else "on average" if bar["reached"] else "**no**",
        ]
        for name, bar in bars.items()
    ]
    return table([title, "bar", "reached", "met"], rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def cell(figure: Mapping[str, Any]) -> str:
    """A figure with its interval."""
    return f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"
