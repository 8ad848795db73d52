"""Coverage-guided fuzzing of the readers: ``python -m tests.hostile.fuzz --help``.

libFuzzer, by atheris, changes small files that code has made, keeps what reaches new lines of
BrainViewer, and goes on from there. A reader may answer with a value or with a
``BrainViewerError``; anything else is a finding: another exception, more memory than such a file is
worth, a hang, a crash.
"""
