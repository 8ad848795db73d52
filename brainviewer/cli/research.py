"""Commands for researchers: train a model, measure it, compare it with others."""

import os
from pathlib import Path
from typing import Annotated

import typer

from brainviewer.app.report.terminal import (
    complain,
    progress_bar,
    results_only,
    show_tables,
    shown_lines,
)
from brainviewer.assets import resources
from brainviewer.cli.options import AsJson, GroupBy, argument, option
from brainviewer.cli.program import app
from brainviewer.core.errors import FileError

RECIPES = sorted(file.stem for file in (resources() / "recipes").rglob("*.toml"))


@app.command()
def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE", help=f"A TOML file, or one that ships: {', '.join(RECIPES)}."
        ),
    ],
    folder: Annotated[Path, option("--data", help="Folder of labelled cases.")],
    out: Annotated[Path, option(help="Folder for the run.")],
    found: Annotated[
        Path | None,
        option(
            help="What a detector that never saw the cases found in them, as 'evaluate' writes it "
            "for a lesion-outline run."
        ),
    ] = None,
    threads: Annotated[
        int | None, option(min=1, help="Processor cores to use; by default all.")
    ] = None,
    fold: Annotated[
        str | None,
        option(help="Single images: the fold to test on, or 'all'; by default the last."),
    ] = None,
    epochs: Annotated[
        int | None, option(min=1, help="Single images: short for --set training.epochs=N.")
    ] = None,
    batch: Annotated[int | None, option(min=1, help="Short for --set training.batch=N.")] = None,
    size: Annotated[
        int | None, option(min=16, max=1024, help="Pixels; short for --set input.size=N.")
    ] = None,
    weights: Annotated[
        str | None,
        option(
            metavar="imagenet|FILE|MODEL|none|DIR",
            help="Transfer recipes: what the base starts from. "
            "resnet50-tumour and resnet50-glioma: the folder with the arrays that they start from.",
        ),
    ] = None,
    limit: Annotated[
        int | None, option(min=1, help="Single images: at most so many of each class and fold.")
    ] = None,
    split: Annotated[
        Path | None,
        option(
            metavar="LIST.csv",
            help="Single images: the split that 'data audit --write-clean' wrote.",
        ),
    ] = None,
    group_by: GroupBy = None,
    exclude: Annotated[
        Path | None,
        option(metavar="LIST", help="Single images: a file with those to leave out, one a line."),
    ] = None,
    only: Annotated[
        list[str] | None,
        option(metavar="NETWORK", help="Grids: train this network; may be given again."),
    ] = None,
    augmented: Annotated[
        Path | None,
        option(metavar="DIR", help="Single images: write the varied training images there."),
    ] = None,
    logs: Annotated[
        Path | None, option(metavar="DIR", help="Single images: write TensorBoard logs there.")
    ] = None,
    runs: Annotated[
        list[Path] | None,
        option(metavar="DIR", help="ensemble-vote: folder of finished runs; may be given again."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        option(
            "--set",
            metavar="KEY=VALUE",
            help="Another value for a key of the recipe, such as training.batch=8; may be given "
            "again.",
        ),
    ] = None,
    seed: Annotated[int | None, option(min=0, help="Short for --set seed=N.")] = None,
    seeds: Annotated[
        str | None,
        option(metavar="N,N,...", help="Train once with each; 'evaluate' tells how far they vary."),
    ] = None,
) -> None:
    """Train a model; the same command again goes on where it was stopped."""
    with results_only() as stdout:
        from brainviewer import training
        from brainviewer.training.image_classification.recipes.options import Options
        from brainviewer.training.runs.repeated import parse_seeds

        if seed is not None and seeds is not None:
            raise FileError("There is either one seed or several.", "Leave --seed or --seeds out.")
        short = {
            "training.epochs": epochs, "training.batch": batch, "input.size": size, "seed": seed
        }  # fmt: skip
        given = [f"{key}={value}" for key, value in short.items() if value is not None]
        numbers = () if seeds is None else parse_seeds(seeds)
        options = Options(
            fold=fold,
            weights=weights or "",
            limit=limit,
            only=tuple(only or ()),
            exclude=exclude,
            augmented=augmented,
            logs=logs,
            runs=tuple(runs or ()),
            split=split,
            group_by=group_by or "",
            settings=(*(settings or ()), *given),
            threads=threads or os.cpu_count() or 1,
        )
        try:
            with progress_bar() as report:
                said = training.train(
                    recipe,
                    folder,
                    out,
                    seeds=numbers,
                    options=options,
                    found=found,
                    report=report,
                    tell=complain,
                )
        except KeyboardInterrupt:
            complain("Stopped; run the same command again to go on.")
            raise typer.Exit(130) from None
        stdout.write(shown_lines(said))


