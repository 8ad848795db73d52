"""A series as a volume: voxel for voxel and place for place what was written."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import uid

from brainviewer.core.errors import Cancelled, FileError, Report
from brainviewer.core.geometry import Grid
from brainviewer.files.decoding.process import Places, Promised, decode_into
from brainviewer.files.dicom.series import pixels
from brainviewer.files.dicom.series.candidates import candidates_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.stacks import Stack
from brainviewer.files.dicom.series.volume import read_stack
from brainviewer.files.stored_volume import StoredVolume
from tests.dicom_writer import write_series
from tests.phantoms import AXIS_CASES, case_name, grid_of, oblique_grid

CHANCE = np.random.default_rng(3)


def stacks(paths: list[Path]) -> list[Stack]:
    return [one.stack for one in candidates_of(read_headers(paths).frames)]


def volume(paths: list[Path]) -> StoredVolume:
    (stack,) = stacks(paths)
    return read_stack(stack)


def noise(
    shape: tuple[int, ...] = (12, 10, 5), kind: str = "int16", most: int = 4000
) -> np.ndarray:
    low = -most if np.dtype(kind).kind == "i" else 0
    return CHANCE.integers(low, most, shape).astype(kind)


def same_place(read: StoredVolume, data: np.ndarray, affine: np.ndarray) -> bool:
    """Whether every voxel has its value at its place, to 1e-4 mm."""
    grid = Grid(data.shape, affine)
    voxels = np.array(list(np.ndindex(data.shape)))
    there = read.grid.to_voxel(grid.to_world(voxels))
    index = np.rint(there).astype(int)
    assert np.abs(there - index).max() * max(grid.spacing) < 1e-4
    return np.array_equal(read.data[tuple(index.T)], data[tuple(voxels.T)])


@pytest.mark.parametrize("case", AXIS_CASES[::9], ids=case_name)
@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_however_its_axes_lie(
    tmp_path: Path, case: tuple[tuple[int, ...], tuple[int, ...]], enhanced: bool
) -> None:
    data, affine = noise(), grid_of(*case, tilt_degrees=(12, -9, 7)).affine
    paths = write_series(tmp_path, data, affine, enhanced=enhanced, vendor="philips")
    read = volume(paths[::-1])
    assert same_place(read, data, affine)
    assert read.dtype == "int16"
    assert read.data.flags.f_contiguous
    assert read.notices == ()


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("kind", ["int16", "uint16"])
def test_number_types_and_bits(tmp_path: Path, kind: str, bits: int) -> None:
    data = noise(kind=kind, most=2 ** (bits - 1) - 1)
    read = volume(write_series(tmp_path, data, np.eye(4), bits=bits))
    assert same_place(read, data, np.eye(4))
    assert read.data.dtype == kind


def test_bits_that_do_not_count_are_taken_off(tmp_path: Path) -> None:
    data = noise(kind="uint16", most=4095)
    paths = write_series(tmp_path, data | 0xA000, np.eye(4), bits=12)
    assert same_place(volume(paths), data, np.eye(4))


@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_each_slice_is_rescaled_by_itself(tmp_path: Path, enhanced: bool) -> None:
    data = noise(kind="uint16", most=4095)
    lines = [(1.5 + k, -3.0 * k) for k in range(5)]
    paths = write_series(tmp_path, data, np.eye(4), rescale=lines, enhanced=enhanced, bits=12)
    expected = np.stack([data[:, :, k] * s + i for k, (s, i) in enumerate(lines)], axis=2)
    read = volume(paths)
    assert read.dtype == "float32"
    assert same_place(read, expected.astype(np.float32), np.eye(4))


def test_whole_rescaling_keeps_whole_numbers(tmp_path: Path) -> None:
    data = noise(kind="uint16", most=4095)
    paths = write_series(tmp_path, data, np.eye(4), rescale=[(2, -1000)] * 5, bits=12)
    read = volume(paths)
    assert read.dtype == "int16"
    assert same_place(read, data.astype(np.int32) * 2 - 1000, np.eye(4))


SYNTAXES = (
    uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless,
)  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_every_way_to_store_it(tmp_path: Path, syntax: str) -> None:
    data = noise((20, 18, 5), "uint16", 4095)
    affine = oblique_grid().affine
    paths = write_series(tmp_path, data, affine, syntax=syntax, bits=12, rescale=[(1, 0)] * 5)
    assert same_place(volume(paths), data, affine)


def test_compressed_frames_of_an_enhanced_file(tmp_path: Path) -> None:
    data = noise((20, 18, 5), "uint16", 4095)
    paths = write_series(
        tmp_path, data, np.eye(4), syntax=uid.JPEG2000Lossless, bits=12, enhanced=True
    )
    assert same_place(volume(paths), data, np.eye(4))


@pytest.mark.parametrize(
    ("kind", "bits", "least", "most", "ends"),
    [
        ("uint16", 12, 20, 4000, 4095),
        ("uint16", 16, 20, 60_000, 65_535),
        ("uint8", 0, 3, 250, 255),
        ("int16", 12, -900, 1000, -1),
        ("uint16", 16, 20, 4000, None),  # a corner of the range: the largest becomes 0
        ("int16", 16, 0, 4000, None),
    ],
)
def test_small_values_that_are_bright_are_turned_round(
    tmp_path: Path, kind: str, bits: int, least: int, most: int, ends: int | None
) -> None:
    data = np.random.default_rng(3).integers(least, most, (5, 3, 4)).astype(kind)
    said = {"PhotometricInterpretation": "MONOCHROME1"}
    read = volume(write_series(tmp_path, data, np.eye(4), elements=said, bits=bits))
    whole = data.astype(int)
    assert same_place(read, (whole.max() if ends is None else ends) - whole, np.eye(4))
    assert read.notices == ("Its values were turned round: in its files small ones are bright.",)


@pytest.mark.parametrize("enhanced", [False, True])
def test_they_are_turned_round_as_stored_and_rescaled_then(tmp_path: Path, enhanced: bool) -> None:
    data = noise(kind="uint16", most=4095)
    lines = [(1.0 + 0.25 * k, 10.0 * k) for k in range(data.shape[2])]
    said = {"PhotometricInterpretation": "MONOCHROME1"}
    paths = write_series(
        tmp_path, data, np.eye(4), elements=said, bits=12, rescale=lines, enhanced=enhanced
    )
    slopes, more = np.array(lines).T
    assert np.allclose(volume(paths).data, (4095.0 - data) * slopes + more, atol=1e-2)


@pytest.mark.parametrize(("bits", "ends"), [(12, 4095), (16, 3000)])
def test_slices_of_one_series_may_be_turned_both_ways(tmp_path: Path, bits: int, ends: int) -> None:
    data = np.random.default_rng(4).integers(0, 3000, (5, 4, 8)).astype(np.uint16)
    data[0, 0], data[0, 1] = 0, 3000
    stored = data.copy()
    stored[:, :, ::2] = ends - data[:, :, ::2]
    said = [
        {"PhotometricInterpretation": f"MONOCHROME{2 if k % 2 else 1}", "WindowCenter": 500 if k % 2
         else ends - 499, "WindowWidth": 200}
        for k in range(8)
    ]  # fmt: skip
    read = volume(write_series(tmp_path, stored, np.eye(4), of_slice=said, bits=bits))
    assert same_place(read, data, np.eye(4))
    assert read.notices == (
        "4 of its slices were turned round: in such files small values are bright.",
    )
    (window,) = read.windows
    assert (window.black, window.white) == (400, 599)


def test_a_missing_slice_is_black_where_small_values_are_bright(tmp_path: Path) -> None:
    data = np.random.default_rng(3).integers(1000, 30_000, (5, 4, 20)).astype(np.int16)
    said = {"PhotometricInterpretation": "MONOCHROME1"}
    paths = write_series(tmp_path, data - 15_000, np.eye(4), elements=said)
    paths.pop(7).unlink()
    read = volume(paths).data
    assert read.min() < -14_000
    assert np.all(read[:, :, 7] == read.min())


@pytest.mark.parametrize("syntax", [uid.JPEG2000Lossless, uid.JPEGLSLossless, uid.RLELossless])
def test_a_damaged_slice_is_black_and_told(tmp_path: Path, syntax: str) -> None:
    data = noise((40, 36, 12), "uint16", 4000)
    affine = grid_of().affine
    paths = write_series(tmp_path, data, affine, syntax=syntax)
    paths[5].write_bytes(paths[5].read_bytes()[:-1500])
    read = volume(paths)
    assert read.notices == (
        "1 slice is damaged in the files and black. Copy the series again from its source.",
    )
    data[:, :, 5] = 0
    assert same_place(read, data, affine)
    paths[7].write_bytes(paths[7].read_bytes()[:-1500])
    with pytest.raises(FileError, match="is damaged"):  # every tenth may be missing
        volume(paths)


def test_values_that_grow_beyond_all_numbers_are_refused(tmp_path: Path) -> None:
    data = noise(kind="uint16", most=4095)
    paths = write_series(tmp_path, data, np.eye(4), rescale=[(1e38, 0.0)] * data.shape[2])
    with pytest.raises(FileError, match="values that are no numbers"):
        volume(paths)


def test_results_can_name_the_series(tmp_path: Path) -> None:
    data, affine = noise(), oblique_grid().affine
    for enhanced in (False, True):
        paths = write_series(tmp_path / str(enhanced), data, affine, enhanced=enhanced, number=7)
        series = volume(paths).series
        assert series is not None
        assert (series.number, series.patient.id, len(series.frames)) == (7, "P-4711", 5)
        grid = volume(paths).grid
        for k, frame in enumerate(series.frames):
            at = np.array(frame.position) * (-1, -1, 1)
            assert np.allclose(at, grid.to_world((0, 0, k)), atol=1e-4)
            assert (frame.number is None) is not enhanced


def test_a_file_that_was_cut_off_meanwhile(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), np.eye(4))
    (stack,) = stacks(paths)
    paths[2].write_bytes(paths[2].read_bytes()[:-20])
    with pytest.raises(FileError, match="ends before its pixels do"):
        read_stack(stack)
    paths[2].unlink()
    with pytest.raises(FileError, match="There is no file"):
        read_stack(stack)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    (stack,) = stacks(write_series(tmp_path, noise(), np.eye(4)))

    def stop(fraction: float, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_stack(stack, stop)


@pytest.mark.parametrize(
    ("missing", "how"),
    [
        (0, {}),
        (1, {}),
        (0, {"enhanced": True}),
        (0, {"enhanced": True, "syntax": uid.RLELossless}),
        (0, {"enhanced": True, "syntax": uid.JPEG2000Lossless}),
    ],
    ids=["classic", "one missing", "enhanced", "RLE", "JPEG 2000"],
)
def test_reading_takes_the_memory_of_one_volume(
    tmp_path: Path, missing: int, how: dict[str, Any]
) -> None:
    data = noise((128, 128, 40))
    paths = write_series(tmp_path, data, np.eye(4), **how)
    (stack,) = stacks(paths[: len(paths) // 2] + paths[len(paths) // 2 + missing :])
    tracemalloc.start()
    try:
        read = read_stack(stack)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read.data.nbytes == data.nbytes
    assert most < 1.2 * data.nbytes


def test_compressed_frames_come_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is decoded once, whatever order its slices lie in, into room for a single frame."""
    given: dict[Path, list[np.ndarray]] = {}

    def spied(kind: str, path: Path, places: Places, report: Report) -> Any:
        assert path not in given, "the file is decoded again"
        taken = given.setdefault(path, [])

        def watched(promised: Promised) -> Iterator[np.ndarray]:
            for one in places(promised):
                taken.append(one)
                yield one

        return decode_into(kind, path, watched, report)

    monkeypatch.setattr(pixels, "decode_into", spied)
    data = noise((20, 18, 8), "uint16", 4095)
    both = {"syntax": uid.RLELossless, "bits": 12, "enhanced": True, "series_uid": "1.2.3.5"}
    paths = []
    for n in range(2):  # slices of one file between those of the other
        affine = np.diag((1.0, 1.0, 2.0, 1.0))
        affine[2, 3] = n
        paths += write_series(tmp_path / str(n), data[:, :, n::2], affine, **both)
    assert same_place(volume(paths), data, np.eye(4))
    assert sorted(given) == sorted(paths)
    for taken in given.values():
        assert len(taken) == 4
        assert all(np.shares_memory(one, taken[0]) for one in taken)


def test_decoding_a_long_file_can_be_cancelled(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), np.eye(4), syntax=uid.RLELossless, enhanced=True)
    (stack,) = stacks(paths)

    def stop(fraction: float, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_stack(stack, stop)
    assert read_stack(stack).data.any(), "another child takes over"
