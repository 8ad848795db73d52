"""A study with one file that cannot be read is opened without it, and says which and why."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from brainviewer.app.opening.first_look import first_look
from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.app.reporting.identification import may_name
from brainviewer.core.errors import Cancelled, FileError
from brainviewer.core.study import SEQUENCES, Modality, Study
from tests.command_line import refused, run
from tests.dicom_writer import write_study as write_dicom
from tests.phantoms import marker_study
from tests.schemas import check_output
from tests.study_folders import write_study

FLAIR, T1, T1CE, T2 = SEQUENCES
Spoil = Callable[[Path], object]


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:2000] + bytes(200) + content[2200:])


def header(**fields: object) -> Spoil:
    """Makes a header say something else."""

    def spoil(path: Path) -> None:
        content = gzip.decompress(path.read_bytes())
        changed = nibabel.Nifti1Header(content[:348])
        for name, value in fields.items():
            changed[name] = value
        path.write_bytes(gzip.compress(changed.structarr.tobytes() + content[348:]))

    return spoil


def instead(make: Callable[[Path], object]) -> Spoil:
    def spoil(path: Path) -> None:
        path.unlink()
        make(path)

    return spoil


NAN = np.nan
SPOILT: dict[str, tuple[Spoil, str]] = {
    "cut off": (cut, "is incomplete"),
    "bits turned": (damage, "is damaged"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("hello " * 99), "is not a NIfTI image"),
    "more voxels promised": (header(dim=[3, 400, 400, 400, 1, 1, 1, 1]), "holds fewer"),
    "fewer voxels promised": (header(dim=[3, 4, 4, 4, 1, 1, 1, 1]), "holds more"),
    "no voxels": (header(dim=[3, 0, 4, 4, 1, 1, 1, 1]), "impossible number of voxels"),
    "colours": (header(datatype=128, bitpix=24), "holds colours"),
    "voxels of a kilometre": (
        header(pixdim=[1, 1e6, 1e6, 1e6, 0, 0, 0, 0], sform_code=0, qform_code=1),
        "which cannot be",
    ),
    "a head of three metres": (
        header(pixdim=[1, 99, 99, 99, 0, 0, 0, 0], sform_code=0, qform_code=1),
        "which is no head",
    ),
    "nothing said of places": (
        header(srow_x=[NAN] * 4, quatern_b=NAN, pixdim=[1, NAN, NAN, NAN, 0, 0, 0, 0]),
        "does not say where its voxels are",
    ),
    "a link to nothing": (
        instead(lambda path: path.symlink_to(path.parent / "gone.nii.gz")),
        "is not there",
    ),
    "a pipe": (instead(os.mkfifo), "no ordinary file"),
}


def folder_of(tmp_path: Path) -> Path:
    return write_study(tmp_path / "case")


def file_of(folder: Path, modality: Modality) -> Path:
    return folder / f"case_{modality.lower()}.nii.gz"


@pytest.mark.parametrize("modality", [FLAIR, T2])
@pytest.mark.parametrize("what", SPOILT)
def test_the_rest_is_opened(what: str, modality: Modality, tmp_path: Path) -> None:
    """The sequence that gives the study its grid, or another; the same as if it were not there."""
    folder = folder_of(tmp_path)
    spoil, why = SPOILT[what]
    spoil(file_of(folder, modality))
    study = open_without_asking([folder])
    said = study.notices[0]
    assert said.startswith(f"{modality} was left out. ")
    assert file_of(folder, modality).name in said and why in said
    assert study.missing == (modality,)
    assert not any("missing" in notice for notice in study.notices)
    assert may_name(study, said)  # reports go without it
    entry = first_look([folder])
    file_of(folder, modality).unlink()
    without = open_without_asking([folder])
    same(study, without)
    assert without.notices[0] == f"{modality} is missing."
    assert entry.content == without.content_hash
    assert entry.sequences == without.modalities


def same(one: Study, other: Study) -> None:
    assert one.content_hash == other.content_hash
    assert one.grid.matches(other.grid)
    for modality, volume in other.volumes.items():
        np.testing.assert_array_equal(one.volumes[modality].data, volume.data)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_closed_file_is_left_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    file_of(folder, T1).chmod(0)
    assert open_study([folder]).notices[0].startswith("T1 was left out. ")


def test_a_file_that_the_system_does_not_give_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, really = folder_of(tmp_path), Path.open

    def closed(path: Path, *how: str) -> object:
        if path == file_of(folder, T1):
            raise PermissionError(13, "Permission denied")
        return really(path, *how)

    monkeypatch.setattr(Path, "open", closed)
    study = open_study([folder])
    assert study.notices[0].startswith("T1 was left out. ")
    assert study.modalities == (FLAIR, T1CE, T2)


def test_two_of_four(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    cut(file_of(folder, FLAIR))
    file_of(folder, T1).write_bytes(b"")
    file_of(folder, T2).unlink()
    study = open_study([folder])
    assert study.modalities == (T1CE,)
    assert study.notices[0] == "T2 is missing."
    assert [notice.split(".")[0] for notice in study.notices[1:3]] == [
        "T1 was left out", "FLAIR was left out",
    ]  # fmt: skip


def test_where_none_can_be_read_the_first_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    for modality in SEQUENCES:
        cut(file_of(folder, modality))
    for paths in ([folder], [file_of(folder, T2)]):
        with pytest.raises(FileError, match="is incomplete"):
            open_study(paths)
        with pytest.raises(FileError, match="is incomplete"):
            first_look(paths)


def test_a_named_file_that_is_not_there_is_a_slip(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    named = [Path(f"FLAIR={file_of(folder, FLAIR)}"), Path(f"T2={folder / 'typo_t2.nii.gz'}")]
    for paths in (named, [file_of(folder, FLAIR), folder / "typo_t2.nii.gz"]):
        with pytest.raises(FileError, match=r"typo_t2\.nii\.gz"):
            open_study(paths)
    cut(file_of(folder, T2))
    named[1] = Path(f"T2={file_of(folder, T2)}")
    assert open_study(named).modalities == (FLAIR,)


def test_stopping_stops(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    cut(file_of(folder, FLAIR))

    def stop(fraction: float, text: str) -> None:
        if text.startswith("Reading"):
            raise Cancelled

    with pytest.raises(Cancelled):
        open_study([folder], stop)


def test_a_dicom_series_is_left_out_in_the_same_words(tmp_path: Path) -> None:
    written = write_dicom(tmp_path / "cd", marker_study())
    for path in written[T2]:
        cut(path)
    study = open_without_asking([tmp_path / "cd"])
    assert study.modalities == (FLAIR, T1, T1CE)


def test_info_tells_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path)
    cut(file_of(folder, T2))
    assert run("info", folder, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record["missing"] == ["T2"]
    assert record["notices"][0].startswith("T2 was left out. case_t2.nii.gz is incomplete")
    assert run("info", folder) == 0
    assert "T2 was left out. case_t2.nii.gz is incomplete" in capfd.readouterr().out
    assert run("info", file_of(folder, T2)) == 2
    assert "case_t2.nii.gz is incomplete" in refused(capfd)
