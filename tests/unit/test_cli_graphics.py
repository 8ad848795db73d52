"""The command that says what draws the 3D view."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import run
from schemas import check_output

from brainviewer.app.graphics.probing import Probing
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.conditions import graphics_conditions
from brainviewer.files.graphics.kept_probe import keep_probe

GOOD = GraphicsProbe(Outcome.DRAWN, "ACME", "Rocket", "4.6", (4, 6), 2048, False, 0.01)
OLD = GraphicsProbe(
    Outcome.NO_OPENGL,
    number=(2, 1),
    problem="The graphics driver offers OpenGL 2.1, and the 3D view needs 3.2.",
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    monkeypatch.delenv("BRAINVIEWER_NO_3D", raising=False)


def test_it_prints_what_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    keep_probe(GOOD, graphics_conditions())
    assert run("graphics") == 0
    said = capfd.readouterr().out
    assert "Renderer: Rocket\n" in said
    assert "Volumes are drawn by: the graphics card\n" in said


@pytest.mark.parametrize(
    "probe", [GOOD, OLD, replace(GOOD, outcome=Outcome.CRASHED, problem="It crashed.")]
)
def test_json_is_described_and_a_new_probe_replaces_the_old(
    probe: GraphicsProbe, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    keep_probe(GOOD, graphics_conditions())
    monkeypatch.setattr(Probing, "run", lambda _: probe)
    assert run("graphics", "--json", "--probe") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record["probe"]["outcome"] == probe.outcome
    assert record["choice"]["by"] == ("graphics card" if probe is GOOD else "processor")
    assert record["choice"]["opengl"] is (probe is GOOD)
    assert record["choice"]["rays_while_turning"] > 0


def test_switched_off_it_probes_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    monkeypatch.setattr(Probing, "run", lambda _: pytest.fail("it was probed"))
    assert run("graphics", "--json", "--probe") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record["probe"] is None
    assert "BRAINVIEWER_NO_3D" in record["choice"]["advice"]
