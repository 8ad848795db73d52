"""Commands for models: which are installed, add one's own, remove it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.options import AsJson, argument, option
from brainviewer.cli.program import app

if TYPE_CHECKING:
    from brainviewer.app.shared.models import Options
    from brainviewer.models.card import Card, ModelCard

models = typer.Typer(help="Say which models are installed; add your own.", rich_markup_mode=None)
app.add_typer(models, name="models", invoke_without_command=True)


@models.callback()
def installed(context: typer.Context, as_json: AsJson = False) -> None:
    """Say which models are installed; add your own, and remove it."""
    if context.invoked_subcommand is not None:
        return
    with results_only() as out:
        from brainviewer.app.report.text import models_text
        from brainviewer.models.registry import installed_models

        record = _record(installed_models())
        show(out, record, as_json, lambda: models_text(record))


def _record(cards: "Sequence[Card]") -> dict[str, Any]:
    from brainviewer.app.report.formats import Schema, with_schema
    from brainviewer.app.report.model_record import model_record
    from brainviewer.core.errors import ModelError
    from brainviewer.models.registry import DEFAULT_IMAGE_MODEL, DEFAULT_MODEL, own_models

    unusable = {name: str(one) for name, one in own_models().items() if isinstance(one, ModelError)}
    told = {
        "default": DEFAULT_MODEL,
        "default_for_images": DEFAULT_IMAGE_MODEL,
        "models": [model_record(card) for card in cards],
        "unusable": unusable,
    }
    return with_schema(Schema.MODELS, told)


@models.command()
def checklist(
    model_id: Annotated[str, argument(metavar="ID", help="One of 'brainviewer models'.")],
    as_json: AsJson = False,
) -> None:
    """Say which items of CLAIM and TRIPOD+AI a model answers, and where."""
    with results_only() as out:
        from brainviewer.app.report.checklist_text import checklist_record, checklist_text
        from brainviewer.app.report.formats import Schema, with_schema
        from brainviewer.models.registry import card_of

        card = card_of(model_id)
        record = with_schema(Schema.CHECKLIST, checklist_record(card))
        show(out, record, as_json, lambda: checklist_text(card))


@models.command()
def add(
    path: Annotated[
        Path,
        argument(
            metavar="PATH",
            help="A .keras, .onnx or .h5 file, a .json file with its .h5 beside it, a folder with "
            "one of them, or one that 'brainviewer train' made.",
        ),
    ],
    classes: Annotated[
        str, option(metavar="A,B,…", help="What its answers mean, in the order of the network.")
    ] = "",
    given: Annotated[
        str,
        option(
            "--input",
            metavar="KEY=VALUE,…",
            help="What it looks at: size=PIXELS; scale=0..1 (the values of black and white), "
            "imagenet or caffe; sequences=T1+FLAIR+T1ce for slices of a tumour, else single "
            "images; crop=contour (images) or lesion (slices).",
        ),
    ] = "",
    name: Annotated[str, option(help="What to call it; by default the name of the file.")] = "",
    as_json: AsJson = False,
) -> None:
    """Install a model of your own: checked, never executed, and marked as not measured here."""
    with results_only() as out:
        from brainviewer.app.shared.models import Options, add_model, check_may_change_models
        from brainviewer.training.packing.packing import packed

        codes = tuple(code.strip() for code in classes.split(",")) if classes else ()
        check_may_change_models()
        report = progress_line()
        with packed(path, name) as source:
            options = Options(codes, given, name)
            card = _asking(options, lambda some: add_model(source, some, report))
        show(out, _record([card]), as_json, lambda: _added(card))


@models.command()
def remove(
    model_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a model that you added.")],
) -> None:
    """Remove a model that you added."""
    with results_only() as out:
        from brainviewer.app.shared.models import remove_model

        remove_model(model_id)
        out.write(f"Removed {model_id}.\n")


def _asking(options: "Options", add_with: "Callable[[Options], ModelCard]") -> "ModelCard":
    """Add a model; what neither files nor options say is asked for on a terminal."""
    from brainviewer.models.installation.standard_graph import NotTold

    while True:
        try:
            return add_with(options)
        except NotTold as missing:
            if not _on_terminal():
                raise
            typer.echo(str(missing), err=True)
            answer = typer.prompt(missing.option.removeprefix("--"), err=True)
            if missing.option == "--classes":
                codes = tuple(code.strip() for code in answer.split(","))
                options = replace(options, classes=codes)
            else:
                entry = answer if "=" in answer else f"{missing.key}={answer}"
                options = replace(options, input=",".join(filter(None, (options.input, entry))))


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _added(card: "ModelCard") -> str:
    kind, use = ("images", "IMAGE") if card.of_images else ("studies", "STUDY")
    heat = "with" if card.network is not None and card.network.dense_layer else "without"
    return (
        f"Added {card.id}: {card.name}, for {kind}, {heat} heatmap.\n"
        f"Classes: {', '.join(card.codes)}\n"
        f"It was not measured here{'' if card.calibrated else ', and is not calibrated'}.\n"
        f"'brainviewer classify {use} --model {card.id}' asks it, and the window offers it under "
        "Tumour, Model."
    )
