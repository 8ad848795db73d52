"""Colours and style of the window, dark and light. Behind slices it stays black in both."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from brainviewer.painting import palette


@dataclass(frozen=True)
class Colours:
    """The colours of a theme, by what they mean."""

    window: str
    panel: str
    bar: str
    field: str
    track: str
    line: str
    text: str
    quiet: str
    faint: str
    accent: str
    selected: str
    primary: str
    primary_text: str
    tumour: str
    caution: str
    good: str
    bad: str
    classes: Mapping[str, str]

    def class_colour(self, letter: str) -> str:
        """The colour in which a class's letter is written."""
        return self.classes.get(letter, self.text)


# Colour-blind safe (Okabe and Ito 2008); the letter always stands beside the colour.
CLASS_COLOURS = palette.CLASSES
_DARK_AND_LIGHT = {
    "window": ("#0E1215", "#E4E8EC"),
    "panel": ("#14191D", "#F4F6F8"),
    "bar": ("#171C21", "#FAFBFC"),
    "field": ("#1D242A", "#FFFFFF"),
    "track": ("#1D242A", "#E1E6EB"),
    "line": ("#262D34", "#D3DAE0"),
    "text": ("#D7DEE5", "#1B242C"),
    "quiet": ("#8A97A3", "#55626E"),
    "faint": ("#4A555F", "#A9B4BE"),
    "accent": ("#5AA9E6", "#1F78B4"),
    "selected": ("#24303D", "#D5E5F2"),
    "primary": ("#2F7FB8", "#2F7FB8"),
    "primary_text": ("#FFFFFF", "#FFFFFF"),
    "tumour": ("#FFB347", "#B36A00"),
    "caution": ("#E6C66A", "#7D5E00"),
    "good": ("#7FD6A8", "#17734A"),
    "bad": ("#F08A80", "#B3261E"),
}
DARK = Colours(**{name: dark for name, (dark, _) in _DARK_AND_LIGHT.items()}, classes=CLASS_COLOURS)
LIGHT = Colours(
    **{name: light for name, (_, light) in _DARK_AND_LIGHT.items()},
    # The same hues, dark enough to be read on a light ground.
    classes={
        "A": "#1F78B4",
        "O": "#8F5B00",
        "G": "#A03F78",
        "glioma": "#A03F78",
        "meningioma": "#1F78B4",
        "pituitary": "#8F5B00",
        "none": "#00724F",
    },
)

