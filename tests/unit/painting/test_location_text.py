"""Where a lesion lies, in words."""

from dataclasses import replace

from brainviewer.core.findings.location import EloquentDistance, Location, RegionPart, TemplateFit
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.painting.text.location import (
    LEFT_IS_DOMINANT,
    UNCERTAIN,
    lines_of,
    location_lines,
    location_text,
)
from brainviewer.painting.text.measurements import measurement_text
from tests.phantoms import marker_finding, marker_study

FIT = TemplateFit("T1", 1.83, 0.8, 2.2)
TOLD = Location(
    FIT,
    hemispheres={"left": 1.0, "right": 0.0},
    lobes=(
        RegionPart("temporal", "left", 0.789),
        RegionPart("deep", "left", 0.15),
        RegionPart("insula", "left", 0.05),
        RegionPart("occipital", "left", 0.011),
    ),
    structures=(
        RegionPart("hippocampus", "left", 0.334),
        RegionPart("amygdala", "left", 0.12),
        RegionPart("temporal pole", "left", 0.04),
    ),
    eloquent=(
        EloquentDistance("Wernicke's area", "left", 0.0),
        EloquentDistance("basal ganglia", "left", 0.2),
        EloquentDistance("internal capsule", "left", 2.0),
        EloquentDistance("brainstem", "", 4.4),
        EloquentDistance("thalamus", "right", 12.0),
        EloquentDistance("primary visual cortex", "right", 24.0),
    ),
    centre_mm=(-31.0, -17.0, -15.0),
)


def said(location: Location) -> dict[str, str]:
    return {line.name: line.whole.replace("\u00a0", " ") for line in lines_of(location)}


def test_lobes_structures_and_distances_are_lines() -> None:
    assert said(TOLD) == {
        "Location": "left side",
        "Temporal lobe": "79 %",
        "Deep nuclei": "15 %",
        "Insula": "5 %",
        "Structures": "hippocampus 33 % · amygdala 12 %",
        "Eloquent": "reached (Wernicke's area · basal ganglia)",
        "Internal capsule": "2 mm",
        "Brainstem": "4 mm",
        "Right thalamus": "12 mm",
        "Fit to template": "1.8 mm (outlines · deep parts 2.2 mm off)",
    }
    assert all(line.known for line in lines_of(TOLD))
    (structures,) = (line for line in lines_of(TOLD) if line.name == "Structures")
    assert "hippocampus\u00a033\u00a0%" in structures.whole, "a number begins no line"


def test_sentences_say_the_same_and_how_sure_they_are() -> None:
    text = location_text(TOLD).replace("\u00a0", " ")
    assert text.startswith(
        "The lesion lies in the left temporal lobe (79 %), left deep nuclei (15 %) and left insula "
        "(5 %). Structures with the largest parts of it: left hippocampus (33 %) and left "
        "amygdala (12 %)."
    )
    assert "It reaches Wernicke's area and the left basal ganglia." in text
    assert "the left internal capsule (2 mm), the brainstem (4 mm)" in text
    assert LEFT_IS_DOMINANT in text
    assert "fits the template to 1.8 mm" in text
    assert text.endswith(UNCERTAIN)
    far = replace(TOLD, eloquent=(), structures=())
    assert LEFT_IS_DOMINANT not in location_text(far)
    assert said(far)["Eloquent"] == "none reached"
    assert "Structures" not in said(far)
    near = replace(TOLD, eloquent=TOLD.eloquent[2:])
    assert said(near)["Eloquent"] == "none reached"
    assert said(near)["Internal capsule"] == "2 mm"


def test_a_lesion_on_both_sides_is_said_to_be() -> None:
    across = replace(TOLD, hemispheres={"left": 0.62, "right": 0.38})
    assert said(across)["Location"] == "both sides (left 62 % · right 38 %)"
    # Then every side is told.
    assert said(across)["Left temporal lobe"] == "79 %"
    assert said(across)["Left internal capsule"] == "2 mm"
    assert "both sides" in location_text(across)
    assert "both sides" not in location_text(TOLD)


def test_a_part_on_the_other_side_is_said_to_be_there() -> None:
    other = replace(TOLD, lobes=(*TOLD.lobes[:1], RegionPart("frontal", "right", 0.06)))
    assert said(other)["Right frontal lobe"] == "6 %"


def test_where_the_fit_is_poor_no_words_are_told() -> None:
    why = "Deep structures are shifted by about 9 mm against the template."
    poor = Location(replace(FIT, poor=why), left_out=why)
    first, fit = lines_of(poor)
    assert (first.value, first.detail, first.known) == ("not told", why, False)
    assert fit.name == "Fit to template"
    assert location_text(poor) == f"The place of the lesion is not told. {why}"
    # Without a fit there is nothing to say of it.
    assert len(lines_of(Location(left_out="The brain was not recognised in the images."))) == 1


def test_copied_measurements_hold_the_location() -> None:
    study = marker_study()
    finding = marker_finding(study)
    assert "Location" not in measurement_text(study, finding)
    assert location_lines(TumourFinding("lesion", False)) == ()
    text = measurement_text(study, replace(finding, location=TOLD))
    assert "Location: left side\nTemporal lobe: 79" in text
    assert "Eloquent: reached" in text
