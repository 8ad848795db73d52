"""What the application consists of and runs on: versions, engine, device, renderer, licences."""

import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from brainviewer import __version__
from brainviewer.assets import resources

_PACKAGE = "brainviewer"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST = 60
_KNOWN = {"Apache": "Apache-2.0", "Apache 2.0": "Apache-2.0"}


@dataclass(frozen=True)
class Part:
    """A package that the application stands on. licence : empty where it does not say one."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True)
class Shipped:
    """What comes with the application and is not its own. file : its licence in ``resources``."""

    name: str
    licence: str
    source: str
    file: str = ""


SHIPPED: tuple[Shipped, ...] = (
    Shipped("DejaVu Sans, the font of images", "Bitstream Vera and Arev licences",
            "dejavu-fonts.github.io", "fonts/LICENSE-DejaVu.txt"),
    Shipped("Material Design Icons, the icons of the tool bar", "Apache-2.0",
            "pictogrammers.com, brought by QtAwesome"),
    Shipped("The demo study, made from the ICBM 152 tissue maps", "ICBM 152 licence",
            "Fonov et al., NeuroImage 2011", "demo/LICENSE-ICBM152.txt"),
    Shipped("The atlas of lobes and structures, made from ICBM 2009a and Desikan-Killiany",
            "ICBM 152 licence, BSD-3-Clause", "resources/atlas/README.md",
            "atlas/LICENSES.txt"),
    Shipped("The networks of deepbet, which cut out the brain", "MIT",
            "Fisch et al., Computers in Biology and Medicine 2024", "models/deepbet/LICENSE"),
)  # fmt: skip


def parts() -> list[Part]:
    """The packages that the application needs, by name; none where it is not installed as one."""
    try:
        needed = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for line in needed:
        name = _NAME.match(line)
        if name is None or "extra ==" in line:
            continue
        try:
            found.append(_part(name[0]))
        except metadata.PackageNotFoundError:
            continue
    return sorted(found, key=lambda part: part.name.casefold())


def licence_of(package: str) -> str:
    """The licence of an installed package, as it names it; empty where it names none."""
    return _licence(metadata.metadata(package))


def licence_text(name: str) -> str:
    """The licences that a package carries, or the licence of what is shipped; empty if none."""
    for one in SHIPPED:
        if one.name == name:
            return (resources() / one.file).read_text("utf-8", "replace") if one.file else ""
    return "\n\n".join(
        file.read_text("utf-8")
        for file in metadata.files(name) or ()
        if re.fullmatch(r"(LICEN[CS]E|COPYING|NOTICE)[\w.-]*", file.name)
        and ".dist-info" in file.parts[0]
    )


def system() -> Sequence[tuple[str, str]]:
    """(name, value) of what the application runs on, as far as it needs no window."""
    return (
        ("BrainViewer", __version__),
        ("Python", f"{platform.python_version()} ({platform.machine()})"),
        ("System", f"{platform.system()} {platform.release()}"),
    )


def _part(name: str) -> Part:
    told = metadata.metadata(name)
    return Part(told["Name"], told["Version"], _licence(told))


def _licence(told: metadata.PackageMetadata) -> str:
    """The licence by the newest of the fields that name it; of old ones, where it is short."""
    fields = (told.get_all(name) for name in ("License-Expression", "License"))
    stated = next((str(field[0]) for field in fields if field), "")
    stated = _KNOWN.get(stated, stated)
    kinds = [
        line.rsplit(" :: ", 1)[-1]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License :: OSI")
    ]
    if not stated or len(stated) > _LONGEST or "\n" in stated or stated.startswith("LICENSE"):
        return ", ".join(kinds)
    return stated
