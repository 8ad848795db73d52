"""The command line: the same functions as the window, one command each.

Exit codes: 0 done, 2 the user's input is wrong (one sentence with advice), 1 a bug.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from typer.core import TyperGroup

from brainviewer import __version__
from brainviewer.app.terminal import complain, progress_line, results_only, show
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

if TYPE_CHECKING:
    from brainviewer.inference.engine import Engine as Runner

OpenWindow = Callable[[list[Path], bool], int]
"""Opens the window on the paths of a study, or on the demo study; returns an exit code."""

log = logging.getLogger(__name__)
_GLOBAL_FLAGS = ("--debug",)
_OWN_OPTIONS = ("--version", "--help", "-h")
_WINDOW = "window"
# Every mistake in a command line, whether typer carries a copy of click or uses click itself.
_UsageError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError"
)


class _WindowByDefault(TyperGroup):
    """``brainviewer STUDY`` is ``brainviewer window STUDY``; a name of a command wins."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        flags = [a for a in args[:1] if a in _GLOBAL_FLAGS]
        rest = args[len(flags) :]
        if not rest or (rest[0] not in self.commands and rest[0] not in _OWN_OPTIONS):
            self._refuse_misspelt(rest[:1])
            rest = [_WINDOW, *rest]
        return list(super().parse_args(ctx, [*flags, *rest]))

    def _refuse_misspelt(self, first: list[str]) -> None:
        if first and first[0].isalpha() and not Path(first[0]).exists():
            for meant in get_close_matches(first[0], self.commands, n=1, cutoff=0.75):
                raise BrainViewerError(
                    f"There is no command and no study called {first[0]}.",
                    f"Did you mean '{meant}'?",
                )


class Method(StrEnum):
    """How the tumour is looked for."""

    LESION = "lesion"
    THRESHOLD = "threshold"


class EngineName(StrEnum):
    """What runs the network."""

    AUTO = "auto"
    ONNX = "onnx"
    TENSORFLOW = "tensorflow"


app = typer.Typer(
    cls=_WindowByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A viewer for brain-tumour MR. Without a command, the window opens on the study.",
    epilog="Research use only, not for diagnosis.",
)

