"""Whose report it is, as far as the user wants it told, and what the images are."""

import re
from collections.abc import Iterator

from brainviewer.app.reporting.options import Identity
from brainviewer.core.headers.dicom_source import SourceSeries, age_in_years, day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality, Study
from brainviewer.painting.report.blocks import Facts, Table
from brainviewer.painting.text import wording

_CODE = 12
_QUOTED = re.compile(
    r"(?<!\w)['‘“\"]| was left out\. |\.(nii|dcm|gz|zip|ima|png|jpe?g|tiff?)\b", re.IGNORECASE
)
"""How sentences quote, what says why a file was left out, and endings of files."""
_SEX = {"M": "male", "F": "female", "O": "other"}


def identification(study: Study, identity: Identity) -> Facts:
    """Patient and examination; always the code by which the same images are known again."""
    rows = [*_patient(study, identity)]
    if study.content_hash:
        rows.append(("Image code", study_code(study)))
    return Facts(tuple((name, shown_text(value)) for name, value in rows if value), columns=2)


def study_code(study: Study) -> str:
    """The beginning of the content's sha256: it names nobody."""
    return study.content_hash[:_CODE]


def patient_words(study: Study, identity: Identity) -> str:
    """The same for the foot of every page, short; empty where nothing is to be told."""
    source = study.patient_source
    if identity is Identity.NOTHING:
        return ""
    if source is None or source.patient.made_up:
        return shown_text(study.name) if identity is Identity.FULL else ""
    patient = source.patient
    name = patient.readable_name if identity is Identity.FULL else ""
    return shown_text(", ".join(filter(None, (name, patient.id and f"ID {patient.id}"))))


def may_name(study: Study, sentence: str) -> bool:
    """Whether a sentence quotes a name of the study, of a file or of a series, so far as known."""
    names = {study.name, *(volume.file_name for volume in study.volumes.values())}
    described = (volume.series.description for volume in study.volumes.values() if volume.series)
    names |= {name for name in described if len(name) > 3}
    return bool(_QUOTED.search(sentence)) or any(name and name in sentence for name in names)


def _patient(study: Study, identity: Identity) -> Iterator[tuple[str, str]]:
    if identity is Identity.NOTHING:
        return
    source = study.patient_source
    if source is None:
        if identity is Identity.FULL:  # the name of a folder may be anything
            yield "Study", study.name
        return
    yield from _of_dicom(source, identity)


def _of_dicom(source: SourceSeries, identity: Identity) -> Iterator[tuple[str, str]]:
    patient, study = source.patient, source.study
    full = identity is Identity.FULL
    if full:
        yield "Patient", patient.readable_name
    if not patient.made_up:
        yield "Patient ID", patient.id
    if full:
        born = day_of(patient.birth_date)
        yield "Born", str(born or "")
        age = age_in_years(patient, study)
        yield "Age", "" if age is None else f"{int(age)} years"
        yield "Sex", _SEX.get(patient.sex, "")
    yield "Examined", str(day_of(study.date) or "")
    if full:
        yield "Examination", study.description
        yield "Accession number", study.accession_number
        yield "Referred by", _readable(study.referring_physician)


def _readable(name: str) -> str:
    return " ".join(filter(None, name.split("=", maxsplit=1)[0].split("^")))


def sequences(study: Study, identity: Identity) -> Table:
    """What the study, or the image, is made of, as it lies in its files."""
    named = identity is Identity.FULL
    rows = [_sequence(study, modality, named) for modality in study.modalities]
    head = ("Sequence", "Matrix", "Voxel", "Axes", "What was done", "File")
    if study.is_image2d:
        head = ("Image", "Matrix", "Pixel", *head[3:])
    rows += [(modality.value, "not at hand", "", "", "", "") for modality in study.missing]
    taken = [n for n in range(len(head)) if n < 2 or any(row[n] for row in rows)]
    return Table(
        tuple(head[n] for n in taken),
        tuple(tuple(row[n] for n in taken) for row in rows),
        numbers=False,
    )


def _sequence(study: Study, modality: Modality, named: bool) -> tuple[str, ...]:
    volume = study.volumes[modality]
    own = volume.file_grid
    matrix = " × ".join(str(n) for n in own.shape if n > 1)
    file_name = shown_text(volume.file_name) if named else ""
    if study.is_image2d:
        return (
            "Colour" if volume.rgb is not None else "Grey",
            matrix,
            wording.pixel_text(own),
            "",
            "",
            file_name,
        )
    size = " × ".join(f"{mm:.3g}" for mm in own.spacing) + " mm"
    done = []
    if volume.unplaced or volume.other_frame:
        done.append("does not lie over the others: nothing is computed from it")
    elif volume.moved_mm:
        done.append(f"laid over the others, moved by {wording.number(volume.moved_mm, 1)} mm")
    elif volume.resampled:
        done.append("resampled onto the common grid")
    axes = own.orientation if own.oriented else "unknown"
    return (modality.value, matrix, size, axes, ", ".join(done), file_name)
