"""Write what BrainViewer consists of: as CycloneDX JSON, and as a table of licences.

    .venv/bin/python packaging/sbom/write_sbom.py [--json OUT.json] [--table docs/third-party.md]

The packages are those installed beside the interpreter that runs this which the program needs to
run, without those that only test and train it; beside them fonts, icons, atlas, demo and models.
The same environment gives the same bytes: no time, no serial number, no path, no address of a
package index.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution, metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
sys.path.insert(0, str(ROOT))

from write_constraints import installed_versions  # noqa: E402

from brainviewer import __version__  # noqa: E402
from brainviewer.gui.help.versions import SHIPPED, licence_of  # noqa: E402
from brainviewer.models.registry import installed_models  # noqa: E402

SPEC = "1.6"
_ROOT_REF = "brainviewer"
_SPDX = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+|[()])*")
_WORDS = {
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def needed() -> tuple[str, ...]:
    """The packages without which the program does not run, those that these need among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return tuple(installed_versions(map(Requirement, project["dependencies"])))


def licence(package: str) -> str:
    """The licence of a package in few words; empty where it names none."""
    said = licence_of(package)
    return ", ".join(_WORDS.get(word, word) for word in said.split(", "))


def bill() -> dict[str, Any]:
    """The whole, as CycloneDX says it."""
    packages = needed()
    parts = [_package(name) for name in packages]
    parts += [_shipped(one.name, one.licence) for one in SHIPPED]
    parts += [_model(card.id, card.version) for card in installed_models() if not card.own]
    refs = {name: _ref(name) for name in packages}
    edges = [{"ref": refs[name], "dependsOn": _needs(name, refs)} for name in packages]
    others = [part["bom-ref"] for part in parts if part["bom-ref"] not in refs.values()]
    direct = sorted(refs[name] for name in _direct() if name in refs)
    edges.append({"ref": _ROOT_REF, "dependsOn": sorted([*direct, *others])})
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": _ROOT_REF,
                "name": "brainviewer",
                "version": __version__,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
            "properties": [{"name": "cdx:reproducible", "value": "true"}],
        },
        "components": sorted(parts, key=lambda part: part["bom-ref"]),
        "dependencies": sorted(edges, key=lambda edge: edge["ref"]),
    }


def table() -> str:
    """The page with everybody's licence."""
    lines = [(name, licence(name) or "see its own page") for name in needed()]
    lines += [(f"*{one.name}*", one.licence) for one in SHIPPED]
    lines += [(f"model `{card.id}`", _MODELS.get(card.id, _OURS)) for card in installed_models()]
    rows = "\n".join(f"| {name} | {said} |" for name, said in lines)
    return f"""# Parts of others, and their licences

What a built BrainViewer consists of beside its own code, which is under the Apache License 2.0.
Written by `packaging/sbom/write_sbom.py` from what packages say of themselves; `--json OUT.json`
writes the same with versions, as CycloneDX. *Help › About BrainViewer* shows licences in full.

| part | licence |
| --- | --- |
{rows}
"""


_OURS = "Apache-2.0; trained on public collections that the model's card names"
_MODELS = {"deepbet": "MIT, of its authors (resources/models/deepbet/LICENSE)"}


def _direct() -> Iterable[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return (canonicalize_name(Requirement(text).name) for text in project["dependencies"])


def _ref(name: str) -> str:
    return f"pkg:pypi/{canonicalize_name(name)}@{distribution(name).version}"


def _package(name: str) -> dict[str, Any]:
    told = metadata(name)
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": _ref(name),
        "name": told["Name"],
        "version": told["Version"],
        "purl": _ref(name),
    }
    return _licensed(part, licence(name))


def _shipped(name: str, said: str) -> dict[str, Any]:
    return _licensed({"type": "file", "bom-ref": f"file:{name}", "name": name}, said)


def _model(name: str, version: str) -> dict[str, Any]:
    part = {"type": "machine-learning-model", "bom-ref": f"model:{name}", "name": name}
    return _licensed({**part, "version": version}, "MIT" if name in _MODELS else "Apache-2.0")


def _licensed(part: dict[str, Any], said: str) -> dict[str, Any]:
    if _SPDX.fullmatch(said) and (" OR " in said or " AND " in said):
        return {**part, "licenses": [{"expression": said}]}
    return {**part, "licenses": [{"license": {"name": said}}]} if said else part


def _needs(name: str, refs: dict[str, str]) -> list[str]:
    found = set()
    for text in distribution(name).requires or ():
        wanted = Requirement(text)
        key = canonicalize_name(wanted.name)
        if key in refs and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            found.add(refs[key])
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    if options.table:
        options.table.write_text(table(), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if not (options.table or options.json):
        print(json.dumps(bill(), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
