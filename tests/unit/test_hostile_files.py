"""Commands on files that are none, that nest without end, and on streams that are closed.

Whatever is wrong with what the user names: exit code 2, one sentence, no traceback, and soon.
"""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from command_line import refused, run
from labelled_images import write_images

from brainviewer import __main__ as program

pytestmark = pytest.mark.usefixtures("home")

HOSTILE: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "circle": lambda path: path.symlink_to(path.name),
    "dangling": lambda path: path.symlink_to("nowhere"),
    "folder": Path.mkdir,
    "lists": lambda path: path.write_text("[" * 100_000),
    "objects": lambda path: path.write_text('{"a":' * 100_000),
    "arrays": lambda path: path.write_text("a = " + "[" * 100_000 + "]" * 100_000),
    "dotted": lambda path: path.write_text("a." * 40_000 + "b = 1\n"),
    "digits": lambda path: path.write_text('{"schema": ' + "9" * 5_000 + "}"),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "large": lambda path: (path.touch(), os.truncate(path, 1 << 36)),
    "none": lambda path: None,
}
COMMANDS: dict[str, Callable[[Path, Path], list[object]]] = {
    "info": lambda file, data: ["info", file],
    "info named": lambda file, data: ["info", f"FLAIR={file}"],
    "pick": lambda file, data: ["pick", file],
    "classify": lambda file, data: ["classify", file],
    "export": lambda file, data: ["export", file, "-o", data / "a.png"],
    "annotations": lambda file, data: [
        "export", data / "t1.nii", "-o", data / "a.png", "--slice", 1, "--annotations", file,
    ],
    "summary": lambda file, data: ["data", "summary", file],
    "audit": lambda file, data: ["data", "audit", file],
    "recipe": lambda file, data: ["train", file, "--data", data, "--out", data / "run"],
    "data": lambda file, data: ["train", "cnn-128-flip", "--data", file, "--out", data / "run"],
    "split": lambda file, data: [
        "train", "cnn-128-flip", "--data", data, "--out", data / "run", "--split", file,
    ],
    "exclude": lambda file, data: [
        "train", "cnn-128-flip", "--data", data / "none", "--out", data / "run", "--exclude", file,
    ],
    "evaluate": lambda file, data: ["evaluate", file],
    "leaderboard": lambda file, data: ["leaderboard", file],
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = write_images(tmp_path / "data", 12)
    values = np.random.default_rng(0).integers(0, 900, (12, 12, 12)).astype(np.int16)
    nib.save(nib.Nifti1Image(values, np.eye(4)), folder / "t1.nii")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", [".nii.gz", ".json"])
def test_hostile_files_are_refused_in_a_sentence(command, ending, data, tmp_path, capfd):
    for name, make in HOSTILE.items():
        file = tmp_path / f"{name}{ending}"
        make(file)
        assert run(*COMMANDS[command](file, data)) == 2, name
        assert "went wrong" not in refused(capfd), name
    for name in ("n" * 300, "a/" * 3000 + ending):
        assert run(*COMMANDS[command](Path(name), data)) == 2
        assert len(refused(capfd)) < 700


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("leaderboard", "run/result.json"),
        ("leaderboard", "cheng/x.json"),
        ("evaluate", "run.json"),
        ("evaluate", "recipe.toml"),
        ("evaluate", "evaluation.json"),
        ("evaluate", "predictions-1.json"),
        ("info", "x_flair.nii.gz"),
        ("info", "DICOMDIR"),
    ],
)
def test_hostile_files_in_a_folder_are_refused_in_a_sentence(command, place, tmp_path, capfd):
    for name, make in HOSTILE.items():
        file = tmp_path / name / place
        file.parent.mkdir(parents=True)
        make(file)
        assert run(command, tmp_path / name) == 2, name
        assert "went wrong" not in refused(capfd), name


@pytest.mark.parametrize("name", ["loop.png", "loop.nii.gz", "n" * 300 + ".png"])
def test_results_are_not_written_to_such_names(name, data, tmp_path, capfd):
    if name.startswith("loop"):
        (tmp_path / name).symlink_to(name)
    study = data / "t1.nii"
    if name.endswith(".png"):
        assert run("export", study, "--slice", 1, "-o", tmp_path / name) == 2
    else:
        assert run("pick", study, "--mask", tmp_path / name) == 2
    assert "name" in refused(capfd)


