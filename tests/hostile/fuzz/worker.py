"""The process that fuzzes one target; ``campaign`` starts it and reads what it leaves.

``python -m tests.hostile.fuzz.worker TARGET FINDINGS FLAG…``, where the flags are libFuzzer's.
"""

import faulthandler
import hashlib
import os
import resource
import shutil
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from random import Random

import atheris

from tests.hostile.fuzz.target import Target, target_named

MEMORY_MB = 512
"""Above what was used before: no input of a few kilobytes is worth more."""


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    name, findings, *flags = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).parents[2]))  # phantoms that tests share

    packages = os.environ.get("FUZZED_PACKAGES", "brainviewer").split(",")
    hook = atheris.instrument_imports(include=packages)
    hook.__enter__()  # for as long as the process lives: readers import as they go
    import_module("tests.hostile.fuzz.in_process").decode_here()  # before the readers
    target = target_named(name)
    trial = _Trial(target, Path(findings))

    def changed(content: bytes, longest: int, seed: int) -> bytes:
        random = Random(seed)
        if target.change is None or random.random() < 0.5:
            return atheris.Mutate(content, longest)
        return target.change(content, random)[:longest]

    atheris.Setup(["fuzz", *flags], trial, custom_mutator=changed)
    try:
        atheris.Fuzz()
    except BaseException:
        # Of the fuzzer's own parts. An ordinary end of Python would wait for ever for the thread
        # that the mutator is called in.
        traceback.print_exc()
        os._exit(70)


class _Trial:
    """Calls the reader, and writes down what it must not do."""

    def __init__(self, target: Target, findings: Path) -> None:
        from brainviewer.core.errors import BrainViewerError

        self._target, self._findings = target, findings
        self._allowed = (BrainViewerError, *target.allowed)
        self._folder = Path.cwd() / "in"
        self._peak = 0
        self._known: set[str] = set()

    def __call__(self, content: bytes) -> None:
        folder = self._folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        before, began = self._peak or _peak_mb(), time.process_time()
        try:
            self._target.read(content, folder)
        except self._allowed:
            pass
        except Exception as error:
            self._found(content, _where(error), traceback.format_exc())
        used, self._peak = time.process_time() - began, _peak_mb()
        if used > self._target.seconds:
            self._found(content, "slow", f"{used:.1f} s of processor time")
        if self._peak - before > MEMORY_MB:
            self._found(content, "memory", f"{self._peak - before} MB")

    def _found(self, content: bytes, what: str, text: str) -> None:
        if what in self._known:
            return
        self._known.add(what)
        key = hashlib.sha256(what.encode()).hexdigest()[:12]
        (self._findings / f"{key}.bin").write_bytes(content)
        (self._findings / f"{key}.txt").write_text(f"{what}\n\n{text}")


def _where(error: BaseException) -> str:
    """The kind of an error, and the deepest line of the program that it passed."""
    lines = traceback.extract_tb(error.__traceback__)
    own = [one for one in lines if "/brainviewer/" in one.filename] or lines[-1:]
    return f"{type(error).__name__} {Path(own[-1].filename).name}:{own[-1].lineno}"


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    faulthandler.enable()
    main()
