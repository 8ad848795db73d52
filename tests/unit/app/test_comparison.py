"""A study compared with a prior one, from the search to the record."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from command_line import run
from schemas import check_output

from brainviewer.app.prior.beside import Beside
from brainviewer.app.prior.comparison import Comparison, compare, followed
from brainviewer.app.prior.dates import DatedStudy
from brainviewer.app.report.follow_up_record import follow_up_record
from brainviewer.app.report.follow_up_text import (
    change_lines,
    follow_up_text,
    lesion_lines,
    signed,
    study_lines,
)
from brainviewer.core.errors import BrainViewerError, silent
from brainviewer.core.findings.tumour import OtherLesion, TumourFinding
from brainviewer.core.study import Study
from brainviewer.imaging.measure.follow_up.follow_up_notices import NOT_ENHANCING, NOT_REGISTERED
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.measure.rano import Response
from tests.follow_up_phantom import (
    BEFORE,
    LARGE,
    NEW,
    NOW,
    SMALL,
    VOXEL_ML,
    current,
    prior,
    straightened,
    turned_mask,
)
from tests.lesion_phantoms import GRID

GROWN_ML = np.count_nonzero(LARGE & ~SMALL) * VOXEL_ML


def find(study: Study, report: object = silent) -> TumourFinding:
    """A perfect search."""
    mask = turned_mask(SMALL) if study.name == "prior" else LARGE
    index = int(np.flatnonzero(mask.any(axis=(0, 1))).mean())
    return measured(study, TumourFinding("lesion", True, index=index, mask=mask))


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(
        DatedStudy(current(), "current", date(2024, 6, 1)),
        [DatedStudy(prior(), "prior", date(2024, 3, 1))],
        find,
    )


def again(compared: Comparison, *days: date | None, now: date | None = None) -> Comparison:
    """The same prior several times, on these days."""
    priors = [replace(compared.prior, day=day, name=f"visit {n}") for n, day in enumerate(days)]
    return followed(DatedStudy(compared.study, "current", now), compared.finding, priors)


def test_a_known_growth_under_a_known_rotation_is_found(compared: Comparison) -> None:
    changed, before = compared.follow_up, compared.prior
    assert changed.change(1, "volume_ml").difference == pytest.approx(GROWN_ML, rel=0.03)
    assert before.new_ml == pytest.approx(GROWN_ML, rel=0.1)
    assert before.gone_ml is not None and before.gone_ml < 0.05 * GROWN_ML
    assert changed.change(1, "sum_mm2").percent == pytest.approx(100 * (144 / 81 - 1), abs=8)
    told = changed.by_diameters.response, changed.by_volume.response
    assert told == (Response.PROGRESSION, Response.PROGRESSION)


def test_the_search_itself_finds_the_growth() -> None:
    from brainviewer.models.segmentation.detection import find_tumour

    found = compare(
        DatedStudy(current()),
        [DatedStudy(prior())],
        lambda s, report: find_tumour(s, "model-free", network=None, report=report),
    ).follow_up
    assert found.change(1, "volume_ml").difference == pytest.approx(GROWN_ML, rel=0.2)
    assert found.by_volume.response is Response.PROGRESSION


def test_the_prior_lies_on_the_grid_of_the_study(compared: Comparison) -> None:
    before, found = compared.prior_on_study(), compared.prior_finding_on_study()
    assert before is not None and before.grid is current().grid
    assert found is not None and found.mask is not None
    assert np.count_nonzero(found.mask & SMALL) > 0.9 * np.count_nonzero(SMALL)


def test_the_record_is_what_its_schema_says(compared: Comparison) -> None:
    record = follow_up_record(compared)
    check_output({**record, "study": clean(record["study"]), "prior": clean(record["prior"])})
    assert record["response"]["basis"] == "criteria on size only"
    assert record["registration"]["rotation_degrees"] == pytest.approx(9, abs=1)
    (lesion,) = record["lesions"]
    assert lesion["in_sum"] and not lesion["new"] and not lesion["gone"]
    sizes = [size["product_mm2"] for size in lesion["sizes"]]
    assert sizes == [record["change"]["product_mm2"][which] for which in ("current", "prior")]
    assert [one["date"] for one in record["studies"]] == ["2024-06-01", "2024-03-01"]
    assert record["response"]["against"]["by_volume"]["nadir"] == 1
    alone = replace(compared, priors=(replace(compared.prior, place=None),))
    assert follow_up_record(alone)["registration"] is None
    assert alone.prior_on_study() is None and alone.prior_finding_on_study() is None


def clean(record: dict) -> dict:
    return {**record, "sha256": "0" * 64}


def test_the_words_say_what_they_rest_on(compared: Comparison) -> None:
    text = follow_up_text(compared, compared.follow_up.notices)
    assert "RANO 2.0, criteria on size only:" in text
    assert text.count("Progression: ") == 2 and text.count("criteria on size only") == 1
    assert "since the prior" in text and "2024" not in text
    assert "+" in change_lines(compared)[0].change
    assert (signed(-1.25, 1), signed(0.04, 1), signed(3.0, 0)) == ("−1.3", "0.0", "+3")


def test_of_several_priors_it_is_said_which_each_change_is_measured_against(
    compared: Comparison,
) -> None:
    first, second = date(2023, 9, 1), date(2024, 3, 1)
    priors = [
        replace(compared.prior, day=second, name="b"),
        # As large as the study is now, and in its place.
        replace(compared.prior, day=first, name="a", finding=compared.finding,
                place=replace(compared.prior.place, grid=GRID)),
    ]  # fmt: skip
    several = followed(DatedStudy(current(), "current", date(2024, 6, 1)), compared.finding, priors)
    assert several.shown == 0
    assert [(one.name, one.role) for one in study_lines(several)] == [
        ("2023-09-01", "first"), ("2024-03-01", "smallest"), ("2024-06-01", "study")
    ]  # fmt: skip
    text = follow_up_text(several, several.follow_up.notices)
    assert "since the prior of 2024-03-01 (smallest)" in text
    assert text.index("2023-09-01") < text.index("2024-03-01")
    record = follow_up_record(several)
    check_output({**record, "study": clean(record["study"]), "prior": clean(record["prior"])})
    assert record["response"]["against"]["by_diameters"] == {
        "nadir": 1, "baseline": 2, "new_lesion": False
    }  # fmt: skip


def test_without_dates_the_first_study_is_not_known(compared: Comparison) -> None:
    found = again(compared, None, date(2024, 1, 1), now=date(2024, 6, 1))
    assert found.follow_up.by_diameters.baseline is None
    assert "The date of prior 1 is not known" in " ".join(found.follow_up.notices)
    assert [one.name for one in study_lines(found)] == ["visit 0", "2024-01-01", "2024-06-01"]


def test_studies_have_one_order_whatever_they_are_called(compared: Comparison) -> None:
    # "visit 1" stands before "visit 0": by its day, and the current one is called before both.
    found = again(compared, date(2024, 1, 1), None, date(2023, 1, 1), date(2025, 1, 1))
    assert found.in_order == (3, 2, 1, 4, 0)
    found = replace(found, name="a", day=date(2024, 6, 1))
    found = followed(DatedStudy(found.study, "a", found.day), found.finding, found.priors)
    assert found.in_order == (3, 2, 1, 0, 4)
    assert [one.name for one in study_lines(found)] == [
        "2023-01-01", "visit 1", "2024-01-01", "2024-06-01", "2025-01-01"
    ]  # fmt: skip


def test_names_are_left_out_where_they_are_hidden(compared: Comparison) -> None:
    found = again(compared, None, date(2024, 1, 1))
    assert found.labels() == ("current", "visit 0", "2024-01-01")
    assert found.labels(named=False) == ("study", "prior 1", "2024-01-01")
    assert [one.name for one in study_lines(found, named=False)] == [
        "prior 1", "2024-01-01", "study"
    ]  # fmt: skip
    assert again(compared, None).labels(named=False) == ("study", "prior")


def test_what_is_smallest_by_one_of_both_is_said_of_which(compared: Comparison) -> None:
    found = again(compared, date(2023, 1, 1), date(2024, 1, 1), now=date(2024, 6, 1))
    told = found.follow_up
    unlike = replace(told, by_volume=replace(told.by_volume, nadir=3 - told.by_diameters.nadir))
    roles = [one.role for one in study_lines(replace(found, follow_up=unlike))]
    first = told.by_diameters.nadir == 1
    ways = ("by diameters", "by volume") if first else ("by volume", "by diameters")
    assert roles == [f"first, smallest {ways[0]}", f"smallest {ways[1]}", "study"]


def test_a_prior_that_is_later_is_told_and_takes_no_part(compared: Comparison) -> None:
    found = again(compared, date(2025, 1, 1), now=date(2024, 6, 1))
    assert "was made after the study" in found.follow_up.notices[0]
    assert found.follow_up.by_diameters.response is None
    text = follow_up_text(found, found.follow_up.notices)
    assert "since" not in text


def test_studies_of_one_day_are_taken_in_the_order_given(compared: Comparison) -> None:
    day = date(2024, 1, 1)
    found = again(compared, day, day, now=date(2024, 6, 1))
    assert found.follow_up.by_diameters.baseline == 1
    assert "are of one day" in found.follow_up.notices[0]
    found = again(compared, day, now=day)
    assert "The study and the prior are of one day" in found.follow_up.notices[0]
    assert found.follow_up.by_diameters.response is Response.PROGRESSION


def test_a_prior_of_another_patient_is_told_and_no_response(compared: Comparison) -> None:
    priors = [replace(compared.prior, other_patient=True)]
    found = followed(DatedStudy(current()), compared.finding, priors)
    (said,) = (text for text in found.follow_up.notices if "names another patient" in text)
    assert said.startswith("The prior names")
    # Its lesions are not those of the study.
    assert [one.sizes[1] for one in found.follow_up.lesions] == [None]
    assert found.prior.new_ml is None
    assert found.follow_up.by_diameters.response is None
    assert found.follow_up.change(1, "volume_ml").difference == pytest.approx(GROWN_ML, rel=0.03)


def test_a_prior_that_names_nobody_is_told(compared: Comparison) -> None:
    priors = [replace(compared.prior, unknown_patient=True)]
    found = followed(DatedStudy(current()), compared.finding, priors)
    assert found.follow_up.notices[0] == (
        "Nothing in the files says that the study and the prior are of one patient: check that "
        "they are."
    )
    assert found.follow_up.by_diameters.response is not None


def test_a_lesion_that_is_new_and_one_that_is_gone_are_named(compared: Comparison) -> None:
    def several(study: Study, mask: np.ndarray) -> TumourFinding:
        index = int(np.flatnonzero(mask.any(axis=(0, 1))).mean())
        return measured(study, TumourFinding("lesion", True, index=index, mask=mask))

    now = several(current(), NOW)
    place = replace(compared.prior.place, grid=straightened())
    before = replace(compared.prior, finding=several(prior(), turned_mask(BEFORE)), place=place)
    found = followed(DatedStudy(current()), now, [before])
    assert {"gone", "new"} < {line.change for line in lesion_lines(found)}
    text = follow_up_text(found, found.follow_up.notices)
    assert "Progression: a new lesion" in text
    assert "* in the sum" in text
    record = follow_up_record(found)
    check_output({**record, "study": clean(record["study"]), "prior": clean(record["prior"])})
    assert [one["new"] for one in record["lesions"]].count(True) == 1
    assert [one["gone"] for one in record["lesions"]].count(True) == 1


def test_a_lesion_that_a_third_study_makes_certain_is_shown_in_both(compared: Comparison) -> None:
    def with_other(found: TumourFinding, mask: np.ndarray, other: OtherLesion) -> TumourFinding:
        return replace(found, others=np.where(mask, np.uint8(other), np.uint8(0)))

    place, there = replace(compared.prior.place, grid=straightened()), turned_mask(NEW)
    now = with_other(compared.finding, NEW, OtherLesion.FAINT)
    faint = with_other(compared.prior.finding, there, OtherLesion.FAINT)
    before = replace(compared.prior, place=place, finding=faint)
    beside = Beside.of(followed(DatedStudy(current()), now, [before]), {}, ((Path("one"),),))
    assert beside.finding.mask is not None and not (beside.finding.mask & NEW).any()
    first = replace(before, finding=with_other(faint, there, OtherLesion.SIZEABLE))
    more = followed(DatedStudy(current()), now, [beside.compared.prior, first.without_images()])
    after = beside.over(more, ((Path("other"),),))
    assert after.finding.mask is not None and after.finding.mask[NEW].all()
    assert after.prior_finding is not None and after.prior_finding.mask is not None
    assert after.marked.segmentation is not None
    for shown in (after.prior_finding.mask, after.marked.segmentation.data > 0):
        assert np.count_nonzero(shown & NEW) > 0.9 * np.count_nonzero(NEW)
    assert after.prior is beside.prior
    assert after.paths == ((Path("one"),), (Path("other"),))


def test_a_prior_without_t1ce_has_an_unknown_enhancing_part(compared: Comparison) -> None:
    taken = compared.finding.measurements
    assert taken is not None
    now = replace(compared.finding, enhancing=LARGE, measurements=replace(taken, enhancing_ml=24.0))
    found = followed(DatedStudy(current()), now, [compared.prior])
    assert NOT_ENHANCING.format("the prior") in found.follow_up.notices
    line = change_lines(found)[1]
    assert (line.prior, line.current, line.change) == ("–", "24.1 mL", "–")


def test_what_cannot_be_compared_is_said() -> None:
    now, before = DatedStudy(current()), DatedStudy(prior())
    with pytest.raises(BrainViewerError, match="The study and the prior are the same images"):
        compare(now, [now], find)
    with pytest.raises(BrainViewerError, match="Two of the priors are the same images"):
        compare(now, [before, before], find)


def test_without_registration_the_numbers_stay() -> None:
    before = prior()
    volumes = {m: replace(v, data=np.zeros(GRID.shape, np.float32)) for m, v in
               before.volumes.items()}  # fmt: skip
    found = compare(DatedStudy(current()), [DatedStudy(replace(before, volumes=volumes))], find)
    assert found.prior.place is None
    assert NOT_REGISTERED.format("The prior") in found.follow_up.notices
    assert found.prior.new_ml is None
    assert found.follow_up.change(1, "volume_ml").difference == pytest.approx(GROWN_ML, rel=0.03)


def written(folder: Path, study: Study) -> Path:
    folder.mkdir()
    for modality, volume in study.volumes.items():
        image = nib.Nifti1Image(volume.data.astype(np.int16), study.grid.affine)
        nib.save(image, folder / f"x_{modality.lower()}.nii.gz")
    return folder


def test_the_command_prints_the_record(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import json

    now = written(tmp_path / "now", current())
    before = written(tmp_path / "2024-01-02", prior())
    assert run("compare", now, before, "--method", "model-free", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert record["change"]["volume_ml"]["difference"] == pytest.approx(GROWN_ML, rel=0.2)
    assert [one["date"] for one in record["studies"]] == [None, "2024-01-02"]
    assert run("compare", now, before, before, "--method", "model-free") == 2
    assert "Two of the priors are the same images" in capfd.readouterr().err
    assert run("compare", now, now, "--method", "model-free") == 2
    assert "same images" in capfd.readouterr().err
    assert run("compare", now, tmp_path / "away", "--json") == 2
