"""``brainviewer monitor``: what was kept, as text, JSON, page and table; histology; deletion."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from monitored import TOY, made_up_weeks
from schemas import check_output

from brainviewer.app.monitoring.cases import this_week
from brainviewer.assets import resources
from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptHistology,
    KeptOpinion,
    Kind,
    ModelVersion,
)
from brainviewer.files.predictions.database import PredictionDatabase
from brainviewer.models.registry import card_of

pytestmark = pytest.mark.usefixtures("home")
DEMO = resources() / "demo"
WEEKS = 16


@pytest.fixture
def database(home):
    made = PredictionDatabase()
    yield made
    made.close()


@pytest.fixture
def filled(database):
    """Sixteen weeks of the model of images, of which the last four are others; feedback, truth."""
    card = card_of("resnet50-tumour")
    model = ModelVersion(card.id, card.version, card.weights_sha256)
    random, first = np.random.default_rng(5), this_week() - timedelta(weeks=WEEKS)
    mix = {"glioma": 0.37, "meningioma": 0.2, "pituitary": 0.27, "none": 0.16}
    other = {"glioma": 0.1, "meningioma": 0.7, "pituitary": 0.1, "none": 0.1}
    rows = made_up_weeks(random, 12, 15, first=first, mix=mix, confidence=(30, 1), model=model)
    rows += made_up_weeks(
        random, 4, 15, first=first + timedelta(weeks=12), mix=other, confidence=(30, 1), model=model
    )
    database.keep(*rows)
    answered = [row for row in rows if row.decision is Decision.ANSWERED]
    for row in answered[:4]:
        said = KeptOpinion(row.case, row.model.id, row.model.version, row.predicted, True)
        database.keep_opinion(said)
    for row in answered[:3]:
        database.keep_histology(KeptHistology(row.input, row.predicted, row.time))
    wrong = "none" if answered[3].predicted != "none" else "glioma"
    database.keep_histology(KeptHistology(answered[3].input, wrong, "t"))
    database.keep_histology(KeptHistology(answered[4].input, "metastasis", "t"))
    return rows


def test_nothing_is_kept_yet(capfd) -> None:
    assert run("monitor") == 0
    assert "No prediction is kept yet" in capfd.readouterr().out
    assert run("monitor", "--json") == 0
    check_output(json.loads(capfd.readouterr().out))


def test_what_it_says(filled, capfd) -> None:
    assert run("monitor", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    check_output(told)
    (model,) = told["models"]
    assert model["total"]["predictions"] == 240 and len(model["weeks"]) == WEEKS
    assert model["total"]["judged"] == model["total"]["agreed"] == 4
    accuracy = model["accuracy"]
    assert (accuracy["cases"], accuracy["right"], accuracy["accuracy"]) == (4, 3, 0.75)
    # Wilson's interval of 3 of 4.
    assert (accuracy["low"], accuracy["high"]) == (0.3006, 0.9544)
    assert accuracy["other_histology_answered"] == 1
    warned = {one["measure"]: one for one in model["drift"]["warnings"]}
    assert "class mix" in warned
    assert warned["class mix"]["reference"] == "card"
    assert run("monitor") == 0
    text = capfd.readouterr().out
    assert "Warning: Meningioma is the answer in" in text
    assert "3 of 4, 0.75 (95 % interval 0.30–0.95)" in text


def test_weeks_before_a_day_are_left_out(filled, capfd) -> None:
    since = this_week() - timedelta(weeks=2)
    assert run("monitor", "--since", since.isoformat(), "--json") == 0
    (model,) = json.loads(capfd.readouterr().out)["models"]
    assert model["total"]["predictions"] == 30 and len(model["weeks"]) == 2


def test_what_was_accepted_is_no_warning_any_more(filled, database, capfd) -> None:
    assert run("monitor", "accept", "resnet50-tumour") == 0
    assert "until now" in capfd.readouterr().out
    assert run("monitor") == 0
    assert "Warning" not in (out := capfd.readouterr().out) and "accepted as usual" in out
    assert run("monitor", "accept", "resnet50-tumour", "--back") == 0
    assert database.accepted() == {}


def studies(weeks: int, a_week: int):
    """Studies that a glioma model answered for, up to this week."""
    card = card_of("glioma-fused")
    model = ModelVersion(card.id, card.version, card.weights_sha256)
    made = made_up_weeks(
        np.random.default_rng(2),
        weeks,
        a_week,
        first=this_week() - timedelta(weeks=weeks),
        mix={"A": 0.55, "O": 0.25, "G": 0.2},
        confidence=(6, 3),
        model=model,
    )
    return [
        replace(one, kind=Kind.SUBTYPE, frame=None, rests_on=one.rests_on and "image")
        for one in made
    ]


def test_without_a_comparison_no_sentence_says_that_nothing_changed(database, capfd) -> None:
    database.keep(*studies(1, 9))
    assert run("monitor") == 0
    text = capfd.readouterr().out
    assert "9 predictions of 9 studies in 1 week:" in text
    assert "Nothing is compared yet: that needs 15 cases" in text and "No change" not in text
    assert "segmentations is compared for the model that makes them" in text
    assert (
        "Numbers, time, memory and the agreement of readers have no reference: they are only shown"
        in text
    )


def test_it_says_what_has_too_few_cases_yet(database, capfd) -> None:
    database.keep(*studies(5, 10))
    assert run("monitor") == 0
    text = capfd.readouterr().out
    assert "No change is seen in class mix, confidence and out of distribution." in text
    assert "Too few cases yet: refusals, OOD score and embedding." in text
    assert "of which there are 50" in text


def test_few_cases_cannot_be_accepted(database, capfd) -> None:
    database.keep(made_up_weeks(np.random.default_rng(1), 1, 1)[0])
    assert run("monitor", "accept", "toy") == 2
    assert "Only 1 cases" in capfd.readouterr().err


class _Reader(HTMLParser):
    """What a page is made of: its links outwards, pictures and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else_and_says_what_it_draws(filled, tmp_path, capfd) -> None:
    file = tmp_path / "monitor.html"
    assert run("monitor", "--html", file) == 0
    read = _Reader()
    read.feed(file.read_text("utf-8"))
    names = [tag for tag, _ in read.tags]
    assert not {"script", "link", "iframe", "img"} & set(names)
    drawn = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert len(drawn) == 7 and all(one["role"] == "img" and one["aria-label"] for one in drawn)
    assert "Accuracy against histology" in read.text and "3 of 4 answers right" in " ".join(
        read.text.split()
    )
    assert "4 of 4 answers (100 %). Median time" in " ".join(read.text.split())
    assert "Meningioma is the answer in" in read.text


