"""JSON and TOML that nest without end, or are too large, are refused in a sentence."""

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_json, read_toml


def test_what_is_right_is_read(tmp_path):
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": [1, {"b": null}]}')
    assert read_json(tmp_path / "a.json") == {"a": [1, {"b": None}]}
    (tmp_path / "a.toml").write_text('about = "see a.b.c, www.a-b.example.org"\n[x.y]\nz = [1]\n')
    assert read_toml(tmp_path / "a.toml")["x"] == {"y": {"z": [1]}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000 + "]" * 100_000, "no valid JSON|nested too deeply"),
        ("[" * 90 + "]" * 90, "nested too deeply"),
        ('{"a":' * 90 + "1" + "}" * 90, "nested too deeply"),
        ("{", "no valid JSON"),
        ("9" * 5000, "no valid JSON"),
        ("\udcff", "no valid JSON"),
    ],
)
def test_json_that_is_none(text, said, tmp_path):
    (tmp_path / "a.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(FileError, match=said) as refused:
        read_json(tmp_path / "a.json")
    assert refused.value.advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("a." * 400_000 + "b = 1", "nested too deeply"),
        ("[" + "a . " * 90 + "b]", "nested too deeply"),
        ("x = " + "{a = " * 60 + "1" + "}" * 60, "nested too deeply"),
        ("a = " + "9" * 5000, "cannot be read"),
        ("a = ", "cannot be read"),
        ("\udcff", "is no text"),
        ("# " + "x" * 2_000_000, "too large"),
    ],
)
def test_toml_that_is_none(text, said, tmp_path):
    (tmp_path / "a.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(FileError, match=said) as refused:
        read_toml(tmp_path / "a.toml")
    assert refused.value.advice
