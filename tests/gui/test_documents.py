"""What the documents say follows from the application, and what they point at exists."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from brainviewer.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CHANGELOG.md", "docs/architecture.md", "docs/user-guide.md")
RULES = (
    "CONTRIBUTING.md",
    "SECURITY.md",
    "PRIVACY.md",
    *(f"docs/{name}.md" for name in ("limits", "checklists", "reliability", "third-party")),
)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "packaging" / "docs" / "write_tables.py"
    spec = importlib.util.spec_from_file_location("write_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/user-guide.md", "docs/checklists.md"])
def test_tables_are_up_to_date(script: ModuleType, page: str) -> None:
    text = text_of(page)
    assert script.filled(text) == text, "run: python packaging/docs/write_tables.py"


def test_every_table_stands_somewhere(script: ModuleType) -> None:
    pages = "".join(text_of(page) for page in (*PAGES, "docs/checklists.md"))
    for name, table in script.tables().items():
        assert f"<!-- {name} -->\n\n{table}\n" in pages


@pytest.mark.parametrize("page", [*PAGES, *RULES])
def test_links_and_paths_lead_somewhere(page: str) -> None:
    text = text_of(page)
    links = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'src(?:set)?="([^"]+)"', text)
    places = [link.split("#")[0] for link in links]
    beside = [(ROOT / page).parent / place for place in places if place and "://" not in place]
    named = re.findall(r"(?:packaging|resources|tests)/[\w./-]*\w", text)
    for path in [*beside, *(ROOT / name for name in named)]:
        assert path.exists(), path


@pytest.mark.parametrize("page", RULES)
def test_modules_that_are_named_exist(page: str) -> None:
    for name in re.findall(r"`((?:brainviewer|docs)/[\w./-]*\w)`", text_of(page)):
        assert (ROOT / name).exists(), name


def test_the_readme_names_every_command_and_its_first_lines_start_it() -> None:
    readme = text_of("README.md")
    assert readme.index("bash packaging/run.sh") < readme.index("bash packaging/test.sh") < 120
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"`brainviewer {name}" in readme or name == "window"


def test_the_architecture_names_rooms_and_modules_that_exist() -> None:
    text = text_of("docs/architecture.md")
    assert len(text.splitlines()) <= 130
    rooms = "|".join(path.name for path in (ROOT / "brainviewer").iterdir() if path.is_dir())
    for name in re.findall(rf"`((?:{rooms})/[\w./-]*\w)`", text):
        place = ROOT / "brainviewer" / name
        assert place.exists() or place.with_suffix(".py").exists(), name
