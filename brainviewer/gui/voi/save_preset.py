"""Saves the window of the active sequence as a preset."""

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QWidget

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.own_presets import LONGEST_NAME, OwnPreset, scanner_of
from brainviewer.core.voi.voi_window import AUTOMATIC, Window, preset_window
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, accepted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, say, told
from brainviewer.painting.text.wording import window_text

_RELATIVE = "Adapt it to other scans"
_RELATIVE_TIP = (
    "Kept in relation to the automatic window, so that it looks the same where a scan has other "
    "values; without, level and width are kept as they are"
)


def save_preset(session: Session, parent: QWidget) -> None:
    """Ask for a name, and save the window of the active sequence; nothing without a study."""
    state = session.state
    study, active = state.study, state.active
    if study is None or active not in state.windows:
        return
    dialog = SavePresetDialog(session, study.volumes[active], state.windows[active], parent)
    if not accepted(dialog) or (preset := dialog.preset) is None:
        return
    if state.study is not study:
        said = ANOTHER_STUDY.format("no preset was saved")
        session.notices.tell(said, "caution")
        return
    session.presets.save(preset)
    session.view.apply_preset(active, preset.name)


class SavePresetDialog(QDialog):
    """Name, and what the preset is for.

    preset : what was chosen, once the dialog was accepted.
    """

    def __init__(self, session: Session, volume: Volume, window: Window, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save window as preset")
        self._session, self._volume, self._window = session, volume, window
        self._scanner = scanner_of(volume)
        self.preset: OwnPreset | None = None
        self.name = told(QLineEdit(placeholderText="Name", maxLength=LONGEST_NAME), name="Name")
        self.relative = told(QCheckBox(_RELATIVE), tip=_RELATIVE_TIP)
        self.relative.setChecked(True)
        self.this_scanner = QCheckBox(f"Only on this scanner: {self._scanner.name}")
        self.this_scanner.setVisible(bool(self._scanner.key))
        self.this_scanner.setChecked(bool(self._scanner.key))
        what = "Images" if volume.modality is Modality.IMAGE else volume.modality.value
        self.opens = QCheckBox(f"Open {what} with it")
        self.said = label(role="caution", wrap=True)
        self.save_button = button("Save", "primary", clicked=self._save)
        self.save_button.setDefault(True)
        cancel = button("Cancel", "second", clicked=self.reject)
        cancel.setAutoDefault(False)
        self.setLayout(
            column(
                label(f"{what} · {window_text(window)}", "quiet"),
                self.name,
                self.relative,
                self.this_scanner,
                self.opens,
                self.said,
                row(HelpButton("windows"), None, cancel, self.save_button, spacing=8),
                spacing=10,
                margins=(16, 16, 16, 16),
            )
        )
        self.setMinimumWidth(360)
        self.name.textChanged.connect(self._follow)
        self.this_scanner.toggled.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        """Say what would be replaced; nothing is saved without a name."""
        name = self.name.text()
        self.save_button.setEnabled(bool(name.strip()))
        there = self._session.presets.called(
            name, self._volume, this_scanner=self.this_scanner.isChecked()
        )
        say(self.said, f"It takes the place of the preset '{there.name}'." if there else "")

    def _save(self) -> None:
        automatic = preset_window(self._volume, AUTOMATIC)
        try:
            self.preset = OwnPreset.of(
                self._volume.modality,
                self.name.text(),
                self._window,
                automatic,
                relative=self.relative.isChecked(),
                scanner=self._scanner if self.this_scanner.isChecked() else None,
                opens=self.opens.isChecked(),
            )
        except BrainViewerError as error:
            say(self.said, str(error))
            return
        self.accept()
