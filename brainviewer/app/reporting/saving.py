"""Saves a report as PDF or HTML, with where it came from inside, whole or not at all."""

from pathlib import Path
from typing import Any

from brainviewer import __version__
from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.records import classification_record, finding_record
from brainviewer.app.report.study_record import study_record
from brainviewer.app.reporting.choices import PDF, check_report_path
from brainviewer.app.reporting.document import RESEARCH, report_document
from brainviewer.app.reporting.identification import may_name
from brainviewer.app.reporting.options import Identity, ReportOptions, ReportPart, ReportSources
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import Report, silent
from brainviewer.files.image2d.writer import pdf_metadata, svg_description
from brainviewer.files.writing import write_whole
from brainviewer.painting.report.html import report_html
from brainviewer.painting.report.pages import ReportPages


def save_report(
    sources: ReportSources, options: ReportOptions, path: Path, report: Report = silent
) -> dict[str, Any]:
    """Put a report together and save it; returns what ``report --json`` prints.

    Raises FileError if it cannot be saved.
    """
    check_report_path(path)
    report(0.1, "Writing the report")
    document = report_document(sources, options)
    record = report_record(sources, options)
    pages = None
    report(0.4, "Drawing the report")
    if path.suffix.lower() == PDF:
        pages = ReportPages(document, options.paper)
        content = pages.pdf(pdf_metadata(record))
    else:
        content = report_html(document, svg_description(record)).encode("utf-8", "replace")
    report(0.9, "Saving the report")
    named = options.identity.value
    facts = {"kind": "report", "format": path.suffix[1:].lower(), "names": named}
    with audited(Action.EXPORTED, sources.study, facts=facts):
        write_whole(path, content)
    report(1.0, "Saved")
    return {**record, "file": str(path), "pages": None if pages is None else len(pages)}


def report_record(sources: ReportSources, options: ReportOptions) -> dict[str, Any]:
    """What a report was made from, as plain data; names only where the report has them."""
    study, full = sources.study, options.identity is Identity.FULL
    result, finding = sources.result, sources.finding
    if finding is not None and ReportPart.MEASUREMENTS not in options.parts:
        finding = None
    if ReportPart.PREDICTION not in options.parts:
        result = None
    notices = [note for note in study.notices if full or not may_name(study, note)]
    return with_schema(
        Schema.REPORT,
        {
            "application": "BrainViewer",
            "version": __version__,
            "notice": RESEARCH,
            "identity": options.identity.value,
            "parts": [part.name.lower() for part in ReportPart if part in options.parts],
            "study": study_record(study, named=full),
            "finding": None if finding is None else finding_record(finding),
            "classification": None if result is None else classification_record(result),
            "priors": _priors(sources, options),
            "notices": notices,
        },
    )


def _priors(sources: ReportSources, options: ReportOptions) -> list[str | None]:
    if sources.compared is None or ReportPart.CHANGE not in options.parts:
        return []
    return [prior.study.content_hash or None for prior in sources.compared.priors]


def pages_of(sources: ReportSources, options: ReportOptions) -> ReportPages:
    """The report on paper, for the screen and for a printer."""
    return ReportPages(report_document(sources, options), options.paper)
