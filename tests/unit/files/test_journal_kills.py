"""Two processes that annotate one study and are killed at any moment lose nothing."""

import os
import random
import subprocess
import sys
from pathlib import Path

from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.tidying import tidy_up
from tests.phantoms import marker_study

# Makes annotations for ever, and says of each that it is kept.
_WRITER = """
import sys
import time
from itertools import count
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files import journal as journals
from brainviewer.files.journal.annotations import AnnotationJournal
from tests.phantoms import marker_study

journals._PATIENCE = 60  # on a machine that has other things to do
study, who = marker_study(), sys.argv[1]
place = tuple(float(v) for v in study.grid.centre)
journal = AnnotationJournal(study)
annotations = journal.restore().annotations
for number in count():
    name = f"{who}-{number}"
    annotation = Annotation(Kind.TEXT, Plane.AXIAL, (place,), Modality.T1, "x" * 2000, name)
    kept = journal.keep((*annotations, annotation))
    assert not kept.notice, kept.notice
    annotations = kept.annotations
    if number % 3 == 2:  # every third one is taken back
        gone = f"{who}-{number - 1}"
        print("?", gone, flush=True)  # it may be there or not from here on
        annotations = journal.keep([m for m in annotations if m.id != gone]).annotations
        print("-", gone, flush=True)
    print("+", name, flush=True)
    time.sleep(0.005)  # the other one wants to write as well
"""
_ROUNDS = 12
_HERE = str(Path(__file__).parents[3])


def writer(who: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, who],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "BRAINVIEWER_HOME": str(home),
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).parents[3]), *filter(None, sys.path)]
            ),
        },
    )


def test_what_was_kept_outlives_kills_of_two_processes_at_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    chance = random.Random(4)
    there: set[str] = set()
    going: set[str] = set()
    gone: set[str] = set()
    sets = {"+": there, "?": going, "-": gone}
    for step in range(_ROUNDS):
        pair = [writer(f"{step}{name}", tmp_path) for name in "ab"]
        for process in chance.sample(pair, 2):
            assert process.stdout is not None
            # In the middle of whatever it does, while the other one goes on for a while.
            said = [process.stdout.readline() for _ in range(1 + chance.randint(0, 3))]
            process.kill()
            rest, _ = process.communicate()
            assert process.returncode == -9, "it ended before it was killed"
            for line in (*said, *rest.splitlines(keepends=True)):
                if line.endswith("\n"):  # else it was killed while it said so
                    sets[line[0]].add(line[2:-1])
        kept = AnnotationJournal(marker_study()).restore()
        ids = {annotation.id for annotation in kept.annotations}
        assert not kept.notice
        assert there - going <= ids, f"lost in round {step}"
        assert not gone & ids, f"back in round {step}"
    tidy_up()
    names = sorted(path.name for path in (tmp_path / "journal").iterdir())
    assert names == [f"{marker_study().content_hash}.journal"]
