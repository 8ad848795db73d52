"""Monitoring as one HTML file, from ``resources/pages/monitor.html``, and in words."""

from datetime import UTC, datetime

from brainviewer import __version__
from brainviewer.app.monitoring.accuracy import Accuracy
from brainviewer.app.monitoring.charts import charts_of
from brainviewer.app.monitoring.comparisons import LEAST
from brainviewer.app.monitoring.drift import FALSE_A_YEAR, MOST_OWN, OWN_CASES, WINDOWS
from brainviewer.app.monitoring.figures import BENEATH, HEAD, figure_rows, figure_text
from brainviewer.app.monitoring.overview import ModelOverview, Overview
from brainviewer.app.monitoring.warning_text import TO_DO, day_text
from brainviewer.core.counting import counted, listed
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.monitoring.chart import HEIGHT, WIDTH, shapes_of, week_text

_ONLY_SHOWN = (
    "Numbers, time, memory and the agreement of readers have no reference: they are only shown."
)
_NOT_COMPARED = {
    Kind.SUBTYPE: "The confidence of the segmentations is compared for the model that makes them. "
    + _ONLY_SHOWN,
    Kind.IMAGE: _ONLY_SHOWN,
    Kind.LESION: "Numbers, time and memory have no reference: they are only shown.",
}
NOTHING = "No prediction is kept yet. Predictions are kept as studies and images are classified."


def monitor_html(overview: Overview) -> str:
    """The whole page."""
    return page_html(
        "monitor",
        title="Monitoring of models",
        version=__version__,
        overview=overview,
        made=day_text(datetime.now(UTC).date()),
        since=overview.since[:10],
        counted=counted,
        charts=lambda one: charts_of(one.weeks, one.kind, one.names),
        shapes_of=shapes_of,
        width=WIDTH,
        height=HEIGHT,
        week_text=week_text,
        codes_of=codes_of,
        cases_name=cases_name,
        beside_accuracy=lambda one: beside_accuracy(one.accuracy),
        drift_standing=drift_standing,
        compared_with=compared_with,
        false_a_year=FALSE_A_YEAR,
        windows=listed(map(str, WINDOWS[1:])),
        most_own=MOST_OWN,
        figure_head=HEAD,
        figure_rows=figure_rows,
        beneath_figures=BENEATH,
        to_do=TO_DO,
    )


def codes_of(one: ModelOverview) -> list[str]:
    """The classes of a model, and what else it said."""
    said = [code for week in one.weeks for code in week.classes]
    known = ["lesion", "none"] if one.kind is Kind.LESION else list(one.names)
    table = [] if one.accuracy is None else [code for pair in one.accuracy.table for code in pair]
    return list(dict.fromkeys([*known, *said, *table]))


def cases_name(one: ModelOverview) -> str:
    """What its cases are."""
    return "image" if one.kind is Kind.IMAGE else "study"


def drift_standing(one: ModelOverview) -> str:
    """What is said where there is no warning."""
    seen = [figure.measure for figure in one.drift.figures]
    if not seen and (one.drift.compared or one.accepted):
        weeks = WINDOWS[-1]
        return f"Nothing is compared yet: that needs {LEAST} cases within {weeks} complete weeks."
    if not seen:
        return "Nothing is compared yet."
    waiting = [m for m in (*one.drift.compared, *one.drift.here) if m not in seen]
    if waiting:
        names, rest = (listed(map(str, some)) for some in (seen, waiting))
        return f"No change is seen in {names}. Too few cases yet: {rest}."
    return "No change is seen."


def compared_with(one: ModelOverview) -> str:
    """What the model is compared with, in sentences."""
    said = []
    card, here = one.drift.compared, one.drift.here
    if card and one.reference is not None:
        names = listed(str(measure) for measure in card)
        said.append(f"Compared with its card: {names} ({one.reference.source.rstrip('.')}).")
    if one.accepted:
        said.append(f"What it said here before {one.accepted[:10]} was accepted as usual.")
    if here:
        names = listed(str(measure) for measure in here)
        enough = one.drift.own_cases >= OWN_CASES or one.accepted
        if enough and one.accepted:
            said.append(f"Compared with the last {one.drift.own_cases} of these cases: {names}.")
        elif enough:
            said.append(f"Compared with the first cases here, {MOST_OWN} at most: {names}.")
        else:
            said.append(
                f"To be compared with the first {OWN_CASES} cases here, of which there are "
                f"{one.drift.own_cases}: {names}."
            )
    if one.reference is None and not one.accepted:
        said.append("Its card has no reference, so the first cases here are taken.")
    said.append(_NOT_COMPARED[one.kind])
    return " ".join(said)


def beside_accuracy(found: Accuracy | None) -> list[str]:
    """What stands beside the accuracy, in sentences."""
    if found is None:
        return []
    lines = []
    if found.refused:
        lines.append(f"{counted(found.refused, 'case')} of its classes it did not answer for.")
    if found.other_answered or found.other_refused:
        both = found.other_answered + found.other_refused
        lines.append(
            f"{counted(both, 'case')} had a histology that is none of its classes: "
            f"{found.other_answered} answered all the same, {found.other_refused} refused."
        )
    return lines


def monitor_text(overview: Overview) -> str:
    """All of it in words, for a terminal."""
    if not overview.models:
        return NOTHING
    return "\n\n".join(_model_text(one) for one in overview.models)


def _model_text(one: ModelOverview) -> str:
    total = one.total
    lines = [f"{one.name} ({one.model.name}), {one.kind}"]
    plural = {"study": "studies"}.get(cases_name(one), "")
    cases = counted(total.cases, cases_name(one), plural)
    weeks = counted(len(one.weeks), "week")
    said = f"{counted(total.predictions, 'prediction')} of {cases} in {weeks}"
    if one.kind is not Kind.LESION:
        said += (
            f": {total.answered:,} answered, {total.not_confident:,} not confident, "
            f"{total.refused:,} out of scope"
        )
    lines.append(f"  {said}")
    if total.classes:
        parts = (f"{code} {count:,}" for code, count in sorted(total.classes.items()))
        lines.append(f"  Answers: {', '.join(parts)}")
    medians = [
        ("confidence", total.confidence, ".2f", ""),
        ("OOD score", total.ood_score, ".2f", ""),
        ("time", total.seconds, ".2f", " s"),
        ("memory", total.memory_mb, ".0f", " MB"),
    ]
    told = (
        f"{name} {value:{form}}{unit}" for name, value, form, unit in medians if value is not None
    )
    lines.append(f"  Medians: {', '.join(told)}")
    if total.judged:
        lines.append(f"  Readers agree with {total.agreed} of {total.judged} answers")
    if one.accuracy is not None:
        found = one.accuracy
        if found.cases and found.low is not None and found.high is not None:
            lines.append(
                f"  Accuracy against histology: {found.right} of {found.cases}, "
                f"{found.right / found.cases:.2f} (95 % interval {found.low:.2f}–{found.high:.2f})"
            )
        lines += [f"  {line}" for line in beside_accuracy(found)]
    lines += [f"  Warning: {said}" for said in one.warnings] or [f"  {drift_standing(one)}"]
    lines += [f"  {TO_DO}"] if one.warnings else []
    figures = (f"{f.measure} {figure_text(f.measure, f.found)}" for f in one.drift.figures)
    if said := ", ".join(figures):
        lines.append(f"  Differences: {said}")
    if said := compared_with(one):
        lines.append(f"  {said}")
    return "\n".join(lines)
