"""Asks which slices to export, how and where, and shows the first of them."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QWidget,
)

from brainviewer.app.exporting.series_figures import count_in_view
from brainviewer.app.exporting.slice_series import SeriesRequest, SeriesSubject
from brainviewer.app.facts import Fact
from brainviewer.app.report.study_figures import SCALES
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.gui.dialogs.export import pictures_folder
from brainviewer.gui.dialogs.export_preview import PreviewPane
from brainviewer.gui.exporting.burn_boxes import BurnBoxes
from brainviewer.gui.exporting.print_width import PrintWidth
from brainviewer.gui.exporting.slice_range import SliceRange
from brainviewer.gui.exporting.target_names import CINES, free_name, remark_on
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.choice_row import ChoiceRow
from brainviewer.gui.widgets import (
    button,
    heading,
    label,
    listen,
    timer,
    told,
)
from brainviewer.gui.window_size import open_with

Preview = Callable[[SeriesRequest], tuple[QImage, int]]
"""The first image at 1×, and how many there are. Raises BrainViewerError."""

_PAUSE_MS = 150
_IMAGES: Mapping[str, str] = {"PNG": ".png", "TIFF": ".tif", "SVG": ".svg", "PDF": ".pdf"}
_SUBJECTS = {
    "Key images": SeriesSubject.KEY_IMAGES,
    "Every n-th slice": SeriesSubject.SLICES,
    "Cine": SeriesSubject.CINE,
}


class SlicesExportDialog(QDialog):
    """``request`` and ``folder`` hold the user's choice once the dialog was accepted.

    preview : see ``Preview``. above : the folder in which the images' folder, or the cine, goes.
    """

    def __init__(
        self,
        state: ViewState,
        preview: Preview,
        parent: QWidget | None = None,
        *,
        above: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export slices")
        self._state, self._preview = state, preview
        self._above = above or pictures_folder()
        self.folder: Path | None = None
        self._named = False
        facts, study = state.facts, state.study
        assert study is not None
        keys = Fact.KEY_IMAGES in facts
        first = SeriesSubject.KEY_IMAGES if keys else SeriesSubject.SLICES
        self.subjects = ChoiceRow(_SUBJECTS, first)
        self.sequence = told(QComboBox(), name="Sequence")
        for modality in study.modalities:
            self.sequence.addItem(modality.value, modality)
        self.sequence.setCurrentIndex(max(0, self.sequence.findData(state.active)))
        self.plane = told(QComboBox(), name="Plane")
        for plane in (state.shown_plane,) if study.is_image2d else Plane:
            self.plane.addItem(plane.capitalize(), plane)
        self.plane.setCurrentIndex(max(0, self.plane.findData(state.shown_plane)))
        self.slices = SliceRange()
        self.burnt = BurnBoxes(state)
        self.scales = ChoiceRow({f"{scale}×": scale for scale in SCALES}, SCALES[0])
        self.width_in_print = PrintWidth()
        self.images, self.cines = ChoiceRow(_IMAGES, ".png"), ChoiceRow(CINES, ".mp4")
        self.target = told(QLineEdit(), name="Folder or file")
        self.of_folder = told(QLabel(), "quiet")
        self._image, self._said = PreviewPane(), label(role="quiet")
        self._remark = label(role="caution", wrap=True)
        self.export_button = button("Export", "primary", clicked=self.accept)
        self.export_button.setDefault(True)
        self._timer = timer(self, _PAUSE_MS, self._show_preview)
        self._lay_out()
        self._bound_slices()
        self._follow()
        self._connect()

    def offer(self) -> None:
        """Offer what there is by now, such as the lesion that was looked for."""
        self.burnt.offer()
        self._follow()

    @property
    def request(self) -> SeriesRequest:
        """What is chosen at this moment."""
        subject = self.subjects.chosen
        every = subject is SeriesSubject.SLICES
        whole = self.folder is not None
        return SeriesRequest(
            subject,
            self._above / os.path.expanduser(self.target.text().strip() or self._own_name),  # noqa: PTH111
            self._modality,
            self._plane,
            int(self.slices.step.value()) if every else 1,
            None if whole else int(self.slices.first.value()) - 1,
            None if whole else int(self.slices.last.value()) - 1,
            self.images.chosen,
            self.scales.chosen,
            self.width_in_print.chosen_mm if self._printed else 0.0,
            float(self.slices.speed.value()),
            self.burnt.chosen,
        )

    @property
    def _modality(self) -> Modality:
        return Modality(self.sequence.currentData())  # Qt makes texts of them

    @property
    def _plane(self) -> Plane:
        return Plane(self.plane.currentData())

    @property
    def ending(self) -> str:
        """Of the files of cines in a batch; empty for images."""
        return self.cines.chosen if self._of_cine else ""

    @property
    def _of_cine(self) -> bool:
        return self.subjects.chosen is SeriesSubject.CINE

    @property
    def _printed(self) -> bool:
        return self.width_in_print.chosen_mm > 0 and not self._of_cine

    @property
    def _own_name(self) -> str:
        """A name that nothing has yet."""
        ending = "" if self.folder is not None else self.ending
        return free_name(self._above, self.subjects.chosen, ending)

    # -- layout -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        browse = button("Choose…", "second", "Choose the folder above", self._browse)
        cancel = button("Cancel", clicked=self.reject)
        several = button("All studies in a folder…", "second", clicked=self._choose_folder)
        self._where = QWidget()
        self._where.setLayout(row((self.sequence, 1), (self.plane, 1), spacing=6))
        side = QWidget()
        side.setFixedWidth(350)
        side.setLayout(
            column(
                heading("What"), self.subjects, self._where, self.slices,
                8, heading("Of"), row(self.of_folder, None, several),
                8, heading("Drawn in"), self.burnt,
                8, heading("Size"), self.scales, self.width_in_print,
                8, heading("Format"), self.images, self.cines,
                8, heading("To"), row((self.target, 1), browse), self._remark, None,
                row(HelpButton("many slices"), None, cancel, self.export_button),
                spacing=5,
            )
        )  # fmt: skip
        seen = column((self._image, 1), self._said)
        self.setLayout(row((seen, 1), side, spacing=20, margins=(20, 20, 20, 20)))
        open_with(self, 980, 760)

    def _connect(self) -> None:
        for choice in (self.subjects, self.scales, self.images, self.cines):
            choice.group.idClicked.connect(self._follow)
        listen(
            self._follow,
            self.burnt.changed,
            self.width_in_print.changed,
            self.slices.changed,
        )
        listen(self._bound_slices, self.sequence.activated, self.plane.activated)
        self.target.textEdited.connect(self._name_edited)

    # -- what changes -----------------------------------------------------------------------

    def _bound_slices(self) -> None:
        slices = count_in_view(self._state, self._modality, self._plane)
        self.slices.bound(slices)
        self._follow()

    def _follow(self) -> None:
        """Show what belongs to the choice, and draw the preview in a moment."""
        key, cine = self.subjects.chosen is SeriesSubject.KEY_IMAGES, self._of_cine
        for widget, shown in (
            (self._where, not key),
            (self.slices, not key),
            (self.images, not cine),
            (self.cines, cine),
            (self.width_in_print, not cine),
        ):
            widget.setVisible(shown)
        self.scales.setEnabled(not self._printed or self.images.chosen in (".svg", ".pdf"))
        self.slices.show_for(ends=self.folder is None, cine=cine)
        if not self._named:
            self.target.setText(self._own_name)
        elif cine and self.folder is None:
            path = Path(self.target.text())
            if path.suffix.lower() in CINES.values():
                self.target.setText(str(path.with_suffix(self.ending)))
        folder = self.folder
        self.of_folder.setText(
            "This study" if folder is None else shown_text(f"All in {folder.name or folder}")
        )
        self._show_remark()
        self._timer.start()

    def _name_edited(self) -> None:
        self._named = True
        self._show_remark()

    def _show_remark(self) -> None:
        of_file = self._of_cine and self.folder is None
        said, self._possible = remark_on(self.request.target, of_file)
        self._remark.setText(shown_text(said))
        self.export_button.setEnabled(self._possible)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where to", str(self._above))
        if chosen:
            self._above = Path(chosen)
            self._named = False
            self._follow()

    def _choose_folder(self) -> None:
        """All studies in a folder, or again the open one where none is chosen."""
        chosen = QFileDialog.getExistingDirectory(self, "Folder of studies", str(self._above))
        self.folder = Path(chosen) if chosen else None
        self._follow()

    def _show_preview(self) -> None:
        if self.folder is not None:
            self._image.show_words(
                "Each study is opened and exported, one after the other. "
                "Key images and corrections are those kept on this computer."
            )
            self._said.setText("")
            return
        try:
            image, number = self._preview(self.request)
        except BrainViewerError as error:
            self._image.show_words(str(error), caution=True)
            self._said.setText("")
            self.export_button.setEnabled(False)
            return
        self.export_button.setEnabled(self._possible)
        self._image.show_image(image)
        self._said.setText(self._size_of(image, number))

    def _size_of(self, image: QImage, number: int) -> str:
        points = image.deviceIndependentSize().toSize()
        scale: float = self.scales.chosen
        if self._printed:
            scale = self.width_in_print.scale_of(points.width())
        across, down = round(points.width() * scale), round(points.height() * scale)
        images = f"{number} {'image' if number == 1 else 'images'}"
        if self._of_cine:
            seconds = number / self.slices.speed.value()
            return f"{images}, {seconds:.1f} s, {across} × {down} pixels"
        return f"{images} of {across} × {down} pixels"

    def done(self, result: int) -> None:
        """Close; no preview is drawn any more."""
        self._timer.stop()
        super().done(result)
