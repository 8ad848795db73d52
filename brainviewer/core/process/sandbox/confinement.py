"""What the processes give up that read foreign files and run networks; see ``SECURITY.md``."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from brainviewer.core.process.sandbox.file_rights import allow_reading_only, landlock_version
from brainviewer.core.process.sandbox.system_call_filter import (
    can_filter,
    decoder_filter,
    engine_filter,
    give_up_privileges,
    install,
)

NO_NETWORK = "no network"
NO_PROGRAMS = "no other programs"
NO_WRITING = "no writing"
NO_FILES = "no files but those it is given"
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_PACKAGE = Path(__file__).parents[3]
_OF_SITES = ("site-packages", "dist-packages")


def confine_decoder() -> tuple[str, ...]:
    """Let this process read what it is given, and the program itself, and nothing else.

    To be called before the first file, while there is one thread. Returns the protections that
    hold now; see ``protections``.
    """
    if not give_up_privileges():
        return ()
    ruled = allow_reading_only(_program_places(sys.path))
    filtered = install(decoder_filter(os.uname().machine, os.getpid()))
    return _held(filtered, ruled)


def confine_engine() -> tuple[str, ...]:
    """Let this process open no socket to a network, by whatever library."""
    held = give_up_privileges() and install(engine_filter(os.uname().machine))
    return (NO_NETWORK,) if held else ()


def protections() -> tuple[str, ...]:
    """What this system takes away from the process that decodes: all, some or none of them."""
    return _held(can_filter(), landlock_version() > 0)


def _held(filtered: bool, ruled: bool) -> tuple[str, ...]:
    held = [NO_NETWORK, NO_PROGRAMS] if filtered else []
    if filtered or ruled:
        held.append(NO_WRITING)
    return (*held, NO_FILES) if ruled else tuple(held)


def _program_places(search: Sequence[str]) -> Iterator[str]:
    """Where Python, the packages and the libraries of the system lie; no folder of the user.

    search : where modules are looked for (``sys.path``). Of a checkout, the program alone.
    """
    yield from _LIBRARIES
    yield from os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    yield str(_PACKAGE)
    for root in {sys.prefix, sys.base_prefix, sys.exec_prefix}:
        yield str(Path(root, "lib"))
    if frozen := getattr(sys, "_MEIPASS", ""):
        yield frozen
    homes = {Path.home(), *Path.home().parents}
    for place in map(Path, search):
        beside_the_program = place == _PACKAGE.parent and place.name not in _OF_SITES
        if place.is_absolute() and not beside_the_program and place not in homes:
            yield str(place)
