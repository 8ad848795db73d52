"""``brainviewer audit-trail``."""

import json
from pathlib import Path

import pytest
from audited import recorded
from command_line import refused, run
from schemas import check_output

from brainviewer.assets import resources
from brainviewer.files.audit_trail.places import trail_folder

DEMO = resources() / "demo"
pytestmark = pytest.mark.usefixtures("home")


def test_from_the_start_to_a_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("audit-trail", "start") == 0
    assert capfd.readouterr().out.startswith("What is done is recorded from now on.")
    assert run("audit-trail", "verify") == 0
    assert capfd.readouterr().out.startswith("The audit trail is intact: 1 line, from ")
    assert run("audit-trail", "show") == 0
    shown = capfd.readouterr().out.splitlines()
    assert [line.split("  ")[3] for line in shown] == ["trail verified", "trail started"]
    table = tmp_path / "trail.csv"
    assert run("audit-trail", "export", table, "--action", "trail started") == 0
    assert capfd.readouterr().out == "1 line written to trail.csv.\n"
    assert len(table.read_text("utf-8-sig").splitlines()) == 2
    assert run("audit-trail", "stop") == 0
    assert [action for action, _ in recorded()] == [
        "trail verified", "trail exported", "trail stopped",
    ]  # fmt: skip


def test_what_is_found_is_told_line_by_line_with_exit_code_2(
    capfd: pytest.CaptureFixture[str],
) -> None:
    run("audit-trail", "start")
    run("audit-trail", "verify")
    path = trail_folder() / "trail-000000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"intact":true', b'"intact":null'))
    capfd.readouterr()
    assert run("audit-trail", "verify", "--json") == 2
    out, err = capfd.readouterr()
    record = json.loads(out)
    check_output(record)
    assert record["intact"] is False
    assert [fault["first_line"] for fault in record["faults"]] == [2]
    said = err.splitlines()
    assert said[0].startswith("brainviewer: The audit trail was tampered with: 1 place in what")
    assert said[1].startswith("brainviewer: Line 2 was changed (written ")
    assert len(said) == 2


def test_a_trail_that_was_put_aside_is_verified(capfd: pytest.CaptureFixture[str]) -> None:
    run("audit-trail", "start")
    run("audit-trail", "verify")
    capfd.readouterr()
    assert run("audit-trail", "start", "--anew") == 0
    folder = trail_folder().parent / capfd.readouterr().out.split("'")[1]
    command = "audit-trail", "verify", "--aside", folder.name
    assert run(*command) == 0
    assert capfd.readouterr().out.startswith("The audit trail is intact: 2 lines, from ")
    assert [action for action, _ in recorded(0)] == ["trail started", "trail verified"]
    path = folder / "trail-000000001.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    assert run(*command, "--json") == 2
    out, err = capfd.readouterr()
    check_output(json.loads(out))
    assert "Line 2 is missing" in err
    path.write_bytes(whole)
    (folder / "audit-key.json").unlink()
    assert run(*command) == 2
    assert refused(capfd).startswith("brainviewer: The key of the audit trail is not there.")
    assert run("audit-trail", "verify", "--aside", "../elsewhere") == 2
    assert f"There are: {folder.name}." in refused(capfd)


def test_lines_as_data(capfd: pytest.CaptureFixture[str]) -> None:
    run("audit-trail", "start")
    run("audit-trail", "verify")
    capfd.readouterr()
    assert run("audit-trail", "show", "--json", "--most", "1") == 0
    out, err = capfd.readouterr()
    (line,) = out.splitlines()
    check_output(json.loads(line))
    assert json.loads(line)["action"] == "trail verified"
    assert err == "brainviewer: There are older lines: see --most and --until.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify",), "Nothing has been recorded. Begin with 'brainviewer audit-trail start'."),
        (("show",), "Nothing has been recorded. Begin with 'brainviewer audit-trail start'."),
        (("stop",), "Nothing is recorded. Begin with 'brainviewer audit-trail start'."),
        (("show", "--since", "soon"), "'soon' is no day and no time."),
        (("show", "--action", "burnt"), "Nothing is recorded as 'burnt'."),
        (("show", "--study", "nowhere"), "There is no file nowhere."),
        (("export", "trail.txt"), "'trail.txt' is neither a table nor a file of lines."),
    ],
)
def test_what_cannot_be_is_one_sentence(
    arguments: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("audit-trail", *arguments) == 2
    assert refused(capfd).startswith(f"brainviewer: {said}")
