"""Windows that DICOM files name: offered by their names, if they show anything of the values."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainviewer.app.opening.image2d import open_image2d
from brainviewer.app.opening.study import open_study
from brainviewer.core.study import FileWindow, Modality
from brainviewer.core.voi.voi_window import auto_window, opening_window, preset_window, presets_of
from brainviewer.files.dicom.pixels.voi import windows_said
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.dicom.series.candidates import candidates_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from brainviewer.files.stored_volume import StoredVolume
from tests.dicom_files import header, save
from tests.dicom_writer import TIMES, Examination, write_series
from tests.phantoms import oblique_grid

DATA = np.random.default_rng(2).integers(0, 1001, (12, 10, 6)).astype(np.uint16)


def said(centre: str, width: str, function: str = "", names: str = "", whole: bool = True) -> Any:
    return [
        (one.name, one.black, one.white)
        for one in windows_said(centre, width, function, names, whole=whole)
    ]


def volume(paths: list[Path]) -> StoredVolume:
    (one,) = candidates_of(read_headers(paths).frames)
    return read_stack(one.stack)


@pytest.mark.parametrize(
    ("function", "whole", "ends"),
    [
        ("", True, (0, 255)),  # PS3.3, C.11.2.1.2.1: as many levels as the window is wide
        ("LINEAR", True, (0, 255)),
        ("LINEAR_EXACT", True, (0, 256)),
        ("SIGMOID", True, (0, 256)),
        ("LINEAR", False, (0, 256)),
    ],
)
def test_where_a_window_ends(function: str, whole: bool, ends: tuple[int, int]) -> None:
    assert said("128", "256", function, whole=whole) == [("As in the file", *ends)]


def test_windows_are_named_as_in_the_file() -> None:
    assert said("100\\500", "50\\400", "LINEAR_EXACT", "Algo1\\Algo2") == [
        ("File: Algo1", 75, 125), ("File: Algo2", 300, 700),
    ]  # fmt: skip
    assert [name for name, *_ in said("100\\500\\9", "50\\400\\8", "", "Brain\\Brain")] == [
        "File: Brain", "File: Brain (2)", "As in the file",
    ]  # fmt: skip
    assert [name for name, *_ in said("1\\2", "50\\400")] == [
        "As in the file", "As in the file (2)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("centre", "width"),
    [("100", "0"), ("100", "-5"), ("100", "0.5"), ("nan", "5"), ("100", "inf"), ("x", "5"),
     ("", "5"), ("100", ""), ("1e300", "1e300")],
)  # fmt: skip
def test_windows_that_cannot_be_are_none(centre: str, width: str) -> None:
    assert said(centre, width) == []


def test_one_grey_level_and_fractions() -> None:
    assert said("7", "1") == [("As in the file", 6, 7)]
    assert said("0.02", "0.04", whole=False) == [("As in the file", 0, 0.04)]


@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_a_series_has_the_median_of_those_of_its_slices(tmp_path: Path, enhanced: bool) -> None:
    each: list[dict[str, Any]] = [
        {"WindowCenter": 500 + 10 * k, "WindowWidth": 301, "WindowCenterWidthExplanation": "Algo1"}
        for k in range(6)
    ]
    paths = write_series(tmp_path, DATA, np.eye(4), of_slice=each, enhanced=enhanced)
    assert volume(paths).windows == (FileWindow("File: Algo1", 374.5, 674.5),)


def test_a_window_of_rescaled_values(tmp_path: Path) -> None:
    paths = write_series(
        tmp_path, DATA, np.eye(4), rescale=[(0.5, 0.0)] * 6,
        elements={"WindowCenter": "250", "WindowWidth": "100"},
    )  # fmt: skip
    assert volume(paths).windows == (FileWindow("As in the file", 200, 300),)


@pytest.mark.parametrize(
    ("centre", "width"), [(20_000, 400), (-300, 100), (500, 0), (0, 1_000_000), (500, -100)]
)
def test_windows_that_show_nothing_are_not_offered(tmp_path: Path, centre: int, width: int) -> None:
    elements = {"WindowCenter": centre, "WindowWidth": width}
    paths = write_series(tmp_path, DATA, np.eye(4), elements=elements)
    assert volume(paths).windows == ()
    assert read_dicom(paths[0]).shown is None  # a single image opens with its automatic window


def test_windows_that_some_slices_only_name_are_not_offered(tmp_path: Path) -> None:
    each: list[dict[str, Any]] = [{"WindowCenter": 500, "WindowWidth": 300}] * 3 + [{}] * 3
    assert volume(write_series(tmp_path, DATA, np.eye(4), of_slice=each)).windows == ()


def test_they_are_turned_round_with_the_values(tmp_path: Path) -> None:
    elements = {"WindowCenter": 300, "WindowWidth": 201, "PhotometricInterpretation": "MONOCHROME1"}
    paths = write_series(tmp_path, DATA, np.eye(4), elements=elements)
    read, ends = volume(paths), int(DATA.max())  # they use a corner of 16 bits
    (window,) = read.windows
    assert (window.black, window.white) == (ends - 399.5, ends - 199.5)
    image = read_dicom(paths[0])
    assert image.shown == (399.5, 199.5)
    assert image.windows == (FileWindow("As in the file", 399.5, 199.5),)


def test_a_study_opens_with_the_automatic_window_and_offers_that_of_the_file(
    tmp_path: Path,
) -> None:
    data = np.random.default_rng(2).integers(0, 1001, (40, 40, 30)).astype(np.uint16)
    affine = oblique_grid().affine
    elements = {**TIMES["T2"], "WindowCenter": "600\\200", "WindowWidth": "401\\101",
                "WindowCenterWidthExplanation": "Algo1\\Soft"}  # fmt: skip
    same = Examination()
    write_series(tmp_path / "a", data, affine, examination=same, elements=elements)
    write_series(tmp_path / "b", data, affine, examination=same, elements=TIMES["T1"], number=4)
    study = open_study([tmp_path])
    t2, t1 = study.volumes[Modality.T2], study.volumes[Modality.T1]
    assert opening_window(t2) == preset_window(t2, "Automatic") == auto_window(t2.data)
    assert presets_of(t2)[:4] == ("Automatic", "File: Algo1", "File: Soft", "Full range")
    window = preset_window(t2, "File: Algo1")
    assert (window.low, window.high, window.inverted) == (399.5, 799.5, False)
    assert presets_of(t1)[:2] == ("Automatic", "Full range")


def test_an_image_opens_with_the_window_of_the_file_and_offers_all(tmp_path: Path) -> None:
    values = np.ascontiguousarray(DATA.transpose(2, 1, 0))[:1]
    dataset = header(values, "MONOCHROME1", WindowCenter=[300, 800], WindowWidth=[201, 101])
    study = open_image2d(save(tmp_path / "a.dcm", dataset, values.tobytes()))
    image = study.volumes[Modality.IMAGE]
    opened = opening_window(image)
    assert (opened.low, opened.high, opened.inverted) == (199.5, 399.5, True)
    assert presets_of(image)[:3] == ("Automatic", "As in the file", "As in the file (2)")
    other = preset_window(image, "As in the file (2)")
    assert (other.low, other.high, other.inverted) == (749.5, 849.5, True)
