"""The table of settings, and how they are remembered: a small JSON file in the settings folder."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from brainviewer.app.jobs import Jobs
from brainviewer.app.settings import offers
from brainviewer.app.settings.saving import Failed, Saving
from brainviewer.app.settings.settings_file import on_disk, problem_of
from brainviewer.app.settings.table import (
    Page,
    Setting,
    count,
    kept,
    lists_of_texts,
    objects,
    rows,
    setting,
    texts,
)
from brainviewer.app.settings.window_presets import own_presets
from brainviewer.app.signals import Signal, log_failure
from brainviewer.app.state import Layout
from brainviewer.core.errors import FileError
from brainviewer.core.graphics.choice import Wanted
from brainviewer.core.slices import Convention
from brainviewer.core.voi.voi_window import AUTOMATIC, PRESETS
from brainviewer.files.user_folders import settings_folder

log = logging.getLogger(__name__)
_MOST_KEYS, _MOST_PARTS = 500, 50
RECENT, MOST_LAYOUTS, MOST_LOOKS = 8, 30, 100
_OPENS_WITH = "The layout that they open with."


@dataclass
class Settings:
    """Choices of the user; ``path`` None keeps them in memory only.

    changed : emitted with the names of the settings that have other values now.
    crashed : told of what a listener lets through.

    Kept without a page: recent, the studies opened lately, newest first, each a list of paths;
    folded, the names of the hidden sections, separated by commas, at first those that few readings
    need; study_folder, the folder whose studies were listed last; volume_looks, see ``app.looks``;
    notice_accepted, the edition of the first notice that was, see ``first_notice``;
    drift_told, when it was told last that a model has changed, UTC, ISO 8601;
    report_left_out, the parts that reports go without; window_presets, see ``own_presets``.
    """

    path: Path | None = None
    # fmt: off
    theme: str = setting(
        "dark", Page.DISPLAY, "Theme", "Behind images it stays black in all of them.",
        choices={"dark": "Dark", "light": "Light", "system": "As the system"},
    )
    scale: int = setting(
        100, Page.DISPLAY, "Size of texts and controls", "Beside what the system asks for; from "
        "the next start.", between=(100, 300), unit=" %",
    )
    convention: Convention = setting(
        Convention.RADIOLOGICAL, Page.DISPLAY, "Convention",
        "On which side of axial and coronal slices the patient's right is shown.",
        choices={Convention.RADIOLOGICAL: "Radiological: right on the left",
                 Convention.NEUROLOGICAL: "Neurological: right on the right"},
    )
    first_layout: Layout = setting(
        Layout.FOUR_SEQUENCES, Page.DISPLAY, "Layout at the start",
        "How the panes of the first study are arranged.",
        choices={Layout.FOUR_SEQUENCES: "All sequences", Layout.THREE_PLANES: "Three planes",
                 Layout.ONE_LARGE: "One large"},
    )
    layout_four: str = setting(
        "", Page.DISPLAY, "Studies of four sequences", _OPENS_WITH, offered=offers.layouts,
    )
    layout_fewer: str = setting(
        "", Page.DISPLAY, "Studies of two or three", _OPENS_WITH, offered=offers.layouts,
    )
    layout_single: str = setting(
        "", Page.DISPLAY, "Studies of one sequence", _OPENS_WITH, offered=offers.layouts,
    )
    layouts: tuple[tuple[str, ...], ...] = setting(
        (), Page.DISPLAY, "Own layouts", "For each its name and what its panes show.",
        reader=lists_of_texts(MOST_LAYOUTS),
    )
    smooth_pixels: bool = setting(
        True, Page.DISPLAY, "Smooth pixels", "Interpolate between pixels, or show them as squares.",
    )
    cine_speed: int = setting(
        12, Page.DISPLAY, "Cine", "How fast slices are played.", between=(1, 60), unit=" slices/s",
    )
    cine_turns_back: bool = setting(
        False, Page.DISPLAY, "Cine back and forth",
        "After the last slice slices are played back; otherwise they begin at the first again.",
    )
    magnification: int = setting(
        3, Page.DISPLAY, "Magnifier", "How many times larger the magnifier shows the image.",
        between=(2, 8), unit="×",
    )
    turns_smoothly: bool = setting(
        True, Page.DISPLAY, "Motion", "Let the head turn to another view, or show that at once.",
    )
    tool_bar_style: str = setting(
        "under", Page.DISPLAY, "Tool bar", "How the buttons of the tool bar look.",
        choices={"under": "Icons, words under them", "beside": "Icons, words beside them",
                 "icons": "Icons alone", "words": "Words alone"},
    )
    tool_bar: tuple[str, ...] = setting(
        (), Page.DISPLAY, "Buttons of the tool bar", "What is on it, from left to right.",
        reader=texts(_MOST_KEYS),
    )
    mouse_scheme: str = setting(
        "PACS", Page.MOUSE, "Mouse", "What the buttons do. The table of it is under Help, Keys and "
        "mouse.", choices={"PACS": "PACS: left is window and level",
                           "ITK-SNAP": "ITK-SNAP: left is the cursor"},
    )
    wheel_reversed: bool = setting(
        False, Page.MOUSE, "Turn the wheel round", "Slices go the other way with the wheel.",
    )
    window_drag: int = setting(
        400, Page.MOUSE, "Window and level", "How far a drag goes for the whole range of values.",
        between=(100, 2000), unit=" px",
    )
    keys: tuple[tuple[str, ...], ...] = setting(
        (), Page.KEYS, "Keys", "For each action with other keys than its own: its id and its keys.",
        reader=lists_of_texts(_MOST_KEYS),
    )
    opening_preset: str = setting(
        AUTOMATIC, Page.WINDOWS, "Window on opening",
        "The preset that every sequence of a study opens with; nothing is computed from it.",
        choices={name: name for name in PRESETS},
    )
    engine: str = setting(
        "auto", Page.MODELS, "Engine", "What runs the networks. Automatic takes the faster one.",
        choices={"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"},
    )
    model: str = setting(
        "", Page.MODELS, "Model for studies", "What answers for a study of several sequences.",
        offered=offers.models_of_studies,
    )
    prevalence: str = setting(
        "", Page.MODELS, "Frequency of types in studies",
        "How frequent the types are taken to be before looking at the images.",
        offered=offers.prevalences_of_studies,
    )
    image_model: str = setting(
        "", Page.MODELS, "Model for single images", "What answers for a single image.",
        offered=offers.models_of_images,
    )
    picture_prevalence: str = setting(
        "", Page.MODELS, "Frequency of types in single images",
        "How frequent the types are taken to be before looking at the image.",
        offered=offers.prevalences_of_images,
    )
    classify_on_opening: bool = setting(
        True, Page.MODELS, "Classify on opening",
        "Classify a study or an image when it is opened. Without, a lesion is still looked for.",
    )
    graphics: str = setting(
        "automatic", Page.GRAPHICS, "3D view", "What draws the head in 3D. Automatic goes by what "
        "was found of the graphics.", choices={way.value: way.value.capitalize() for way in Wanted},
    )
    export_format: str = setting(
        ".png", Page.EXPORT, "Format", "The format that the export of an image begins with.",
        choices={".png": "PNG", ".tif": "TIFF", ".svg": "SVG", ".pdf": "PDF"},
    )
    export_scale: int = setting(
        2, Page.EXPORT, "Size", "How large the export of an image begins: pixels for each on the "
        "screen, along a side.", between=(1, 4), unit="×",
    )
    export_annotations: bool = setting(
        True, Page.EXPORT, "Annotations", "The export of an image begins with annotations.",
    )
    report_identity: str = setting(
        "nothing", Page.EXPORT, "Patient in reports",
        "What a report says of the patient; nothing while patients' names are hidden.",
        choices={"nothing": "Nothing", "id": "ID and date of the examination",
                 "full": "Name, ID, birth date, examination, files"},
    )
    report_reader: str = setting(
        "", Page.EXPORT, "Reader's name", "Stands on the line to sign reports on.",
    )
    name_reader: bool = setting(
        True, Page.EXPORT, "Name the reader",
        "Where readers sign in: your name stands in reports, and in what is written into exports.",
    )
    report_paper: str = setting(
        "A4", Page.EXPORT, "Paper of reports", "The size of the pages of a report.",
        choices={"A4": "A4", "Letter": "Letter"},
    )
    show_patient: bool = setting(
        True, Page.PRIVACY, "Patient's name",
        "Name and id of the patient stand above the images, and in lists.",
    )
    remember_recent: bool = setting(
        True, Page.PRIVACY, "Remember recent studies",
        "Keep where the last studies lie, for the menu and the first page. Without, those that "
        "are kept are forgotten at once.",
    )
    keep_predictions: bool = setting(
        True, Page.PRIVACY, "Keep predictions for monitoring",
        "What models say is kept on this computer, without names, so that a change is noticed.",
    )
    predictions_months: int = setting(
        24, Page.PRIVACY, "Keep them for", "Older predictions are deleted; 0 for never.",
        between=(0, 240), unit=" months",
    )
    pacs_days: int = setting(
        0, Page.PACS, "Search the last", "The date that a search begins with; 0 for any date.",
        between=(0, 3650), unit=" days",
    )
    pacs_modality: str = setting(
        "MR", Page.PACS, "Modality", "What a search begins with; empty for any modality.",
    )
    # fmt: on
    recent: tuple[tuple[str, ...], ...] = kept((), lists_of_texts(RECENT))
    window_presets: tuple[Mapping[str, Any], ...] = kept((), own_presets)
    volume_looks: tuple[Mapping[str, Any], ...] = kept((), objects(MOST_LOOKS))
    folded: str = kept("Fusion,Planes and slab")
    hints_seen: bool = kept(False)
    notice_accepted: int = kept(0, count)
    window_state: str = kept("")
    report_left_out: tuple[str, ...] = kept((), texts(_MOST_PARTS))
    study_folder: str = kept("")
    drift_told: str = kept("")

    changed = Signal()

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """Read the settings; what is damaged or unknown falls back to its default."""
        path = path or settings_folder() / "settings.json"
        settings = cls(path)
        try:
            stored = on_disk(path)
        except FileError:
            log.warning("The settings cannot be read now; the defaults are used.")
            return settings
        settings.problem = "" if stored else problem_of(path)
        for row in TABLE.values():
            if row.key in stored:
                with suppress(TypeError, ValueError):
                    setattr(settings, row.key, row.read(stored[row.key]))
        return settings

    def __post_init__(self) -> None:
        self._saving = Saving(self.path)
        self.problem = ""
        """What was wrong with the file that they were loaded from, as a sentence."""
        self.crashed: Callable[[BaseException], None] = log_failure

    def save_in(self, jobs: Jobs, failed: Failed) -> None:
        """Save in the background from now on.

        failed : told why settings could not be saved: once, until they can be again.
        """
        self._saving.use(jobs, failed)

    def update(self, **changes: Any) -> None:
        """Change some settings, save them, and tell who listens to ``changed``.

        What another window changed stays. What cannot be recorded is not changed.
        A file that cannot be read now is left as it is. What could not be saved is saved with the
        next change.
        """
        if changes.get("remember_recent") is False:
            changes["recent"] = ()
        other = {name for name, value in changes.items() if getattr(self, name) != value}
        if not self._saving.may_change(sorted(name for name in other if TABLE[name].page)):
            self.changed.emit(frozenset(other))  # what shows them shows what is
            return
        for name, value in changes.items():
            setattr(self, name, value)
        ours = {name: value for name, value in asdict(self).items() if name != "path"}
        self._saving.save(ours, changes)
        if other:
            self.changed.emit(frozenset(other))

    def reset(self, page: Page | None = None) -> None:
        """Give the settings of a page their defaults; those of all pages without one."""
        wanted = [row for row in TABLE.values() if row.page and page in (None, row.page)]
        self.update(**{row.key: row.default for row in wanted})

    def remember_study(self, paths: Sequence[Path]) -> None:
        """Put a study at the top of the recent ones, where they may be remembered."""
        if not self.remember_recent:
            return
        entry = tuple(str(Path(p).absolute()) for p in paths)
        self._saving.finish()  # what is on disk is read
        known = self.path is not None and Settings.load(self.path).recent
        self.update(recent=(entry, *(r for r in known or self.recent if r != entry))[:RECENT])


TABLE: dict[str, Setting] = rows(Settings)
"""Every setting by its key, in the order of the dialog."""
