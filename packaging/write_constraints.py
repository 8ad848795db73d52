"""Write ``packaging/constraints.txt``: the versions of all packages that were tested together.

    .venv/bin/python packaging/write_constraints.py

The versions are those installed beside the interpreter that runs this: of every package in
``pyproject.toml`` (with its extras, as far as they are installed) and of all that these need.
``environment.sh`` and the workflows install within these constraints, so that a fresh clone gets
what was tested, whatever was published since.
"""

import platform
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
NOT_HELD = ("brainviewer", "pip")
"""The project itself, and what installs it, which is as new as the environment brings it."""


def direct_requirements() -> Iterator[Requirement]:
    """What ``pyproject.toml`` names, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for texts in (project["dependencies"], *project["optional-dependencies"].values()):
        yield from map(Requirement, texts)


def installed_versions(requirements: Iterable[Requirement]) -> dict[str, Version]:
    """The public version of each installed package that the requirements lead to, by its name.

    Requirements whose marker is false here (another system, another Python) are left out.
    """
    versions: dict[str, Version] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(needed, "") for needed in requirements]
    while waiting:
        needed, extra = waiting.pop()
        if needed.marker is not None and not needed.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(needed.name)
        new = [(name, wanted) for wanted in ("", *needed.extras) if (name, wanted) not in seen]
        if not new or name in NOT_HELD:
            continue
        seen.update(new)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of an extra that is not installed
        versions[name] = Version(Version(found.version).public)
        needs = [Requirement(text) for text in found.requires or ()]
        waiting += [(need, wanted) for _, wanted in new for need in needs]
    return dict(sorted(versions.items()))


def constraints_text(versions: dict[str, Version]) -> str:
    """The file: one pinned version a line, under a comment that says where it was tested."""
    header = (
        "# The versions that were tested together, for `pip install --constraint`.\n"
        f"# Python {platform.python_version()}, {platform.system()} {platform.machine()}."
        " Written by packaging/write_constraints.py.\n"
    )
    return header + "".join(f"{name}=={version}\n" for name, version in versions.items())


if __name__ == "__main__":
    CONSTRAINTS.write_text(
        constraints_text(installed_versions(direct_requirements())), encoding="utf-8"
    )
