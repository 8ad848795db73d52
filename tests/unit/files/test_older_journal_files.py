"""What older versions kept in a file for each kind of work is taken over once, without loss."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.stores.age import keep_age, kept_age
from brainviewer.app.stores.report_text import keep_report_text, kept_report_text
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Step, Steps, packed
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files.annotation_file import save_annotations
from brainviewer.files.durable.disk import using_disk
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.journal.correction_content import correction_content
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.files.locks import try_lock
from brainviewer.files.tidying import tidy_up
from tests.faulty_disk import FaultyDisk, PowerLoss
from tests.phantoms import marker_study

STUDY = marker_study()
HASH = STUDY.content_hash
X, Y, Z = (float(value) for value in STUDY.grid.centre)
NOTE = Annotation(Kind.TEXT, Plane.AXIAL, ((X, Y, Z),), Modality.T1, "a note")
TEXT = ReportText(findings="One lesion.")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def correction() -> KeptCorrection:
    """Three steps, of which the last was taken back."""
    base = Base("lesion", np.zeros(STUDY.grid.shape, np.uint8))
    labels, steps = base.labels.copy(), Steps()
    change = np.full((3, 4, 5), 2, np.uint8)
    for n in range(3):
        step = Step("brush", "me", "2026-11-30T12:00:00+00:00", (n, 2, 3), change.shape,
                    packed(change))  # fmt: skip
        step.apply(labels)
        steps.push(step)
    taken = steps.undo()
    assert taken is not None
    taken.apply(labels)
    return KeptCorrection(base, labels, steps)


def written(home: Path) -> None:
    """The files of an older version."""
    for folder in ("journal", "ages", "reports"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    save_annotations(home / "journal" / f"{HASH}.json", (NOTE,), STUDY)
    (home / "journal" / f"{HASH}.correction").write_bytes(correction_content(HASH, correction()))
    (home / "ages" / f"{HASH}.json").write_text('{"age_years": 61.5}')
    (home / "reports" / f"{HASH}.json").write_text(json.dumps(TEXT.to_json()))


def check(home: Path) -> None:
    assert kept_age(HASH) == 61.5
    assert kept_report_text(HASH) == TEXT
    assert AnnotationJournal(STUDY).restore().annotations == (NOTE,)
    journal = CorrectionJournal(STUDY)
    kept, said = journal.restore()
    journal.close()
    assert not said
    assert kept is not None
    assert (len(kept.steps.done), len(kept.steps.undone)) == (2, 1)
    assert np.array_equal(kept.labels, correction().labels)
    tidy_up()  # drafts that the power loss left
    assert [path.name for path in home.rglob("*") if path.is_file()] == [f"{HASH}.journal"]


def test_all_of_it_is_taken_over(home: Path) -> None:
    written(home)
    check(home)
    check(home)


def test_it_is_all_there_whenever_the_power_goes(home: Path) -> None:
    for at in range(1, 40):
        written(home)
        failing = FaultyDisk(home.parent, at, power_at=at)
        with using_disk(failing), suppress(PowerLoss):
            AnnotationJournal(STUDY).restore()
        failing.lose_power()
        check(home)
        (home / "journal" / f"{HASH}.journal").unlink()


def test_what_was_kept_since_is_not_replaced(home: Path) -> None:
    keep_age(HASH, 70)
    keep_report_text(HASH, ReportText(findings="Newer."))
    written(home)
    assert kept_age(HASH) == 70
    assert kept_report_text(HASH).findings == "Newer."
    assert AnnotationJournal(STUDY).restore().annotations == (NOTE,)


def test_what_makes_no_sense_is_set_aside_and_the_rest_is_taken(home: Path) -> None:
    written(home)
    damaged = [
        home / "journal" / f"{HASH}.correction",
        home / "ages" / f"{HASH}.json",
        home / "reports" / f"{HASH}.json",
    ]
    for path in damaged:
        path.write_bytes(b"[1, 2]\n")
    found = AnnotationJournal(STUDY).restore()
    assert found.annotations == (NOTE,)
    assert found.notice.count("set aside") == 3
    for path in damaged:
        assert path.with_name(f"{path.name}.damaged").read_bytes() == b"[1, 2]\n"
    assert kept_age(HASH) is None


def test_a_correction_that_a_window_of_an_older_version_writes_stays_with_it(home: Path) -> None:
    written(home)
    path = home / "journal" / f"{HASH}.correction"
    with path.open("r+b") as file:
        assert try_lock(file.fileno())
        AnnotationJournal(STUDY).restore()
        assert path.exists()
    check(home)


@pytest.mark.parametrize("folder", ["journal", "ages", "reports"])
def test_what_is_set_aside_for_the_age_is_told_with_the_annotations(
    home: Path, folder: str
) -> None:
    (home / folder).mkdir(parents=True)
    (home / folder / f"{HASH}.json").write_text("[")
    assert kept_age(HASH) is None  # asked first when a study opens, and can tell nothing
    assert "set aside" in AnnotationJournal(STUDY).restore().notice
    assert AnnotationJournal(STUDY).restore().notice == ""
