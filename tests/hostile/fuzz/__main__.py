"""``python -m tests.hostile.fuzz TARGET… --seconds N``: fuzz targets one after the other."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # phantoms that tests share

from tests.hostile.fuzz.campaign import fuzz, keep
from tests.hostile.fuzz.target import NAMES


def main() -> int:
    """Returns 1 if there was a finding."""
    parser = argparse.ArgumentParser(prog="tests.hostile.fuzz", description=__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all without"
    )
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--corpus", type=Path, help="folder that keeps what reaches new lines")
    parser.add_argument(
        "--keep", type=int, metavar="BYTES", help="pack that much of it for the repository"
    )
    said = parser.parse_args()
    unknown = set(said.targets) - set(NAMES)
    if unknown:
        parser.error(f"no target: {', '.join(sorted(unknown))}")
    bad = 0
    for name in said.targets or NAMES:
        corpus = said.corpus and said.corpus.resolve() / name
        outcome = fuzz(name, said.seconds, said.seed, (said.findings / name).resolve(), corpus)
        print(
            f"{name:16} {outcome.runs:9,} inputs, {outcome.lines:6,} features, corpus "
            f"{outcome.corpus:5,}, {outcome.cpu_seconds / 60:5.1f} CPU minutes, "
            f"{len(outcome.findings)} findings",
            flush=True,
        )
        for what, details in outcome.findings:
            print(f"  {what}\n    " + details.replace("\n", "\n    "), flush=True)
        bad += len(outcome.findings)
        if said.keep and corpus:
            print(f"  kept {keep(name, corpus, said.keep):,} bytes")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
