"""No file imports another that imports it, however far around: not even for type checking."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imported(file: Path) -> Iterator[str]:
    """Every module that may be meant by an import anywhere in a file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{file}: relative imports are not used"
            assert not node.level, f"{file}: relative imports are not used"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def imports(package: Path) -> dict[str, set[str]]:
    """The modules of a package that each of them imports."""
    files = {}
    for file in package.rglob("*.py"):
        parts = file.relative_to(package.parent).with_suffix("").parts
        files[".".join(parts).removesuffix(".__init__")] = file
    return {name: {other for other in imported(file) if other in files} - {name}
            for name, file in files.items()}  # fmt: skip


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of modules that all reach each other.

    What imports nothing, or is imported by nobody, of those that are left can be in none: take it
    away until nothing changes. The rest is grouped by what each can reach and is reached by.
    """
    left = {name: set(others) for name, others in graph.items()}
    while True:
        wanted = set().union(*left.values()) if left else set()
        kept = {name: others for name, others in left.items() if others and name in wanted}
        kept = {name: others & kept.keys() for name, others in kept.items()}
        if kept == left:
            break
        left = kept
    reach = {name: _reached(name, left) for name in left}
    groups: list[set[str]] = []
    for name in left:
        around = {other for other in reach[name] if name in reach[other]}
        if around and around not in groups:
            groups.append(around)
    return groups


def _reached(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = set(graph[start])
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= graph[name] - reached
    return reached


def test_no_file_of_the_package_is_in_a_circle() -> None:
    found = circles(imports(ROOT / "brainviewer"))
    assert not found, "\n".join(", ".join(sorted(group)) for group in found)


@pytest.mark.parametrize(
    "planted",
    [
        "from planted.first import FIRST",
        "import planted.first",
        "from planted import first",
        "def late():\n    from planted.first import FIRST",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from planted.first import FIRST",
    ],
)
def test_a_planted_circle_is_found(tmp_path: Path, planted: str) -> None:
    package = tmp_path / "planted"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "first.py").write_text("from planted.second import SECOND\nFIRST = 1\n")
    (package / "second.py").write_text("from planted.third import THIRD\nSECOND = 2\n")
    (package / "third.py").write_text("THIRD = 3\n")
    (package / "aside.py").write_text("import planted.first, planted.third\n")
    assert circles(imports(package)) == []
    (package / "third.py").write_text(f"{planted}\nTHIRD = 3\n")
    assert circles(imports(package)) == [
        {f"planted.{name}" for name in ("first", "second", "third")}
    ]
