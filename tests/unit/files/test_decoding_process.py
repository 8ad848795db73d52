"""Whatever a file does to its decoder becomes a sentence, and the next file is opened."""

import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from dicom_files import DEFLATED, header, save

from brainviewer.core.errors import Cancelled, FileError
from brainviewer.core.process.sandbox.confinement import NO_FILES, NO_NETWORK, protections
from brainviewer.files.decoding import children, process
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.image2d.reader import read_image2d

CHILD = "import sys; sys.path[:] = sys.argv[1:]; {}\n"
SERVE = "from brainviewer.files.decoding.child import main; main()"


@pytest.fixture(autouse=True)
def fresh_children() -> Iterator[None]:
    """No child of another test, and none that was made to fail for the next."""
    children.end_all()
    yield
    children.end_all()


@pytest.fixture
def tiff(tmp_path: Path) -> Path:
    tifffile.imwrite(tmp_path / "a.tif", np.arange(600, dtype=np.uint16).reshape(20, 30))
    return tmp_path / "a.tif"


def child(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Let children run a program before they serve."""
    monkeypatch.setattr(children, "_PROGRAM", CHILD.format(before) + SERVE)


def test_one_child_serves_file_after_file(tiff: Path, tmp_path: Path) -> None:
    read_image2d(tiff)
    (first,) = children._idle
    (tmp_path / "b.tif").write_bytes(tiff.read_bytes()[:60])
    with pytest.raises(FileError, match="damaged"):
        read_image2d(tmp_path / "b.tif")
    read_image2d(tiff)
    assert children._idle == [first]


def test_a_crash_is_a_sentence(tiff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        child(
            patch,
            "import os, signal, brainviewer.files.image2d.decoding as images; "
            "images.start_decoding = lambda file, name: os.kill(os.getpid(), signal.SIGSEGV)",
        )
        with pytest.raises(FileError, match="damaged"):
            read_image2d(tiff)
        child(patch, "raise SystemExit")
        with pytest.raises(FileError, match="cannot be started"):
            read_image2d(tiff)
    assert read_image2d(tiff).pixels.shape == (20, 30)


def test_an_idle_child_that_died_is_replaced(tiff: Path) -> None:
    read_image2d(tiff)
    children._idle[0].kill()
    children._idle[0].wait()
    assert read_image2d(tiff).pixels.shape == (20, 30)


def test_processor_time_is_limited(tiff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(
        monkeypatch,
        "from brainviewer.files.decoding import child, limits; limits.SECONDS = 0; "
        "import brainviewer.files.image2d.decoding as images; "
        "images.start_decoding = lambda file, name: [0 for n in iter(int, 1)]",
    )
    with pytest.raises(FileError, match="takes too long"):
        read_image2d(tiff)


def test_nobody_waits_for_ever(tiff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "patience_for", lambda file_bytes: 0.1)
    child(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(FileError, match="takes too long"):
        read_image2d(tiff)
    assert children._idle == []


def test_waiting_can_be_cancelled(tiff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(fraction: float, text: str) -> None:
        raise Cancelled

    child(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(Cancelled):
        read_image2d(tiff, no_more)
    assert children._idle == []


def test_a_megabyte_that_unpacks_to_more_than_there_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, "import brainviewer.files.decoding.limits as l; l.MEMORY = 2**26")
    values = np.zeros((1, 16, 16), np.uint8)
    path = save(tmp_path / "a.dcm", header(values), values.tobytes(), DEFLATED)
    content = path.read_bytes()
    end = 144 + struct.unpack_from("<I", content, 140)[0]
    dataset = zlib.decompress(content[end:], -15)
    at = dataset.rindex(b"\xe0\x7f\x10\x00")
    private = b"\x29\x00\x10\x10OB\0\0" + struct.pack("<I", 2**27) + bytes(2**27)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(dataset[:at] + private + dataset[at:]) + packer.flush()
    path.write_bytes(content[:end] + packed)
    assert path.stat().st_size < 2**20
    with pytest.raises(FileError, match="too much memory"):
        read_dicom(path)


@pytest.mark.parametrize("count", [300, 20_000])
def test_nested_sequences_are_a_sentence(tmp_path: Path, count: int) -> None:
    values = np.zeros((1, 16, 16), np.uint8)
    path = save(tmp_path / "a.dcm", header(values), values.tobytes())
    content = path.read_bytes()
    at = content.rindex(b"\xe0\x7f\x10\x00")
    without_end = b"\xff\xff\xff\xff"
    opened = b"\x40\x00\x30\xa7SQ\0\0" + without_end + b"\xfe\xff\x00\xe0" + without_end
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    path.write_bytes(content[:at] + opened * count + closed * count + content[at:])
    with pytest.raises(FileError, match="nested too deeply"):
        read_dicom(path)


def test_decoders_print_nothing(
    tiff: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    child(
        monkeypatch,
        "import os, brainviewer.files.image2d.decoding as images; start = images.start_decoding; "
        "images.start_decoding = lambda file, name: (os.write(1, b'out'), os.write(2, b'err'), "
        "print('said'), start(file, name))[-1]",
    )
    assert read_image2d(tiff).pixels.shape == (20, 30)
    assert capfd.readouterr() == ("", "")


def test_a_program_without_a_guard_can_read_images(tiff: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from pathlib import Path\n"
        "from brainviewer.files.image2d.reader import read_image2d\n"
        f"print(read_image2d(Path({str(tiff)!r})).pixels.shape)\n"
    )
    root = str(Path(children.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("(20, 30)\n", "")


def test_the_decoders_stay_in_the_child(tiff: Path, tmp_path: Path) -> None:
    values = np.zeros((1, 16, 16), np.uint8)
    image = save(tmp_path / "a.dcm", header(values, "MONOCHROME1"), values.tobytes())
    program = (
        "import sys; from pathlib import Path; "
        "from brainviewer.app.opening.image2d import open_image2d; "
        f"open_image2d(Path({str(tiff)!r})); open_image2d(Path({str(image)!r})); "
        "print(*{'pydicom', 'tifffile', 'imagecodecs', 'SimpleITK'} & set(sys.modules))"
    )
    root = str(Path(children.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("\n", "")


def test_the_child_ends_with_its_parent(tiff: Path) -> None:
    root = str(Path(children.__file__).parents[3])
    program = (
        "import os, signal; from pathlib import Path; "
        "from brainviewer.files.decoding import children; "
        "from brainviewer.files.image2d.reader import read_image2d; "
        f"read_image2d(Path({str(tiff)!r})); print(children._idle[0].pid, flush=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    child_id = int(done.stdout)
    for _ in range(600):
        if not _runs(child_id):
            break
        time.sleep(0.05)
    assert not _runs(child_id)


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not say it there")
def test_the_child_ends_with_its_parent_in_the_middle_of_a_file(tiff: Path) -> None:
    root = str(Path(children.__file__).parents[3])
    # As in a codec, Python is not asked before the end.
    endless = "decoding.start_decoding = lambda file, name: sum(range(10**12))"
    child = CHILD.format(f"from brainviewer.files.image2d import decoding; {endless}; {SERVE}")
    program = (
        "import threading, time; from pathlib import Path; "
        "from brainviewer.files.decoding import children, process; "
        f"children._PROGRAM = {child!r}; start = children.Child; "
        "children.Child = lambda: (child := start(), print(child.pid, flush=True))[0]; "
        f"process.decode('image', Path({str(tiff)!r}))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    with parent:
        assert parent.stdout is not None
        child_id = int(parent.stdout.readline())
        until = time.monotonic() + 60
        while _processor_time(child_id) < 1.5 and time.monotonic() < until:  # it is decoding
            time.sleep(0.02)
        assert _runs(child_id)
        parent.kill()
        parent.wait()
    time.sleep(0.5)
    assert not _runs(child_id)


def _processor_time(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _runs(process_id: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process_id}/stat").read_text().split()[2]
    except OSError:
        return False


def test_names_that_are_no_utf8(tmp_path: Path, tiff: Path) -> None:
    name = os.fsdecode(b"scan\xff\xfe.tif")
    (tmp_path / name).write_bytes(tiff.read_bytes())
    assert read_image2d(tmp_path / name).pixels.shape == (20, 30)


SECRET = "BRAINVIEWER_TEST_TOKEN"
LOOKS = (
    "import json, os, socket, brainviewer.files.image2d.decoding as images; "
    "from brainviewer.files.decoding.message import Decoding; import numpy as np\n"
    "def tried(attempt):\n"
    "    try:\n"
    "        return bool(attempt())\n"
    "    except OSError:\n"
    "        return False\n"
    "def is_open(n):\n"
    "    return os.fstat(n) is not None\n"
    "def look(file, name):\n"
    "    about = {'open': [n for n in range(64) if tried(lambda: is_open(n))], 'name': name,\n"
    "             'variables': sorted(os.environ), 'asked': len(file.read()),\n"
    "             'socket': tried(socket.socket),\n"
    "             'passwords': tried(lambda: open('/etc/passwd'))}\n"
    "    return Decoding((1,), 'uint8', 1, iter([np.zeros(1, np.uint8)]), about)\n"
    "images.start_decoding = look\n"
)


def test_the_child_has_the_file_and_nothing_else(
    tiff: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "secret")
    (tiff.parent / "kept").write_text("")
    child(monkeypatch, LOOKS)
    with (tiff.parent / "kept").open():  # of this process
        about = process.decode("image", tiff).about
    assert (about["name"], about["asked"]) == ("a.tif", tiff.stat().st_size)
    # Requests, the ends of what it prints, the answers, /dev/null, and the file.
    assert len(about["open"]) <= 6
    assert SECRET not in about["variables"] and "HOME" not in about["variables"]
    if set(protections()) >= {NO_NETWORK, NO_FILES}:
        assert (about["socket"], about["passwords"]) == (False, False)


@pytest.mark.parametrize("ending", ["tif", "png", "jpg", "jp2", "bmp", "webp"])
def test_large_files_are_read_from_the_disk_alike(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those beyond a limit are not taken into memory first; they have no name, only a number."""
    values = (np.arange(64 * 48) % 251).astype(np.uint8).reshape(48, 64)
    path = tmp_path / f"a.{ending}"
    if ending == "tif":
        tifffile.imwrite(path, values, compression="zlib")
    else:
        imagecodecs.imwrite(path, np.dstack([values] * 3) if ending == "webp" else values)
    expected = read_image2d(path).pixels
    children.end_all()
    child(monkeypatch, "import brainviewer.files.decoding.child as c; c._HELD_BYTES = 0")
    assert np.array_equal(read_image2d(path).pixels, expected)
