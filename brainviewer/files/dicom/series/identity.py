"""Whether files are of one patient, by all that they say of who it is.

A patient ID counts within its issuer. Names are compared by their words, so that case, padding,
accents and a missing middle name make no second patient; the groups of a name (PS3.5, 6.2.1) are
compared each with its like. What is unlike makes two patients of one ID, and where nobody is named,
the study instance UID alone says what belongs together.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from brainviewer.core.headers.dicom_source import Patient, day_of
from brainviewer.files.dicom.series.frames import Tags

_NOBODY = re.compile(
    r"\W*(?:anon|anonym(?:ous|i[sz]ed)?|unknown|unbekannt|no\W?name|none|null|n/?a|removed|x+|0+)?"
    r"\W*(?:patient)?\W*",
    re.IGNORECASE,
)
"""What stands for no name and no ID."""
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_UMLAUTS = re.compile("ae|oe|ue|æ|ø")
"""As they are written where there are none."""
_SAID = ("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate")
_PLACES = ("StudyInstanceUID", "FrameOfReferenceUID")
Words = frozenset[str]


@dataclass(frozen=True)
class Identity:
    """What a file says of whose it is; empty for unknown.

    names : the words of each group of the name: alphabetic, ideographic, phonetic.
    born : the digits of the birth date, of which there may be fewer than eight.
    place : UID of the study, else of the frame of reference.
    """

    id: str
    issuer: str
    names: tuple[Words, ...]
    born: str
    place: str

    @property
    def said(self) -> int:
        """How much is said of the patient; 0 where nobody is named."""
        return bool(self.id) + bool(self.names) + bool(self.born)

    def like(self, other: "Identity") -> bool:
        """Whether something says that both are one patient."""
        if self.place == other.place and (self.place or not self.said + other.said):
            return True
        if self.id and self.id == other.id and self._of_one_issuer(other):
            return True
        if self.id and other.id:  # of two issuers
            return self.same_person(other)
        return _shared(self.names, other.names) is True and _alike(self.born, other.born)

    def same_person(self, other: "Identity") -> bool:
        """Whether name and birth date are the same, whatever the IDs."""
        same_name = _shared(self.names, other.names) is True
        return same_name and bool(self.born) and self.born == other.born

    def differs(self, other: "Identity") -> str:
        """What cannot be of one patient: ``IDs``, ``names`` or ``birth dates``; empty if all can.

        IDs of two issuers are not compared.
        """
        if self.id and other.id and self.id != other.id and self._of_one_issuer(other):
            return "IDs"
        if _shared(self.names, other.names) is False:
            return "names"
        return "" if _alike(self.born, other.born) else "birth dates"

    def _of_one_issuer(self, other: "Identity") -> bool:
        return self.issuer == other.issuer or not (self.issuer and other.issuer)


def identities_of(tags: Iterable[Tags]) -> list[Identity]:
    """What each file says; files of one patient say the same again and again."""
    known: dict[tuple[str, ...], Identity] = {}
    found = []
    for one in tags:
        key = tuple(one.text(word) for word in (*_SAID, *_PLACES))
        if key not in known:
            number, issuer, name, born, study, frame_of_reference = key
            known[key] = _identity(number, issuer, name, born, study or frame_of_reference)
        found.append(known[key])
    return found


def patients_of(identities: Iterable[Identity]) -> list[list[Identity]]:
    """Who is one patient.

    Each identity joins the one patient that it is like and does not differ from. One that might be
    either of two, and one that is like nobody, is a patient of its own.
    """
    patients: list[list[Identity]] = []
    for one in sorted(dict.fromkeys(identities), key=lambda one: -one.said):
        possible = [
            group
            for group in patients
            if any(map(one.like, group)) and not any(map(one.differs, group))
        ]
        same_study = [p for p in possible if any(o.place == one.place for o in p)]
        chosen = same_study if len(possible) > 1 else possible
        if len(chosen) == 1:
            chosen[0].append(one)
        else:
            patients.append([one])
    return patients


def patient_with(ours: Collection[Identity], others: Iterable[Identity]) -> set[Identity]:
    """The one patient of ``patients_of`` all of these who is said by ``ours``, which are of one.

    Only those that are grouped which something connects with it: a list has thousands of patients.
    """
    near = list(dict.fromkeys(ours))
    apart = dict.fromkeys(others)
    for one in near:
        apart.pop(one, None)
    for one in near:  # which grows
        joined = [other for other in apart if one.like(other)]
        near += joined
        for other in joined:
            del apart[other]
    most = max(ours, key=lambda one: one.said)
    return set(next(group for group in patients_of(near) if most in group))


def identity_of(patient: Patient, study_uid: str = "") -> Identity:
    """What is known of a patient whose files were read, or of whom a PACS node answers."""
    return _identity(patient.id, patient.issuer, patient.name, patient.birth_date, study_uid)


def _identity(patient_id: str, issuer: str, name: str, birth_date: str, place: str) -> Identity:
    born = re.sub(r"\D", "", birth_date)
    groups = tuple(map(_words, name.split("=")[:3]))
    return Identity(
        _named(patient_id).casefold(),
        _named(issuer).casefold(),
        groups if any(groups) else (),
        born if len(born) < 8 or day_of(born) else "",
        place,
    )


def _named(text: str) -> str:
    return "" if _NOBODY.fullmatch(text) else text.strip()


def _words(name: str) -> Words:
    plain = unicodedata.normalize("NFKD", _named(name)).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    letters = _UMLAUTS.sub(lambda found: {"æ": "a", "ø": "o"}.get(found[0], found[0][0]), letters)
    return frozenset(filter(None, _BETWEEN_WORDS.split(letters)))


def _alike(one: str, other: str) -> bool:
    """Equal as far as both are said: of some birth dates only the year is known."""
    return one.startswith(other) or other.startswith(one)


def _shared(one: tuple[Words, ...], other: tuple[Words, ...]) -> bool | None:
    """Whether two names are one, as far as the same scripts are there; None if none is."""
    pairs = [(a, b) for a, b in zip(one, other, strict=False) if a and b and _latin(a) == _latin(b)]
    if not pairs:
        return None
    return all(a <= b or b <= a for a, b in pairs)


def _latin(words: Words) -> bool:
    return all(word.isascii() for word in words)
