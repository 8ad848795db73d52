"""Colours and style of the window, dark and light. Behind slices it stays black in both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from brainviewer.assets import resources
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


TEXT_PX = 13
"""The usual size of texts."""
_SCALE, _LARGEST = "text scale", 2.0
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


def px(pixels: float) -> int:
    """A length that goes with the texts of the window: as it is with texts of the usual size."""
    app = QApplication.instance()
    return round(pixels * float(app.property(_SCALE) or 1) if app else pixels)


def scaled(style: str) -> str:
    """A style sheet, or a page with one, with its font sizes as large as texts are."""
    return re.sub(r"(font-size: )(\d+)px", lambda size: f"{size[1]}{px(int(size[2]))}px", style)


def system_text_scale() -> float:
    """How large the system wants texts, against the usual ones of the window; 1 to 2."""
    wanted = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize()
    return min(max(wanted / TEXT_PX, 1.0), _LARGEST)


def link(target: str, text: str) -> str:
    """A link in a label of rich text, in the colour of the theme."""
    return f'<a style="color:{current().accent}" href="{target}">{text}</a>'


def apply_theme(app: QApplication, name: str) -> None:
    """Give the whole application the look of a theme."""
    chosen = colours(name)
    app.setProperty("theme", name)
    app.setProperty(_SCALE, system_text_scale())
    style = (resources() / "style" / "window.qss").read_text("utf-8")
    sheet = Template(scaled(style)).substitute(vars(chosen))
    if app.styleSheet() == sheet:
        return
    if not app.styleSheet():  # set again, it would be laid over every widget again
        app.setStyle("Fusion")
    font = QFont(app.font())
    font.setPixelSize(px(TEXT_PX))
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
