"""The headers of a study, looked through: what is there, what is odd, and what was done about it.

Nothing is decided here: sentences say what the readers and the common grid have done
(``files.nifti``, ``files.dicom``, ``opening.one_grid``), or the search (``TumourFinding``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from brainviewer.app.headers.of_geometry import forms_of, obliquity_of, voxels_of
from brainviewer.app.headers.of_values import scaling_of, texts_of
from brainviewer.app.headers.said import Check, Level, Said
from brainviewer.core.counting import listed
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.study import Modality, Study, Volume

_LONGEST = 80
"""Characters of a text of a header."""
_MIRRORED = "{} to be mirrored left to right against others."
_NOT_USED = "It was not used for the lesion; which side is right is not known."


@dataclass(frozen=True)
class HeaderFinding:
    """What holds of some sequences; empty for all of them together."""

    sequences: tuple[Modality, ...]
    said: Said

    @property
    def names(self) -> str:
        """The sequences, for people."""
        return listed(map(str, self.sequences)) if self.sequences else "all sequences"

    @property
    def texts(self) -> tuple[str, ...]:
        """What fields say, for people: patient data."""
        return tuple(
            f"{field}: {shortened(shown_text(text), _LONGEST)}" for field, text in self.said.texts
        )


def header_findings(
    study: Study, finding: TumourFinding | None = None
) -> tuple[HeaderFinding, ...]:
    """What there is to tell of a study's headers, by check; nothing of an image.

    finding : of the search, which has held the images against each other.
    """
    if study.is_image2d:
        return ()
    onto = _reference(study)
    told: dict[str, tuple[Said, list[Modality]]] = {}
    for modality in study.modalities:
        volume = study.volumes[modality]
        for said in _of_volume(volume, onto):
            told.setdefault(repr(said), (said, []))[1].append(modality)
    for said, modalities in _sides(study, onto, finding):
        told[repr((said, modalities))] = (said, list(modalities))
    found = [
        HeaderFinding(tuple(modalities), said.of_several() if len(modalities) > 1 else said)
        for said, modalities in told.values()
    ]
    return tuple(sorted(found, key=lambda one: _ORDER[one.said.check]))


_ORDER = {check: place for place, check in enumerate(Check)}


def _reference(study: Study) -> str:
    """The sequence whose grid the study has."""
    own = [m for m in study.modalities if not study.volumes[m].resampled]
    return str(own[0] if own else study.modalities[0])


def _of_volume(volume: Volume, onto: str) -> Iterator[Said]:
    yield from forms_of(volume)
    yield from obliquity_of(volume, onto)
    yield from voxels_of(volume, onto)
    yield from scaling_of(volume)
    yield from texts_of(volume)


def _sides(
    study: Study, onto: str, finding: TumourFinding | None
) -> Iterator[tuple[Said, tuple[Modality, ...]]]:
    """Whether the voxels of the sequences run the same ways, and their images lie so."""
    known = {
        m: study.volumes[m].file_grid.orientation
        for m in study.modalities
        if study.volumes[m].file_grid.oriented
    }
    base = known.get(Modality(onto))
    if base is not None and len(known) > 1:
        for letters in dict.fromkeys(known.values()):
            if letters == base:
                continue
            odd = tuple(m for m, ways in known.items() if ways == letters)
            found = f"The voxel axes run towards {letters}, those of {onto} towards {base}."
            done = f"Laid over {onto} by its positions, so that no side is exchanged."
            values = {"orientation": letters, "reference": base}
            yield Said(Check.SIDES, Level.NOTE, found, done, values), odd
        if len(set(known.values())) == 1:
            found = f"The voxel axes of all run towards {base}."
            values = {"orientation": base, "reference": base}
            yield Said(Check.SIDES, Level.FINE, found, "", values), tuple(known)
    if finding is not None and finding.left_out:
        odd = tuple(m for m in study.modalities if m in finding.left_out)
        found = _MIRRORED.format("The image seems" if len(odd) == 1 else "The images seem")
        yield Said(Check.SIDES, Level.CAUTION, found, _NOT_USED), odd


def header_records(study: Study) -> list[dict[str, Any]]:
    """The findings as plain data: ``headers`` of ``info --json``."""
    return [
        {
            "check": one.said.check.value,
            "level": one.said.level.value,
            "sequences": [m.value for m in one.sequences],
            "found": one.said.found,
            "done": one.said.done,
            "values": dict(one.said.values),
            "texts": {field: shown_text(text) for field, text in one.said.texts},
        }
        for one in header_findings(study)
    ]


def header_lines(study: Study) -> list[str]:
    """The findings as lines for a terminal."""
    lines = []
    for one in header_findings(study):
        mark = "!" if one.said.level is Level.CAUTION else "·"
        said = " ".join(filter(None, (one.said.found, one.said.done)))
        lines.append(f"  {mark} {one.names}: {said}")
        lines += [f"      {text}" for text in one.texts]
    return lines
