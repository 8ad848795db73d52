"""What was measured: the lesion, what was drawn by hand, and the change since priors."""

from collections.abc import Iterator
from datetime import date

from brainviewer.app.annotating.table import Line, lines_of
from brainviewer.app.annotating.target_lesions import TargetTable, drawn_targets
from brainviewer.app.annotating.target_text import (
    area_text,
    change_text,
    diameters_text,
    target_change,
)
from brainviewer.app.prior.comparison import Comparison
from brainviewer.app.report.follow_up_text import (
    RESPONSE,
    STAR,
    SUM,
    change_lines,
    has_stars,
    lesion_lines,
    overlap_text,
    response_lines,
    study_lines,
)
from brainviewer.app.reporting.options import Identity, ReportSources
from brainviewer.core.counting import counted, probability
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.painting.report.blocks import Block, Facts, Points, Table, Tone, Words
from brainviewer.painting.text import wording
from brainviewer.painting.text.location import location_text
from brainviewer.painting.text.measurements import (
    AGREEMENT,
    agreement_lines,
    cavity_text,
    largest_slices_text,
    measurement_lines,
    slice_line,
)

MOST_ANNOTATIONS = 60
NOT_SEARCHED = "The lesion was not looked for."
SEARCHED_NOW = "The lesion is still being looked for."
NOT_FOUND = "No lesion was found."


def lesion_blocks(sources: ReportSources) -> Iterator[Block]:
    """Slice, volumes, diameters and side; where the lesion lies; and how it was found."""
    study, finding = sources.study, sources.finding
    if finding is None:
        yield Words(SEARCHED_NOW if sources.searched else NOT_SEARCHED)
        return
    if not finding.found:
        yield Words(NOT_FOUND)
    else:
        yield Facts(tuple(_lesion(study, finding)), columns=2)
        if finding.location is not None:
            yield Words(location_text(finding.location))
        more = largest_slices_text(finding) if finding.slices else ""
        yield Words(" ".join(filter(None, (_sentence(more), found_by(finding)))), Tone.QUIET)
    if agreement := agreement_lines(finding):
        yield Words(f"{AGREEMENT}: " + "; ".join(f"{a.name} {a.whole}" for a in agreement) + ".",
                    Tone.QUIET)  # fmt: skip
    if cavity := cavity_text(finding):
        yield Words(cavity, Tone.QUIET)


def _lesion(study: Study, finding: TumourFinding) -> Iterator[tuple[str, str]]:
    chosen = slice_line(finding)
    yield "Tumour slice", f"{finding.plane} {chosen.name.removeprefix('Slice ')}, {chosen.value}"
    for line in measurement_lines(study, finding):
        yield line.name, line.whole


def found_by(finding: TumourFinding) -> str:
    """Who or what has made the segmentation, and how sure that is."""
    if finding.correction is not None:
        return f"Segmentation: {wording.correction_text(finding.correction)}"
    by = f"the method “{finding.method}”"
    if finding.network is not None:
        by = f"{finding.network.id} {finding.network.version}"
    return f"Found by {by}, confidence {probability(finding.confidence)}."


def drawn_blocks(sources: ReportSources) -> Iterator[Block]:
    """What was measured by hand, but for what is hidden; and the target lesions."""
    measured = [
        a
        for a in sources.annotations
        if not a.style.hidden and (a.measures or a.kind.traits.region or a.kind.traits.probes)
    ]
    shown = measured[:MOST_ANNOTATIONS]
    if shown:
        rows = [_drawn(sources.study, line) for line in lines_of(sources.study, shown)]
        yield Table(("Measured by hand", "Where", "Value"), tuple(rows), numbers=False)
    if left := len(measured) - len(shown):
        yield Words(f"{counted(left, 'further annotation')} not listed.", Tone.QUIET)
    if not sources.study.is_image2d:
        by_hand = drawn_targets(sources.study, sources.annotations, sources.prior_drawn)
        yield from _targets(by_hand)


