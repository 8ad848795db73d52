"""The command that says what a session holds."""

from pathlib import Path
from typing import Annotated

from brainviewer.app.report.terminal import results_only, show
from brainviewer.cli.options import AsJson, argument
from brainviewer.cli.program import app

File = Annotated[Path, argument(metavar="FILE", help="A .brainviewer file.", readable=False)]


@app.command()
def session(file: File, as_json: AsJson = False) -> None:
    """Say what a session holds, and where its images are."""
    with results_only() as out:
        from brainviewer.app.report.session_record import session_record, session_text
        from brainviewer.app.saved_session.places import find_prior, find_sources
        from brainviewer.app.stores.session_places import known_session
        from brainviewer.files.session_file.session_file import read_session

        found = read_session(file)
        known = known_session(found.id)
        places = find_sources(found, file, known)
        prior = find_prior(found, file, known, places.paths)
        record = session_record(found, places, prior)
        show(out, record, as_json, lambda: session_text(file, record))
