"""Series that are none of the four by their descriptions, and certain ones before doubtful ones."""

import pytest

from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.proposal import propose
from tests.unit.files.test_dicom_weighting import series, times

FLAIR, T1, T1CE, T2 = Modality.FLAIR, Modality.T1, Modality.T1CE, Modality.T2


def t1(description: str, **said: object) -> Candidate:
    return series(**times("SE", 600, 10), SeriesDescription=description, **said)


@pytest.mark.parametrize(
    "text",
    """T1 Subtraktion|t1_se_tra KM Subtraktion|T1 post - pre|T1 post-pre|SUB T1|sub_T1_post
    T1 subtracted|T1 soustraction|T1 sustracción|T1 resta|T1 Differenz|difference T1
    T1 サブトラクション
    T1 减影|T1 sottrazione|T1 SUB|subtração T1""".replace("\n", "|").split("|"),
)
def test_subtractions_are_left_out(text: str) -> None:
    assert t1(text.strip()).left_out == "subtraction"


def test_other_images_of_two_series() -> None:
    assert t1("T1/T2 ratio").left_out == "ratio of two series"
    for text in ("T1 sub-mm", "T1 tra post-preop", "T1 subject 4", "T1 sub 1 mm"):
        assert t1(text).left_out == "", text


@pytest.mark.parametrize(
    "text",
    """t2_tse_sag HWS|T2 LWS|t1 BWS sag|T1 C-spine|T2 sag cspine|Sag T2 cervical|T1 lumbar
    T2 thoracic spine|T2 rachis|T2 columna|T2 sag whole spine|T1 orbits FS|T1 sella cor|T1 pituitary
    T2 IAC|PD knee|T2 Halswirbelsäule|T2 頸椎|T2 шейный отдел""".replace("\n", "|").split("|"),
)
def test_other_parts_of_the_body_are_left_out(text: str) -> None:
    assert series(**times("SE", 5000, 100), SeriesDescription=text.strip()).left_out


def test_the_head_and_another_part_are_asked_about() -> None:
    both = series(**times("SE", 5000, 100), SeriesDescription="T2 brain & c-spine")
    assert (both.sequence, both.left_out) == (T2, "")
    assert "another part of the body" in propose([both]).questions[0]
    assert propose([t1("T1 brain + orbits")]).questions
    assert t1("t1_tra", BodyPartExamined="HEADNECK").left_out == ""
    assert t1("T1 hippocampus").left_out == ""


def test_what_is_certain_goes_before_what_is_in_doubt() -> None:
    flair, t2 = times("SE\\IR", 9000, 120, 2500), times("SE", 5000, 100)
    sure = series(3, **flair, SeriesDescription="t2_tirm_tra")
    doubtful = series(9, **flair, SeriesDescription="t2_tse_tra neu", MRAcquisitionType="3D")
    sure_t2 = series(4, **t2, SeriesDescription="t2_tse_tra")
    found = propose([sure, doubtful, sure_t2])
    assert (found.chosen, found.questions) == ({FLAIR: sure, T2: sure_t2}, ())
    assert "Is series 9" in propose([doubtful, sure_t2]).questions[0]
    # what was not taken may be what is missing
    perhaps = series(9, **t2, SeriesDescription="FLAIR 3D", MRAcquisitionType="3D")
    found = propose([sure_t2, perhaps])
    assert found.chosen == {T2: sure_t2}
    assert found.questions == (
        "Is series 9 (FLAIR 3D) FLAIR? Its times are those of T2, its description says FLAIR.",
    )
