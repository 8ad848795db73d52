"""The first level of a data set, read without a decoder, is what pydicom reads there."""

import random
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, uid
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.elements import NotDicom, read_elements
from brainviewer.files.dicom.keywords import UNDECODED, WANTED, WHOLE_NUMBERS
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.unreadable import unread_notices
from brainviewer.files.image2d.folder import is_dicom
from tests.dicom_writer import write_series

VALUES = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
SYNTAXES = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.JPEG2000Lossless)


def one(folder: Path, vendor: str = "siemens", **how: object) -> Path:
    return write_series(folder, VALUES, np.eye(4), vendor=vendor, **how)[1]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips"])
def test_texts_are_those_of_the_library(tmp_path: Path, vendor: str, syntax: str) -> None:
    path = one(tmp_path, vendor, syntax=syntax, elements={"SeriesDescription": "Schädel"})
    elements, expected = read_elements(path), dcmread(path)
    assert elements.syntax == syntax
    for keyword in WANTED.values():
        value = expected.get(keyword)
        if value in (None, ""):
            assert not elements.said.get(keyword)
        elif keyword in WHOLE_NUMBERS:
            assert int(elements.said[keyword]) == value
        else:
            parts = value if isinstance(value, MultiValue) else [value]
            assert elements.said[keyword] == "\\".join(map(str, parts))


@pytest.mark.parametrize("syntax", SYNTAXES[:2], ids=lambda syntax: syntax.name)
def test_the_pixels_lie_where_it_says(tmp_path: Path, syntax: str) -> None:
    path = one(tmp_path, syntax=syntax)
    elements = read_elements(path)
    assert elements.offset is not None
    stored = path.read_bytes()[elements.offset :][: elements.length]
    assert stored == VALUES[:, :, 1].T.tobytes()


def test_group_2_needs_no_preamble(tmp_path: Path) -> None:
    path = one(tmp_path)
    whole = read_elements(path)
    path.write_bytes(path.read_bytes()[132:])
    assert is_dicom(path)
    elements = read_elements(path)
    assert (elements.said, elements.syntax) == (whole.said, whole.syntax)
    assert whole.offset is not None
    assert elements.offset == whole.offset - 132


@pytest.mark.parametrize(
    ("tag", "what"), [(b"\x18\0\x10\0", "nests its data more than 16 levels"),
                      (b"\x10\0\x10\0", "not in order")]
)  # fmt: skip
def test_what_is_wrong_with_a_damaged_file_is_told(tmp_path: Path, tag: bytes, what: str) -> None:
    path = one(tmp_path, syntax=uid.ExplicitVRLittleEndian, elements={"ContrastBolusAgent": "x"})
    content = path.read_bytes()
    place = content.index(b"\x18\0\x10\0LO")
    sequence, item = b"SQ\0\0\xff\xff\xff\xff", b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    begin = (b"\x18\0\x09\0" if "nests" in what else tag) + sequence + item
    count = 5000 if "nests" in what else 1
    path.write_bytes(content[:place] + count * begin + count * end + content[place:])
    with pytest.raises(FileError, match=what):
        read_elements(path)


def test_a_text_in_an_unknown_character_set_is_left_out_and_told(tmp_path: Path) -> None:
    path = one(tmp_path)
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b"ISO_IR 192", b"FOO BAR 88").replace(b"Doe^Jane", b"D\xfce^Jane")
    )
    said = read_elements(path).said
    assert (said["PatientName"], said[UNDECODED]) == ("", "FOO BAR 88")
    assert said["PatientID"]
    (notice,) = unread_notices(read_headers([path]))
    assert notice.endswith("not written in the character set that the files name (FOO BAR 88).")


LARGER = np.zeros((12, 10, 4), np.int16)
UTF_8, LATIN_1 = "Bölçek^Jörg".encode(), b"B\xf6ttger^J\xf6rg"
FILES: dict[str, dict[str, object]] = {
    "explicit": {},
    "implicit": {"syntax": uid.ImplicitVRLittleEndian},
    "big endian": {"syntax": uid.ExplicitVRBigEndian},
    "enhanced": {"enhanced": True},
}


def written_as(folder: Path, name: bytes, declared: object, how: dict[str, object]) -> Path:
    """A file with the bytes of a name, which is not in the character set that it names."""
    held = "x" * len(name)
    said = {"SpecificCharacterSet": declared, "PatientName": held, "StudyDescription": f"a {held}"}
    path = write_series(folder, LARGER, np.eye(4), elements=said, **how)[0]
    path.write_bytes(path.read_bytes().replace(held.encode(), name))
    return path


@pytest.mark.parametrize("declared", [None, "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 100"])
@pytest.mark.parametrize("kind", FILES)
def test_utf_8_that_is_not_declared_is_read(tmp_path: Path, declared: object, kind: str) -> None:
    path = written_as(tmp_path, UTF_8, declared, FILES[kind])
    tags = read_headers([path]).frames[0].tags
    assert tags.text("PatientName") == UTF_8.decode()
    assert tags.text("StudyDescription") == f"a {UTF_8.decode()}"
    assert not tags.text(UNDECODED)


@pytest.mark.parametrize("kind", FILES)
def test_other_bytes_are_what_is_declared(tmp_path: Path, kind: str) -> None:
    for declared in ("ISO_IR 100", "ISO 2022 IR 100"):
        path = written_as(tmp_path, LATIN_1, declared, FILES[kind])
        assert read_headers([path]).frames[0].tags.text("PatientName") == LATIN_1.decode("latin-1")
    path = written_as(tmp_path, UTF_8, "ISO_IR 101", FILES[kind])  # says no Latin-1
    assert read_headers([path]).frames[0].tags.text("PatientName") == UTF_8.decode("iso8859-2")


