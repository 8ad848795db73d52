"""Many slices out of the window: what the dialog shows is what is saved."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from brainviewer.app.exporting.slice_series import SeriesSubject
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.gui.exporting.slices_dialog import SlicesExportDialog
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, marker_position
from tests.study_folders import write_study

pytestmark = pytest.mark.window


@pytest.fixture
def window(window: MainWindow, session: Session, study: Study) -> MainWindow:
    show_study(session, study, marker_finding(study))
    place = tuple(map(float, marker_position(study.grid)))
    session.annotations.add(
        Annotation(Kind.KEY_IMAGE, Plane.AXIAL, (place,), Modality.T1CE)  # type: ignore[arg-type]
    )
    return window


def answered(monkeypatch: pytest.MonkeyPatch, answer) -> None:  # type: ignore[no-untyped-def]
    """The dialog is filled in, and accepted."""

    def accept(dialog: QDialog) -> int:
        assert isinstance(dialog, SlicesExportDialog)
        answer(dialog)
        QApplication.processEvents()
        dialog._show_preview()
        assert dialog.export_button.isEnabled(), dialog._remark.text()
        return 1

    monkeypatch.setattr(SlicesExportDialog, "exec", accept)


def test_key_images_every_slice_and_cine(
    window: MainWindow, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown: list[str] = []

    def keys(dialog: SlicesExportDialog) -> None:
        assert dialog.subjects.chosen is SeriesSubject.KEY_IMAGES  # since there are some
        dialog._above = tmp_path
        dialog.width_in_print.wanted.setChecked(True)
        dialog._show_preview()
        shown.append(dialog._said.text())

    answered(monkeypatch, keys)
    window.actions_by_id["export-slices"].trigger()
    (file,) = (tmp_path / "brainviewer-key-images").iterdir()
    assert file.name.startswith("key-01-t1ce-axial-")
    with Image.open(file) as image:
        assert image.width == round(85 / 25.4 * 300)
        assert shown == [f"1 image of {image.width} × {image.height} pixels"]
    assert said[-1][1].startswith("Saved as key-01-t1ce-axial-")

    def every(dialog: SlicesExportDialog) -> None:
        dialog._above = tmp_path
        dialog.subjects.choose(SeriesSubject.SLICES)
        dialog.slices.step.setValue(4)
        dialog.slices.first.setValue(3)
        dialog.slices.last.setValue(12)
        dialog._follow()
        assert dialog.target.text() == "brainviewer-slices"

    answered(monkeypatch, every)
    window.actions_by_id["export-slices"].trigger()
    names = sorted(path.name for path in (tmp_path / "brainviewer-slices").iterdir())
    assert names == [f"flair-axial-{n:03d}.png" for n in (2, 6, 10)]
    assert said[-1][1] == f"3 images saved in {tmp_path / 'brainviewer-slices'}."

    def cine(dialog: SlicesExportDialog) -> None:
        dialog._above = tmp_path
        dialog.subjects.choose(SeriesSubject.CINE)
        dialog.cines.choose(".gif")
        dialog.slices.last.setValue(5)
        dialog._follow()

    answered(monkeypatch, cine)
    window.actions_by_id["export-slices"].trigger()
    with Image.open(tmp_path / "brainviewer-cine.gif") as image:
        assert image.n_frames == 5


def test_it_is_what_the_panes_show(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Display turned over: the marker changes sides in the export, and so do the letters."""

    def exported(name: str) -> np.ndarray:
        def fill(dialog: SlicesExportDialog) -> None:
            dialog._above = tmp_path
            dialog.subjects.choose(SeriesSubject.SLICES)
            index = window.session.state.slice_index(Plane.AXIAL) + 1
            dialog.slices.first.setValue(index)
            dialog.slices.last.setValue(index)
            for box in dialog.burnt.boxes.values():
                box.setChecked(False)
            dialog.target.setText(name)
            dialog._name_edited()

        answered(monkeypatch, fill)
        window.actions_by_id["export-slices"].trigger()
        (file,) = (tmp_path / name).iterdir()
        with Image.open(file) as image:
            return np.array(image)

    usual = exported("usual")
    window.session.reformations.flip()
    assert np.abs(exported("flipped")[:, ::-1].astype(int) - usual).mean() < 2.0


def test_all_studies_in_a_folder(
    window: MainWindow, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, level in (("one", 2), ("two", 4)):
        write_study(tmp_path / "all" / name, level)
    monkeypatch.setattr(window.session.engine, "ready", lambda: None)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "all"))

    def fill(dialog: SlicesExportDialog) -> None:
        dialog._choose_folder()
        dialog._above = tmp_path
        dialog.subjects.choose(SeriesSubject.SLICES)
        dialog.slices.step.setValue(30)
        dialog.burnt.boxes["lesion"].setChecked(False)
        dialog._follow()

    answered(monkeypatch, fill)
    window.actions_by_id["export-slices"].trigger()
    out = tmp_path / "brainviewer-slices"
    assert sorted(path.name for path in out.iterdir()) == ["001", "002"]
    assert all(list(folder.glob("flair-axial-*.png")) for folder in out.iterdir())
    assert said[-1][1] == f"2 studies were exported to {out}."
