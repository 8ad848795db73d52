"""What draws the 3D view of commands: as the window would, and never a driver that crashes."""

from dataclasses import replace

import pytest

from brainviewer.app.graphics.for_commands import CommandGraphics, kept_choice
from brainviewer.app.graphics.probing import Probing
from brainviewer.app.settings.settings import Settings
from brainviewer.core.graphics.choice import DrawnBy
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.conditions import graphics_conditions
from brainviewer.files.graphics.kept_probe import keep_probe

GOOD = GraphicsProbe(Outcome.DRAWN, "ACME", "Rocket", "4.6", (4, 6), 2048, False, 0.01)
CRASHED = replace(GOOD, outcome=Outcome.CRASHED, problem="It crashed.")


@pytest.fixture(autouse=True)
def home(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    monkeypatch.delenv("BRAINVIEWER_NO_3D", raising=False)

    def no_probe(_: Probing) -> GraphicsProbe:
        raise AssertionError("probed anew")

    monkeypatch.setattr(Probing, "run", no_probe)


@pytest.mark.parametrize(("probe", "opengl"), [(GOOD, True), (CRASHED, False)])
def test_the_kept_probe_decides(probe: GraphicsProbe, opengl: bool) -> None:
    keep_probe(probe, graphics_conditions())
    for choice in (CommandGraphics().choice(), kept_choice()):
        assert choice is not None and choice.opengl is opengl


def test_a_picture_by_the_way_waits_for_no_probe() -> None:
    assert kept_choice() is None


def test_switched_off_there_is_no_view(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_probe(GOOD, graphics_conditions())
    monkeypatch.setattr(Settings, "load", lambda *_: Settings(graphics="off"))
    assert CommandGraphics().choice().by is DrawnBy.NOTHING
    choice = kept_choice()
    assert choice is not None and choice.by is DrawnBy.PROCESSOR
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    assert "BRAINVIEWER_NO_3D" in CommandGraphics().choice().advice
