"""Prior, feedback and looks of the panes in a session: kept, moved, lost, others now."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.app.feedback import KEEP_FEEDBACK
from brainviewer.app.prior.beside import Beside
from brainviewer.app.saved_session.kept_prior import OTHER_PRIOR
from brainviewer.app.stores.feedback import keep_feedback
from brainviewer.core.findings.feedback import AGREE, DISAGREE
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.saved_camera import SavedCamera, SavedLooks
from brainviewer.files.session_file.session_file import read_session
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace
from tests.command_line import run
from tests.follow_up_phantom import (
    LARGE,
    SMALL,
    TURN_DEGREES,
    current,
    motion,
    prior,
    turned_mask,
)
from tests.lesion_phantoms import GRID
from tests.schemas import check_output
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader, at_rest, opened, saved


def find(study: Study, *_: object, **__: object) -> TumourFinding:
    """A perfect search: the smaller head is the turned one."""
    mask = LARGE if study.name == "2024-06-01" else turned_mask(SMALL)
    index = int(np.flatnonzero(mask.any(axis=(0, 1))).mean())
    areas = mask.sum(axis=(0, 1)).astype(np.float32)
    return measured(study, TumourFinding("lesion", True, index=index, mask=mask, area_mm2=areas))


def on_disk(folder: Path, study: Study) -> Path:
    folder.mkdir(parents=True)
    for modality in (Modality.FLAIR, Modality.T1):
        volume = study.volumes[modality]
        image = nib.Nifti1Image(np.asarray(volume.data).astype(np.int16), study.grid.affine)
        nib.save(image, folder / f"{modality.lower()}.nii.gz")
    return folder


class Counted:
    """How often lesions were looked for, and priors laid over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
        from brainviewer.app.prior import comparison

        self.places, self._reader = 0, reader
        monkeypatch.setattr(comparison, "place_prior", self.place)
        monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", self.find)
        # Where the lesion lies is not asked here, and to fit the template takes seconds.
        monkeypatch.setattr("brainviewer.imaging.location.located.fitted", lambda *_: None)
        self.searches = 0

    def find(self, study: Study, *_: object, **__: object) -> TumourFinding:
        self.searches += 1
        return find(study)

    def place(self, *_: Study) -> PriorPlace:
        self.places += 1
        there = Grid(GRID.shape, np.linalg.inv(motion()) @ GRID.affine)
        return PriorPlace(there, Modality.T1, TURN_DEGREES, 0.8)

    @property
    def all(self) -> tuple[int, int, int]:
        return self.searches, self.places, self._reader.answers


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> Counted:
    return Counted(monkeypatch, reader)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patient")
    on_disk(folder / "2024-06-01", current())
    on_disk(folder / "2024-03-01", prior())
    return folder


@pytest.fixture
def patient(pair: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(pair, tmp_path / "patient"))


def beside(desk: Desk) -> Beside:
    desk.until(lambda: desk.session.prior.beside is not None)
    desk.settle()
    assert desk.session.prior.beside is not None
    return desk.session.prior.beside


def compared(desk: Desk, patient: Path) -> Beside:
    """The study with its prior in a pane, and an opinion."""
    opened(desk, patient / "2024-06-01")
    desk.session.prior.compare([patient / "2024-03-01"])
    found = beside(desk)
    desk.session.hangings.make_grid(1, 2)
    desk.session.hangings.put(1, PaneContent(PaneKind.PRIOR, Modality.FLAIR))
    desk.session.feedback.give(DISAGREE, "A")
    desk.session.jobs.finish(KEEP_FEEDBACK)
    return found


def test_the_prior_stands_there_again_without_a_search(
    desks: Desks, counted: Counted, patient: Path, tmp_path: Path
) -> None:
    desk = desks.start()
    before = compared(desk, patient)
    place, mask = before.compared.prior.place, before.compared.prior.finding.mask
    assert place is not None and mask is not None and before.compared.prior.new_ml
    session = saved(desk, patient / "reading.brainviewer")
    work = counted.all

    for computer in ("here", "elsewhere"):
        desk = desks.start(computer)
        opened(desk, session)
        again = beside(desk).compared.prior
        assert counted.all == work  # nothing is computed anew
        assert again.place is not None and np.allclose(again.place.grid.affine, place.grid.affine)
        assert (again.place.sequence, again.day) == (place.sequence, before.compared.prior.day)
        assert np.array_equal(again.finding.mask, mask)
        assert again.new_ml == pytest.approx(before.compared.prior.new_ml)
        assert beside(desk).compared.follow_up.by_diameters.response is (
            before.compared.follow_up.by_diameters.response
        )
        assert desk.state.hanging.panes[1].kind is PaneKind.PRIOR
        given = desk.state.feedback
        assert given is not None and (given.opinion, given.user_type) == (DISAGREE, "A")
        stamp = read_session(session).stamp
        at_rest(desk)
        assert read_session(session).stamp == stamp  # opening it changes nothing
        assert not desk.sentences("caution") and not desk.sentences("error")


