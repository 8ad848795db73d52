"""The header doctor in the window: follows the study, and hides texts with the names."""

from dataclasses import replace

import pytest

from brainviewer.core.headers.source_header import SourceHeader
from brainviewer.core.study import Modality, Study
from brainviewer.gui.headers.page import HeaderPage
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, marker_study

pytestmark = pytest.mark.window


def with_text(text: str) -> Study:
    study = marker_study()
    header = SourceHeader("NIfTI", texts=(("descrip", text),))
    volumes = {m: replace(volume, header=header) for m, volume in study.volumes.items()}
    return replace(study, volumes=volumes)


@pytest.fixture
def page(window: MainWindow) -> HeaderPage:
    show_study(window.session, with_text("Jane <b>Doe"))
    window.actions_by_id["headers"].trigger()
    found = window.findChild(HeaderPage)
    yield found
    found.close()


def test_it_stands_once_and_tells_what_is_there(window: MainWindow, page: HeaderPage) -> None:
    said = page.text.toPlainText()
    assert "FLAIR, T1, T1ce and T2" in said
    assert "descrip: Jane <b>Doe" in said
    window.actions_by_id["headers"].trigger()
    assert len(window.findChildren(HeaderPage)) == 1


def test_texts_are_hidden_with_the_names(window: MainWindow, page: HeaderPage) -> None:
    window.actions_by_id["patient"].trigger()
    assert "Doe" not in page.text.toPlainText()
    assert "descrip holds text" in page.text.toPlainText()
    window.actions_by_id["patient"].trigger()
    assert "Doe" in page.text.toPlainText()


def test_it_follows_study_and_search(window: MainWindow, page: HeaderPage) -> None:
    study = marker_study()
    show_study(window.session, study)
    assert "descrip" not in page.text.toPlainText()
    assert "seems to be mirrored" not in page.text.toPlainText()
    finding = replace(marker_finding(study), left_out=(Modality.T2,))
    show_study(window.session, study, finding)
    assert "seems to be mirrored" in page.text.toPlainText()
