"""What DICOM series seem to be by their images, where tags and descriptions do not say it.

Only a proposal: whoever asks the user shows it, and nothing is opened by it unasked.
"""

from brainviewer.app.opening.dicom.series import UnknownSeries, with_notices
from brainviewer.core.counting import listed
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.study import SEQUENCES
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.volume import read_thinned
from brainviewer.imaging.preprocess.sequence_content import Image, seen_sequences

_SPACING_MM = 4.0


def with_content(unsure: UnknownSeries, report: Report = silent) -> UnknownSeries:
    """The same question with what the images of unknown series look like as the proposal.

    Raises Cancelled when ``report`` does.
    """
    told, examination = unsure.told, unsure.told.examination
    unknown = [one for one in examination.volumes if one.sequence is None]
    if not unknown or len(told.chosen) == len(SEQUENCES):
        return unsure
    sequence_of = {one: sequence for sequence, one in told.chosen.items()}
    space = _space(unknown[0])
    looked_at = [one for one in (*unknown, *sequence_of) if _space(one) == space]
    images: list[Image] = []
    try:
        for number, one in enumerate(looked_at):
            report(number / len(looked_at), "Looking at the images of the series")
            read = read_thinned(one.stack, _SPACING_MM)
            images.append((read.data, read.grid))
    except FileError:
        return unsure  # said when it is opened
    names = seen_sequences(images, [sequence_of.get(one) for one in looked_at])
    seen = {n: one for n, one in zip(names, looked_at, strict=True) if n and one in unknown}
    if not seen:
        return unsure
    together = {**told.chosen, **seen}
    chosen = {sequence: together[sequence] for sequence in SEQUENCES if sequence in together}
    said = listed(f"{one.name} is {sequence}" for sequence, one in seen.items())
    question = f"Told by the images alone, {said}: check it."
    return UnknownSeries(with_notices(examination, chosen), [question], told)


def _space(one: Candidate) -> str:
    return one.tags.text("FrameOfReferenceUID")
