"""Which sequence a series is: by its tags, by the words of its name, and where these disagree."""

from pathlib import Path

import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.candidates import Candidate, candidate
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.dicom.series.proposal import left_out_notice, propose
from brainviewer.files.dicom.series.roles.weighting import weighting
from brainviewer.files.dicom.series.stacks import Stack
from tests.phantoms import grid_of

FLAIR, T1, T1CE, T2 = Modality.FLAIR, Modality.T1, Modality.T1CE, Modality.T2


def tags(**said: object) -> Tags:
    return Tags({"Modality": "MR", **{keyword: str(value) for keyword, value in said.items()}})


def series(
    number: int = 1, grid: Grid | None = None, problem: str = "", times: int = 1, **said: object
) -> Candidate:
    frame = Frame(Path("a"), 0, tags(SeriesNumber=number, **said), 0)
    grid = None if problem else grid or Grid((240, 240, 150), grid_of().affine)
    return candidate(Stack((frame,), grid, problem, times))


def times(scanning: str, tr: float, te: float, ti: float = 0, **said: object) -> dict[str, object]:
    set_to = {"ScanningSequence": scanning, "RepetitionTime": tr, "EchoTime": te}
    return {**set_to, "InversionTime": ti, **said}


BY_TIMES = [
    # what the scanners of three makers are set to, at 1.5 and 3 tesla
    (times("SE\\IR", 9000, 120, 2500), FLAIR),
    (times("SE\\IR", 5000, 394, 1800, MRAcquisitionType="3D"), FLAIR),
    (times("SE\\IR", 4800, 310, 1650), FLAIR),
    (times("SE", 8000, 128, 2250), FLAIR),
    (times("SE", 600, 10), T1),
    (times("SE", 700, 20, MRAcquisitionType="3D"), T1),
    (times("SE\\IR", 2500, 24, 920), T1),
    (times("GR\\IR", 2000, 2.5, 900, SequenceVariant="SK\\SP\\MP"), T1),
    (times("GR", 8.9, 3.2, 450, SequenceVariant="SS\\SP\\SK"), T1),
    (times("GR", 250, 2.5, SequenceVariant="SP\\OSP"), T1),
    (times("SE", 5000, 100), T2),
    (times("SE", 3200, 408, MRAcquisitionType="3D"), T2),
    (times("SE", 600, 10, ContrastBolusAgent="Gadovist"), T1CE),
    (times("GR\\IR", 2000, 2.5, 900, ContrastBolusVolume="7.5"), T1CE),
    (times("SE", 600, 10, ContrastBolusAgent="NONE"), T1),
    (times("SE", 5000, 100, ContrastBolusAgent="Gadovist"), T2),
    ({"EchoPulseSequence": "SPIN", "InversionRecovery": "YES", "RepetitionTime": 8000,
      "EchoTime": 120, "InversionTime": 2400}, FLAIR),
    ({"AcquisitionContrast": "FLUID_ATTENUATED"}, FLAIR),
    (times("SE", 1500, 50), None),
    (times("SE", 0, 0), None),
    (times("GR", 0, 0), None),
    (times("SE", 600, 0), None),
    ({}, None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), BY_TIMES)
def test_times_tell_the_weighting(said: dict[str, object], expected: Modality | None) -> None:
    found = weighting(tags(**said))
    assert (found.sequence, found.unused) == (expected, "")


UNUSED = [
    ({"ImageType": "ORIGINAL\\PRIMARY\\LOCALIZER"}, "localiser"),
    ({"ImageType": "DERIVED\\PRIMARY\\DIFFUSION\\ADC"}, "diffusion"),
    ({"ImageType": "DERIVED\\SECONDARY\\SUBTRACTION"}, "subtraction"),
    ({"ImageType": "DERIVED\\PRIMARY\\PROJECTION IMAGE\\M\\SWI"}, "projection"),
    ({"ImageType": "ORIGINAL\\PRIMARY\\P\\ND"}, "phase image"),
    ({"ImageType": "DERIVED\\PRIMARY\\PERFUSION_ASL"}, "perfusion"),
    ({"AngioFlag": "Y"}, "angiography"),
    ({"DiffusionBValue": 1000}, "diffusion"),
    ({"ScanningSequence": "EP\\SE"}, "echo-planar series"),
    ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "secondary capture"),
    ({"SamplesPerPixel": 3}, "series in colour"),
    (times("GR", 28, 20), "susceptibility imaging"),
    (times("SE\\IR", 4000, 60, 160), "STIR"),
    (times("SE", 3000, 15), "proton density"),
    (times("GR", 6, 3, SequenceVariant="SS"), "steady-state series"),
]


@pytest.mark.parametrize(("said", "kind"), UNUSED)
def test_what_else_a_series_is(said: dict[str, object], kind: str) -> None:
    assert weighting(tags(**said)).unused == kind