def _drawn(study: Study, line: Line) -> tuple[str, ...]:
    one, unit = line.annotation, study.grid.unit
    name = shown_text(one.text.replace("\n", " / ")).strip()
    called = one.kind.value[0].upper() + one.kind.value[1:]
    if line.values:
        value = ", ".join(wording.probe_lines(line.values))
    elif one.kind.traits.region:
        own = wording.statistics_lines(line.statistics.get(one.modality), unit)
        value = f"{one.modality}: " + ", ".join(own) if not study.is_image2d else ", ".join(own)
    else:
        value = wording.measure_text(one, unit)
    where = "" if study.is_image2d else f"{one.modality}, "
    where += line.where
    return (f"{called}: {name}" if name else called, where, value)


def _targets(table: TargetTable) -> Iterator[Block]:
    if not table.targets:
        return
    head = f"Target lesions, {table.title[0].lower()}{table.title[1:]}"
    rows = [
        (
            shown_text(t.name) + ("" if t.counted else " (not in the sum)"),
            diameters_text(t.prior),
            diameters_text(t.current),
            target_change(t),
        )
        for t in table.targets
    ]
    change = change_text(table.current_mm2, table.prior_mm2)
    rows.append((SUM, area_text(table.prior_mm2), area_text(table.current_mm2), change))
    if table.with_prior:
        yield Table((head, "Prior", "Study", "Change"), tuple(rows))
    else:
        yield Table((head, "Study"), tuple((name, now) for name, _, now, _ in rows))
    if table.remarks:
        yield Points(table.remarks)


def change_blocks(compared: Comparison, identity: Identity) -> Iterator[Block]:
    """The change since the prior that is shown, and over all studies where there are several.

    Days are intervals where nothing is to be told of the patient.
    """
    told = Undated(compared) if identity is Identity.NOTHING else str
    named = identity is Identity.FULL
    if len(compared.priors) > 1:
        rows = [
            (_with_role(told(one.name), one.role), one.volume, one.enhancing, one.total)
            for one in study_lines(compared, named)
        ]
        yield Table(("All studies", "Volume", "Enhancing", SUM), tuple(rows))
    since = told(compared.labels(named)[compared.shown + 1])
    prior = "Prior" if since == "prior" else f"Prior: {since}"
    lines = [(x.name, x.prior, x.current, x.change) for x in change_lines(compared)]
    lines += [(x.name, x.prior, x.current, x.change) for x in lesion_lines(compared)]
    yield Table(("Measurement", prior, "Study", "Change"), tuple(lines))
    beneath = [STAR] if has_stars(compared) else []
    if over := overlap_text(compared.prior):
        beneath.append(f"Masks laid over each other: {over[0].lower()}{over[1:]}.")
    if beneath:
        yield Words("\n".join(beneath), Tone.QUIET)
    if response := response_lines(compared):
        yield Words(f"{RESPONSE}:", Tone.QUIET)
        yield Facts(tuple((name.capitalize(), told(text)) for name, text in response))
    if compared.follow_up.notices:
        yield Points(tuple(told(one) for one in compared.follow_up.notices))


class Undated:
    """Puts intervals in place of the days of studies.

    The day of the study itself is ``the study's day``; of others nothing but the interval is told,
    or that there is a day.
    """

    def __init__(self, compared: Comparison) -> None:
        days = {prior.day for prior in compared.priors}
        self._words = {day.isoformat(): _interval(compared.day, day) for day in days if day}
        if compared.day is not None:
            self._words[compared.day.isoformat()] = "the study’s day"

    def __call__(self, text: str) -> str:
        for day, words in self._words.items():
            text = text.replace(day, words)
        return text


def _interval(now: date | None, day: date) -> str:
    if now is None:
        return "a known day"
    days = (now - day).days
    return f"{counted(abs(days), 'day')} {'before' if days > 0 else 'after'}"


def _with_role(name: str, role: str) -> str:
    return f"{name} ({role})" if role else name


def _sentence(text: str) -> str:
    return f"{text}." if text else ""
