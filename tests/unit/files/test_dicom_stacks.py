"""Which slices of a series belong together, and what is said where they do not."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, uid

from brainviewer.files.dicom.series import stacks as module
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.stacks import Stack, stacks_of
from brainviewer.files.dicom.series.volume import read_stack
from tests.dicom_writer import write_series

DATA = np.random.default_rng(1).integers(0, 900, (6, 5, 30)).astype(np.int16)
AFFINE = np.diag((-1.0, -1.0, 2.0, 1.0))
SERIES = uid.generate_uid(None)
FAR_OFF = "said to lie at “1e30\\0\\0”, which is no place."


def stacks(*parts: list[Path]) -> list[Stack]:
    return stacks_of(read_headers([path for part in parts for path in part]).frames)


def series(folder: Path, data: np.ndarray = DATA, affine: np.ndarray = AFFINE, **how) -> list[Path]:
    return write_series(folder, data, affine, series_uid=SERIES, **how)


def moved(path: Path, *by: float) -> None:
    dataset = dcmread(path)
    place = np.array(dataset.ImagePositionPatient, float) + by
    dataset.ImagePositionPatient = [f"{mm:.6g}" for mm in place]
    dataset.save_as(path)


def test_of_two_slices_at_one_place_the_first_is_taken_and_it_is_said(tmp_path: Path) -> None:
    paths = series(tmp_path)
    dataset = dcmread(paths[3])
    dataset.SOPInstanceUID, dataset.InstanceNumber = uid.generate_uid(None), 900
    dataset.PixelData = bytes(len(dataset.PixelData))
    dataset.save_as(tmp_path / "again")
    (stack,) = stacks([tmp_path / "again", *paths])
    assert np.array_equal(read_stack(stack).data, DATA)
    said = "At the place of another there is one slice; the first of each was taken."
    assert stack.notices == (said,)


def test_a_missing_slice_is_black_and_said(tmp_path: Path) -> None:
    paths = series(tmp_path)
    (stack,) = stacks(paths[:10] + paths[12:])
    assert stack.grid is not None
    assert np.allclose(np.abs(stack.grid.affine), np.abs(AFFINE))
    data = read_stack(stack).data
    assert not data[:, :, 10:12].any()
    assert np.array_equal(data[:, :, 12:], DATA[:, :, 12:])
    assert stack.notices == ("2 slices are missing from it and black.",)
    source = read_stack(stack).series
    assert source is not None
    assert source.frames == ()  # nothing may name slices that are not there


def test_too_many_missing_slices_are_no_volume(tmp_path: Path) -> None:
    paths = series(tmp_path)
    (stack,) = stacks(paths[:10] + paths[14:])
    assert stack.problem == "Of 30 slices 4 are missing."


def test_uneven_distances_are_no_volume(tmp_path: Path) -> None:
    paths = series(tmp_path)
    moved(paths[4], 0, 0, 0.7)
    (stack,) = stacks(paths)
    assert stack.problem == "Its slices lie at uneven distances, 1.3 to 2.7 mm."


def test_small_differences_of_distances_may_not_add_up(tmp_path: Path) -> None:
    paths = series(tmp_path)
    for k, path in enumerate(paths):
        moved(path, 0, 0, 0.04 * (min(k, 15) - max(k - 15, 0)))  # 2.04 mm, then 1.96 mm
    (stack,) = stacks(paths)
    assert stack.problem == "Its slices lie at uneven distances, 1.96 to 2.04 mm."


@pytest.mark.parametrize(("by", "even"), [(0.09, True), (0.12, False)])
def test_every_slice_lies_near_its_place(tmp_path: Path, by: float, even: bool) -> None:
    paths = series(tmp_path)
    moved(paths[12], 0, 0, by)
    (stack,) = stacks(paths)
    assert (stack.grid is not None) == even


@pytest.mark.parametrize(
    ("said", "others", "problem"),
    [
        (
            ["1e30", "0", "0"],
            0,
            f"One of its slices is {FAR_OFF}",
        ),
        (
            ["1e30", "0", "0"],
            2,
            f"3 of its slices are {FAR_OFF}",
        ),
        (["1e30", "0", "0"], 29, f"Its slices are {FAR_OFF}"),
        (None, 1, "2 of its 30 slices do not say where they lie."),
        (None, 29, "It does not say where its slices lie."),
    ],
)
def test_places_that_cannot_be_are_told(
    tmp_path: Path, said: list[str] | None, others: int, problem: str
) -> None:
    paths = series(tmp_path)
    for path in paths[: others + 1]:
        dataset = dcmread(path)
        dataset.ImagePositionPatient = said
        dataset.save_as(path)
    (stack,) = stacks(paths)
    assert stack.problem == problem


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"1\\0\\0\\0,5\\1\\0", "Its slices are said to lie along “"),
        (b"nan\\0\\0\\0\\1\\0", "Its slices are said to lie along “"),
        (b"1\\0\\0\\.3\\1\\0", "The rows and the columns of its slices are not at right angles."),
        (b"0\\0\\0\\0\\0\\0", "The rows and the columns of its slices are not at right angles."),
        (b"", "It does not say where its slices lie."),
    ],
)  # fmt: skip
def test_directions_that_cannot_be_are_told(tmp_path: Path, said: bytes, problem: str) -> None:
    paths = series(tmp_path)
    for path in paths:
        content = path.read_bytes()
        begin = content.index(b"\x20\0\x37\0DS") + 8
        end = begin + int.from_bytes(content[begin - 2 : begin], "little")
        value = said + b" " * (len(said) % 2)
        length = len(value).to_bytes(2, "little")
        path.write_bytes(content[: begin - 2] + length + value + content[end:])
    (stack,) = stacks(paths)
    assert stack.problem.startswith(problem)
    assert ("no directions" in stack.problem) == ("along" in problem)


def test_a_tilted_gantry_is_said(tmp_path: Path) -> None:
    paths = series(tmp_path)
    for k, path in enumerate(paths):
        moved(path, 0, 2 * k * np.tan(np.radians(12)), 0)
    (stack,) = stacks(paths)
    assert stack.problem == "Its slices are tilted by 12° (gantry tilt)."


def test_a_position_that_is_rounded_does_no_harm(tmp_path: Path) -> None:
    paths = series(tmp_path)
    for k, path in enumerate(paths[1:-1]):
        moved(path, 0, 0, 0.004 * (-1) ** k)
    (stack,) = stacks(paths)
    assert np.array_equal(read_stack(stack).data, DATA)
    assert stack.grid is not None
    assert stack.grid.spacing[2] == pytest.approx(2.0, abs=1e-4)


def test_directions_and_echoes_are_stacks_of_their_own(tmp_path: Path) -> None:
    sagittal = np.eye(4)[[2, 0, 1, 3]]
    parts = [
        series(tmp_path / "a"),
        series(tmp_path / "b", affine=sagittal),
        series(tmp_path / "c", elements={"EchoTime": 30}),
        series(tmp_path / "d", data=DATA[:-1]),
    ]
    assert [len(stack.frames) for stack in stacks(*parts)] == [30] * 4


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ({"RepetitionTime": 600}, {"RepetitionTime": 2000}),
        ({"EchoTime": 15}, {"EchoTime": 90}),
        ({"InversionTime": 900}, {"InversionTime": 2500}),
        ({"FlipAngle": 5}, {"FlipAngle": 20}),
        ({"RepetitionTime": 600}, {}),
        ({"ScanningSequence": "SE"}, {"ScanningSequence": ["SE", "IR"]}),
        ({"FrameOfReferenceUID": "1.2"}, {"FrameOfReferenceUID": "1.3"}),
    ],
)
def test_what_was_acquired_in_another_way_is_parted(
    tmp_path: Path, said: dict, other: dict
) -> None:
    beside = AFFINE.copy()
    beside[2, 3] += 60.0  # it goes on where the first ends
    first = series(tmp_path / "a", elements=said)
    second = series(tmp_path / "b", DATA + 1, beside, elements=other)
    found = stacks(first, second)
    assert [len(stack.frames) for stack in found] == [30, 30]
    assert np.array_equal(read_stack(found[0]).data, DATA)
    assert np.array_equal(read_stack(found[1]).data, DATA + 1)


def test_times_that_differ_by_a_hair_are_the_same(tmp_path: Path) -> None:
    said = [
        {"RepetitionTime": 600 + k % 3, "EchoTime": 10.02 if k % 2 else 10.0} for k in range(30)
    ]
    (stack,) = stacks(series(tmp_path, of_slice=said))
    assert len(stack.frames) == 30


@pytest.mark.parametrize(
    "keyword", ["TemporalPositionIdentifier", "AcquisitionNumber", "TriggerTime", "InstanceNumber"]
)
def test_points_in_time_are_told_apart(tmp_path: Path, keyword: str) -> None:
    parts = []
    for time in range(3):
        said = [{keyword: str(100 * (3 - time) + 1 + k)} for k in range(30)]
        if keyword != "InstanceNumber":
            said = [{keyword: str(3 - time)}] * 30
        parts.append(series(tmp_path / str(time), DATA + 1000 * time, of_slice=said))
    found = stacks(*parts)
    assert [stack.times for stack in found] == [3, 3, 3]
    assert found[0].by_time == (keyword != "InstanceNumber")
    for stack, time in zip(found, (2, 1, 0), strict=True):
        assert np.array_equal(read_stack(stack).data, DATA + 1000 * time)


def test_without_a_place_there_is_no_volume(tmp_path: Path) -> None:
    paths = series(tmp_path)
    dataset = dcmread(paths[5])
    del dataset.ImagePositionPatient
    dataset.save_as(paths[5])
    (stack,) = stacks(paths)
    assert stack.problem == "One of its 30 slices does not say where it lies."
    (single,) = stacks(paths[:1])
    assert single.problem == "It is a single slice."


@pytest.mark.parametrize("shifted", [{3: 30.0}, {0: 0.9}, dict.fromkeys(range(4, 12), 30.0)])
def test_slices_shifted_in_their_plane_are_no_volume(
    tmp_path: Path, shifted: dict[int, float]
) -> None:
    paths = series(tmp_path)
    for k, mm in shifted.items():
        moved(paths[k], mm, 0, 0)
    (stack,) = stacks(paths)
    assert stack.grid is None
    assert stack.problem.startswith("Its slices are shifted against each other by up to")


def test_slices_with_and_without_contrast_agent_are_stacks_of_their_own(tmp_path: Path) -> None:
    between = AFFINE.copy()
    between[2, 3] += 1.0
    plain = series(tmp_path / "plain")
    agent = series(tmp_path / "agent", affine=between, elements={"ContrastBolusAgent": "Gd"})
    assert [len(stack.frames) for stack in stacks(plain, agent)] == [30, 30]


def near_copy(path: Path, by: float, instance: int = 900) -> Path:
    """Another slice with its own content, a little farther along the normal."""
    dataset = dcmread(path)
    dataset.SOPInstanceUID, dataset.InstanceNumber = uid.generate_uid(None), instance
    dataset.PixelData = bytes(len(dataset.PixelData))
    copy = path.with_name(f"{path.name}-{instance}")
    dataset.save_as(copy)
    moved(copy, 0, 0, by)
    return copy


@pytest.mark.parametrize("by", [0.02, -0.02, 0.09])
def test_a_slice_that_lies_beside_another_is_left_out_and_it_is_said(
    tmp_path: Path, by: float
) -> None:
    paths = series(tmp_path)
    (stack,) = stacks([*paths, near_copy(paths[3], by), near_copy(paths[9], by, 901)])
    assert np.array_equal(read_stack(stack).data, DATA)
    said = f"Within {abs(by):.2f} mm of another there are 2 slices; the first of each was taken."
    assert stack.notices == (said,)


def test_a_slice_between_two_others_is_not_near_enough(tmp_path: Path) -> None:
    paths = series(tmp_path)
    (stack,) = stacks([*paths, near_copy(paths[3], 0.3)])
    assert stack.problem.startswith("Its slices lie at uneven distances, 0.3 to 2")


def test_points_in_time_may_lie_a_little_apart(tmp_path: Path) -> None:
    apart = AFFINE.copy()
    apart[2, 3] += 0.02
    times = [[{"TemporalPositionIdentifier": str(n)}] * 30 for n in (1, 2)]
    first = series(tmp_path / "a", of_slice=times[0])
    second = series(tmp_path / "b", DATA + 1000, affine=apart, of_slice=times[1])
    found = stacks(first, second)
    assert [stack.times for stack in found] == [2, 2]
    assert np.array_equal(read_stack(found[0]).data, DATA)
    assert np.array_equal(read_stack(found[1]).data, DATA + 1000)


def test_thin_slices_are_slices(tmp_path: Path) -> None:
    (stack,) = stacks(series(tmp_path, affine=np.diag((-0.05, -0.05, 0.05, 1.0))))
    assert stack.notices == ()
    assert np.array_equal(read_stack(stack).data, DATA)


@pytest.mark.parametrize(
    "spacing", ["0\\1", "-1\\1", "1e-6\\1e-6", "nan\\1", "1e9\\1", "1", "x\\1"]
)
def test_pixels_of_a_size_that_cannot_be_are_no_volume(tmp_path: Path, spacing: str) -> None:
    paths = series(tmp_path, affine=np.diag((-7.777777, -7.777777, 2.0, 1.0)))
    for path in paths:
        content, said = path.read_bytes(), b"7.777777\\7.777777"
        assert said in content
        path.write_bytes(content.replace(said, spacing.encode().ljust(len(said))))
    (stack,) = stacks(paths)
    shown = spacing.replace("\\", " × ")
    assert stack.problem == f"Its pixels are said to be {shown} mm large, which cannot be."


def test_pixels_of_unknown_size_are_no_volume(tmp_path: Path) -> None:
    paths = series(tmp_path)
    for path in paths:
        dataset = dcmread(path)
        del dataset.PixelSpacing
        dataset.save_as(path)
    (stack,) = stacks(paths)
    assert stack.problem == "It does not say how large its pixels are."


def test_parts_of_a_series_whose_slices_alternate_are_told(tmp_path: Path) -> None:
    kinds = ["ND", "DIS2D"]
    said = [{"ImageType": ["ORIGINAL", "PRIMARY", "M", kinds[k % 2]]} for k in range(30)]
    first, second = stacks(series(tmp_path, of_slice=said))
    assert len(first.frames) == len(second.frames) == 15
    assert first.notices == second.notices
    assert first.notices == (
        "It is one of 2 parts of its series, whose slices together make one even stack; they "
        "differ in image type.",
    )


def test_volumes_that_lie_at_one_place_are_no_parts_of_a_stack(tmp_path: Path) -> None:
    found = stacks(*(series(tmp_path / n, elements={"EchoTime": int(n)}) for n in ("10", "90")))
    assert [stack.notices for stack in found] == [(), ()]


def test_thousands_of_frames_at_one_place_are_put_in_order_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = series(tmp_path, DATA[:, :, :1])
    dataset = dcmread(path)
    dataset.NumberOfFrames, dataset.PixelData = 300, bytes(300 * len(dataset.PixelData))
    dataset.save_as(path)
    asked = []

    def counted(frame: Frame) -> int:
        asked.append(frame)
        return frame.number

    monkeypatch.setattr(module, "_instance", counted)
    stacks([path])
    assert 0 < len(asked) < 2 * 300


def test_compressed_frames_that_cannot_be_there_are_not_made(tmp_path: Path) -> None:
    (path,) = series(tmp_path, DATA[:, :, :1], syntax=uid.RLELossless)
    dataset = dcmread(path)
    dataset.NumberOfFrames = 10**9
    dataset.save_as(path)
    found = read_headers([path])
    assert (found.frames, found.incomplete) == ((), (path,))
