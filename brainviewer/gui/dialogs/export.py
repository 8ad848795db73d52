"""Asks what to export, how large and where, and shows beforehand how it will look."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.files.image2d.writer import PAGE_SUFFIXES
from brainviewer.files.ordinary_file import resolved
from brainviewer.gui import theme
from brainviewer.gui.actions.why_not import why_no_lesion
from brainviewer.gui.dialogs.export_preview import PreviewPane
from brainviewer.gui.dialogs.files import there_is
from brainviewer.gui.exporting.print_width import PrintWidth
from brainviewer.gui.exporting.scale_choice import ScaleChoice
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.panels.choice_row import ChoiceRow
from brainviewer.gui.widgets import button, heading, label, set_there, timer, told
from brainviewer.gui.window_size import open_with

Preview = Callable[[ExportRequest], QImage]
LaterPreview = Callable[
    [ExportRequest, Callable[[QImage], None], Callable[[BrainViewerError], None]], None
]

_PAUSE_MS = 120
ENDS_OF_FOLDERS = tuple(filter(None, (os.sep, os.altsep)))
_FORMATS = {"PNG": ".png", "TIFF": ".tif", "SVG": ".svg", "PDF": ".pdf"}
_VECTORS = (".svg", ".pdf")


class ExportDialog(QDialog):
    """``request`` holds the user's choice once the dialog was accepted.

    preview : draws a request at 1×; what it raises as BrainViewerError is shown in its place.
    folder : where the file goes unless the user says otherwise; the pictures folder by default.
    volume : whether there is a 3D view to export.
    draw_later : draws the preview of the 3D view in the background: called with the request, and
        with what takes the image, or the error, when it is there.
    """

    def __init__(
        self,
        state: ViewState,
        preview: Preview,
        parent: QWidget | None = None,
        *,
        folder: Path | None = None,
        volume: bool = True,
        draw_later: LaterPreview | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export image")
        self._state, self._preview, self._draw_later = state, preview, draw_later
        self._asked, self._points, self._named = 0, QSize(), False
        self._folder = folder or pictures_folder()
        self._timer = timer(self, _PAUSE_MS, self._show_preview)
        self._subjects = ChoiceRow(
            {s[0].upper() + s[1:]: s for s in ExportSubject}, ExportSubject.VIEW
        )
        self._subjects.enable(ExportSubject.VOLUME, volume, "There is no 3D view.")
        self._formats = ChoiceRow(_FORMATS, ".png")
        self._scales = ScaleChoice()
        self.print_width = PrintWidth()
        self.heatmap, self.annotations = QCheckBox("Heatmap"), QCheckBox("Annotations")
        self.prediction = QCheckBox("Tumour and result")
        self.identify = told(
            QCheckBox("Study and file names"),
            tip="They may name the patient, and are left out unless you ask.",
        )
        self.file_name = told(QLineEdit(), name="File name")
        self._image = PreviewPane()
        self._size = label(role="quiet")
        self._remark = label(role="caution", wrap=True)
        self.export_button = button("Export", "primary", clicked=self.accept)
        self.export_button.setDefault(True)
        self._lay_out()

        for choice in (self._subjects, self._scales, self._formats):
            choice.group.idClicked.connect(self._changed)
        for box in (self.heatmap, self.annotations, self.prediction, self.identify):
            box.toggled.connect(self._changed)
        self.print_width.changed.connect(self._changed)
        self.file_name.textEdited.connect(self._name_edited)
        self.offer()
        self.heatmap.setChecked(self.heatmap.isChecked() and state.overlays.heatmap)

    @property
    def request(self) -> ExportRequest:
        """What is chosen at this moment."""
        heatmap, annotations, prediction = (
            box.isChecked() and box.isEnabled()
            for box in (self.heatmap, self.annotations, self.prediction)
        )
        return ExportRequest(
            self._subjects.chosen,
            self._path,
            self._scales.chosen,
            heatmap,
            annotations,
            prediction,
            self.identify.isChecked(),
            self.print_width.chosen_mm,
        )

    @property
    def _path(self) -> Path:
        """What was typed: a name, or a path, which counts from the folder that was chosen."""
        typed = self.file_name.text().strip()
        # Unlike Path's own, it leaves the name of a user that there is not as it is.
        path = self._folder / os.path.expanduser(typed)  # noqa: PTH111
        if not typed or typed.endswith(ENDS_OF_FOLDERS) or there_is(path, Path.is_dir):
            path /= self._own_name
        known = path.suffix.lower() in PAGE_SUFFIXES
        return path if known else Path(f"{path}{self._formats.chosen}")

    @property
    def _own_name(self) -> str:
        subject = self._subjects.chosen.lower().replace(" ", "-")
        return f"brainviewer-{subject}{self._formats.chosen}"

    def offer(self) -> None:
        """Offer what there is by now, such as the lesion that was looked for, and draw anew."""
        facts, why_not = self._state.facts, why_no_lesion(self._state)
        self._subjects.enable(ExportSubject.TUMOUR_SLICE, Fact.TUMOUR in facts, why_not)
        set_there(self.heatmap, Fact.HEATMAP in facts, "There is no heatmap.")
        set_there(self.annotations, Fact.ANNOTATIONS in facts, "There are none.")
        set_there(self.prediction, bool({Fact.TUMOUR, Fact.RESULT} & facts), "There is neither.")
        self._changed()

    def begin_with(self, settings: Settings) -> None:
        """Preset what the settings say of format, size and annotations."""
        self._formats.choose(settings.export_format)
        self._scales.choose(settings.export_scale)
        self.annotations.setChecked(
            bool(self.annotations.property("there")) and settings.export_annotations
        )
        self._changed()

    def choose(self, subject: ExportSubject) -> None:
        """Preset what is exported."""
        if self._subjects.choose(subject):
            self._changed()

    def done(self, result: int) -> None:
        """Close; no preview is drawn any more."""
        self._timer.stop()
        self._asked += 1
        super().done(result)

    # -- layout -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        boxes = self.heatmap, self.annotations, self.prediction, self.identify
        browse = button("Folder…", "second", "Choose the folder and the name", self._browse)
        side = QWidget()
        side.setFixedWidth(theme.px(320))
        side.setLayout(
            column(
                *(heading("What"), self._subjects, 16),
                *(heading("Show"), *boxes, 16),
                *(heading("Size"), self._scales, self.print_width, 16),
                *(heading("Format"), self._formats, 16),
                *(heading("File"), row((self.file_name, 1), browse)),
                self._remark,
                None,
                self._foot(),
                spacing=4,
            )
        )
        seen = column((self._image, 1), self._size)
        self.setLayout(row((seen, 1), side, spacing=20, margins=(20, 20, 20, 20)))
        open_with(self, 960, 560)

    def _foot(self) -> QHBoxLayout:
        cancel = button("Cancel", clicked=self.reject)
        return row(HelpButton("export"), None, cancel, self.export_button)

    # -- what changes -----------------------------------------------------------------------

    def _changed(self) -> None:
        slices, suffix = self._subjects.chosen is not ExportSubject.VOLUME, self._formats.chosen
        for box in (self.heatmap, self.annotations):
            box.setEnabled(slices and bool(box.property("there")))
        self._scales.follow(not slices, not self.print_width.chosen_mm)
        if not self._named:
            self.file_name.setText(self._own_name)
        name = Path(self.file_name.text().strip())
        kind = PAGE_SUFFIXES.get(name.suffix.lower())
        if kind is not None and kind != PAGE_SUFFIXES[suffix]:
            # The format that is chosen wins over the ending that was typed.
            self.file_name.setText(str(name.with_suffix(suffix)))
        self._show_remark()
        self._timer.start()

    def _name_edited(self, text: str) -> None:
        self._named = True
        kind = PAGE_SUFFIXES.get(Path(text.strip()).suffix.lower())
        if kind is not None:
            self._formats.choose(_FORMATS[kind])
        self._show_remark()
        self._show_size(self._points)

    def _show_remark(self) -> None:
        named = bool(self.file_name.text().strip())
        path = self._path
        folder = there_is(path.parent, Path.is_dir)
        self.export_button.setEnabled(named and folder)
        if not named:
            said = "Give the file a name."
        elif not folder:
            said = f"There is no folder '{path.parent}'."
        elif there_is(path, Path.exists):
            said = f"'{path.name}' exists and will be replaced."
        else:
            elsewhere = path.parent != self._folder
            typed = Path(self.file_name.text().strip()).name
            said = f"Goes to {resolved(path.parent)}." if elsewhere else ""
            if not elsewhere and typed.casefold() != path.name.casefold():
                said = f"Is saved as '{path.name}'."
        self._remark.setText(shown_text(said))
        self.file_name.setToolTip(as_tip(shown_text(str(path))))

    def _browse(self) -> None:
        filters = "PNG (*.png);;TIFF (*.tif *.tiff);;SVG (*.svg);;PDF (*.pdf)"
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            "Export image",
            str(self.request.path),
            filters,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            path = Path(chosen)
            self._folder = path.parent
            self.file_name.setText(path.name)
            self._name_edited(path.name)

    def _show_preview(self) -> None:
        request = self.request
        self._asked += 1
        asked = self._asked
        try:
            if self._draw_later is not None and request.subject is ExportSubject.VOLUME:
                self._image.show_words("The 3D view is being drawn…")
                self._show_size(QSize())
                self._draw_later(
                    replace(request, scale=1),
                    lambda image: self._show_image(image, asked),
                    lambda error: self._show_error(error, asked),
                )
            else:
                self._show_image(self._preview(replace(request, scale=1)), asked)
        except BrainViewerError as error:
            self._show_error(error, asked)

    def _show_error(self, error: BrainViewerError, asked: int) -> None:
        if asked == self._asked:
            self._image.show_words(str(error), caution=True)
            self._show_size(QSize())
            self.export_button.setEnabled(False)

    def _show_image(self, image: QImage, asked: int) -> None:
        """Show a preview, unless something else was chosen since it was asked for."""
        if asked != self._asked:
            return
        self._image.show_image(image)
        self._show_size(image.deviceIndependentSize().toSize())

    def _show_size(self, points: QSize) -> None:
        self._points = points
        width, height = points.width(), points.height()
        scale = self.print_width.scale_of(width) or self._scales.chosen
        if points.isEmpty():
            said = ""
        elif self._path.suffix.lower() in _VECTORS:
            said = f"{width} × {height} points; slices with {scale:.3g} pixels a point"
        else:
            said = f"{round(width * scale)} × {round(height * scale)} pixels"
        self._size.setText(said)


def pictures_folder() -> Path:
    """The user's folder of images, or the home folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    folder = Path(place) if place else Path.home()
    return folder if folder.is_dir() else Path.home()
