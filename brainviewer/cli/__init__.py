"""The command line: the same functions as the window, one command each.

Exit codes: 0 done, 2 the user's input is wrong (one sentence with advice), 1 a bug;
130 interrupted, 141 the output is no longer read.
"""

from brainviewer.cli import export, images, labelled_data, models, research, studies
from brainviewer.cli.program import app, run

__all__ = ["app", "export", "images", "labelled_data", "models", "research", "run", "studies"]
