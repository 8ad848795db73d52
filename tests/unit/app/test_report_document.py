"""The report of a study: what it says, what it leaves out, and that it names nobody unasked."""

import json
import re
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from schemas import check_output

from brainviewer.app.reporting.choices import check_report_path, chosen_options
from brainviewer.app.reporting.document import RESEARCH, report_document
from brainviewer.app.reporting.images import MOST_ANNOTATED
from brainviewer.app.reporting.measuring import Undated
from brainviewer.app.reporting.options import Identity, ReportOptions, ReportPart, ReportSources
from brainviewer.app.reporting.saving import save_report
from brainviewer.app.stores.feedback import feedback_on
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.findings.feedback import AGREE, DISAGREE, OTHER
from brainviewer.core.findings.location import Location, RegionPart
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.painting.report.blocks import (
    Bars,
    Evidence,
    Facts,
    Legend,
    Pictures,
    Points,
    ReportDocument,
    Table,
    Words,
)
from brainviewer.painting.text.wording import number
from tests.phantoms import marker_finding, marker_study, measured
from tests.provenance import read_provenance
from tests.unit.app.desk import a_result

NOW = datetime(2026, 11, 30, 12, 0)
ATTACK = "<script>alert(1)</script> & “x”"


@pytest.fixture(scope="module")
def study() -> Study:
    return marker_study()


@pytest.fixture
def sources(study: Study) -> ReportSources:
    finding = measured(marker_finding(study), study)
    return ReportSources(study, finding, a_result(study))


def annotation(
    study: Study, kind: Kind, index: int, plane: Plane = Plane.AXIAL, text: str = "", **how: object
) -> Annotation:
    view = SliceView.of(study.grid, plane)
    places = [(10, 8), (10, 24), (14, 16), (6, 16)][: kind.traits.points]
    points = tuple(tuple(map(float, p)) for p in view.to_world(index, places))
    return Annotation(kind, plane, points, Modality.T1CE, text, **how)  # type: ignore[arg-type]


def said(document: ReportDocument) -> str:
    """All words of a report, line by line."""
    lines = [document.title, document.subtitle, *document.warnings, document.foot]
    lines += [f"{name}: {value}" for name, value in document.identification.rows]
    for section in document.sections:
        lines.append(section.title)
        for block in section.blocks:
            match block:
                case Words():
                    lines.append(block.text)
                case Facts():
                    lines += [f"{name}: {value}" for name, value in block.rows]
                case Table():
                    lines += [" | ".join(row) for row in (block.head, *block.rows)]
                case Points():
                    lines += block.items
                case Pictures():
                    lines += [picture.caption for picture in block.items]
                case Bars():
                    lines += [f"{bar.code} {bar.name} {bar.figure}" for bar in block.items]
                case Evidence():
                    lines += [line.whole for line in block.lines]
                case Legend():
                    lines += [entry.words for entry in block.entries]
    return "\n".join(lines)


def titles(document: ReportDocument) -> list[str]:
    return [section.title for section in document.sections]


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return re.sub(r"\s+", " ", " ".join(pages))


def test_what_is_known_is_said_in_one_order(sources: ReportSources, study: Study) -> None:
    ruler, star = (
        annotation(study, Kind.RULER, 9, text="cyst"),
        annotation(study, Kind.KEY_IMAGE, 9),
    )
    text = ReportText("Seizure.", "One lesion.", "Glioma?")
    place = Location(hemispheres={"left": 1.0}, lobes=(RegionPart("frontal", "left", 0.8),))
    whole = replace(
        sources,
        finding=replace(sources.finding, location=place),
        annotations=(ruler, star),
        text=text,
        feedback=feedback_on(sources.result, DISAGREE, "A"),
    )
    document = report_document(whole, ReportOptions(reader="Dr. R"), NOW)
    assert titles(document) == [
        "Clinical information", "Images", "Findings", "Key images", "Prediction by a model",
        "Impression", "Signature",
    ]  # fmt: skip
    words = said(document)
    assert document.warnings == (RESEARCH,)
    for expected in (
        "made 2026-11-30 12:00",
        "One lesion.",
        "Volume: ",
        "The lesion lies in the left frontal lobe (80\u00a0%).",
        "Ruler: cyst | T1ce, axial 10 | ",
        "T1ce, axial slice 10 of 32",
        "tumour contour, found automatically",
        "Glioblastoma, IDH-wildtype",
        "If it is a glioma.",
        "G Glioblastoma, IDH-wildtype 0.70",
        "The reader disagrees with Glioblastoma, IDH-wildtype, and takes it for Astrocytoma.",
        "Only gliomas are in scope",
        f"Image code: {study.content_hash[:12]}",
    ):
        assert expected in words
    assert "diagnos" not in words.casefold()


@pytest.mark.parametrize(
    ("opinion", "own", "ends"),
    [(AGREE, "", "agrees with"), (DISAGREE, OTHER, "for something else."), (DISAGREE, "", "type.")],
)
def test_feedback_in_a_sentence(sources: ReportSources, opinion: str, own: str, ends: str) -> None:
    given = replace(sources, feedback=feedback_on(sources.result, opinion, own))
    assert ends in said(report_document(given, ReportOptions()))


