"""Opens a study: what is which sequence, reading beside each other, one grid. Or one image."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from brainviewer.app.audit_trail.openings import record_opened
from brainviewer.app.opening.dicom.by_content import with_content
from brainviewer.app.opening.dicom.no_volume import NoVolume
from brainviewer.app.opening.dicom.series import (
    SeriesChoice,
    UnknownSeries,
    choice_of,
    named,
)
from brainviewer.app.opening.one_grid import (
    check_in_head,
    place,
    placing_notices,
)
from brainviewer.app.opening.reading import Read, content_hash, read_sequences
from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.opening.sequence_assignment import UnknownSequences, which_is_which
from brainviewer.app.opening.sources import SeriesSource, Sources, sources_of
from brainviewer.assets import resources
from brainviewer.core.counting import listed
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.headers.dicom_source import day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.dicom.series.examination import Examination
from brainviewer.files.dicom.series.frames import Tags
from brainviewer.files.dicom.series.patients import patient_of, study_of
from brainviewer.files.ordinary_file import is_folder, resolved
from brainviewer.files.study.folder import SELECT, Assignment, collect, some_names
from brainviewer.files.user_folders import retrieved_folder, unpacked_folder
from brainviewer.imaging.preprocess.sequence_check import CHECK, doubtful_names

Which = Assignment | SeriesChoice | Examination | None
"""What is known of which file or series is which sequence."""


def open_study(paths: Sequence[Path], report: Report = silent, which: Which = None) -> Study:
    """Open one to four sequences, and the segmentation that lies with them; or one image.

    paths : a study folder, or files; ``FLAIR=FILE`` says what a file is, whatever its name; DICOM
        series as ``examination_in`` takes them. Or an image; see ``image_opening``.
    which : file or series is which sequence, or the examination whose series are meant; ``paths``
        then only gives the study its name.
    Sequences on other grids lie where the scanner says; see ``same_head.over_each_other``.
    A sequence that cannot be read is left out with a notice, as long as another can be.
    Raises FileError or GeometryError if none can be opened, UnknownSequences or
    UnknownSeries if it is not clear which is which and it was not said, and Cancelled when
    ``report`` does; and what ``record_opened`` raises.
    """
    report(0.0, "Looking at the files")
    if which is None:
        found = named(paths, report)
        if found.images:
            return _open_image(found.images, found.no_volume, report)
        which = found.examination or which_is_which(paths, found.notices)
    if isinstance(which, Examination):
        which = choice_of(which)
    sources = sources_of(paths, which)
    if not sources.sequences:
        raise FileError("None of the files is an MR sequence that can be shown.", SELECT)
    return _opened(paths, sources, report)


def _open_image(images2d: Sequence[Path], no_volume: NoVolume, report: Report) -> Study:
    if len(images2d) > 1:
        if no_volume.why:
            raise no_volume.refusal(images2d, images2d)
        raise FileError(
            f"These are {len(images2d)} images, and one is needed.",
            f"Name one of them, for example {images2d[0]}.",
        )
    from brainviewer.app.opening.image2d import open_image2d

    study = open_image2d(images2d[0], report)
    said = no_volume.sentences
    return replace(study, notices=(said, *study.notices)) if said else study


def _opened(paths: Sequence[Path], sources: Sources, report: Report) -> Study:
    read = read_sequences(paths, sources, report, with_labels=True)
    sources, plan, sequences, supplied = read.sources, read.plan, read.sequences, read.supplied
    segmentation, notices = read.labels
    notices = [*supplied.notices, *notices]
    report(0.9, "Bringing the sequences onto one grid")
    images = {m: image for m, (image, _) in sequences.items()}
    placed = place(plan, images, {m: sources.sequences[m].name for m in sequences})
    volumes = {v.modality: replace(v, sha256=sequences[v.modality][1]) for v, _ in placed}
    if segmentation is not None:
        try:
            check_in_head(segmentation, volumes)
        except FileError as error:
            if supplied.named:
                raise
            segmentation = None
            notices = [*supplied.notices, f"The segmentation was left out. {error.message}"]
    notices += [*plan.left_out.values(), *placing_notices(plan, images, placed)]
    notices += _same_images(sequences)
    if not any(volume.by_position for volume in volumes.values()):
        # Else once they lie over each other: see ``same_head``.
        notices += doubtful_names(volumes).values()
    there = {*sources.sequences, *sources.left_out}
    missing = [str(modality) for modality in SEQUENCES if modality not in there]
    said = [f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} missing."] if missing else []
    report(1.0, "Open")
    study = Study(
        volumes,
        plan.grid,
        _name(paths, sources),
        segmentation,
        (*said, *sources.left_out.values(), *sources.notices, *notices),
        content_hash(sequences),
        synthetic=any(one.description.startswith("SYNTHETIC") for one in images.values()),
    )
    record_opened(study)
    return study


def open_without_asking(
    paths: Sequence[Path],
    report: Report = silent,
    found: SeriesChoice | Examination | None = None,
) -> Study:
    """As ``open_study``, but files whose names are silent are left out with a notice, of DICOM
    series what seems to be meant is opened, and the motion of the head between scans is taken back.

    found : what is there, if it is DICOM, and which of it is meant; else it is looked for.
    Raises UnknownSequences or UnknownSeries if nothing says which sequence it is, or if several
    files claim one.
    """
    try:
        return over_each_other(open_study(paths, report, found), report)
    except UnknownSeries as unsure:
        choice = unsure.told
        if not choice.chosen:
            raise with_content(unsure, report) from None
        meant = replace(choice, notices=(unsure.message, *choice.notices))
        return over_each_other(open_study(paths, report, meant), report)
    except UnknownSequences as unknown:
        known = unknown.assignment
        if not known.files or unknown.several:
            raise
        notice = (
            f"Left out, because the name does not say which sequence it is: "
            f"{some_names(known.unknown)}."
        )
        known = replace(known, unknown=(), notices=(*known.notices, notice))
        return over_each_other(open_study(paths, report, known), report)


def open_to_tell(paths: Sequence[Path], report: Report = silent) -> Study:
    """As ``open_without_asking``; where nothing is written, by what the images look like.

    For what only tells of a study; a notice says that it is a guess.
    """
    try:
        return open_without_asking(paths, report)
    except UnknownSeries as unsure:
        if not unsure.choice.chosen:
            raise
        guess = replace(unsure.choice, notices=(unsure.message, *unsure.choice.notices))
        return over_each_other(open_study(paths, report, guess), report)


def demo_paths() -> list[Path]:
    """The files of the synthetic study that comes with the application.

    Raises FileError if the installation does not carry it.
    """
    return collect([resources() / "demo"])


def _same_images(sequences: Mapping[Modality, Read]) -> list[str]:
    """Sentences on sequences that are the same voxels on the same grid, as of a copied file."""
    alike: dict[str, list[str]] = {}
    for modality, (_, digest) in sequences.items():
        alike.setdefault(digest, []).append(str(modality))
    return [
        f"{listed(names)} are the same image: {CHECK} sequence it is."
        for names in alike.values()
        if len(names) > 1
    ]


def _name(paths: Sequence[Path], sources: Sources) -> str:
    """What to call the study: the folder it was opened from, else the one its files lie in.

    A folder of the application's own is named at random: then as its files say.
    """
    if len(paths) == 1 and is_archive(paths[0]):
        return paths[0].stem
    first = next(iter(sources.sequences.values()))
    whole = len(paths) == 1 and is_folder(paths[0])
    folder = resolved(paths[0]) if whole else resolved(first.path).parent
    own = map(resolved, (retrieved_folder(), unpacked_folder()))
    if any(folder.is_relative_to(home) for home in own) and isinstance(first, SeriesSource):
        return _said_by(first.candidate.tags)
    return folder.name


def _said_by(tags: Tags) -> str:
    """Who the patient is, or else what was examined, and when."""
    patient, study = patient_of(tags), study_of(tags)
    said = str(day_of(study.date) or "")
    about = ", ".join(filter(None, (study.description, said))) or "Study without a name"
    return shown_text(patient.readable_name or patient.id or about)
