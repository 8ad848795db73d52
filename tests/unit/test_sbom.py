"""What is built in is known: every package and part, by its licence; nothing under a copyleft."""

import ast
import importlib.util
import json
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from brainviewer.assets import resources
from brainviewer.gui.help.versions import SHIPPED

ROOT = Path(__file__).parents[2]
BESIDE = {"torch", "monai", "sklearn", "joblib"}
"""What the extra *train* brings, or what is used where it happens to be there."""


def script(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    return script("packaging/sbom/write_sbom.py")


@pytest.fixture(scope="module")
def text(sbom: ModuleType) -> str:
    return json.dumps(sbom.bill(), indent=1, ensure_ascii=False)


def test_it_is_valid_whole_and_the_same_again(sbom: ModuleType, text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert json.dumps(sbom.bill(), indent=1, ensure_ascii=False) == text
    made = json.loads(text)
    refs = {part["bom-ref"] for part in made["components"]}
    assert len(refs) == len(made["components"])
    reached, waiting = set(), ["brainviewer"]
    edges = {edge["ref"]: edge["dependsOn"] for edge in made["dependencies"]}
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += edges.get(one, [])
    assert reached - {"brainviewer"} == refs


def test_it_names_no_machine_time_or_host(text: str) -> None:
    for told in (str(ROOT), str(Path.home()), sys.prefix, "timestamp", "serialNumber"):
        assert told not in text
    assert set(re.findall(r"https?://([\w.-]+)", text)) == {"cyclonedx.org"}


def test_nothing_that_only_tests_is_in_it(text: str) -> None:
    names = {part["name"].casefold() for part in json.loads(text)["components"]}
    assert not names & {"pytest", "ruff", "mypy", "hypothesis", "atheris", "cyclonedx-bom", "torch"}
    assert {"numpy", "vtk", "pydicom", "argon2-cffi", "zxcvbn"} <= names


def test_no_part_is_under_a_copyleft_alone(sbom: ModuleType) -> None:
    """LGPL, which Qt is under, allows to be linked; so do parts that leave the choice."""
    for name in sbom.needed():
        choices = re.split(" OR ", sbom.licence(name))
        free = [one for one in choices if not re.search(r"(?<!L)GPL|General Public", one)]
        assert free, f"{name}: {sbom.licence(name)}"


def test_all_that_is_imported_is_in_it(sbom: ModuleType) -> None:
    known, owners = set(sbom.needed()), packages_distributions()
    for path in (ROOT / "brainviewer").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for top in {name.split(".")[0] for name in names}:
                if top in sys.stdlib_module_names | BESIDE | {"brainviewer"}:
                    continue
                of = {canonicalize_name(owner) for owner in owners.get(top, ())}
                assert of & known or not of, f"{path}: {top}"


def test_fonts_icons_atlas_demo_and_models_are_listed(sbom: ModuleType, text: str) -> None:
    """Each folder of ``resources`` with a licence of others is named, with that file."""
    named = {one.file.split("/")[0] for one in SHIPPED if one.file}
    licences = [
        path.relative_to(resources())
        for path in resources().rglob("*")
        if re.match(r"LICEN[CS]E", path.name)
    ]
    assert len(licences) >= 4
    for path in licences:
        assert str(path) in {one.file for one in SHIPPED}, path
    assert {"fonts", "atlas", "demo", "models"} <= named
    listed = {part["name"]: part for part in json.loads(text)["components"]}
    for one in SHIPPED:
        assert listed[one.name]["licenses"]
        assert not one.file or (resources() / one.file).stat().st_size > 100
    for folder in (resources() / "models").iterdir():
        assert listed[folder.name]["licenses"]
    assert any("icons" in one.name for one in SHIPPED)


def test_the_page_lists_everything(sbom: ModuleType) -> None:
    """The page is of Python 3.11 on Linux; another system may need fewer packages."""
    page = (ROOT / "docs/third-party.md").read_text("utf-8")
    rows = [line for line in sbom.table().splitlines() if line.startswith("| ")]
    missing = [row for row in rows if row not in page]
    assert not missing, "run: python packaging/sbom/write_sbom.py --table docs/third-party.md"


def test_flaws_are_told_and_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    audit = script("packaging/audit_packages.py")

    def told(content: object, before: str = "") -> tuple[int, str]:
        text = json.dumps(content) if not isinstance(content, str) else content
        answer = tmp_path / "answer.py"
        answer.write_text(f"{before}\nprint({text!r})")
        return audit.audit([sys.executable, "-S", str(answer)])  # type: ignore[no-any-return]

    clean = {"name": "numpy", "version": "2", "vulns": []}
    flaw = {"name": "old", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
    skipped = {"name": "x", "skip_reason": "not found"}
    assert told({"dependencies": [clean]}) == (0, "No flaw is known in 1 packages.")
    assert told({"dependencies": [clean, flaw]}) == (
        1, "Flaws are known:\nold 1: CVE-1 (mended in 1.1)",
    )  # fmt: skip
    assert "1 could not be asked for" in told({"dependencies": [clean, skipped]})[1]
    for nothing in ({"dependencies": []}, {"dependencies": [skipped]}, "no JSON", "[]"):
        assert told(nothing) == (0, audit.NOT_ASKED)
    audit.PATIENCE_S = 0.5
    assert told("{}", "import time; time.sleep(60)") == (0, audit.NOT_ASKED)
    assert audit.audit([str(tmp_path / "nowhere")]) == (0, audit.NOT_ASKED)
