"""Sessions of DICOM studies: opened again, moved, and with the series that the user chose."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries, with_notices
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.session_file.session_file import read_session
from tests.command_line import run
from tests.dicom_writer import Examination, write_series, write_study
from tests.phantoms import marker_study
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader, at_rest, dab, opened, ruler, saved
from tests.unit.files.test_dicom_directory import write_directory

PHANTOM = marker_study()


def classic(folder: Path) -> Path:
    write_study(folder / "study", PHANTOM)
    return folder / "study"


def enhanced(folder: Path) -> Path:
    write_study(folder / "study", PHANTOM, enhanced=True)
    return folder / "study"


def zipped(folder: Path) -> Path:
    write_study(folder / "unpacked", PHANTOM)
    packed = shutil.make_archive(str(folder / "study"), "zip", folder / "unpacked")
    shutil.rmtree(folder / "unpacked")
    return Path(packed)


def listed(folder: Path) -> Path:
    """A CD, by the list of its images."""
    written = write_study(folder / "CD" / "DICOM", PHANTOM)
    names = [("DICOM", path.name) for paths in written.values() for path in paths]
    write_directory(folder / "CD", names)
    return folder / "CD" / "DICOMDIR"


def unnamed(folder: Path) -> Path:
    """Five series of which nothing but the images says what they are; two are alike."""
    examination = Examination()
    write_study(folder / "study", PHANTOM, examination=examination, said=False,
                elements={"SeriesDescription": "head", **dict.fromkeys(
                    ("ScanningSequence", "RepetitionTime", "EchoTime", "InversionTime",
                     "ContrastBolusAgent"))})  # fmt: skip
    one = PHANTOM.volumes[Modality.T2]
    write_series(folder / "study", one.data * 2, one.grid.affine, examination=examination,
                 number=9, elements={"SeriesDescription": "head"})  # fmt: skip
    return folder / "study"


class Answers:
    """Chooses series by their numbers, and counts how often it was asked."""

    def __init__(self, numbers: dict[Modality, int]) -> None:
        self.numbers, self.asked = numbers, 0

    def __call__(self, question: UnknownSeries) -> SeriesChoice:
        self.asked += 1
        examination = question.choice.examination
        by_number = {one.number: one for one in examination.candidates}
        return with_notices(examination, {m: by_number[n] for m, n in self.numbers.items()})


def not_asked(_: UnknownSeries) -> None:
    pytest.fail("asked again")


def numbers(desk: Desk) -> dict[Modality, int | None]:
    assert desk.state.study is not None
    volumes = desk.state.study.volumes
    return {m: v.series.number for m, v in volumes.items() if v.series is not None}


@pytest.mark.parametrize("made", [classic, enhanced, zipped, listed])
def test_it_is_opened_again_and_found_where_it_was_moved(
    desks: Desks, reader: Reader, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    source = made(tmp_path / "data")
    desk = desks.start()
    opened(desk, source)
    ruler(desk)
    dab(desk, 9.0)
    at_rest(desk)
    state, before = desk.state, numbers(desk)
    notes, finding, content = state.annotations, state.finding, state.study.content_hash
    assert list(before) == list(SEQUENCES) and finding is not None
    session = saved(desk, tmp_path / "reading.brainviewer")
    work = (reader.searches, reader.answers)

    def check(desk: Desk) -> None:
        assert desk.state.study is not None and desk.state.study.content_hash == content
        assert numbers(desk) == before
        assert desk.state.annotations == notes
        assert desk.state.finding is not None and desk.state.finding.correction is not None
        assert (reader.searches, reader.answers) == work
        assert not desk.sentences("caution") and not desk.sentences("error")
        at_rest(desk)

    desk = desks.start()
    opened(desk, session)
    check(desk)
    moved = (tmp_path / "data").rename(tmp_path / "moved")
    asked: list[str] = []

    def ask(sentence: str, _: object) -> list[Path]:
        asked.append(sentence)
        return [moved / source.relative_to(tmp_path / "data").parent]

    for computer in ("here", "elsewhere"):  # the first asks, and then the second does not know
        desk = desks.start(computer)
        desk.session.saved.ask_sources = ask
        opened(desk, session)
        check(desk)
    assert asked == 2 * [
        f"The images of the session are not where they were: {source.name} is missing."
    ]
    desk = desks.start("elsewhere")
    opened(desk, session)  # it has learned where they are
    check(desk)


def test_the_series_that_were_chosen_are_not_asked_for_again(
    desks: Desks, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = unnamed(tmp_path)
    chosen = {Modality.FLAIR: 9, Modality.T1: 4, Modality.T1CE: 3}
    answers = Answers(chosen)
    desk = desks.start()
    desk.session.documents.ask_series = answers
    opened(desk, source)
    assert answers.asked == 1 and numbers(desk) == chosen
    made = ruler(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    content = read_session(session).study.sha256
    source.rename(tmp_path / "other")
    for computer in ("here", "elsewhere"):
        desk = desks.start(computer)
        desk.session.documents.ask_series = not_asked
        desk.session.saved.ask_sources = lambda *_: [tmp_path / "other"]
        opened(desk, session)
        assert numbers(desk) == chosen
        assert desk.state.study is not None and desk.state.study.content_hash == content
        assert desk.state.annotations == (made,)
        assert not desk.sentences("caution") and not desk.sentences("error")
        at_rest(desk)
    # The same folder, opened as a study, is another question.
    again = Answers({Modality.T2: 6})
    desk.session.documents.ask_series = again
    desk.session.documents.open([tmp_path / "other"])
    desk.until(lambda: again.asked and numbers(desk) == {Modality.T2: 6})
    desk.settle()
    desks.close()
    # The way of the command line, which can ask nobody; it knows where they lie by now.
    capfd.readouterr()
    assert run("report", session, "-o", tmp_path / "a.html", "--no-classify", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["study"]["sha256"] == content


def test_a_series_that_is_gone_is_no_other(desks: Desks, tmp_path: Path) -> None:
    """What is there is asked about, and the session is not shown on it."""
    source = unnamed(tmp_path)
    desk = desks.start()
    desk.session.documents.ask_series = Answers({Modality.FLAIR: 9})
    opened(desk, source)
    ruler(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desks.close()
    from brainviewer.app.opening.dicom.looking import examination_in

    there = examination_in([source])
    assert there is not None
    (gone,) = [one for one in there.candidates if one.number == 9]
    for frame in gone.stack.there:
        frame.path.unlink()
    answers = Answers({Modality.FLAIR: 3})
    desk = desks.start("elsewhere")
    desk.session.documents.ask_series = answers
    opened(desk, session)
    assert answers.asked == 1 and numbers(desk) == {Modality.FLAIR: 3}
    assert not desk.state.annotations and desk.session.saved.file is None
    assert any("None of the images is one that" in text for text in desk.sentences())
