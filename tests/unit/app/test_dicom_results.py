"""Results as DICOM: valid, at the right place, about the right patient, whole or not at all."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from brainviewer.app.dicom_export.export import dicom_export_record, export_dicom
from brainviewer.app.dicom_export.objects import (
    NO_ID,
    NO_LESION,
    NO_MASK,
    NO_REPORT,
    NO_STUDY,
    ONLY_PICTURES,
    OUTSIDE,
    TOO_SMALL,
)
from brainviewer.app.dicom_export.request import DicomExport, DicomExportRequest, DicomResults
from brainviewer.app.report.study_figures import analysis_spec
from brainviewer.core.errors import BrainViewerError, Cancelled, FileError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceFrame, SourceSeries
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.files.dicom.export.patient import entered_patient
from tests.dicom_results import faults, needs_validators, segments_read, volume_read
from tests.dicom_writer import ENHANCED_MR
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_mask,
    marker_study,
    measured,
    oblique_grid,
    with_parts,
)
from tests.schemas import check_output
from tests.unit.app.desk import a_result

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
GRIDS = {
    **{case_name(case): grid_of(*case) for case in AXIS_CASES[::7]},
    "oblique": oblique_grid(),
    "oblique, flipped": grid_of((1, 0, 2), (1, -1, -1), tilt_degrees=(-21, 14, 33)),
}


def parts_of(study: Study) -> TumourFinding:
    return with_parts(marker_finding(study), study)


def exported(
    folder: Path,
    study: Study,
    finding: TumourFinding | None = None,
    result: Classification | None = None,
    **options: object,
) -> DicomExport:
    """Without pictures, which take longest, unless they are asked for."""
    options = {"pictures": False, "sequences": False, **options}
    figures = (analysis_spec(study, finding, result),) if options["pictures"] else ()
    request = DicomExportRequest(folder, **options)  # type: ignore[arg-type]
    return export_dicom(request, DicomResults(study, finding, result, figures))


def everything(root: Dataset) -> str:
    """All text of an object, with that of its sequences."""
    return "\n".join(str(element.value) for element in root.iterall() if element.VR != "SQ")


# -- place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRIDS)
def test_a_segmentation_lies_where_the_lesion_lies(tmp_path: Path, name: str) -> None:
    grid = GRIDS[name]
    study = marker_study(grid, (Modality.FLAIR,))
    finding = marker_finding(study)
    exported(tmp_path / "out", study, finding, report=False)
    (mask,) = segments_read(tmp_path / "out" / "SEG.dcm", grid).values()
    assert np.array_equal(mask, marker_mask(grid))
    # The marker is on the patient's left, in front and above, whatever the grid.
    centre = grid.to_world(np.argwhere(mask).mean(axis=0)) - grid.centre
    assert centre[0] < -8
    assert (centre[1:] > 5).all()
    read = volume_read(tmp_path / "out" / "FLAIR.dcm", grid)
    assert np.array_equal(read, study.reference.data)
    nifti = nibabel.load(tmp_path / "out" / "mask.nii.gz")
    assert np.array_equal(np.asarray(nifti.dataobj), mask)
    assert np.allclose(nifti.affine, grid.affine, atol=1e-4)


@pytest.mark.parametrize("name", ["LPS", "oblique"])
def test_frames_are_read_as_a_radiologist_reads_them(tmp_path: Path, name: str) -> None:
    grid = {"LPS": grid_of(), "oblique": grid_of((2, 0, 1), (-1, 1, 1), tilt_degrees=(3, 2, 4))}[
        name
    ]
    study = marker_study(grid, (Modality.FLAIR,))
    exported(tmp_path / "out", study, marker_finding(study))
    image = dcmread(tmp_path / "out" / "FLAIR.dcm")
    shared = image.SharedFunctionalGroupsSequence[0]
    turn = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    # To the right is the patient's left, down is posterior, and the lowest frame comes first:
    # slices of 2 mm, more than the rest of the phantom's spacing, are axial.
    assert turn[0] > 0.9
    assert turn[4] > 0.9
    heights = [
        float(group.PlanePositionSequence[0].ImagePositionPatient[2])
        for group in image.PerFrameFunctionalGroupsSequence
    ]
    assert heights == sorted(heights)
    brightest = np.unravel_index(image.pixel_array.argmax(), image.pixel_array.shape)
    assert brightest[0] > image.NumberOfFrames / 2
    assert brightest[1] < image.Rows / 2
    assert brightest[2] > image.Columns / 2


def test_thick_slices_stay_slices(tmp_path: Path) -> None:
    affine = np.diag((1.0, 5.0, 1.0, 1.0))
    data = np.random.default_rng(0).integers(0, 900, (20, 6, 24)).astype(np.int16)
    grid = Grid((20, 6, 24), affine)
    study = Study({Modality.T1: Volume(Modality.T1, data, grid)}, grid, content_hash="a")
    mask = data > 700
    finding = TumourFinding("lesion", True, mask=mask, index=2)
    exported(tmp_path / "out", study, finding)
    image = dcmread(tmp_path / "out" / "T1.dcm")
    assert (image.NumberOfFrames, image.Rows, image.Columns) == (6, 24, 20)
    (read,) = segments_read(tmp_path / "out" / "SEG.dcm", grid).values()
    assert np.array_equal(read, mask)


def test_parts_are_segments_and_values(tmp_path: Path) -> None:
    study = marker_study(oblique_grid())
    finding = parts_of(study)
    exported(tmp_path / "out", study, finding)
    masks = segments_read(tmp_path / "out" / "SEG.dcm", study.grid)
    assert list(masks) == ["Necrosis", "Oedema", "Enhancing"]
    assert finding.parts is not None
    for part in LesionPart:
        assert np.array_equal(masks[part.title], finding.parts == part)
    nifti = nibabel.load(tmp_path / "out" / "mask_parts.nii.gz")
    assert np.array_equal(np.asarray(nifti.dataobj), finding.parts)


def test_parts_that_do_not_cover_the_lesion_are_not_told_apart(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = parts_of(study)
    assert finding.parts is not None
    parts = finding.parts.copy()
    parts[parts == LesionPart.OEDEMA] = 0
    exported(tmp_path / "out", study, replace(finding, parts=parts))
    masks = segments_read(tmp_path / "out" / "SEG.dcm", study.grid)
    assert list(masks) == ["Lesion"]
    assert np.array_equal(masks["Lesion"], finding.mask)


def test_decimals_come_back_within_the_rounding(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.T2,))
    data = (study.reference.data / 7 - 20.3).astype(np.float32)
    volumes = {Modality.T2: replace(study.reference, data=data)}
    study = replace(study, volumes=volumes)
    exported(tmp_path / "out", study, marker_finding(study))
    read = volume_read(tmp_path / "out" / "T2.dcm", study.grid)
    assert np.abs(read - data).max() < (data.max() - data.min()) / 65535


# -- validity -------------------------------------------------------------------------------------


@needs_validators
def test_every_file_is_valid(tmp_path: Path) -> None:
    study = marker_study(synthetic=True)
    finding = parts_of(study)
    result = replace(a_result(study), in_scope=True, abstained=False)
    patient = entered_patient("Müller, Jörg", "4711", "1960-02-29", "m")
    done = exported(
        tmp_path / "out",
        study,
        finding,
        result,
        patient=patient,
        pictures=True,
        sequences=True,
    )
    files = sorted((tmp_path / "out").glob("*.dcm"))
    assert [file.name for file in files] == [
        *("FLAIR.dcm", "SC1.dcm", "SEG.dcm", "SR.dcm"),
        *("T1.dcm", "T1ce.dcm", "T2.dcm"),
    ]
    assert {file.name for file in done.files} == {p.name for p in (tmp_path / "out").iterdir()}
    assert {file.name: faults(file) for file in files} == {file.name: [] for file in files}
    check_output(dicom_export_record(done))


def test_all_are_of_one_patient_and_study_for_research_only(tmp_path: Path) -> None:
    study = marker_study(synthetic=True)
    result = a_result(study)
    patient = entered_patient("Müller, Jörg", "4711", "1960-02-29", "m")
    exported(tmp_path / "out", study, parts_of(study), result, patient=patient, pictures=True)
    objects = {path.stem: dcmread(path) for path in (tmp_path / "out").glob("*.dcm")}
    assert len(objects) == 4
    for item in objects.values():
        assert item.PatientName == "Müller^Jörg"
        assert (item.PatientID, item.PatientBirthDate, item.PatientSex) == ("4711", "19600229", "M")
        assert item.ContentQualification == "RESEARCH"
        assert "IssuerOfPatientID" not in item
        assert "SYNTHETIC" in item.SeriesDescription
        text = everything(item).lower()
        assert "diagnos" not in text
    assert len({item.StudyInstanceUID for item in objects.values()}) == 1
    assert len({item.SeriesInstanceUID for item in objects.values()}) == 4
    assert objects["SEG"].FrameOfReferenceUID == objects["FLAIR"].FrameOfReferenceUID
    picture = objects["SC1"]
    assert picture.BurnedInAnnotation == "YES"
    assert picture.pixel_array.ndim == 3
    (series,) = objects["SEG"].ReferencedSeriesSequence
    assert series.SeriesInstanceUID == objects["FLAIR"].SeriesInstanceUID


def content(item: Dataset, meaning: str) -> list[Dataset]:
    """All items of a report with this name."""
    found = []
    for child in item.get("ContentSequence", []):
        if child.ConceptNameCodeSequence[0].CodeMeaning == meaning:
            found.append(child)
        found += content(child, meaning)
    return found


def test_a_report_measures_names_and_identifies(tmp_path: Path) -> None:
    study = marker_study()
    finding = parts_of(study)
    result = replace(a_result(study), in_scope=True, abstained=False, reason="")
    exported(tmp_path / "out", study, finding, result)
    report, segmentation = (dcmread(tmp_path / "out" / name) for name in ("SR.dcm", "SEG.dcm"))
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    groups = {
        content(group, "Tracking Identifier")[0].TextValue: group
        for group in content(report, "Measurement Group")
    }
    taken = finding.measurements
    assert taken is not None
    assert taken.parts_ml is not None
    assert taken.lesion is not None
    for part in LesionPart:
        (volume,) = content(groups[part.title], "Volume")
        value = volume.MeasuredValueSequence[0]
        assert float(value.NumericValue) == pytest.approx(taken.parts_ml[part], abs=1e-3)
        assert value.MeasurementUnitsCodeSequence[0].CodeValue == "ml"
        (reference,) = content(groups[part.title], "Referenced Segment")
        (item,) = reference.ReferencedSOPSequence
        assert item.ReferencedSOPInstanceUID == segmentation.SOPInstanceUID
        number = item.ReferencedSegmentNumber
        assert segmentation.SegmentSequence[number - 1].SegmentLabel == part.title
        tracked = content(groups[part.title], "Tracking Unique Identifier")[0].UID
        assert segmentation.SegmentSequence[number - 1].TrackingUID == tracked
    whole = groups["Lesion"]
    (longest,) = content(whole, "Long axis")
    assert float(longest.MeasuredValueSequence[0].NumericValue) == taken.lesion.longest_mm
    assert content(whole, "Laterality")[0].ConceptCodeSequence[0].CodeMeaning == "Left"
    predicted = groups["Molecular subtype, predicted"]
    assert content(predicted, "Algorithm Name")[0].TextValue == result.model_id
    assert content(predicted, "Algorithm Version")[0].TextValue == result.model_version
    (named,) = content(predicted, "Predicted molecular subtype")
    assert named.ConceptCodeSequence[0].CodeValue == f"SUBTYPE-{result.predicted}"
    chances = {
        item.ConceptNameCodeSequence[0].CodeValue: float(item.MeasuredValueSequence[0].NumericValue)
        for item in predicted.ContentSequence
        if item.ValueType == "NUM"
    }
    expected = {f"P-{code}": 100 * chance for code, chance in result.classes.items()}
    assert chances == pytest.approx(expected, abs=0.01)


def test_what_is_doubted_is_not_named_and_what_is_out_of_scope_not_told(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = measured(marker_finding(study), study)
    result = replace(a_result(study), in_scope=True, abstained=True, reason="Weak.")
    exported(tmp_path / "doubted", study, finding, result)
    report = dcmread(tmp_path / "doubted" / "SR.dcm")
    assert not content(report, "Predicted molecular subtype")
    (said,) = content(report, "How far the prediction can be taken")
    assert said.ConceptCodeSequence[0].CodeValue == "NOT-CONFIDENT"
    refused = replace(result, in_scope=False)
    exported(tmp_path / "refused", study, finding, refused)
    text = everything(dcmread(tmp_path / "refused" / "SR.dcm"))
    assert "Molecular subtype" not in text
    other = replace(result, study_hash="0" * 64)
    exported(tmp_path / "other", study, finding, other)
    assert "Molecular subtype" not in everything(dcmread(tmp_path / "other" / "SR.dcm"))


# -- patient --------------------------------------------------------------------------------------


def test_a_name_of_one_word_is_stored_and_warned_of_nowhere(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = measured(marker_finding(study), study)
    exported(tmp_path / "out", study, finding, patient=entered_patient("Plato", "1"), pictures=True)
    for path in (tmp_path / "out").glob("*.dcm"):
        assert dcmread(path).PatientName == "Plato"


def test_without_a_patient_one_is_made_up_marked_and_stays_the_same(tmp_path: Path) -> None:
    study = replace(marker_study(modalities=(Modality.FLAIR,)), name="Doe_Jane")
    finding = marker_finding(study)
    first = exported(tmp_path / "a", study, finding)
    again = exported(tmp_path / "b", study, finding)
    one, two = (dcmread(tmp_path / folder / "SEG.dcm") for folder in "ab")
    assert first.patient.made_up
    assert dicom_export_record(first)["patient_id_made_up"]
    assert one.PatientID == two.PatientID == first.patient.id
    assert one.StudyInstanceUID == two.StudyInstanceUID == again.study_uid
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert one.IssuerOfPatientID == "BrainViewer"
    assert "made up" in one.PatientComments
    assert "made up" in str(one.PatientName)
    assert "Doe" not in everything(one)
    other = replace(study, content_hash="other")
    assert exported(tmp_path / "c", other, finding).patient.id != first.patient.id


def series_of(grid: Grid, *, multi_frame: bool) -> SourceSeries:
    """What a reader would say of a volume whose slices k are those of a series."""
    to_lps = np.diag((-1.0, -1.0, 1.0))
    across, down, _ = (grid.affine[:3, n] / grid.spacing[n] for n in range(3))
    frames = tuple(
        SourceFrame(
            "1.2.3.9" if multi_frame else f"1.2.3.{k + 1}",
            tuple((to_lps @ grid.to_world((0, 0, k))).tolist()),  # type: ignore[arg-type]
            # The frames of a second stack come first, and these run the other way.
            2 * grid.shape[2] - k if multi_frame else None,
        )
        for k in range(grid.shape[2])
    )
    turn = (*(to_lps @ across), *(to_lps @ down))
    return SourceSeries(
        Patient("Roe^Richard", "17", "19500101", "M"),
        ImagingStudy("1.2.3", "5", "20240102", "101112", "ACC1", "House^G", "MR head"),
        "1.2.3.0",
        "1.2.840.10008.5.1.4.1.1.4.1" if multi_frame else "1.2.840.10008.5.1.4.1.1.4",
        "1.2.3.8",
        tuple(float(part) for part in turn),  # type: ignore[arg-type]
        (grid.spacing[1], grid.spacing[0]),
        frames=frames,
    )


@pytest.mark.parametrize("multi_frame", [False, True])
def test_every_part_refers_to_the_frames_it_lies_on(tmp_path: Path, multi_frame: bool) -> None:
    grid = GRIDS["oblique, flipped"]
    study = marker_study(grid, (Modality.FLAIR,))
    series = series_of(grid, multi_frame=multi_frame)
    study = replace(study, volumes={Modality.FLAIR: replace(study.reference, series=series)})
    exported(tmp_path / "out", study, parts_of(study), report=False)
    segmentation = dcmread(tmp_path / "out" / "SEG.dcm")
    assert len(segmentation.SegmentSequence) == 3
    check_sources(segmentation, series)


def check_sources(segmentation: Dataset, series: SourceSeries) -> None:
    """Every frame lies where the frame does that it says to come from."""
    places = {(f.instance_uid, f.number): f.position for f in series.frames}
    for group in segmentation.PerFrameFunctionalGroupsSequence:
        (derivation,) = group.DerivationImageSequence
        (source,) = derivation.SourceImageSequence
        named_as = source.ReferencedSOPInstanceUID, source.get("ReferencedFrameNumber")
        own = group.PlanePositionSequence[0].ImagePositionPatient
        assert np.allclose(places[named_as], list(map(float, own)), atol=1e-4)


@pytest.mark.parametrize("multi_frame", [False, True])
def test_a_part_between_the_voxels_of_the_series_is_no_segment(
    tmp_path: Path, multi_frame: bool
) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding, grid = parts_of(study), study.grid
    affine = grid.affine.copy()
    affine[:3, :3] *= 3
    coarse = Grid((grid.shape[0] // 3, grid.shape[1] // 3, grid.shape[2] // 3), affine)
    series = series_of(coarse, multi_frame=multi_frame)
    volume = replace(study.reference, series=series, source_grid=coarse)
    study = replace(study, volumes={Modality.FLAIR: volume})
    assert finding.parts is not None
    parts = finding.parts.copy()
    parts[parts == LesionPart.NECROSIS] = LesionPart.OEDEMA
    between = next(v for v in np.argwhere(parts == LesionPart.OEDEMA) if (v % 3).all())
    parts[tuple(between)] = LesionPart.NECROSIS
    done = exported(tmp_path / "out", study, replace(finding, parts=parts))
    assert done.notices == (TOO_SMALL.format("Necrosis"),)
    segmentation = dcmread(tmp_path / "out" / "SEG.dcm")
    labels = [(item.SegmentNumber, item.SegmentLabel) for item in segmentation.SegmentSequence]
    assert labels == [(1, "Oedema"), (2, "Enhancing")]
    check_sources(segmentation, series)
    alone = np.zeros(grid.shape, bool)
    alone[tuple(between)] = True
    finding = measured(replace(finding, mask=alone, parts=None), study)
    done = exported(tmp_path / "alone", study, finding)
    assert [file.name for file in done.files] == ["SR.dcm"]
    assert done.notices == (OUTSIDE,)


@pytest.mark.parametrize("multi_frame", [False, True])
@needs_validators
def test_results_of_a_dicom_study_refer_to_its_own_images(
    tmp_path: Path, multi_frame: bool
) -> None:
    grid = GRIDS["oblique, flipped"]
    study = marker_study(grid, (Modality.FLAIR,))
    series = series_of(grid, multi_frame=multi_frame)
    volume = replace(study.reference, series=series)
    study = replace(study, volumes={Modality.FLAIR: volume})
    finding = measured(marker_finding(study), study)
    done = exported(
        tmp_path / "out", study, finding, a_result(study), pictures=True, sequences=True
    )
    assert [file.name for file in done.files] == ["SEG.dcm", "SR.dcm", "SC1.dcm", "mask.nii.gz"]
    (mask,) = segments_read(tmp_path / "out" / "SEG.dcm", grid).values()
    assert np.array_equal(mask, marker_mask(grid))
    for name in ("SEG.dcm", "SR.dcm", "SC1.dcm"):
        item = dcmread(tmp_path / "out" / name)
        assert (item.PatientID, str(item.PatientName)) == ("17", "Roe^Richard")
        assert (item.StudyInstanceUID, item.AccessionNumber) == ("1.2.3", "ACC1")
        assert faults(tmp_path / "out" / name) == []
    segmentation = dcmread(tmp_path / "out" / "SEG.dcm")
    assert segmentation.FrameOfReferenceUID == "1.2.3.8"
    (referred,) = segmentation.ReferencedSeriesSequence
    assert referred.SeriesInstanceUID == "1.2.3.0"
    check_sources(segmentation, series)
    sources = {frame.instance_uid for frame in series.frames}
    named = {item.ReferencedSOPInstanceUID for item in referred.ReferencedInstanceSequence}
    assert named <= sources
    assert named


@needs_validators
def test_enhanced_images_of_one_frame_are_referred_to_as_what_they_are(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    study = of_series(study, sop_class_uid=ENHANCED_MR)
    done = exported(tmp_path / "out", study, measured(marker_finding(study), study))
    assert [file.name for file in done.files] == ["SEG.dcm", "SR.dcm", "mask.nii.gz"]
    (mask,) = segments_read(tmp_path / "out" / "SEG.dcm", study.grid).values()
    assert np.array_equal(mask, marker_mask(study.grid))
    for name in ("SEG.dcm", "SR.dcm"):
        assert faults(tmp_path / "out" / name) == []
        item = dcmread(tmp_path / "out" / name)
        kinds = {
            element.value
            for element in item.iterall()
            if element.keyword == "ReferencedSOPClassUID" and element.value != SEGMENTATION
        }
        assert kinds == {ENHANCED_MR}


@pytest.mark.parametrize("why", ["moved", "no space", "two files"])
def test_images_that_cannot_be_referred_to_are_converted(tmp_path: Path, why: str) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    series = series_of(study.grid, multi_frame=True)
    if why == "two files":
        other = replace(series.frames[0], instance_uid="1.2.3.10")
        series = replace(series, frames=(other, *series.frames[1:]))
    if why == "no space":
        series = replace(series, frame_of_reference_uid="")
    volume = replace(study.reference, series=series, moved_mm=3.0 if why == "moved" else 0.0)
    study = replace(study, volumes={Modality.FLAIR: volume})
    done = exported(tmp_path / "out", study, marker_finding(study), report=False)
    assert [file.name for file in done.files] == ["FLAIR.dcm", "SEG.dcm", "mask.nii.gz"]
    assert dcmread(tmp_path / "out" / "FLAIR.dcm").PatientID == "17"


def test_what_a_scanner_says_wrongly_is_left_out(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    series = series_of(study.grid, multi_frame=False)
    wrong = replace(
        series,
        patient=Patient("Roe\n^R" + "x" * 90, "1\\2", "1950.1.1", "male"),
        study=replace(series.study, date="yesterday", time="noon"),
    )
    volume = replace(study.reference, series=wrong)
    study = replace(study, volumes={Modality.FLAIR: volume})
    exported(tmp_path / "out", study, measured(marker_finding(study), study))
    for name in ("SEG.dcm", "SR.dcm"):
        item = dcmread(tmp_path / "out" / name)
        assert (item.PatientBirthDate, item.PatientSex, item.StudyDate) == ("", "", "")
        assert item.PatientID == ""  # another ID would be that of another patient
        assert item.PatientName == "Roe ^R" + "x" * 58


def of_series(of: Study, **changes: object) -> Study:
    """A study that was read from a series."""
    series = replace(series_of(of.grid, multi_frame=False), **changes)  # type: ignore[arg-type]
    return replace(of, volumes={Modality.FLAIR: replace(of.reference, series=series)})


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": "00000000"},
        {"birth_date": "19991332"},
        {"birth_date": "00010101"},
        {"birth_date": "\u0661\u0669\u0667\u0660\u0660\u0661\u0660\u0661"},
        {"name": "A^B^C^D^E^F^G"},
        {"name": "A=B=C=D"},
        {"name": f"{'A' * 40}^{'B' * 30}"},
        {"id": "9" * 65},
    ],
    ids=str,
)
@needs_validators
def test_whatever_a_scanner_says_the_files_are_valid(tmp_path: Path, wrong: dict) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    patient = replace(Patient("Roe^R", "1", "19500101", "M"), **wrong)
    study = of_series(study, patient=patient)
    done = exported(tmp_path / "out", study, measured(marker_finding(study), study))
    assert [file.name for file in done.files] == ["SEG.dcm", "SR.dcm", "mask.nii.gz"]
    for name in ("SEG.dcm", "SR.dcm"):
        assert faults(tmp_path / "out" / name) == []
        assert "birth_date" not in wrong or not dcmread(tmp_path / "out" / name).PatientBirthDate
    assert done.notices == ((NO_ID,) if "id" in wrong else ())


@pytest.mark.parametrize("uid", ["", "anon-1", "1.2.03.4", "1." + "2" * 64])
def test_without_a_study_in_the_source_results_are_one_of_their_own(
    tmp_path: Path, uid: str
) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    study = of_series(study, study=ImagingStudy(uid, date="20240102"))
    done = exported(tmp_path / "out", study, measured(marker_finding(study), study), pictures=True)
    assert done.notices == (NO_STUDY,)
    items = [dcmread(path) for path in (tmp_path / "out").glob("*.dcm")]
    assert len(items) == 4
    assert {item.StudyInstanceUID for item in items} == {done.study_uid}
    assert done.study_uid.startswith("2.25.")
    assert {(item.PatientID, item.StudyDate) for item in items} == {("17", "20240102")}


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": ""},
        {"sop_class_uid": ""},
        {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.7"},
        {"frame_of_reference_uid": "x"},
        *({"frames": uid} for uid in ("", "1.2.3", "anon")),
    ],
    ids=str,
)
def test_images_without_names_of_their_own_are_converted(tmp_path: Path, changes: dict) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    if "frames" in changes:
        frames = series_of(study.grid, multi_frame=False).frames
        changes = {"frames": tuple(replace(f, instance_uid=changes["frames"]) for f in frames)}
    study = of_series(study, **changes)
    done = exported(tmp_path / "out", study, measured(marker_finding(study), study))
    assert [file.name for file in done.files] == ["FLAIR.dcm", "SEG.dcm", "SR.dcm", "mask.nii.gz"]
    assert dcmread(tmp_path / "out" / "SEG.dcm").StudyInstanceUID == "1.2.3"


@needs_validators
def test_classes_and_names_of_any_network_are_stored(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    code = "oligo\\dendro " + "x" * 48
    result = replace(
        a_result(study),
        model_id="net " * 20,
        predicted=code,
        classes={code: 0.7, "b": 0.3},
        names={code: "Name \\ " + "n" * 80},
        in_scope=True,
        abstained=False,
    )
    exported(tmp_path / "out", study, measured(marker_finding(study), study), result)
    assert faults(tmp_path / "out" / "SR.dcm") == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Doe, Jane Ann", "Doe^Jane Ann"),
        ("Jane Doe", "Doe^Jane"),
        ("Doe^J^^Dr", "Doe^J^^Dr"),
        ("Doe,", "Doe"),
        ("^", ""),
        ("Yamada, Tarou=山田,\u3000太郎", "Yamada^Tarou=山田^太郎"),
    ],
)
def test_a_name_as_people_write_it(typed: str, stored: str) -> None:
    assert entered_patient(typed, "1").name == stored
    assert entered_patient(typed).made_up


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "A\\B"}, "characters"),
        ({"patient_id": "1\n2"}, "characters"),
        ({"patient_id": "1" * 65}, "too long"),
        ({"birth_date": "1970-02-30"}, "not a date"),
        ({"birth_date": "70-1-1"}, "not a date"),
        ({"birth_date": "2999-01-01"}, "No patient was born"),
        ({"birth_date": "0001-01-01"}, "No patient was born"),
        ({"name": "A^B^C^D^E^F"}, "more parts"),
        ({"name": "A=B=C=D"}, "more parts"),
        ({"name": "A" * 65}, "too long"),
        ({"sex": "x"}, "not a sex"),
    ],
)
def test_what_dicom_cannot_hold_is_refused(fields: dict[str, str], words: str) -> None:
    with pytest.raises(BrainViewerError, match=words):
        entered_patient(**fields)


# -- what cannot be -------------------------------------------------------------------------------


def test_a_finding_without_mask_is_measured_without_segment(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = replace(measured(marker_finding(study), study), mask=None)
    done = exported(tmp_path / "out", study, finding)
    assert [file.name for file in done.files] == ["FLAIR.dcm", "SR.dcm"]
    assert done.notices == (NO_MASK,)
    report = dcmread(tmp_path / "out" / "SR.dcm")
    assert content(report, "Volume")
    assert not content(report, "Referenced Segment")


def test_without_a_lesion_only_what_there_is(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    nothing = TumourFinding("lesion", False)
    done = exported(tmp_path / "out", study, nothing, pictures=True)
    assert [file.name for file in done.files] == ["SC1.dcm"]
    assert done.notices == (NO_LESION, NO_REPORT)
    with pytest.raises(BrainViewerError, match="nothing to export") as error:
        exported(tmp_path / "none", study, nothing)
    assert NO_LESION in str(error.value)
    assert not (tmp_path / "none").exists()


def test_a_single_image_is_a_picture_only(tmp_path: Path) -> None:
    grid = Grid((30, 20, 1), np.eye(4), oriented=False, as_stored=True)
    data = np.arange(600, dtype=np.uint8).reshape(30, 20, 1)
    study = Study({Modality.IMAGE: Volume(Modality.IMAGE, data, grid)}, grid, content_hash="a")
    done = exported(tmp_path / "out", study, pictures=True)
    assert [file.name for file in done.files] == ["SC1.dcm"]
    assert done.notices == (ONLY_PICTURES,)
    assert "BodyPartExamined" not in dcmread(tmp_path / "out" / "SC1.dcm")


@pytest.mark.parametrize("why", ["lay", "right angles"])
def test_where_dicom_cannot_say_where_voxels_are_the_mask_is_left(tmp_path: Path, why: str) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = measured(marker_finding(study), study)
    affine = study.grid.affine.copy()
    affine[0, 1] += 0.2
    grid = replace(study.grid, oriented=False) if why == "lay" else Grid(study.grid.shape, affine)
    volumes = {Modality.FLAIR: replace(study.reference, grid=grid)}
    done = exported(tmp_path / "out", replace(study, grid=grid, volumes=volumes), finding)
    assert [file.name for file in done.files] == ["mask.nii.gz"]
    assert why in done.notices[0]


def test_a_folder_with_files_stays_as_it_is(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match="not empty"):
        exported(tmp_path, study, marker_finding(study))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(FileError, match="is a file"):
        exported(tmp_path / "mine.txt", study, marker_finding(study))


def test_a_folder_that_may_not_be_written_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(FileError, match="may not write"):
            exported(folder, study, marker_finding(study))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bool, call: str
) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    folder = tmp_path / "out" if not new else tmp_path / "a" / "b" / "out"
    if not new:
        folder.mkdir()
    place, name = (os, "fsync") if call == "fsync" else (Path, "replace")
    monkeypatch.setattr(place, name, fails_the_second_time(getattr(place, name)))
    with pytest.raises(FileError, match="disk is full"):
        exported(folder, study, marker_finding(study))
    assert folder.exists() is not new
    assert not new or not folder.exists()
    assert list(tmp_path.rglob("*")) == ([] if new else [folder])


def fails_the_second_time(function: Callable[..., object]) -> Callable[..., object]:
    calls: list[int] = []

    def call(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "full")
        return function(*arguments)

    return call


def test_cancelled_in_the_middle_nothing_is_left(tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))

    def stop(fraction: float, _: str) -> None:
        if fraction > 0.8:
            raise Cancelled

    request = DicomExportRequest(tmp_path / "out", pictures=False)
    with pytest.raises(Cancelled):
        export_dicom(request, DicomResults(study, marker_finding(study)), stop)
    assert list(tmp_path.iterdir()) == []