def test_shipped_models_tell_their_limits(study: Study) -> None:
    result = a_result(study, model_id="glioma-fused", model_version="3.0.0")
    words = said(report_document(ReportSources(study, None, result), ReportOptions()))
    assert "Models and their limits" in words and "post-operative studies are out of scope" in words
    assert "Trained on: " in words and "diagnos" not in words.casefold()
    other = replace(result, model_version="0.0.1")
    words = said(report_document(ReportSources(study, None, other), ReportOptions()))
    assert "Models and their limits" not in words, "nothing is known of another version"


def test_parts_that_are_not_wanted_are_left_out(sources: ReportSources) -> None:
    for part in ReportPart:
        document = report_document(sources, ReportOptions(parts=frozenset({part})))
        assert len(titles(document)) <= 1
    assert titles(report_document(sources, ReportOptions(parts=frozenset()))) == []


def test_without_a_finding_or_a_prediction_that_is_said(study: Study) -> None:
    words = said(report_document(ReportSources(study), ReportOptions()))
    assert "The lesion was not looked for." in words and "Not classified." in words
    words = said(report_document(ReportSources(study, searched=True), ReportOptions()))
    assert "The lesion is still being looked for." in words
    assert "was not looked for" not in words
    stale = ReportSources(study, result_note="Out of date.", compared_note="Changed.")
    words = said(report_document(stale, ReportOptions()))
    assert "Out of date." in words and "Changed." in words


# -- who it is about ------------------------------------------------------------------------------


@pytest.fixture
def named(sources: ReportSources) -> ReportSources:
    """A DICOM study of Jane Vanhelden."""
    series = SourceSeries(
        Patient("Vanhelden^Jane", "P-77", "19700101", "F"),
        ImagingStudy("1.2", date="20240203", description="Vanhelden", accession_number="ACC5"),
        "1.3", "1.4", "1.5", (1, 0, 0, 0, 1, 0), (1.0, 1.0), description="Vanhelden FLAIR",
    )  # fmt: skip
    volumes = {
        m: replace(v, file_name=f"Vanhelden_{m}.dcm", series=series)
        for m, v in sources.study.volumes.items()
    }
    notices = (
        "Vanhelden_x.dcm was left out.",
        "T1 was resampled.",
        "The series “Vanhelden FLAIR” is odd.",
    )
    study = replace(sources.study, volumes=volumes, name="Vanhelden_Jane", notices=notices)
    return replace(sources, study=study)


def test_nobody_is_named_unless_that_is_wanted(named: ReportSources, tmp_path: Path) -> None:
    secrets = ("Vanhelden", "P-77", "1970", "2024", "ACC5")
    words = said(report_document(named, ReportOptions(), NOW))
    assert not [secret for secret in secrets if secret in words]
    assert "T1 was resampled." in words and "Left out: 2 notes with names" in words
    for name in ("a.pdf", "a.html"):
        save_report(named, ReportOptions(), tmp_path / name)
        content = (tmp_path / name).read_bytes().decode("latin-1")
        assert not [secret for secret in ("Vanhelden", "P-77", "ACC5") if secret in content]
    assert "Vanhelden" not in json.dumps(read_provenance(tmp_path / "a.pdf"))


def test_the_patient_is_told_as_far_as_that_is_wanted(named: ReportSources) -> None:
    words = said(report_document(named, ReportOptions(Identity.ID)))
    assert "Patient ID: P-77" in words and "Examined: 2024-02-03" in words
    assert "Vanhelden" not in words and "1970" not in words
    words = said(report_document(named, ReportOptions(Identity.FULL)))
    for expected in (
        "Patient: Vanhelden, Jane",
        "Born: 1970-01-01",
        "Age: 54 years",
        "Sex: female",
        "Vanhelden_FLAIR.dcm",
        "Vanhelden_x.dcm was left out.",
        "Vanhelden, Jane, ID P-77",
    ):
        assert expected in words


def test_the_name_of_a_folder_is_no_id(sources: ReportSources) -> None:
    named = replace(sources, study=replace(sources.study, name="Vanhelden"))
    for identity, told in ((Identity.ID, False), (Identity.FULL, True)):
        words = said(report_document(named, ReportOptions(identity)))
        assert ("Study: Vanhelden" in words) is told
        assert ("Vanhelden" in words) is told


def test_days_become_intervals() -> None:
    class Prior:
        day = datetime(2024, 1, 1).date()

    class Compared:
        day = datetime(2024, 2, 3).date()
        priors = (Prior(),)

    told = Undated(Compared())  # type: ignore[arg-type]
    assert told("since the prior of 2024-01-01") == "since the prior of 33 days before"
    assert "2024" not in told("made on 2024-02-03 and 2024-01-01")


# -- images ---------------------------------------------------------------------------------------


def pictures(document: ReportDocument, title: str) -> list[str]:
    return [
        picture.caption
        for section in document.sections
        if section.title == title
        for block in section.blocks
        if isinstance(block, Pictures)
        for picture in block.items
    ]