def test_names_that_are_no_utf_8_are_marked(tmp_path, capfd):
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 900, (12, 12, 12)).astype(np.int16)
    image = nib.Nifti1Image(values, np.eye(4)).to_bytes()
    for name in ("M\udcfcller_T1.nii", "M\udcfcller_swi.nii"):
        (folder / name).write_bytes(image)
    assert run("info", folder) == 0
    assert "M\N{REPLACEMENT CHARACTER}ller_T1.nii" in capfd.readouterr().out
    assert run("info", folder, "--json") == 0
    out = capfd.readouterr().out
    assert "\\ud" not in out
    assert json.loads(out)["sequences"]["T1"]["file"] == "M\N{REPLACEMENT CHARACTER}ller_T1.nii"
    assert run("export", folder, "--slice", 1, "-o", folder / "\udce9.png", "--json") == 0
    json.loads(capfd.readouterr().out)
    assert (folder / "\udce9.png").stat().st_size > 1000
    assert run("analyze", folder, "-o", folder / "out\udce9") == 0
    capfd.readouterr()
    json.loads((folder / "out\udce9" / "result.json").read_text("utf-8"))


def test_an_audit_of_images_whose_names_are_no_utf_8(tmp_path, capfd):
    data = write_images(tmp_path / "data", 12)
    for file in list(data.glob("*/*")):
        file.rename(file.with_name(f"\udce9{file.name}"))
    assert run("data", "audit", data, "--processes", 1, "--html", tmp_path / "a.html") == 0
    assert (tmp_path / "a.html").read_text("utf-8")
    capfd.readouterr()
    listing = ("--write-clean", tmp_path / "l.csv")
    assert run("data", "audit", data, "--processes", 1, *listing) == 2
    assert "is no UTF-8 and cannot be listed" in refused(capfd)


# -- streams, the working folder, Ctrl-C ----------------------------------------------------


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a line with BV for the program; its own output comes back."""
    line = line.replace("BV", f"'{sys.executable}' -m brainviewer")
    return subprocess.run(["/bin/sh", "-c", line], cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed, data):
    done = shell(f"BV info t1.nii {closed}", data)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert (b"T1" in done.stdout) == (">&-" not in closed.replace("2>&-", ""))
    assert shell(f"BV info gone.nii {closed}", data).returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is full")
@pytest.mark.parametrize("what", ["info gone.nii", "info --nonsens", "info t1.nii >/dev/full"])
def test_errors_that_a_full_disk_does_not_take(what, data):
    assert shell(f"BV {what} 2>/dev/full", data).returncode == 2


def test_whoever_read_the_output_has_gone(data):
    for command in ("info t1.nii", "models --json", "--help"):
        done = shell(f"(sleep 0.5; BV {command}; echo $? >&2) | true", data)
        assert done.stderr == b"141\n"


def test_a_working_folder_that_was_deleted(data, tmp_path):
    (tmp_path / "gone").mkdir()
    done = shell(f"cd '{tmp_path}/gone' && rmdir '{tmp_path}/gone' && BV info '{data}'", data)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"no longer there. Change to another folder" in done.stderr


@pytest.mark.parametrize("started_as", ["/usr/bin/brainviewer", "-m"])
def test_ctrl_c_before_there_is_a_command_is_silent(started_as, tmp_path):
    module = ["python", "-m", "brainviewer"]
    code = (
        f"import sys; sys.argv = [{started_as!r}]; sys.orig_argv = {module}\n"
        "import brainviewer, os, signal, time\n"
        "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends programs at once")
def test_unpacked_images_go_when_the_system_ends_the_program(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("image", bytes(128) + b"DICM")
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "import brainviewer.cli\n"
        "from brainviewer import __main__ as program\n"
        "from brainviewer.files.dicom.archive import unpacked\n"
        "def run(*_):\n"
        f"    folder = unpacked(Path({str(tmp_path / 'a.zip')!r})).folder\n"
        "    print(folder, len(list(folder.iterdir())), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
        "brainviewer.cli.run = run\n"
        "program.main()"
    )
    environment = {**os.environ, "BRAINVIEWER_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env=environment, text=True
    )
    folder, count = done.stdout.rsplit(maxsplit=1)
    assert (done.returncode, done.stderr, count) == (143, "", "1")
    assert folder.startswith(str(tmp_path))
    assert not Path(folder).exists()


def test_ctrl_c_during_a_command_is_silent(monkeypatch, capfd):
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("brainviewer.cli.run", interrupted)
    monkeypatch.setattr(sys, "argv", ["brainviewer", "models"])
    try:
        with pytest.raises(SystemExit) as end:
            program.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert end.value.code == 130
    assert capfd.readouterr() == ("", "")
