"""The notebook of the documentation runs, in a process of its own as TensorFlow must."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer import training

DOCS = Path(__file__).resolve().parents[3] / "docs"
NOTEBOOK = DOCS / "notebooks" / "train-and-measure.ipynb"


def cells() -> list[dict[str, object]]:
    return list(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])


def test_no_output_is_kept() -> None:
    code = [cell for cell in cells() if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code] == [[]] * len(code)
    assert all(cell["execution_count"] is None for cell in code)


def test_every_function_is_documented() -> None:
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    for name in training.__all__:
        assert f"`{name}" in page, name


def test_the_notebook_runs(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    source = "\n\n".join("".join(c["source"]) for c in cells() if c["cell_type"] == "code")  # type: ignore[arg-type]
    (tmp_path / "notebook.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "notebook.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == (
        "{'epochs': 12, 'batch': 8, 'learning_rate': 0.05, 'schedule': 'cosine', 'warm_up': 0.2}"
    )
    assert said[1].startswith(
        "The recipe small.toml cannot be used: [training] has an unknown key 'epoch' (did you mean"
    )
    accuracy = next(line for line in said if line.startswith("accuracy"))
    assert float(accuracy.split()[1]) > 0.9
    assert (tmp_path / "heatmaps.png").is_file()
