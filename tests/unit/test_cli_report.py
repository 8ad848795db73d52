"""``brainviewer report``: PDF and HTML from the shell, and what it refuses."""

import json
from pathlib import Path

import pytest
from command_line import refused, run
from schemas import check_output

from brainviewer.assets import resources

pytestmark = pytest.mark.usefixtures("home")
DEMO = resources() / "demo"


def test_a_report_of_the_demo_study(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.html"
    arguments = ("report", DEMO, "-o", out, "--findings", "One <b>lesion")
    assert run(*arguments, "--no-classify", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record["study"]["synthetic"] is True and record["finding"]["found"]
    page = out.read_text("utf-8")
    assert "SYNTHETIC DATA" in page and "One &lt;b&gt;lesion" in page
    assert "Models and their limits" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("-o", "a.doc"), ".pdf or .html"),
        (("-o", "no/a.pdf"), "does not exist"),
        (("-o", "a.pdf", "--identity", "all"), "nothing, id or full"),
        (("-o", "a.pdf", "--paper", "A9"), "A4 or Letter"),
        (("-o", "a.pdf", "--findings", "x" * 20_001), "first 20,000 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    given: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("report", DEMO, *given) == 2
    assert said in refused(capfd)
    assert not list(tmp_path.glob("a.*"))


def test_sources_are_not_replaced(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "a.html"
    image.symlink_to(next(DEMO.glob("*flair*")))
    assert run("report", DEMO, "-o", image) == 2
    assert "is one of the files that are read" in refused(capfd)
