"""The command that compares a study with prior ones of the same patient."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

from brainviewer.app.report.terminal import progress_line, results_only, show
from brainviewer.cli.engines import finder, search_engine
from brainviewer.cli.options import AsJson, FindBy, Method, argument
from brainviewer.cli.program import app
from brainviewer.cli.study_opening import TUMOUR, open_and_import

Place = Annotated[Path, argument(metavar="STUDY", help="The study's folder.", readable=False)]
PriorPlaces = Annotated[
    list[Path],
    argument(metavar="PRIOR...", help="The folders of prior studies.", readable=False),
]


@app.command()
def compare(
    study: Place, priors: PriorPlaces, method: FindBy = Method.LESION, as_json: AsJson = False
) -> None:
    """Say how the tumour changed since prior studies of the same patient."""
    with (
        results_only() as out,
        search_engine() if method is Method.LESION else nullcontext() as runner,
    ):
        images = [open_and_import([study], TUMOUR, "brainviewer.app.prior.comparison")]
        images += [open_and_import([prior]) for prior in priors]
        from brainviewer.app.prior.comparison import compare as compare_studies
        from brainviewer.app.prior.dates import DatedStudy
        from brainviewer.app.report.follow_up_record import follow_up_record
        from brainviewer.app.report.follow_up_text import follow_up_text

        dated = [
            DatedStudy.of(one, [path]) for one, path in zip(images, [study, *priors], strict=True)
        ]

        compared = compare_studies(dated[0], dated[1:], finder(runner, method), progress_line())
        record = follow_up_record(compared)
        show(out, record, as_json, lambda: follow_up_text(compared, record["notices"]))
