"""Who is named in what a reader makes."""

import json
from types import SimpleNamespace

import pytest
from phantoms import marker_study

from brainviewer.app.correction.origin import provenance
from brainviewer.app.reporting.gathering import report_options
from brainviewer.app.settings.settings import Settings
from brainviewer.app.sign_in.reader_name import named_reader, reader_name
from brainviewer.app.stores.feedback import feedback_on
from brainviewer.core.correction.steps import Steps
from brainviewer.core.findings.feedback import AGREE
from brainviewer.core.process.reader import Reader, use_reader
from tests.unit.app.desk import a_result

pytestmark = pytest.mark.usefixtures("home")


def test_without_sign_in_only_ones_own_records_name_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "radiology")
    assert (reader_name(), named_reader()) == ("radiology", "")

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert reader_name() == ""


def test_a_reader_is_named_unless_he_does_not_want_that() -> None:
    use_reader(Reader("a1", "Anna Miller"))
    settings = Settings.load()
    assert (reader_name(), named_reader()) == ("Anna Miller", "Anna Miller")
    assert report_options(settings).reader == "Anna Miller"
    settings.update(report_reader="Dr A. Miller")
    assert report_options(settings).reader == "Dr A. Miller"
    settings.update(name_reader=False, report_reader="")
    assert (reader_name(), named_reader()) == ("Anna Miller", "")
    assert report_options(settings).reader == ""
    use_reader(Reader("b2", "Ben"))  # whose own setting it is
    assert named_reader() == "Ben"


def test_corrections_name_the_reader_as_he_wants() -> None:
    steps = Steps()
    steps.done.append(SimpleNamespace(tool="brush", by="Anna Miller", time="2026-12-01"))
    assert provenance(steps, "lesion").by == "Anna Miller"
    use_reader(Reader("a1", "Anna Miller"))
    assert provenance(steps, "lesion").by == "Anna Miller"
    Settings.load().update(name_reader=False)
    assert provenance(steps, "lesion").by == ""


def test_feedback_tells_the_reader() -> None:
    result = a_result(marker_study())
    assert feedback_on(result, AGREE).reader == ""
    use_reader(Reader("a1", "Anna Miller"))
    assert feedback_on(result, AGREE).reader == "Anna Miller"


def test_exports_tell_the_reader(tmp_path, capfd) -> None:
    from command_line import run
    from PIL import Image
    from toy_images import mr_head

    image, out = tmp_path / "a.png", tmp_path / "b.png"
    Image.fromarray(mr_head()).save(image)
    use_reader(Reader("a1", "Anna Miller"))
    assert run("export", image, "-o", out) == 0
    told = json.loads(next(iter(v for k, v in Image.open(out).text.items() if v.startswith("{"))))
    assert told["reader"] == "Anna Miller"