@app.command()
def evaluate(
    what: Annotated[
        str, typer.Argument(metavar="RUN|MODEL", help="Folder of a run, or id of a model.")
    ],
    recipe: Annotated[str | None, option(help="By default the one of the run.")] = None,
    folder: Annotated[
        Path | None,
        option(
            "--data",
            help="Its labelled cases; by default where they were. Of a model, or of a network for "
            "single images: labelled cases of your own to test it on.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        option(
            metavar="FILE.json",
            help="File for the figures, with the plots beside it; by default in the run.",
        ),
    ] = None,
    strange: Annotated[
        Path | None,
        option(
            metavar="DIR",
            help="Single images: a folder for each kind of those that are out of scope.",
        ),
    ] = None,
    heatmaps: Annotated[
        int | None,
        option(
            metavar="N",
            min=1,
            max=400,
            help="Runs for single images: where the network looked in N images that it never saw, "
            "as heatmaps.png.",
        ),
    ] = None,
    group_by: GroupBy = None,
    keep: Annotated[
        bool,
        option(help="Keep the figures in the card of MODEL, one that you added; needs --data."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a run on patients that its networks never saw, or any model on your own cases."""
    with results_only() as stdout:
        from brainviewer import training
        from brainviewer.cli.tables.comparison import external_tables
        from brainviewer.cli.tables.results import evaluation_tables
        from brainviewer.models.installation import external_tests
        from brainviewer.training.evaluation_runs import is_external

        if heatmaps is not None and (not Path(what).is_dir() or (folder and is_external(what))):
            raise FileError(
                "Heatmaps are made of images that a run has tested.",
                "Give the folder of a run, without --data, or leave --heatmaps out.",
            )
        if keep:
            from brainviewer.app.shared.models import check_may_change_models, keep_external_test

            check_may_change_models()
            external_tests.check_keeps_tests(what, folder)
        with progress_bar() as report:
            record = training.evaluate(
                what,
                folder,
                out,
                recipe=recipe,
                ood_images=strange,
                group_by=group_by or "",
                report=report,
            )
        if keep:
            from brainviewer.training.external.external_test import external_entry

            keep_external_test(what, external_entry(record))
            complain(f"Kept in the card of {what}.")
        if heatmaps is not None:
            from brainviewer.training.runs.heatmaps import HEATMAPS_FILE, write_heatmaps

            sheet = (out or Path(what) / "none").with_name(HEATMAPS_FILE)
            with progress_bar() as report:
                said = write_heatmaps(Path(what), heatmaps, sheet, report, folder)
            complain(said)
        if "answered" in record:
            show_tables(stdout, record, as_json, lambda width: external_tables(record))
        else:
            show_tables(stdout, record, as_json, lambda width: evaluation_tables(record, width))


@app.command("compare-models")
def compare_models(
    first: Annotated[str, typer.Argument(metavar="A", help="Id of a model, or folder of a run.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    folder: Annotated[Path, option("--data", help="Labelled cases that both are asked about.")],
    html: Annotated[Path | None, option(metavar="FILE.html", help="Write it as a page.")] = None,
    group_by: GroupBy = None,
    as_json: AsJson = False,
) -> None:
    """Compare two models on the same patients: differences, their intervals, and tests."""
    with results_only() as stdout:
        from brainviewer.cli.tables.comparison import comparison_tables
        from brainviewer.files.sources import refuse_source
        from brainviewer.files.writing import check_new_file, write_whole
        from brainviewer.training.external.comparison import compare

        if html is not None:
            check_new_file(html)
            refuse_source(html, folder.rglob("*"))
        with progress_bar() as report:
            record, *answers = compare(first, second, folder, report, group_by or "")
        if html is not None:
            from brainviewer.training.external.page import comparison_page

            write_whole(html, comparison_page(record, *answers))
        show_tables(stdout, record, as_json, lambda width: comparison_tables(record))


@app.command()
def leaderboard(
    folder: Annotated[
        Path | None,
        argument(
            metavar="DIR",
            help="Folder of finished runs; by default the results that come with BrainViewer.",
        ),
    ] = None,
    html: Annotated[Path | None, option(metavar="FILE.html", help="Write it as a page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare networks for single images, on patients kept apart and under a leaky split."""
    with results_only() as stdout:
        from brainviewer.cli.tables.leaderboard import leaderboard_tables
        from brainviewer.files.sources import refuse_source
        from brainviewer.files.writing import check_new_file, write_whole
        from brainviewer.training.leaderboard import entries, page, record

        results = folder or resources() / "leaderboard"
        if html is not None:
            check_new_file(html)
            refuse_source(html, results.rglob("*.json"))
        tables = entries.read_tables(results)
        found = record.as_record(tables)
        if html is not None:
            write_whole(html, page.as_page(tables))
        show_tables(stdout, found, as_json, lambda width: leaderboard_tables(found, width))