_STYLE = Template("""
* { outline: none; }
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QWidget#panel, QScrollArea#panel { background: $panel; }
QWidget { color: $text; font-size: 13px; }
QLabel { background: transparent; }
QLabel[role="head"] { color: $quiet; font-size: 11px; font-weight: 600; letter-spacing: 1px; }
QLabel[role="quiet"] { color: $quiet; }
QLabel[role="small"] { color: $quiet; font-size: 11px; }
QLabel[role="answer"] { font-size: 21px; }
QLabel[role="beneath"] { font-size: 15px; }
QLabel[role="caution"] { color: $caution; }
QLabel[role="small-caution"] { color: $caution; font-size: 11px; }
QLabel[role="chip-good"], QLabel[role="chip-caution"], QLabel[role="chip-bad"],
QLabel[role="chip"] { border-radius: 9px; padding: 2px 8px; font-size: 12px;
  background: $selected; }
QLabel[role="chip-good"] { color: $good; }
QLabel[role="chip-caution"] { color: $caution; }
QLabel[role="chip-bad"] { color: $bad; }
QToolBar { background: $bar; border: none; border-bottom: 1px solid $line; padding: 4px 8px;
  spacing: 1px; }
QToolBar QToolButton { padding: 4px 7px; }
QToolBar QToolButton#qt_toolbar_ext_button { padding: 0; background: $selected; }
QToolBar::separator { background: $line; width: 1px; margin: 6px 6px; }
QMenuBar { background: $bar; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected, QMenu::item:selected { background: $selected; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px 0; }
QMenu::item { padding: 5px 28px 5px 24px; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QStatusBar { background: $bar; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QStatusBar QLabel { padding: 0 8px; }
QToolButton, QPushButton { border: 1px solid transparent; border-radius: 5px; padding: 4px 9px;
  background: transparent; }
QToolButton:hover, QPushButton:hover { background: $field; }
QToolButton:checked, QPushButton:checked, QPushButton[role="second"] { background: $selected; }
QToolButton:focus, QPushButton:focus { border-color: $accent; }
QToolButton:disabled, QPushButton:disabled { color: $faint; }
QPushButton[role="choice"] { background: $field; padding: 3px 10px; }
QPushButton[role="choice"]:hover { background: $selected; }
QPushButton[role="choice"]:checked { background: $selected; border-color: $accent; }
QPushButton[role="choice"]:disabled { color: $faint; }
QPushButton[role="small"], QToolButton[role="small"] { padding: 2px 6px; font-size: 12px; }
QPushButton[role="small"] { background: $field; }
QPushButton[role="small"]:hover, QPushButton[role="small"]:checked { background: $selected; }
QPushButton[role="link"] { padding: 0; font-size: 11px; color: $quiet; text-align: left; }
QPushButton[role="link"]:hover { background: transparent; color: $text; }
QPushButton[role="link"]::menu-indicator { image: none; }
QPushButton[role="recent"] { padding: 2px 8px; color: #5AA9E6; }
QPushButton[role="recent"]:hover { background: #1D242A; }
QPushButton[role="row"], QPushButton[role="row"]:hover { padding: 0; background: transparent; }
QPushButton[role="primary"], QToolButton[role="primary"] { background: $primary;
  color: $primary_text; }
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {
  background: $field; color: $faint; }
QToolButton::menu-indicator { image: none; }
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit { background: $field; border: 1px solid $line;
  border-radius: 4px; padding: 3px 6px; selection-background-color: $primary; }
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus { border-color: $accent; }
QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { width: 0; height: 0; margin-right: 6px; border-top: 5px solid $quiet;
  border-left: 4px solid $field; border-right: 4px solid $field; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line;
  selection-background-color: $selected; selection-color: $text; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { width: 0; border: none; }
QCheckBox { spacing: 8px; }
QCheckBox:disabled { color: $faint; }
QListWidget, MarkList { background: transparent; border: none; }
QListWidget::item, MarkList::item { border-radius: 4px; padding: 4px; }
QListWidget::item:hover, MarkList::item:hover { background: $field; }
QListWidget::item:selected, MarkList::item:selected { background: $selected; color: $text; }
QSlider::groove:horizontal { height: 3px; background: $line; border-radius: 1px; }
QSlider::sub-page:horizontal { background: $faint; border-radius: 1px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
  background: $text; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { background: $faint; }
QScrollArea { border: none; }
QScrollBar:vertical { width: 8px; background: transparent; }
QScrollBar::handle:vertical { background: $faint; border-radius: 4px; min-height: 24px; }
QScrollBar:horizontal { height: 8px; background: transparent; }
QScrollBar::handle:horizontal { background: $faint; border-radius: 4px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QSplitter::handle { background: $line; }
QSplitter::handle:vertical { height: 1px; }
QTextBrowser { background: $panel; border: none; }
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 4px; }
QProgressBar { border: none; background: transparent; max-height: 2px; min-height: 2px; }
QProgressBar::chunk { background: $accent; }
QFrame#notice { background: $field; border-bottom: 1px solid $line; }
QFrame#card { background: $panel; border: 1px solid $line; border-radius: 8px; }
""")


class _Themes(QObject):
    """Says when another theme is worn, for what has written a colour into its text."""

    changed = Signal()


themes = _Themes()


def colours(name: str) -> Colours:
    """The colours of ``dark``, ``light`` or ``system``."""
    if name == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        name = "light" if scheme == Qt.ColorScheme.Light else "dark"
    return LIGHT if name == "light" else DARK


def current() -> Colours:
    """The colours in use."""
    app = QApplication.instance()
    return colours(str(app.property("theme") or "dark") if app else "dark")


def link(target: str, text: str) -> str:
    """A link in a label of rich text, in the colour of the theme."""
    return f'<a style="color:{current().accent}" href="{target}">{text}</a>'


def apply_theme(app: QApplication, name: str) -> None:
    """Give the whole application the look of a theme."""
    chosen = colours(name)
    app.setProperty("theme", name)
    sheet = _STYLE.substitute(vars(chosen))
    if app.styleSheet() == sheet:
        return
    if not app.styleSheet():  # set again, it would be laid over every widget again
        app.setStyle("Fusion")
    font = QFont(app.font())
    font.setPixelSize(13)
    app.setFont(font)
    roles = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, chosen.window),
        (QPalette.ColorRole.Base, chosen.field),
        (QPalette.ColorRole.AlternateBase, chosen.panel),
        (QPalette.ColorRole.Button, chosen.panel),
        (QPalette.ColorRole.WindowText, chosen.text),
        (QPalette.ColorRole.Text, chosen.text),
        (QPalette.ColorRole.ButtonText, chosen.text),
        (QPalette.ColorRole.ToolTipBase, chosen.panel),
        (QPalette.ColorRole.ToolTipText, chosen.text),
        (QPalette.ColorRole.PlaceholderText, chosen.quiet),
        (QPalette.ColorRole.Highlight, chosen.primary),
        (QPalette.ColorRole.HighlightedText, chosen.primary_text),
        (QPalette.ColorRole.Link, chosen.accent),
    ):
        roles.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        roles.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.faint))
    app.setPalette(roles)
    app.setStyleSheet(sheet)
    themes.changed.emit()
