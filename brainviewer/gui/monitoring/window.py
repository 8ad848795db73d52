"""The page of monitoring: models on the left, what the chosen one said here beside them."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QListWidget, QScrollArea, QWidget

from brainviewer.app.monitoring.monitor_page import NOTHING
from brainviewer.app.monitoring.overview import ModelOverview
from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import theme
from brainviewer.gui.dialogs.questions import ask
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row, scrolled
from brainviewer.gui.monitoring.model_view import fill_model
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import button, label, told
from brainviewer.gui.window_size import open_with

_KINDS = (
    FileKind("Page with charts", (".html", ".htm")),
    FileKind("Table with commas", (".csv",)),
)


class MonitorWindow(QDialog):
    """Follows what is summed up.

    list : the models. view : what scrolls.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Monitoring of models")
        self._session, self._monitoring = session, session.monitoring
        self.list = told(QListWidget(), name="Models")
        self.list.setFixedWidth(theme.px(230))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view: QScrollArea = scrolled(column(None))
        self.accept_button = button(
            "Take as usual", "second", clicked=self._accept_past,
        )  # fmt: skip
        self.save_button = button("Save…", "second", "As a page or as a table", self._ask_file)
        self.delete_button = button(
            "Delete…", "second", "Delete all predictions that are kept", self._ask_delete
        )
        close = button("Close", "primary", clicked=self.close)
        for each in (self.accept_button, self.save_button, self.delete_button):
            each.setAutoDefault(False)
        below = row(
            HelpButton("monitoring"), self.delete_button, None, self.accept_button,
            self.save_button, close, spacing=8,
        )  # fmt: skip
        beside = row(self.list, (self.view, 1), spacing=16)
        self.setLayout(column((beside, 1), below, spacing=12, margins=(16, 16, 16, 12)))
        open_with(self, 1040, 780)
        self.list.currentRowChanged.connect(lambda _: self._show_model())
        self._monitoring.changed.connect(self._fill)
        self._fill()

    def bring_up(self) -> None:
        """Show the page, with what is kept by now."""
        self._monitoring.sum_up()
        self.show()
        self.raise_()
        self.activateWindow()

    @property
    def chosen(self) -> ModelOverview | None:
        """The model that is shown."""
        found, place = self._monitoring.overview, self.list.currentRow()
        if found is None or not 0 <= place < len(found.models):
            return None
        return found.models[place]

    def _fill(self) -> None:
        before = self.chosen
        found = self._monitoring.overview
        models = () if found is None else found.models
        self.list.blockSignals(True)
        self.list.clear()
        for one in models:
            changed = "\nhas changed" if one.warnings else ""
            self.list.addItem(shown_text(one.model.name) + changed)
            item = self.list.item(self.list.count() - 1)
            item.setToolTip(as_tip(one.name))
            item.setSizeHint(QSize(10, self._height(item.text())))
        places = [one.model for one in models]
        wanted = before.model if before is not None else None
        self.list.setCurrentRow(places.index(wanted) if wanted in places else 0)
        self.list.blockSignals(False)
        self._show_model()

    def _height(self, text: str) -> int:
        """Of an item with all lines of its text, also where its border needs room."""
        across = self.list.width() - theme.px(24)
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        box = self.list.fontMetrics().boundingRect(0, 0, across, 10_000, flags, text)
        return box.height() + theme.px(14)

    def _show_model(self) -> None:
        one = self.chosen
        inside = QWidget()
        inside.setObjectName("panel")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lines = column(spacing=6, margins=(16, 12, 16, 12))
        inside.setLayout(lines)
        if one is None:
            said = NOTHING if self._monitoring.overview else "Summing up predictions…"
            lines.addWidget(label(said, "quiet", wrap=True))
            lines.addStretch(1)
        else:
            fill_model(lines, one)
        self.view.setWidget(inside)
        for each in (self.save_button, self.delete_button, self.accept_button):
            each.setEnabled(one is not None)
        accepted = one is not None and bool(one.accepted)
        self.accept_button.setText("Compare with card" if accepted else "Take as usual")
        self.accept_button.setToolTip(
            "Compare with the model card again"
            if accepted
            else "Compare the model with what it said here until now, instead of its card"
        )

    def _accept_past(self) -> None:
        if (one := self.chosen) is not None:
            self._monitoring.accept(one.model, back=bool(one.accepted))

    def _ask_file(self) -> None:
        if path := ask_place(self, "Save", Path.home() / "monitoring.html", *_KINDS):
            self._monitoring.save(path)

    def _ask_delete(self) -> None:
        what = "Delete all predictions that are kept on this computer?"
        more = "Feedback and histology that belong to them are deleted from the list, too."
        if ask(self, what, more, "Delete"):
            self._monitoring.delete()