def test_all_that_moved_together_is_found(
    desks: Desks, counted: Counted, patient: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The session lies elsewhere; the prior is found beside the study that the user names."""
    desk = desks.start()
    compared(desk, patient)
    session = saved(desk, tmp_path / "sessions.brainviewer")
    moved = patient.rename(tmp_path / "moved")
    work = counted.all
    desk = desks.start()
    desk.session.saved.ask_sources = lambda *_: [moved / "2024-06-01"]
    opened(desk, session)
    found = beside(desk)
    assert found.paths == ((moved / "2024-03-01",),)
    assert counted.all == work
    at_rest(desk)
    desks.close()
    capfd.readouterr()
    assert run("session", session, "--json") == 0
    told = json.loads(capfd.readouterr().out)
    check_output(told)
    assert told["feedback"] == DISAGREE
    assert told["prior"] == {
        "sha256": found.compared.prior.study.content_hash,
        "day": "2024-03-01",
        "registered": True,
        "sources": [str(moved / "2024-03-01")],
        "missing": [],
    }


def test_a_prior_that_is_gone_is_asked_for_and_not_forgotten(
    desks: Desks, counted: Counted, patient: Path, tmp_path: Path
) -> None:
    desk = desks.start()
    content = compared(desk, patient).compared.prior.study.content_hash
    session = saved(desk, patient / "reading.brainviewer")
    away = (patient / "2024-03-01").rename(tmp_path / "away")
    work = counted.all
    desk = desks.start()
    opened(desk, session)
    (notice,) = [n for n in desk.notices if n.level == "caution"]
    assert (
        notice.text == ("The prior of the session is not where it was: 2024-03-01 is missing.")
        and not notice.offers
    )  # without a window nobody is asked
    desk.session.report_text.write(desk.state.report_text.with_part("findings", "Seen alone."))
    desk.session.saved.save_changes()
    at_rest(desk)
    kept = read_session(session)
    assert kept.report_text.findings == "Seen alone."
    assert kept.prior is not None and kept.prior.study.sha256 == content

    desk = desks.start()
    desk.session.saved.ask_sources = lambda *_: [away]
    opened(desk, session)
    (notice,) = [n for n in desk.notices if n.level == "caution"]
    (offer,) = notice.offers
    offer.act()
    found = beside(desk)
    assert found.paths == ((away,),) and counted.all == work
    assert str(found.compared.prior.day) == "2024-03-01"  # which its folder does not say any more


def test_a_prior_that_is_another_is_compared_anew(
    desks: Desks, counted: Counted, patient: Path
) -> None:
    desk = desks.start()
    compared(desk, patient)
    session = saved(desk, patient / "reading.brainviewer")
    path = patient / "2024-03-01" / "flair.nii.gz"
    image = nib.load(path)
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj) + np.int16(1), image.affine), path)
    searches, places, _ = counted.all
    desk = desks.start()
    opened(desk, session)
    other = beside(desk).compared.prior
    assert counted.searches == searches + 1 and counted.places == places + 1
    assert desk.sentences("caution") == [OTHER_PRIOR]
    desk.session.saved.save_changes()
    at_rest(desk)
    kept = read_session(session).prior
    assert kept is not None and kept.study.sha256 == other.study.content_hash


def test_what_was_said_later_here_counts(
    desks: Desks, counted: Counted, patient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks.start()
    compared(desk, patient)
    session = saved(desk, patient / "reading.brainviewer")
    desks.close()
    given = read_session(session).feedback
    assert given is not None
    keep_feedback(replace(given, opinion=AGREE, user_type="", time="2999-01-01T00:00:00+00:00"))
    desk = desks.start()
    opened(desk, session)
    assert desk.state.feedback is not None and desk.state.feedback.opinion == AGREE


def test_panes_look_where_they_looked(desks: Desks, counted: Counted, patient: Path) -> None:
    looks = SavedLooks((SavedCamera(Plane.AXIAL, 2.5, (1.0, 2.0, 3.0)),), ((1, (0.0, 0.0, 9.0)),))
    desk = desks.start()
    opened(desk, patient / "2024-06-01")
    desk.session.saved.looks = lambda: looks
    session = saved(desk, patient / "reading.brainviewer")
    told: list[SavedLooks] = []
    desk = desks.start()
    desk.state.looks_sought.connect(told.append)
    opened(desk, session)
    assert told == [looks]


def test_the_report_of_a_session_has_all_of_it(
    desks: Desks, counted: Counted, patient: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = desks.start()
    compared(desk, patient)
    desk.session.report_text.write(desk.state.report_text.with_part("findings", "It has grown."))
    session = saved(desk, patient / "reading.brainviewer")
    desks.close()
    work = counted.all
    capfd.readouterr()
    out = tmp_path / "a.html"
    assert run("report", session, "-o", out, "--impression", "Progression.", "--json") == 0
    assert counted.all == work
    told = json.loads(capfd.readouterr().out)
    check_output(told)
    kept = read_session(session)
    assert kept.prior is not None and told["priors"] == [kept.prior.study.sha256]
    assert told["classification"]["predicted"] == "G"
    page = out.read_text("utf-8")
    for words in (
        "It has grown.",
        "Progression.",
        "Change since the prior",
        "The reader disagrees with",
    ):
        assert words in page, words
    (patient / "2024-03-01").rename(tmp_path / "away")
    assert run("report", session, "-o", tmp_path / "b.html", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["priors"] == [] and any(
        "The prior of the session is not" in n for n in told["notices"]
    )
