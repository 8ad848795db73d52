"""The images of "A reading from start to end" in the user guide, and a check of such a reading.

    PYTHONPATH=. xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_start_to_end_screenshots.py \\
        [--out FOLDER] [--theme light] [--study STUDY --prior STUDY] [--results FOLDER] [--all]

Mouse and keys alone do it, the dialogs included: open, hang, window, find, correct, measure,
compare, classify, mark a key image, report, export, save, close, and open again. Without STUDY it
is the synthetic demo study; only that may be shown in the guide.
"""

import argparse
import os
import tempfile
from pathlib import Path

import reading_results as results
import reading_steps as steps
from hands import CTRL, SHIFT, Hands
from make_reading_screenshots import removed
from make_screenshots import IN_GUIDE
from PySide6.QtCore import Qt
from synthetic_node import BEFORE, NOW, examinations

from brainviewer.app.settings.settings import Settings

WANTED = {
    *("reading-hung", "reading-corrected", "reading-measured", "reading-targets"),
    *("reading-key-image", "hang", "session", "export", "export-slices"),
}
"""The images of the guide."""


def read(hands: Hands, study: Path, prior: Path, place: Path) -> None:
    """One whole reading, and the same session opened again by its dialog and by a drop.

    place : an empty folder for what is saved, which images show.
    """
    steps.open_study(hands, study)
    steps.hang_and_window(hands)
    steps.find(hands)
    steps.correct(hands)
    steps.measure(hands)
    steps.compare(hands, prior)
    steps.classify(hands)
    steps.mark_key_image(hands)
    results.report(hands, place / "report.pdf")
    results.export_view(hands, place / "view.png")
    results.export_key_images(hands, place / "key-images")
    session = place / "reading.brainviewer"
    kept = results.save(hands, session)
    leave(hands)
    hands.name_in_dialog(session, lambda: hands.press(Qt.Key.Key_R, CTRL | SHIFT))
    results.is_back(hands, kept)
    leave(hands)
    hands.drop(session)
    results.is_back(hands, kept)


def leave(hands: Hands) -> None:
    """Close the window by its key, and start the program again."""
    hands.press(Qt.Key.Key_Q, CTRL)
    hands.wait(lambda: not hands.window.isVisible())
    hands.open_window(Settings.load())


def make(folder: Path, chosen: argparse.Namespace) -> None:
    """One whole reading. Raises AssertionError where something is not as it should be."""
    folder.mkdir(parents=True, exist_ok=True)
    study, prior = chosen.study, chosen.prior
    with tempfile.TemporaryDirectory(prefix="reading-") as above, removed(chosen.results):
        place = Path(above)
        chosen.results.mkdir(parents=True)
        if study is None or prior is None:
            examinations(place)
            study, prior = study or place / NOW.date, prior or place / BEFORE.date
        hands = Hands(folder, chosen.theme, WANTED, everything=chosen.all)
        read(hands, study, prior, chosen.results)
        hands.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    parser.add_argument("--study", type=Path, help="never for the guide")
    parser.add_argument("--prior", type=Path, help="never for the guide")
    parser.add_argument("--results", type=Path, default=Path("/tmp/reading"))
    parser.add_argument("--all", action="store_true", help="also those that are not in the guide")
    chosen = parser.parse_args()
    if (chosen.study or chosen.prior) and chosen.out is None:
        parser.error("images of your own study need a folder of their own: name it with --out")
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(BRAINVIEWER_HOME=home, LOGNAME="reader")  # images name the user
        make(chosen.out or IN_GUIDE[chosen.theme], chosen)


if __name__ == "__main__":
    main()
