"""Tables and recipes: splits, exclusions, recipes, evaluations."""

from collections.abc import Callable, Iterator

from tests.hostile.case import Case, file_of
from tests.hostile.kinds.archives import packed
from tests.hostile.kinds.json_values import TEXTS

_TRAIN = ("train", "cnn-128-flip", "--data", "{study}", "--out", "{out}/run")
_SPLIT = (*_TRAIN, "--split", "{file}")
_EXCLUDE = (*_TRAIN, "--exclude", "{file}")
_RECIPE = ("train", "{file}", "--data", "{study}", "--out", "{out}/run")

_CSV: dict[str, bytes | Callable[[], bytes]] = {
    "formula": b"path,class,fold\n=cmd|' /C calc'!A0,a,0\n",
    "quotes": b'path,class,fold\n"' + b"a" * 200_000,
    "one line": b"," * 4_000_000,
    "columns": b"\n".join([b"a," * n for n in range(200)]),
    "carriage returns": b"path,class,fold\ra,b,0\rc,d,1\r",
    "UTF-16": "path,class,fold\na,b,0\n".encode("utf-16"),
    "UTF-32": "path,class,fold\na,b,0\n".encode("utf-32"),
    "latin": b"path,class,fold\n\xe9\xff,a,0\n",
    "NUL in it": b"path,class,fold\na\0b,c,0\n",
    "leaves": b"path,class,fold\n../../../etc/passwd,a,0\n/etc/passwd,a,1\n",
    "folds": b"path,class,fold\na,b,-1\na,b,9999999999999999999\na,b,nan\n",
    "same": b"path,class,fold\n" + b"a,b,0\n" * 100_000,
    "no header": b"a,b,0\n",
    "twice a header": b"path,path,path\na,b,0\n",
    "codes": b"path,class,fold\n\x1b[31ma,b,0\n",
    "XLSX": packed([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<a/>")]),
    "XML entities": b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;&b;'>]><a>&d;</a>",
}
_TOML: dict[str, bytes] = {
    "arrays": b"a = " + b"[" * 100_000 + b"]" * 100_000,
    "dotted": b"a." * 40_000 + b"b = 1\n",
    "tables": b"".join(b"[a%d]\n" % n for n in range(200_000)),
    "dates": b"a = 0000-00-00T99:99:99Z\n",
    "floats": b"seed = nan\nkind = inf\n",
    "twice": b"seed = 1\nseed = 2\n",
    "network": b'kind = "image-classification"\nnetwork = "../../etc/passwd"\n',
    "large seed": b'kind = "image-classification"\nseed = 99999999999999999999999\n',
    "negative": b'kind = "image-classification"\n[training]\nepochs = -1\nbatch = 0\n'
    b"[input]\nsize = -5\n",
    "large": b'kind = "image-classification"\n[training]\nbatch = 999999999\n'
    b"[input]\nsize = 999999\n",
    "unicode": 'k\u202eind = "a"\n'.encode(),
    "comment": b"#" * (8 << 20),
}


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name, content in {**_CSV, **TEXTS}.items():
        if name != "empty":
            yield Case("tables", f"split {name}", file_of("a.csv", content), _SPLIT)
        yield Case("tables", f"excluded {name}", file_of("a.txt", content), _EXCLUDE)
    for name, content in {**_TOML, **TEXTS}.items():
        yield Case("tables", f"recipe {name}", file_of("a.toml", content), _RECIPE)
    for name, content in TEXTS.items():
        for place in ("result.json", "run.json", "evaluation.json"):
            made = file_of(place, content)
            command = ("leaderboard" if place == "result.json" else "evaluate", "{file}/..")
            yield Case("tables", f"{place} {name}", made, command)