Study = Annotated[
    list[Path],
    typer.Argument(
        metavar="STUDY",
        help="A study's folder, or its files; a file may say its sequence: T1ce=scan.nii.gz",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Age = Annotated[
    float | None, typer.Option(help="Age of the patient in years; optional.", show_default=False)
]
Model = Annotated[str | None, typer.Option(help="Id of the model.", show_default=False)]
Engine = Annotated[EngineName, typer.Option(help="What runs the network.")]
FindBy = Annotated[Method, typer.Option(help="How the tumour is looked for.")]
Threshold = Annotated[float, typer.Option(help="FLAIR value for the method 'threshold'.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"BrainViewer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where a bug happened.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Options before the command."""


@app.command(_WINDOW)
def window(
    context: typer.Context,
    study: Annotated[list[Path] | None, typer.Argument(metavar="STUDY")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Open the synthetic demo study.")] = False,
) -> None:
    """Open the window (the same as no command at all)."""
    open_window: OpenWindow = context.obj
    raise typer.Exit(open_window(study or [], demo))


@app.command()
def info(study: Study, as_json: AsJson = False) -> None:
    """Say what a study holds."""
    with results_only() as out:
        from brainviewer.app.opening import open_study, study_info
        from brainviewer.app.telling import study_text

        opened = open_study(study, progress_line())
        record = study_info(opened)
        show(out, record, as_json, lambda: study_text(record))


@app.command()
def pick(
    study: Study,
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    mask: Annotated[
        Path | None, typer.Option(help="Save the lesion's mask here.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the tumour and its slice."""
    with results_only() as out:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.opening import open_study
        from brainviewer.app.records import finding_record
        from brainviewer.app.telling import finding_text

        opened = open_study(study, progress_line())
        finding = find_tumour(opened, method.value, threshold=threshold, report=progress_line())
        if mask is not None:
            from brainviewer.files.nifti_writer import write_mask

            lesion = np.zeros(opened.grid.shape, bool) if finding.mask is None else finding.mask
            write_mask(mask, lesion, opened.grid, opened.reference.file_grid)
        record = finding_record(finding)
        show(out, record, as_json, lambda: finding_text(record))


@app.command()
def classify(
    study: Study,
    model: Model = None,
    age: Age = None,
    slice_index: Annotated[
        int | None,
        typer.Option(
            "--slice", help="Axial slice, from 0; by default the tumour slice.", show_default=False
        ),
    ] = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Type the glioma: A, O or G."""
    with results_only() as out, _engine(engine, model) as runner:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.classifying import NotClassified
        from brainviewer.app.classifying import classify as classify_study
        from brainviewer.app.opening import open_study
        from brainviewer.app.records import classification_record, not_classified_record
        from brainviewer.app.telling import classification_text
        from brainviewer.inference.registry import DEFAULT_MODEL

        opened = open_study(study, progress_line())
        finding = find_tumour(opened, report=progress_line())
        try:
            result = classify_study(
                opened,
                finding,
                runner,
                model_id=model,
                age_years=age,
                slice_index=slice_index,
                report=progress_line(),
            )
            record = classification_record(result)
        except NotClassified as nothing:
            record = not_classified_record(model or DEFAULT_MODEL, str(nothing))
        record["notices"] = [*opened.notices, *finding.notices, *record["notices"]]
        show(out, record, as_json, lambda: classification_text(record))


@app.command()
def analyze(
    study: Study,
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the results.", show_default=False)
    ],
    method: FindBy = Method.LESION,
    threshold: Threshold = 450.0,
    model: Model = None,
    age: Age = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Do the whole job without a window: result.json, figure.png and volume.png."""
    with results_only() as out, _engine(engine, model) as runner:
        from brainviewer.app.analysing import analyze as analyze_study
        from brainviewer.app.opening import open_study
        from brainviewer.app.telling import analysis_text

        opened = open_study(study, progress_line())
        record = analyze_study(
            opened,
            folder,
            runner,
            method=method.value,
            threshold=threshold,
            model_id=model,
            age_years=age,
            report=progress_line(),
        )
        show(out, record, as_json, lambda: analysis_text(record, folder))


@app.command()
def export(
    study: Study,
    file: Annotated[
        Path,
        typer.Option("-o", "--output", help="PNG or TIFF file to write.", show_default=False),
    ],
    sequence: Annotated[
        Modality | None,
        typer.Option(case_sensitive=False, help="By default the first one.", show_default=False),
    ] = None,
    plane: Annotated[Plane, typer.Option(help="Plane of the slice.")] = Plane.AXIAL,
    slice_index: Annotated[
        str, typer.Option("--slice", metavar="auto|INDEX", help="From 0; auto: tumour slice.")
    ] = "auto",
    scale: Annotated[int, typer.Option(min=1, max=4, help="Pixels per point.")] = 2,
    heatmap: Annotated[
        bool, typer.Option("--heatmap", help="Classify, and draw where the network looked.")
    ] = False,
    annotations: Annotated[
        Path | None, typer.Option(help="Annotations to draw (JSON).", show_default=False)
    ] = None,
    model: Model = None,
    engine: Engine = EngineName.AUTO,
    as_json: AsJson = False,
) -> None:
    """Save one slice as a picture."""
    index = _slice_of(slice_index)
    with results_only() as out, _engine(engine, model) if heatmap else nullcontext() as runner:
        from brainviewer.analysis.tumour import find_tumour
        from brainviewer.app.exporting import export_picture
        from brainviewer.app.opening import open_study
        from brainviewer.files.journal import load_annotations
        from brainviewer.files.picture import check_picture_path

        check_picture_path(file)
        marks = load_annotations(annotations) if annotations is not None else ()
        opened = open_study(study, progress_line())
        finding = find_tumour(opened, report=progress_line())
        result = None
        if runner is not None:
            from brainviewer.app.classifying import classify as classify_study

            result = classify_study(
                opened,
                finding,
                runner,
                model_id=model,
                slice_index=index if isinstance(index, int) else None,
                report=progress_line(),
            )
        figure = export_picture(
            opened,
            file,
            modality=sequence,
            plane=plane,
            index=index,
            scale=scale,
            heatmap=heatmap,
            annotations=marks,
            finding=finding,
            classification=result,
            report=progress_line(),
        )
        record = {"file": str(file), **figure.provenance, "scale": scale}
        show(out, record, as_json, lambda: f"Written to {file}")


@app.command()
def models(as_json: AsJson = False) -> None:
    """Say which models are installed."""
    with results_only() as out:
        from brainviewer.app.records import model_record
        from brainviewer.app.telling import models_text
        from brainviewer.inference.registry import DEFAULT_MODEL, installed_models

        records = [model_record(card) for card in installed_models()]
        record = {"default": DEFAULT_MODEL, "models": records}
        show(out, record, as_json, lambda: models_text(records))


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Run a command line; returns its exit code.

    open_window : called when there is no command.
    """
    debug = "--debug" in arguments[:1]
    from brainviewer.app.log import start_log

    start_log(debug)
    try:
        code = app(
            args=list(arguments), prog_name="brainviewer", obj=open_window, standalone_mode=False
        )
        return code if isinstance(code, int) else 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except _UsageError as error:
        complain(_usage_sentence(error))
        return 2
    except typer.Abort:
        return 130  # interrupted from the keyboard
    except BrainViewerError as error:
        complain(str(error))
        return 2
    except BrokenPipeError:
        return 1  # whoever read the output has gone
    except Exception as error:
        # Messages may hold file names, so the log gets the places only.
        places = "".join(traceback.format_tb(error.__traceback__))
        log.error("A command failed unexpectedly: %s\n%s", type(error).__name__, places)
        complain(f"Something went wrong inside BrainViewer ({type(error).__name__}: {error}).")
        if debug:
            traceback.print_exc()
        else:
            complain("Run it again as 'brainviewer --debug …' to see where, and report it.")
        return 1


def _usage_sentence(error: Any) -> str:
    """What is wrong with the command line, and where help is."""
    command = error.ctx.command_path if error.ctx else "brainviewer"
    return f"{error.format_message().rstrip('.')}. See '{command} --help'."


def _engine(name: EngineName, model_id: str | None) -> "Runner":
    """An engine that loads the model while the study is read."""
    from brainviewer.inference.engine import Engine as Started
    from brainviewer.inference.registry import DEFAULT_MODEL, model

    card = model(model_id or DEFAULT_MODEL)
    started = Started(name.value)
    started.start(card)
    return started


def _slice_of(text: str) -> int | str:
    if text == "auto" or text.isdecimal():
        return text if text == "auto" else int(text)
    raise BrainViewerError(
        f"'{text}' is not a slice.", "Give its number, counted from 0, or 'auto'."
    )
