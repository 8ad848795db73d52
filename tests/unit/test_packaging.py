"""What is installed in a fresh clone is what was tested, and the floors of coverage can fail."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from coverage import Coverage
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from brainviewer import __version__
from tests import pacs_servers

ROOT = Path(__file__).resolve().parents[2]
_AT_THE_TOP = """
.ci .github .gitignore .pre-commit-config.yaml CHANGELOG.md CITATION.cff CONTRIBUTING.md LICENSE
PRIVACY.md README.md SECURITY.md brainviewer docs main.py packaging pyproject.toml resources tests
"""


def script(name: str) -> ModuleType:
    """A script of ``packaging/`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_lies_at_the_top_that_does_not_belong_there() -> None:
    """What a trial leaves in the folder that it runs in is not added unseen."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no clone: what is kept is not known")
    assert {line.split("/")[0] for line in listed.stdout.splitlines()} == set(_AT_THE_TOP.split())


def test_every_package_that_is_named_is_pinned_to_a_version_that_fits() -> None:
    constraints = script("write_constraints")
    lines = constraints.CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    versions = {name: Version(text) for name, text in pinned.items()}
    assert list(pinned) == sorted(pinned)
    for needed in constraints.direct_requirements():
        name = canonicalize_name(needed.name)
        # Of the extra train alone: torch has builds for each kind of machine, monai rests on it.
        if name in ("torch", "monai"):
            continue
        assert name in versions, "run: python packaging/write_constraints.py"
        assert versions[name] in needed.specifier, "run: python packaging/write_constraints.py"


def test_the_constraints_are_the_installed_versions_without_local_parts() -> None:
    constraints = script("write_constraints")
    found = constraints.installed_versions(constraints.direct_requirements())
    assert {"numpy", "pyside6-essentials", "shiboken6", "pytest"} <= found.keys()
    assert "brainviewer" not in found
    assert all(version.local is None for version in found.values())
    text = constraints.constraints_text({"numpy": Version("2.4.6")})
    assert text.splitlines()[-1] == "numpy==2.4.6"


def imported(file: Path) -> set[str]:
    """The packages that a module imports anywhere in it, without the standard library."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"brainviewer"}


def test_every_package_that_the_program_imports_comes_with_it() -> None:
    """The tests run with the extras: what only an extra brings is missed at a user's alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def named(texts: list[str]) -> set[str]:
        return {canonicalize_name(Requirement(text).name) for text in texts}

    # Qt's bindings bring theirs, at the same version.
    always = named(project["dependencies"]) | {"shiboken6"}
    # Said in a sentence where the extra is not installed.
    training = named(project["optional-dependencies"]["train"])
    # Not installed with the tests.
    by_import = {**packages_distributions(), "sklearn": ["scikit-learn"]}
    missed: dict[str, list[str]] = {}
    for file in sorted((ROOT / "brainviewer").rglob("*.py")):
        room = file.relative_to(ROOT / "brainviewer").parts[0]
        there = always | training if room == "training" else always
        for package in imported(file):
            if not there & {canonicalize_name(name) for name in by_import.get(package, [package])}:
                missed.setdefault(package, []).append(str(file.relative_to(ROOT)))
    assert missed == {}


def test_a_room_below_its_floor_fails() -> None:
    floor = script("coverage_floor")
    enough = dict.fromkeys(floor.FLOORS, 95.0)
    assert floor.below_floor(enough) == []
    (said,) = floor.below_floor({**enough, "core": 94.9})
    assert said.startswith("core: 94.9 %")
    assert len(floor.below_floor({})) == len(floor.FLOORS)


def test_lines_are_counted_by_room_with_modules_that_nothing_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = script("coverage_floor")
    package = tmp_path / "brainviewer"
    for name, text in {
        "core/run.py": "a = 1\nb = 2\n",
        "core/part.py": "def f():\n    return 1\n",
        "files/never.py": "a = 1\n",
        "training/left_out.py": "a = 1\n",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    monkeypatch.setattr(floor, "PACKAGE", package)
    data = Coverage(data_file=None, config_file=False)
    data.get_data().add_lines(
        {str(package / "core/run.py"): [1, 2], str(package / "core/part.py"): [1]}
    )
    assert floor.coverage_by_room(data) == {"core": 75.0, "files": 0.0}


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert citation["license"] == "Apache-2.0"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", changes, re.MULTILINE)
    assert titles[0] == "Unreleased"
    assert f"{__version__} ({citation['date-released']})" in titles


def test_checks_before_a_commit_are_those_of_continuous_integration() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in re.findall(r"^\.venv/bin/(.+?)(?: \.)?$", run, re.MULTILINE):
        assert any(entry.removeprefix(".venv/bin/").startswith(command) for entry in entries), (
            command
        )


@pytest.mark.parametrize("system", ["linux", "windows", "macos"])
def test_workflows_name_scripts_that_exist(system: str) -> None:
    text = (ROOT / ".github" / "workflows" / f"{system}.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["jobs"]
    assert "Untried" in text
    for name in re.findall(r"(?:packaging|\.ci|tests)/[\w./-]*\w", text):
        assert (ROOT / name).exists(), name


@pytest.mark.skipif(sys.platform == "win32", reason="a script of bash")
def test_where_the_tested_versions_are_missing_newer_ones_are_installed(tmp_path: Path) -> None:
    called = tmp_path / "called"
    pretend = (
        f"source '{ROOT}/packaging/environment.sh'; set -eu\n"
        "install_libraries() { :; }; make_venv() { :; }; fingerprint() { echo 1; }\n"
        f"ROOT='{tmp_path}'; mkdir -p \"$ROOT/.venv\"\n"
        f"pip_install() {{ echo \"$*\" >>'{called}'; [ $# -eq 1 ]; }}\n"
        "prepare test\n"
    )
    done = subprocess.run(["bash", "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = called.read_text().splitlines()
    assert first == f"{tmp_path}[test] --constraint {ROOT}/packaging/constraints.txt"
    assert second == f"{tmp_path}[test]"
    assert "tested versions" in done.stderr
    assert (tmp_path / ".venv" / ".brainviewer-app").exists()


def test_the_pacs_nodes_of_the_tests_are_installed() -> None:
    # Where they are missing their tests are skipped, so that nothing else would tell.
    listed = f"source '{ROOT}/packaging/environment.sh'; printf '%s' \"$TEST_PROGRAMS\""
    done = subprocess.run(["bash", "-c", listed], capture_output=True, text=True, check=True)
    packages = {line.split()[1] for line in done.stdout.splitlines() if line}
    assert {*pacs_servers.PROGRAMS.values(), "orthanc-dicomweb"} <= packages
