"""Commands for researchers: look at labelled data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from brainviewer.app.report.terminal import progress_bar, progress_line, results_only, show_tables
from brainviewer.cli.options import AsJson, GroupBy, argument, option
from brainviewer.cli.program import app
from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shown_text

data = typer.Typer(help="Look at a folder of labelled cases.", rich_markup_mode=None)
app.add_typer(data, name="data")


@data.callback()
def _data() -> None:
    """Look at a folder of labelled cases."""


@data.command()
def summary(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of labelled cases.")],
    out: Annotated[Path | None, option(help="Folder for summary.json and the plots.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a folder of labelled cases holds: classes, ages, sequences, sizes."""
    with results_only() as stdout:
        from brainviewer.cli.tables.results import summary_tables
        from brainviewer.training.labelled_data.cases import find_cases
        from brainviewer.training.labelled_data.summary import summarise, write_summary

        collection = find_cases(folder)
        record = summarise(collection, progress_line())
        if out is not None:
            write_summary(record, collection, out)
        show_tables(stdout, record, as_json, lambda width: summary_tables(record))


@data.command()
def audit(
    train_folder: Annotated[
        Path, typer.Argument(metavar="TRAIN", help="Folder with a folder of images per class.")
    ],
    test_folder: Annotated[
        Path | None, argument(metavar="TEST", help="The same for testing.")
    ] = None,
    html: Annotated[
        Path | None, option(metavar="FILE.html", help="Write a page with images.")
    ] = None,
    write_clean: Annotated[
        Path | None,
        option(metavar="LIST.csv", help="Write a split without copies, alike images in one fold."),
    ] = None,
    processes: Annotated[
        int | None, option(min=1, help="How many to use; by default one per core.")
    ] = None,
    group_by: GroupBy = None,
    as_json: AsJson = False,
) -> None:
    """Find copies, wrong labels, shortcuts and odd images in a set of single images."""
    with results_only() as stdout:
        from brainviewer.cli.tables.audit import audit_tables
        from brainviewer.files.writing import check_new_file, write_whole
        from brainviewer.training.audit import clean_split as clean
        from brainviewer.training.audit import page, record

        outputs = [file for file in (html, write_clean) if file is not None]
        for file in outputs:
            check_new_file(file)
        _refuse_sources(outputs, train_folder, test_folder)
        with progress_bar() as report:
            done = record.audit(train_folder, test_folder, processes, report, group_by or "")
        found = record.as_record(done)
        if html is not None:
            write_whole(html, page.as_page(done))
        if write_clean is not None:
            write_whole(write_clean, clean.as_table(done.clean))
        show_tables(stdout, found, as_json, lambda width: audit_tables(found))


def _refuse_sources(outputs: Sequence[Path], train: Path, test: Path | None) -> None:
    """Raises FileError if a result would replace an image, a table of labels or the other result.

    The images are only listed where something is there that would be replaced.
    """
    from brainviewer.files.ordinary_file import is_there, resolved
    from brainviewer.files.sources import refuse_source
    from brainviewer.training.labelled_data.image_lists import TABLE, list_images

    if len({resolved(file) for file in outputs}) < len(outputs):
        raise FileError(
            f"The page and the list would both be saved as '{shown_text(outputs[0].name)}'.",
            "Give two names.",
        )
    if not any(map(is_there, outputs)):
        return
    listing = list_images(train, test)
    images = [entry.path for entry in listing.entries]
    folders = {folder for image in images for folder in image.parents}
    tables = [folder / TABLE for folder in folders if folder.is_relative_to(listing.root)]
    for file in outputs:
        refuse_source(file, [*images, *tables])
