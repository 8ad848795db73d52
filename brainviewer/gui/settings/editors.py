"""What a setting is changed with, by what it may be."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.app.settings.table import Setting
from brainviewer.gui import theme
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import label, told

_LABEL_WIDTH = 200
_AS_WIDE_AS_THE_PAGE = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
_LETTERS = 20


class SettingEditor:
    """A field for one setting; what is entered holds at once, and what holds is shown.

    widget : the field alone. whole : the field with its label and help.
    """

    def __init__(self, setting: Setting, settings: Settings) -> None:
        self.setting, self._settings = setting, settings
        self.widget = told(self._made(), tip=setting.help, name=setting.label)
        self.widget.setAccessibleDescription(setting.help)
        self.show()
        named = label("" if isinstance(self.widget, QCheckBox) else setting.label, wrap=True)
        named.setFixedWidth(theme.px(_LABEL_WIDTH))
        named.setBuddy(self.widget)
        said = label(setting.help, "small", wrap=True)
        self.whole = QWidget()
        self.whole.setLayout(row(named, (column(self.widget, said, spacing=2), 1), spacing=12))

    def show(self) -> None:
        """Show the setting as it is."""
        value = getattr(self._settings, self.setting.key)
        with QSignalBlocker(self.widget):
            if isinstance(self.widget, QComboBox):
                self._offer(self.widget, value)
            elif isinstance(self.widget, QCheckBox):
                self.widget.setChecked(value)
            elif isinstance(self.widget, QSpinBox):
                self.widget.setValue(value)
            elif isinstance(self.widget, QLineEdit):
                self.widget.setText(value)

    def _offer(self, box: QComboBox, value: str) -> None:
        box.clear()
        for each, text in (self.setting.texts(self._settings) or {}).items():
            box.addItem(text, each)
        if (at := box.findData(value)) < 0:
            box.addItem(f"{value} (not here)", value)
            at = box.count() - 1
        box.setCurrentIndex(at)

    def _made(self) -> QWidget:
        setting = self.setting
        if setting.choices is not None or setting.offered is not None:
            box = QComboBox()
            # Long names of classes must not make the page wider.
            box.setSizeAdjustPolicy(_AS_WIDE_AS_THE_PAGE)
            box.setMinimumContentsLength(_LETTERS)
            box.currentIndexChanged.connect(lambda _: self._change(box.currentData()))
            return box
        if isinstance(setting.default, bool):
            check = QCheckBox(setting.label)
            check.toggled.connect(self._change)
            return check
        if isinstance(setting.default, int):
            number = QSpinBox(minimum=setting.low, maximum=setting.high, suffix=setting.unit)
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._change)
            return number
        text = QLineEdit(maxLength=64)
        text.editingFinished.connect(lambda: self._change(text.text().strip()))
        return text

    def _change(self, value: object) -> None:
        # What a box holds has lost its type.
        self._settings.update(**{self.setting.key: type(self.setting.default)(value)})