def test_the_table_names_nobody_and_is_harmless(database, tmp_path, capfd) -> None:
    (row,) = made_up_weeks(np.random.default_rng(2), 1, 1)
    evil = replace(row, model=replace(TOY, id="=cmd()"), input="c0ffee" * 10)
    database.keep(evil)
    database.keep(replace(evil, frame=1))
    database.keep_opinion(KeptOpinion(evil.case, "=cmd()", "1", evil.predicted, False))
    file = tmp_path / "table.csv"
    assert run("monitor", "--csv", file) == 0
    first, second = csv.DictReader(io.StringIO(file.read_text("utf-8")))
    assert (first["model"], first["case"], first["agrees"]) == ("'=cmd()", "1", "no")
    assert (second["case"], second["frame"], second["agrees"]) == ("1", "1", "")
    assert "c0ffee" not in file.read_text("utf-8")


def test_histology_is_entered_changed_and_withdrawn(database, capfd) -> None:
    assert run("monitor", "histology", DEMO, "g") == 0
    assert "Glioblastoma" in capfd.readouterr().out
    (content,) = database.histology()
    assert run("monitor", "histology", DEMO, "A") == 0
    assert {key: one.type for key, one in database.histology().items()} == {content: "A"}
    assert run("monitor", "histology", DEMO, "--withdraw") == 0
    assert database.histology() == {}
    assert "Forgotten" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("histology", DEMO, "sarkoma"), "no histology called sarkoma"),
        (("histology", "G"), "A study and its histology are needed"),
        (("--since", "yesterday"), "yesterday is no day"),
        (("--model", "nobody"), "called nobody"),
        (("accept", "nobody"), "called nobody"),
        (("--html", "/nowhere/at/all.html"), "does not exist"),
        (("delete", "--before", "x"), "x is no day"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments, said, capfd) -> None:
    assert run("monitor", *arguments) == 2
    err = capfd.readouterr().err
    assert said in err and err.count("\n") == 1


def test_all_is_deleted(filled, database, capfd) -> None:
    assert run("monitor", "delete") == 0
    assert "Deleted 240 predictions" in capfd.readouterr().out
    assert database.predictions() == [] and database.histology() == {}


def test_a_search_on_the_command_line_is_kept(database, monkeypatch, capfd) -> None:
    from brainviewer.core.findings.networks import NetworkIdentity
    from tests.phantoms import marker_finding, marker_study

    study = marker_study()
    network = NetworkIdentity("finder", "2", "cd" * 32)
    monkeypatch.setattr(
        "brainviewer.app.opening.study.open_study", lambda paths, report, which: study
    )
    monkeypatch.setattr(
        "brainviewer.models.segmentation.detection.find_tumour",
        lambda one, *a, **k: replace(marker_finding(one), network=network, confidence=0.9),
    )
    assert run("pick", "folder", "--method", "model-free") == 0
    (kept,) = database.predictions()
    assert (kept.kind, kept.model.id, kept.input) == (Kind.LESION, "finder", study.content_hash)


def test_an_image_on_the_command_line_is_kept_with_its_score(
    database, tmp_path: Path, capfd
) -> None:
    from PIL import Image

    path = tmp_path / "slice.png"
    rows, columns = np.mgrid[:192, :192]
    head = ((rows - 96) / 80) ** 2 + ((columns - 96) / 66) ** 2 < 1
    grey = np.random.default_rng(1).integers(60, 200, (192, 192)) * head
    Image.fromarray(grey.astype(np.uint8)).save(path)
    assert run("classify", path, "--json") == 0
    said = json.loads(capfd.readouterr().out)
    (kept,) = database.predictions()
    assert kept.kind is Kind.IMAGE and kept.model.id == said["model"]
    assert kept.predicted == (said["predicted"] or "")
    assert kept.seconds is not None and kept.seconds > 0
    assert kept.ood_score is not None and len(kept.embedding) == 16
