"""Tables and recipes: splits, exclusions, recipes, evaluations."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.hostile.case import Case, Make, Place, file_of, folder_of
from tests.hostile.kinds.archives import packed
from tests.hostile.kinds.images import saved
from tests.hostile.kinds.json_values import TEXTS

_TRAIN = ("--data", "{folder}/classes", "--out", "{out}/run")
_SPLIT = ("train", "cnn-128-flip", *_TRAIN, "--split", "{file}")
_EXCLUDE = ("train", "cnn-128-flip", *_TRAIN, "--exclude", "{file}")
_RECIPE = ("train", "{file}", *_TRAIN)

_HEAD = b"file,class,split,fold,group\n"
_ROW = b"a/0.png,a,train,0,g\n"
_CSV: dict[str, bytes | Callable[[], bytes]] = {
    "formula": _HEAD + b"=cmd|' /C calc'!A0,a,train,0,g\n",
    "quotes": _HEAD + b'"' + b"a" * 200_000,
    "one line": b"," * 4_000_000,
    "long names": _HEAD + b"n" * 100_000 + b",a,train,0,g\n",
    "columns": b"\n".join([b"a," * n for n in range(200)]),
    "carriage returns": (_HEAD + _ROW).replace(b"\n", b"\r"),
    "UTF-16": (_HEAD + _ROW).decode().encode("utf-16"),
    "UTF-32": (_HEAD + _ROW).decode().encode("utf-32"),
    "latin": _HEAD + b"\xe9\xff,a,train,0,g\n",
    "NUL in it": _HEAD + b"a\0b,a,train,0,g\n",
    "leaves": _HEAD + b"../../../etc/passwd,a,train,0,g\n/etc/passwd,b,test,1,h\n",
    "folds": _HEAD + b"a/0.png,a,train,-1,g\na/1.png,a,no,9999999999999999999,g\n",
    "same": _HEAD + _ROW * 100_000,
    "no header": _ROW,
    "twice a header": b"file,file,file\n" + _ROW,
    "codes": _HEAD + b"\x1b[31ma,a,train,0,g\n",
    "XLSX": packed([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<a/>")]),
    "XML entities": b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;&b;'>]><a>&d;</a>",
}
_KIND = b'kind = "image-classes"\n'
_TOML: dict[str, bytes] = {
    "arrays": b"a = " + b"[" * 100_000 + b"]" * 100_000,
    "dotted": b"a." * 40_000 + b"b = 1\n",
    "tables": b"".join(b"[a%d]\n" % n for n in range(200_000)),
    "dates": b"a = 0000-00-00T99:99:99Z\n",
    "floats": b"seed = nan\nkind = inf\n",
    "twice": b"seed = 1\nseed = 2\n",
    "network": _KIND + b'network = "../../etc/passwd"\n',
    "large seed": _KIND + b"seed = 99999999999999999999999\n",
    "negative": _KIND + b"[training]\nepochs = -1\nbatch = 0\n[input]\nsize = -5\n",
    "large": _KIND + b"[training]\nbatch = 999999999\n[input]\nsize = 999999\n",
    "unicode": 'k\u202eind = "a"\n'.encode(),
    "comment": b"#" * (8 << 20),
}


def _beside_images(name: str, content: bytes | Callable[[], bytes]) -> Make:
    """A file beside a folder of images by class, of which a network can be trained."""

    def make(place: Place) -> Path:
        for label in ("a", "b"):
            folder = place.folder / "classes" / label
            folder.mkdir(parents=True)
            for n in range(4):
                (folder / f"{n}.png").write_bytes(saved("PNG", "L", (40 + n, 40)))
        return file_of(name, content)(place)

    return make


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name, content in {**_CSV, **TEXTS}.items():
        if name != "empty":
            made = _beside_images("a.csv", content)
            yield Case("tables", f"split {name}", made, _SPLIT, command_says="a.csv")
        if name != "empty":  # nothing is left out then, and a training begins, which takes long
            made = _beside_images("a.txt", content)
            yield Case("tables", f"excluded {name}", made, _EXCLUDE, command_says="he list")
    for name, content in {**_TOML, **TEXTS}.items():
        made = _beside_images("a.toml", content)
        yield Case("tables", f"recipe {name}", made, _RECIPE, command_says="a.toml")
    for name, content in TEXTS.items():
        for place in ("result.json", "run.json", "evaluation.json"):
            make = folder_of(partial(_run, place, content))
            command = ("leaderboard" if place == "result.json" else "evaluate", "{file}")
            # A record that says nothing is a run that has not ended.
            says = "" if name in ("BOM", "surrogate", "exponent", "twice a key") else place
            yield Case("tables", f"{place} {name}", make, command, command_says=says)


def _run(place: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A folder of a run; the leaderboard looks at folders of several."""
    yield f"{'run/' if place == 'result.json' else ''}{place}", content
