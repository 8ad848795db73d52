"""How often names against content are told: exchanged sequences, and false alarms.

    python packaging/measure/measure_names.py DATA [--json FILE]

DATA is the data folder. Of each study, and of each patient of ``brats18`` and ``lgg``, are looked
at: every set of its sequences under their right names, where a doubt is a false alarm, and all of
its sequences with each two of them exchanged. An exchange is told if one of the two is doubted,
and told wrongly if only another one is. The motion of a head between its scans is taken back first.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.opening.study import open_study
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.preprocess.sequence_check import doubtful_names
from brainviewer.training.labelled_data.brats18 import brats18_cases
from brainviewer.training.labelled_data.cases import read_cases

Pair = tuple[Modality, Modality]


def heads(data: Path) -> Iterator[tuple[str, Study]]:
    """Every head of the data folder, with the collection that it is from."""
    for path in sorted(p for p in (data / "studies").iterdir() if p.is_dir()):
        yield "studies", over_each_other(open_study([path]))
    for collection, cases in (
        ("brats18", brats18_cases(data / "brats18")),
        ("lgg", read_cases(data / "lgg")),
    ):
        for case in cases:
            yield collection, case.load().study


def exchanged(volumes: Mapping[Modality, Volume], pair: Pair) -> dict[Modality, Volume]:
    """The volumes, two of them under the name of the other."""
    first, second = pair
    return {
        **volumes,
        first: replace(volumes[second], modality=first),
        second: replace(volumes[first], modality=second),
    }


def main() -> None:
    """Print the misses and false alarms of each head, and the counts of each collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path, help="write the counts here")
    asked = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for collection, study in heads(asked.data):
        volumes, count = study.volumes, counts[collection]
        count["heads"] += 1
        alarmed = False
        for size in range(1, len(volumes) + 1):
            for some in combinations(volumes, size):
                doubted = doubtful_names({m: volumes[m] for m in some})
                count["sets under right names"] += 1
                count["of them doubted"] += bool(doubted)
                alarmed |= bool(doubted)
                if doubted:
                    print(f"{study.name}: false alarm, {list(map(str, some))} {list(doubted)}")
        count["heads with a false alarm"] += alarmed
        for pair in combinations(volumes, 2):
            doubted, name = doubtful_names(exchanged(volumes, pair)), " and ".join(pair)
            count[f"{name} exchanged"] += 1
            told = not doubted.keys().isdisjoint(pair)
            count[f"{name}, told"] += told
            if not told:
                print(f"{study.name}: {name} exchanged, doubted {list(doubted)}", flush=True)
    for collection, count in counts.items():
        print(collection, *(f"{key} {count[key]}" for key in count), sep="\n  ")
    if asked.json:
        asked.json.write_text(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main()
