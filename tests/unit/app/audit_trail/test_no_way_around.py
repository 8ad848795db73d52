"""No door is left out: whatever opens, computes, changes or hands out asks the audit trail first.

Looks at the source: a call of one of the functions below stands in a function that also records, or
in one that is named here with the reason why it need not.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[4] / "brainviewer"
RECORDS = {
    "audited", "_audited", "record", "record_edit", "record_opened", "may_edit", "may_delete",
    "_may_edit", "_may_make", "_may", "_recorded", "recorded_export",
}  # fmt: skip
SENSITIVE = {
    "write_own_file",
    "write_whole", "write_folder_whole", "write_files_whole", "write_mask", "write_labels",
    "write_session", "write_surfaces",
    "save_annotations", "save_image", "setImage", "print_page", "print_report",
    "client.find_studies", "client.retrieve", "client.send",
}  # fmt: skip
ASKED = {"find_tumour", "classify", "classify_image"}
"""What is asked by way of ``app.prediction.recorded`` only."""
NOT_RECORDED = {
    # The user's own folders; edits are recorded where they are made.
    "app/stores": "kept beside the study",
    "app/settings/settings_file.py": "changes are recorded by name in Settings.update",
    "app/settings/exchange.py": "settings and keys, nothing of patients",
    "app/voi/preset_file.py": "window presets, nothing of patients",
    "app/sign_in": "records what it does itself",
    # Research on labelled data; training is no reading.
    "cli/research.py": "results of training and evaluation",
    "cli/labelled_data.py": "lists of labelled data",
    "app/prediction/recorded.py": "records",
    "gui/dialogs/printing.py": "is given what records by who asks for it",
    # What is computed again for a search or answer that is recorded.
    "app/prediction/study_what_if.py": "a part of a test of the answer",
    "app/prediction/occlusion_edit.py": "a part of a test of the answer",
    "gui/volume/looks/curve_plot.py": "the colours of a look in its plot; no clipboard",
}
"""Rooms and modules that need not, and why."""


def calls(module: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Of each sensitive call: its name, the outermost function, and what that calls."""
    tree = ast.parse(module.read_text("utf-8"))
    for outer in functions(tree):
        inside = {name for node in ast.walk(outer) for name in names_of(node)}
        for name in sorted(inside & SENSITIVE):
            if name != outer.name:
                yield name, outer.name, inside


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions of a module, and the methods of its classes."""
    for node in tree.body:
        within = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (one for one in within if isinstance(one, ast.FunctionDef))


def asked_directly(module: Path) -> Iterator[str]:
    """What a module imports of searches and answers without their being recorded."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "brainviewer.models"
        ):
            yield from (one.name for one in node.names if one.name in ASKED)


def names_of(node: ast.AST) -> Iterator[str]:
    """What a call, or a ``partial``, calls: its name, and with the one before it."""
    if not isinstance(node, ast.Call):
        return
    for called in (node.func, *(node.args[:1] if _is_partial(node) else ())):
        if isinstance(called, ast.Name):
            yield called.id
        elif isinstance(called, ast.Attribute):
            yield called.attr
            if isinstance(called.value, ast.Name):
                yield f"{called.value.id}.{called.attr}"


def _is_partial(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "partial"


def left_out() -> list[str]:
    found = []
    for room in ("app", "cli", "gui"):
        for module in sorted((PACKAGE / room).rglob("*.py")):
            place = module.relative_to(PACKAGE).as_posix()
            if any(place == one or place.startswith(f"{one}/") for one in NOT_RECORDED):
                continue
            found += [f"{place} imports {name}" for name in asked_directly(module)]
            for name, outer, inside in calls(module):
                if not inside & RECORDS:
                    found.append(f"{place}: {outer} calls {name}")
    return found


def test_whatever_is_sensitive_is_recorded() -> None:
    assert left_out() == []


def test_what_need_not_be_recorded_is_there() -> None:
    for place in NOT_RECORDED:
        assert (PACKAGE / place).exists(), place


def test_a_planted_call_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "app" / "leak.py"
    module.parent.mkdir()
    module.write_text(
        "from brainviewer.models.subtype.prediction import classify\n"
        "def leak(path, content):\n    write_whole(path, content)\n"
    )
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    assert left_out() == [
        "app/leak.py imports classify", "app/leak.py: leak calls write_whole",
    ]  # fmt: skip