@pytest.mark.parametrize("declared", [None, "ISO_IR 192"])
@pytest.mark.parametrize("kind", FILES)
def test_what_nothing_declares_is_left_out(tmp_path: Path, declared: object, kind: str) -> None:
    path = written_as(tmp_path, LATIN_1, declared, FILES[kind])
    tags = read_headers([path]).frames[0].tags
    assert (tags.text("PatientName"), tags.text(UNDECODED)) == ("", declared or "none")
    assert tags.text("PatientID")


def test_the_texts_of_groups_are_read_alike(tmp_path: Path) -> None:
    said = [{"StackID": "x" * len(UTF_8)}] * 4
    (path,) = write_series(
        tmp_path, LARGER, np.eye(4), enhanced=True, of_slice=said,
        elements={"SpecificCharacterSet": "ISO_IR 100"},
    )  # fmt: skip
    path.write_bytes(path.read_bytes().replace(b"x" * len(UTF_8), UTF_8))
    assert read_headers([path]).frames[0].tags.text("StackID") == UTF_8.decode()


def test_sequences_without_a_length_are_stepped_over(tmp_path: Path) -> None:
    path = one(tmp_path, "philips")
    dataset = dcmread(path)
    inner = Dataset()
    inner.SeriesDescription = "not this"
    outer = Dataset()
    outer.ReferencedSeriesSequence = [inner]
    for group, element in ((0x0008, 0x1140), (0x0020, 0x9111)):
        dataset.add_new((group, element), "SQ", [outer, outer])
        dataset[group, element].is_undefined_length = True
        outer["ReferencedSeriesSequence"].is_undefined_length = True
        outer.is_undefined_length_sequence_item = True
    dataset.save_as(path)
    elements = read_elements(path)
    assert elements.said.get("SeriesDescription") is None
    assert elements.said["Rows"] == "3"
    assert elements.offset is not None


def test_a_file_without_a_preamble(tmp_path: Path) -> None:
    path = one(tmp_path, syntax=uid.ImplicitVRLittleEndian)
    content = path.read_bytes()
    path.write_bytes(content[144 + int.from_bytes(content[140:144], "little") :])
    assert read_elements(path).said["Modality"] == "MR"


def test_what_it_cannot_read_is_left_to_the_library(tmp_path: Path) -> None:
    for syntax in (uid.DeflatedExplicitVRLittleEndian, uid.ExplicitVRBigEndian):
        assert read_elements(one(tmp_path / syntax, syntax=syntax)).nested
    (enhanced,) = write_series(tmp_path, VALUES, np.eye(4), enhanced=True)
    assert read_elements(enhanced).nested


def test_a_text_that_is_not_in_its_character_set_is_left_out(tmp_path: Path) -> None:
    path = one(tmp_path, elements={"SeriesDescription": "Schädel"})
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xe4\xe4"))
    assert read_elements(path).said["SeriesDescription"] == ""


@pytest.mark.parametrize(
    ("sets", "name"),
    [
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 87"], "Akita=秋田^空"),  # its bytes hold = and ^
        (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        (["ISO 2022 IR 100", "ISO 2022 IR 144"], "Müller^Иван"),
        ("ISO 2022 IR 100", "Müller^Jörg"),
    ],
)
def test_names_in_several_character_sets(tmp_path: Path, sets: object, name: str) -> None:
    path = one(tmp_path, elements={"SpecificCharacterSet": sets, "PatientName": name})
    assert read_elements(path).said["PatientName"] == name


def test_chinese_as_the_standard_writes_it(tmp_path: Path) -> None:
    sets, name = ["", "ISO 2022 IR 58"], b"Wang=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1"  # PS3.5, K.2
    written = "x" * len(name)
    path = one(tmp_path, elements={"SpecificCharacterSet": sets, "PatientName": written})
    path.write_bytes(path.read_bytes().replace(written.encode(), name))
    assert read_elements(path).said["PatientName"] == "Wang=王^小"


def test_an_unknown_escape_sequence_is_not_shown(tmp_path: Path) -> None:
    sets = ["", "ISO 2022 IR 87"]
    path = one(tmp_path, elements={"SpecificCharacterSet": sets, "SeriesDescription": "kopf 頭"})
    path.write_bytes(path.read_bytes().replace(b"\x1b$B", b"\x1b%Q"))
    assert read_elements(path).said["SeriesDescription"] == ""


def test_no_bytes_can_harm_it(tmp_path: Path) -> None:
    whole = one(tmp_path, "philips").read_bytes()
    path, chance = tmp_path / "damaged", random.Random(5)
    for _ in range(400):
        content = bytearray(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
        for _ in range(chance.randrange(1, 12)):
            if content:
                value = chance.choice((0, 255, chance.randrange(256)))
                content[chance.randrange(len(content))] = value
        path.write_bytes(content)
        try:
            elements = read_elements(path)
        except (NotDicom, FileError):
            continue
        assert elements.length <= len(content)


def test_other_files_are_no_dicom(tmp_path: Path) -> None:
    damaged = bytes(128) + b"DICM" + b"\xff" * 90
    for content in (b"", b"text", bytes(500), damaged, b"\x08\0" * 300):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(NotDicom):
            read_elements(tmp_path / "a")
