"""The program itself: its options, how it ends, and the window when there is no command."""

import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from brainviewer import __version__
from brainviewer.app.report.terminal import complain, end_remarks, open_closed_streams
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.files.accounts.traces import there_may_be_accounts
from brainviewer.files.ordinary_file import DISK_FULL, told_by_the_system

OpenWindow = Callable[[list[Path], bool], int]
"""Opens the window on the paths of a study, or on the demo study; returns an exit code."""

log = logging.getLogger(__name__)
_TOKEN_FILE = "--token-file"
_OWN_OPTIONS = ("--version", "--help", "-h")
_WINDOW = "window"
# Every mistake in a command line, whether typer carries a copy of click or uses click itself.
_UsageError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError"
)


class _WindowByDefault(TyperGroup):
    """``brainviewer STUDY`` is ``brainviewer window STUDY``; a name of a command wins."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        flags = _global_options(args)
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


def _global_options(args: Sequence[str]) -> list[str]:
    """What stands before the command, or before the study that the window opens."""
    count = 0
    while count < len(args):
        if args[count] == "--debug" or args[count].startswith(f"{_TOKEN_FILE}="):
            count += 1
        elif args[count] == _TOKEN_FILE:
            count += 2
        else:
            break
    return list(args[:count])


app = typer.Typer(
    cls=_WindowByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A viewer for brain-tumour MR. Without a command, the window opens on the study.",
    epilog="Research use only, not for diagnosis.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"BrainViewer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where a bug happened.")] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(
            _TOKEN_FILE, metavar="FILE", help="Sign in by a token, where readers sign in."
        ),
    ] = None,
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


_NOBODY_READS = 141
"""Whoever read the output has gone: 128 + SIGPIPE, as of other programs."""


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Run a command line; returns its exit code.

    open_window : called when there is no command.
    """
    open_closed_streams()
    debug = "--debug" in _global_options(arguments)
    from brainviewer.app.log import start_log

    start_log(debug)
    try:
        Path.cwd()
    except OSError:
        complain(
            "The folder that this was started in is no longer there. "
            "Change to another folder and try again."
        )
        return 2
    code = _ran(arguments, open_window, debug)
    end_remarks(say=code == 0)
    return code


def _ran(arguments: Sequence[str], open_window: OpenWindow, debug: bool) -> int:
    try:
        code = _commands()(
            args=list(arguments), prog_name="brainviewer", obj=open_window, standalone_mode=False
        )
        return code if isinstance(code, int) else 0
    except SystemExit as end:
        return _code_of(end)
    except _UsageError as error:
        complain(_usage_sentence(error))
        return 2
    except typer.Abort:
        return 130  # interrupted from the keyboard
    except BrainViewerError as error:
        complain(str(error))
        return 2
    except BrokenPipeError:
        return _NOBODY_READS
    except Exception as error:
        if said := told_by_the_system(error):
            complain(str(said))
            return 2
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            # Of the file, say, that the output is sent to.
            complain("The disk is full. Free some space, and try again.")
            return 2
        log.error("A command failed unexpectedly.", exc_info=error)
        complain(f"Something went wrong inside BrainViewer ({type(error).__name__}: {error}).")
        if debug:
            # Each line by itself: names in it may hold control codes.
            for line in "".join(traceback.format_exception(error)).splitlines():
                print(shown_text(line), file=sys.stderr)
        else:
            complain("Run it again as 'brainviewer --debug …' to see where, and report it.")
        return 1


def _commands() -> Any:
    """All commands; where there may be accounts, they ask who runs them."""
    if not there_may_be_accounts():
        return app
    from brainviewer.cli.signing_in import guard

    commands = get_command(app)
    guard(commands)
    return commands


def _code_of(end: SystemExit) -> int:
    if isinstance(end.__context__, BrokenPipeError):  # caught by the library of commands
        return _NOBODY_READS
    return end.code if isinstance(end.code, int) else int(end.code is not None)


def _usage_sentence(error: Any) -> str:
    """What is wrong with the command line, and where help is."""
    command = error.ctx.command_path if error.ctx else "brainviewer"
    said = error.format_message().rstrip(".")
    return f"{said}{'' if said.endswith('?') else '.'} See '{command} --help'."