def test_words_where_tags_are_silent() -> None:
    assert series(SeriesDescription="t1_mprage_tra_KM").sequence is T1CE
    assert series(ProtocolName="Ax T2 FRFSE").sequence is T2
    assert series(SeriesDescription="brain", SequenceName="*tir3d1_196ns").sequence is FLAIR
    assert series(SeriesDescription="MPRAGE", ContrastBolusAgent="Dotarem").sequence is T1CE
    assert series(SeriesDescription="whatever").sequence is None


def test_tags_and_words_together() -> None:
    after = series(**times("SE", 600, 10), SeriesDescription="t1_se_tra KM")
    assert (after.sequence, after.doubt) == (T1CE, "")
    agent = times("SE", 600, 10, ContrastBolusAgent="Gadovist")
    assert series(**agent, SeriesDescription="Ax T1").doubt == ""
    before = series(**agent, SeriesDescription="T1 pre")
    assert "there was none" in before.doubt
    other = series(**times("SE\\IR", 9000, 120, 2500), SeriesDescription="Ax T1")
    assert other.sequence is FLAIR
    assert "says T1" in other.doubt
    assert series(**times("SE", 600, 10), SeriesDescription="SWI_Images").left_out


def test_why_a_stack_is_left_out() -> None:
    small = Grid((240, 240, 3), grid_of().affine)
    assert series(grid=small, **times("SE", 600, 10)).left_out == "3 slices only"
    assert series(times=40, **times("SE", 600, 10)).left_out.startswith("40 points in time")
    assert series(problem="It is a single slice.").left_out == "it is a single slice"
    assert series(ImageType="ORIGINAL\\PRIMARY\\M\\MOSAIC").left_out.startswith("mosaic")
    assert series(BodyPartExamined="CSPINE", **times("SE", 600, 10)).left_out == "Cspine"


def chosen(*several: Candidate) -> dict[Modality, int]:
    return {sequence: one.number for sequence, one in propose(several).chosen.items()}


def test_the_better_of_several_is_taken_without_asking() -> None:
    t1, flair = times("SE", 600, 10), times("SE\\IR", 9000, 120, 2500)
    slab = Grid((240, 240, 20), grid_of().affine)
    sagittal = Grid((240, 240, 150), grid_of((1, 2, 0), (-1, -1, -1)).affine)
    plain = series(4, **t1)
    volume = series(5, **t1, MRAcquisitionType="3D", grid=sagittal)
    reformat = series(6, **t1, MRAcquisitionType="3D", ImageType="DERIVED\\SECONDARY\\MPR")
    part = series(7, **t1, MRAcquisitionType="3D", grid=slab)
    enhanced = series(8, **t1, ContrastBolusAgent="Gadovist")
    one_flair = series(9, **flair)
    everything = (plain, volume, reformat, part, enhanced, one_flair)
    assert chosen(*everything) == {FLAIR: 9, T1: 5, T1CE: 8}
    assert propose(everything).questions == ()
    assert chosen(plain, series(3, **t1, grid=sagittal)) == {T1: 4}
    assert "4 other series are not shown" in left_out_notice(everything, [plain, enhanced])


def test_what_is_not_certain_is_asked() -> None:
    t1, t2 = times("SE", 600, 10), times("SE", 5000, 100)
    asked = propose([series(1, **t1), series(2)]).questions
    assert asked == ("Which sequence is this: series 2?",)
    asked = propose([series(1, **t2), series(2, **t2)])
    assert asked.questions == ("2 series are T2: series 1, series 2.",)
    assert asked.chosen[T2].number == 2
    axial = Grid((200, 240, 150), grid_of().affine)
    sagittal = Grid((240, 240, 150), grid_of((1, 2, 0), (-1, -1, -1)).affine)
    asked = propose([series(1, **t1, grid=axial), series(2, **t1, grid=sagittal)])
    assert "after contrast agent" in asked.questions[0]
    assert propose([series(1, **t1), series(2, **t2)]).questions == ()


def test_parts_of_one_series_are_not_called_series() -> None:
    t1 = times("SE", 600, 10)
    one, other = (series(4, **t1, SeriesInstanceUID="1.2", EchoNumbers=n) for n in (1, 2))
    apart = series(5, **t1, SeriesInstanceUID="1.3")
    assert propose([one, other]).questions[0].startswith("2 parts of one series are T1:")
    assert propose([one, apart]).questions[0].startswith("2 series are T1:")
    assert propose([one, other, apart]).questions[0].startswith("3 parts of 2 series are T1:")
    assert left_out_notice([one, other], [one]) == "1 other part of a series is not shown."
    said = left_out_notice([one, other, apart], [one])
    assert said == "1 other series and 1 other part of a series are not shown."