def test_stars_choose_the_key_images(sources: ReportSources, study: Study) -> None:
    star = annotation(study, Kind.KEY_IMAGE, 9, text="extent")
    across = annotation(study, Kind.KEY_IMAGE, 20, Plane.CORONAL)
    hidden = annotation(study, Kind.KEY_IMAGE, 3, style=Style(hidden=True))
    ruler = annotation(study, Kind.RULER, 12)
    shown = replace(sources, annotations=(star, across, hidden, ruler, replace(star, id="b")))
    found = pictures(report_document(shown, ReportOptions()), "Key images")
    assert len(found) == 2
    assert found[0].startswith("T1ce, axial slice 10 of 32") and found[0].endswith("extent; extent")
    assert "coronal slice 21" in found[1]


def test_without_a_star_slices_with_annotations_are_shown(
    sources: ReportSources, study: Study
) -> None:
    rulers = tuple(annotation(study, Kind.RULER, n) for n in range(2, 2 + MOST_ANNOTATED + 3))
    document = report_document(replace(sources, annotations=rulers), ReportOptions())
    assert len(pictures(document, "Key images")) == MOST_ANNOTATED
    assert "3 further images of the study not shown." in said(document)


def test_diameters_by_hand_are_target_lesions(sources: ReportSources, study: Study) -> None:
    pair = annotation(study, Kind.BIDIRECTIONAL, 9, text="left")
    words = said(report_document(replace(sources, annotations=(pair,)), ReportOptions()))
    assert "Target lesions, by hand | Study" in words
    larger = pair.placed((np.array(pair.points) - pair.points[0]) * 2 + pair.points[0])
    beside = replace(sources, annotations=(larger,), prior_drawn=(study, (pair,)))
    words = said(report_document(beside, ReportOptions()))
    assert "Target lesions, by hand | Prior | Study | Change" in words
    before, now = (one.measures for one in (pair, larger))
    told = [f"{number(both[0][1], 1)} × {number(both[1][1], 1)} mm" for both in (before, now)]
    assert told[0] in words and told[1] in words
    assert "+300 %" in words


# -- files ----------------------------------------------------------------------------------------


def test_everything_from_outside_is_escaped(sources: ReportSources, tmp_path: Path) -> None:
    star = annotation(sources.study, Kind.KEY_IMAGE, 9, text=ATTACK)
    text = ReportText(ATTACK, f"two\nlines {ATTACK}", ATTACK)
    evil = replace(sources, annotations=(star,), text=text)
    save_report(evil, ReportOptions(reader=ATTACK), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<script" not in page.casefold()
    assert ATTACK in unescape(page) and "two<br>lines" in page
    assert page.count("data:image/png;base64,") == 5
    # Nothing is loaded from anywhere.
    assert not re.findall(r"(?:src|href)=\"(?!data:)", page) and "url(" not in page
    save_report(evil, ReportOptions(reader=ATTACK), tmp_path / "a.pdf")
    assert ATTACK in pdf_text(tmp_path / "a.pdf")


def test_a_long_text_goes_on_over_pages_and_loses_no_word(
    sources: ReportSources, tmp_path: Path
) -> None:
    words = [f"word{n}" for n in range(1500)]
    text = ReportText(findings=" ".join(words), impression="x" * 700)
    record = save_report(replace(sources, text=text), ReportOptions(), tmp_path / "a.pdf")
    printed = pdf_text(tmp_path / "a.pdf")
    assert [word for word in words if word not in printed] == []
    assert printed.replace(" ", "").count("x" * 700) == 1
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    assert record["pages"] == len(document) > 2
    document.close()
    assert f"Page {record['pages']} of {record['pages']}" in printed
    assert printed.count("Research use only ·") == record["pages"]


def test_paper_has_the_size_that_was_chosen(sources: ReportSources, tmp_path: Path) -> None:
    for paper, size in (("a4", (595, 842)), ("LETTER", (612, 792))):
        save_report(sources, chosen_options("nothing", paper, ""), tmp_path / "a.pdf")
        document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
        assert document[0].get_size() == pytest.approx(size, abs=1)
        document.close()


def test_a_report_says_inside_where_it_came_from(sources: ReportSources, tmp_path: Path) -> None:
    record = save_report(sources, ReportOptions(), tmp_path / "a.pdf")
    check_output(record)
    inside = read_provenance(tmp_path / "a.pdf")
    check_output(inside)
    assert inside == {k: v for k, v in record.items() if k not in ("file", "pages")}
    save_report(sources, ReportOptions(), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    found = re.search(r'name="brainviewer-provenance" content="([^"]*)"', page)
    assert found and json.loads(unescape(found[1])) == inside


def test_what_cannot_be_is_refused_in_a_sentence(sources: ReportSources, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.pdf or \.html"):
        check_report_path(tmp_path / "a.doc")
    with pytest.raises(BrainViewerError, match="nothing, id or full"):
        chosen_options("name", "A4", "")
    with pytest.raises(FileError):
        save_report(sources, ReportOptions(), tmp_path / "no" / "a.pdf")
    assert not list(tmp_path.iterdir())
