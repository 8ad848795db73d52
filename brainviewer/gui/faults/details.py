"""The text that goes with a report of an error; it names nobody and no file."""

from collections.abc import Iterable, Sequence

from brainviewer.app.faults.faults import Fault
from brainviewer.app.log import recent_lines
from brainviewer.core.counting import counted
from brainviewer.files.unexpected_end.crash_trace import LeftTrace


def fault_details(faults: Iterable[Fault], system: Sequence[tuple[str, str]]) -> str:
    """What went wrong, where the program runs, and the end of the log.

    system : (name, value); see ``running_on``.
    """
    parts: list[str] = []
    for fault in faults:
        times = counted(fault.times, "time", "times")
        head = f"{fault.last:%Y-%m-%d %H:%M:%S %z}, {times}"
        parts.append("\n".join((head, *fault.lines)))
    parts.append(_table(system))
    if lines := recent_lines():
        parts.append("\n".join(("Log:", *lines)))
    return "\n\n".join(parts)


def trace_details(trace: LeftTrace, system: Sequence[tuple[str, str]]) -> str:
    """What the crashed program left, and where it runs now."""
    head = f"{trace.when:%Y-%m-%d %H:%M:%S %z}"
    return "\n\n".join(("\n".join((head, *trace.lines)), _table((("Now", ""), *system))))


def _table(system: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}".strip() for name, value in system)
