"""Files come from ``files.writing``, whole or not at all; what else writes is named here."""

import ast
from pathlib import Path

import brainviewer

PACKAGE = Path(brainviewer.__file__).parent
ALLOWED = {
    # what writes whole files is made of these
    "files/drafts.py", "files/writing.py",
    # a series at a time: its folder takes its name once all files are there
    "files/retrieved.py",
    # grows by a line at a time, which the last line of a crash cannot damage
    "app/log.py",
    # unpack into a temporary folder, which goes again
    "models/installation/keras_file.py", "files/dicom/archive.py",
    # standard streams and pipes, no files
    "app/report/terminal.py", "files/decoding/child.py", "painting/volume/probe_child.py",
}  # fmt: skip


def writes(call: ast.Call) -> bool:
    """Whether a call writes to a file by itself."""
    named = call.func
    if isinstance(named, ast.Attribute) and named.attr in ("write_text", "write_bytes"):
        return True
    mode = _mode(call)
    return mode is not None and bool(set(mode) & set("wax+"))


def _mode(call: ast.Call) -> str | None:
    """The mode in which a call opens a file; None if it opens none, or does not say."""
    match call.func:
        case ast.Name(id="open") | ast.Attribute(attr="fdopen"):
            given = call.args[1:2]
        case ast.Attribute(attr="open"):
            given = call.args[:1]
        case _:
            return None
    given += [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    return next((str(m.value) for m in given if isinstance(m, ast.Constant)), None)


def test_nothing_else_writes_files() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Call) and writes(node) for node in ast.walk(tree)):
            found.add(path.relative_to(PACKAGE).as_posix())
    assert found - ALLOWED == set()


def test_the_search_finds_what_it_looks_for() -> None:
    for line in (
        'open("a", "w")',
        'path.open("wb")',
        'path.write_text("a")',
        'open("a", mode="a")',
    ):
        call = ast.parse(line).body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        assert writes(call.value), line
    call = ast.parse('open("a", "rb")').body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert not writes(call.value)
