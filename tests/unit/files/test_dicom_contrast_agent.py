"""T1 with or without contrast agent: what the tags say of it, and the words of descriptions."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.proposal import propose
from brainviewer.files.dicom.series.roles.contrast_agent import Agent, agent_named, contrast_agent
from tests.dicom_writer import TIMES, write_series
from tests.unit.files.test_dicom_weighting import series, tags, times

T1, T1CE = Modality.T1, Modality.T1CE
GIVEN, NOT_GIVEN, DOUBTFUL, UNSAID = Agent
VOXELS = np.ones((8, 8, 4), "int16")

AGENTS = {
    GIVEN: """Gadovist|GADAVIST 10ml|Dotarem|dota|Magnevist|ProHance|Prohance 17 ml|MultiHance
        Omniscan|Clariscan|Vueway|Elucirem|Primovist|Gd|gd-dtpa|Gd-DOTA|gadoterate meglumine|KM
        contrast|Contrast agent|Kontrastmittel|MDC|0.1 mmol/kg|7,5 ml|15cc Dotarem
        Gadovist 1.0 (i.v.)|Nonionic Gadolinium|yes|IV|造影剤|ガドビスト|Гадовист""",
    NOT_GIVEN: """NONE|no|n|N/A|-|0|0 ml|SANS|aucun|SIN CONTRASTE|senza|sem contraste|NATIV|nativ
        plain|unenhanced|NULL|NONE GIVEN|Pre|false|non|nein|geen|KEIN|no IV|без|нет|なし|无|없음
        without contrast|ohne KM|w/o contrast|No contrast agent was used|not given|KM: nein
        no gadolinium|contrast-free|not applicable|uden kontrast""",
    DOUBTFUL: """unknown|Not specified gadolinium|Without brand|N-Gado|Keine Angabe|XR-77
        Gadovist nativ|see report""",
    UNSAID: "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text.strip(), agent)
        for agent, texts in AGENTS.items()
        for text in texts.replace("\n", "|").split("|")
    ],
)
def test_what_the_text_of_an_agent_says(text: str, expected: Agent) -> None:
    assert agent_named(text) is expected


TOGETHER = [
    ({"ContrastBolusTotalDose": "7.5"}, GIVEN),
    ({"ContrastBolusVolume": "7.5", "ContrastBolusAgent": "unknown"}, GIVEN),
    ({"ContrastBolusVolume": "0"}, UNSAID),
    ({"ContrastBolusVolume": "0", "ContrastBolusAgent": "Gadovist"}, GIVEN),
    ({"ContrastBolusIngredient": "GADOLINIUM"}, GIVEN),
    ({"ContrastBolusStartTime": "101700", "ContrastBolusRoute": "IV"}, GIVEN),
    ({"ContrastBolusRoute": "IV"}, DOUBTFUL),
    ({"ContrastBolusRoute": "IV", "ContrastBolusAgent": "NONE"}, NOT_GIVEN),
    ({"ContrastBolusAgent": "NONE", "ContrastBolusVolume": "7.5"}, DOUBTFUL),
    (
        {"ContrastBolusAgentAdministered": "NO", "ContrastBolusAgent": "contrast agent"},
        NOT_GIVEN,
    ),
    ({}, UNSAID),
]


@pytest.mark.parametrize(("said", "expected"), TOGETHER)
def test_what_the_tags_say_together(said: dict[str, object], expected: Agent) -> None:
    assert contrast_agent(tags(**said)) is expected


def t1(description: str, number: int = 1, **said: object) -> Candidate:
    return series(number, **times("SE", 600, 10), SeriesDescription=description, **said)


DESCRIPTIONS = {
    T1: """T1 contrast-free|T1 prior to contrast|T1 prior to IV contrast|T1 contrastless
        T1 før kontrast|T1 uden kontrast|T1 without gadolinium contrast|T1 nativ|T1 造影前
        単純T1|T1 平扫|T1 без контраста|T1 조영 전|T1 bez KL|T1 mprage tra|t1_se_sag|Ax T1
        T1W 3D TFE|t1_mprage_sag_p2_iso_1.0|SAG T1 FLAIR|T1 vibe dixon tra fs|MPRAGE_GRAPPA2
        Ax T1 BRAVO 1mm|T1W_SE Schädel|3D T1 cerveau|T1 C-|T1 -C|T1 KM-|t1_mprage_tra Gd-free
        T1 SAGITAL|t1_mpr_ns_sag|Accelerated Sagittal MPRAGE""",
    T1CE: """T1 造影|造影T1|T1 с контрастом|T1 после контраста|T1 增强|T1增强|T1 조영증강|T1 +
        T1+C|T1+gd|T1 +KM|T1 IV|T1 i.v.|T1 p.c.|T1 inyectado|T1 po kontraście|T1 s KL|t1_se km""",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text.strip(), sequence)
        for sequence, texts in DESCRIPTIONS.items()
        for text in texts.replace("\n", "|").split("|")
    ],
)
def test_words_for_contrast_agent(text: str, expected: Modality) -> None:
    one = t1(text)
    assert (one.sequence, one.doubt, one.agent_unclear) == (expected, "", False)
    assert propose([one]).questions == ()


@pytest.mark.parametrize(
    "text", ["T1 zyx", "T1 pre and post", "T1 w/wo", "T1 post1", "T1 konstrat", "T1 with"]
)
def test_unknown_words_beside_t1_are_asked_about(text: str) -> None:
    one = t1(text)
    assert one.sequence is T1
    assert "after contrast agent" in propose([one]).questions[0]
    # whatever else tells it settles it
    assert propose([t1(text, ContrastBolusAgent="NONE")]).questions == ()
    assert propose([t1("T1 KM", 1), t1(text, 2)]).questions == ()


def test_tags_and_words_that_disagree_are_asked_about() -> None:
    doubtful = t1("Ax T1", ContrastBolusAgent="XR-77")
    assert (doubtful.sequence, doubtful.perhaps) == (T1CE, T1)
    assert propose([doubtful]).questions
    assert t1("T1 nativ", ContrastBolusAgent="XR-77").doubt == ""
    assert t1("T1 nativ", ContrastBolusAgent="XR-77").sequence is T1
    assert t1("T1 KM", ContrastBolusAgent="XR-77").doubt == ""
    assert "tags say there was none" in t1("T1 KM", ContrastBolusAgent="NONE").doubt


@pytest.mark.parametrize(
    "element",
    [
        {"ContrastBolusTotalDose": "7.5"},
        {"ContrastBolusVolume": "7.5"},
        {"ContrastBolusIngredient": "GADOLINIUM"},
        {"ContrastBolusStartTime": "101700"},
        {"ContrastBolusAgent": "ガドビスト"},
    ],
    ids=lambda element: next(iter(element)),
)
def test_all_elements_are_read_from_files(tmp_path: Path, element: dict[str, object]) -> None:
    paths = write_series(tmp_path, VOXELS, np.eye(4), elements={**TIMES["T1"], **element})
    frame = read_headers(paths).frames[0]
    assert contrast_agent(frame.tags) is GIVEN


@pytest.mark.parametrize(("administered", "expected"), [("YES", GIVEN), ("NO", NOT_GIVEN)])
def test_enhanced_files_say_whether_it_was_administered(
    tmp_path: Path, administered: str, expected: Agent
) -> None:
    (path,) = write_series(tmp_path, VOXELS, np.eye(4), elements=TIMES["T1ce"], enhanced=True)
    dataset = dcmread(path)
    usage = Dataset()
    usage.ContrastBolusAgentNumber, usage.ContrastBolusAgentAdministered = 1, administered
    dataset.SharedFunctionalGroupsSequence[0].ContrastBolusUsageSequence = [usage]
    dataset.save_as(path)
    assert contrast_agent(read_headers([path]).frames[0].tags) is expected
