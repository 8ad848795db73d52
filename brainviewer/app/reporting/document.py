"""The report of a study as a value: every part that is wanted and known, in one order."""

from collections.abc import Callable, Iterator
from datetime import datetime

from brainviewer import __version__
from brainviewer.app.reporting.identification import (
    identification,
    may_name,
    patient_words,
    sequences,
    study_code,
)
from brainviewer.app.reporting.images import key_pictures, legend_of, tumour_pictures
from brainviewer.app.reporting.measuring import change_blocks, drawn_blocks, lesion_blocks
from brainviewer.app.reporting.options import Identity, ReportOptions, ReportPart, ReportSources
from brainviewer.app.reporting.prediction import feedback_text, model_blocks, prediction_blocks
from brainviewer.app.reporting.volume import volume_blocks
from brainviewer.core.counting import counted
from brainviewer.painting.report.blocks import (
    Block,
    Legend,
    Points,
    ReportDocument,
    Section,
    Signature,
    Tone,
    Words,
)
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording

RESEARCH = (
    "Research use only: BrainViewer is no medical device, and this report no basis for decisions "
    "about a patient."
)
TITLE, TITLE_IMAGE = "MR brain tumour report", "Image report"


def report_document(
    sources: ReportSources, options: ReportOptions, now: datetime | None = None
) -> ReportDocument:
    """Put a report together. now : when it is made; this moment by default."""
    study, identity = sources.study, options.identity
    day = (now or datetime.now()).strftime("%Y-%m-%d %H:%M")
    warnings = [RESEARCH]
    if study.synthetic:
        warnings.insert(0, wording.SYNTHETIC)
    if not study.grid.oriented:
        warnings.append(f"{wording.NO_ORIENTATION}.")
    foot = ["Research use only", patient_words(study, identity), f"BrainViewer {__version__}"]
    if study.content_hash:
        foot.insert(2, f"image code {study_code(study)}")
    return ReportDocument(
        TITLE_IMAGE if study.is_image2d else TITLE,
        f"BrainViewer {__version__} · made {day}",
        tuple(warnings),
        identification(study, identity),
        tuple(_sections(sources, options)),
        " · ".join(filter(None, foot)),
    )


def _sections(sources: ReportSources, options: ReportOptions) -> Iterator[Section]:
    legends: set[Legend] = set()

    def parts(*names: ReportPart) -> list[Block]:
        wanted = [name for name in names if name in options.parts]
        made = [block for name in wanted for block in _PARTS[name](sources, options)]
        # What colours mean is said once.
        kept = [one for one in made if not (isinstance(one, Legend) and one in legends)]
        legends.update(one for one in made if isinstance(one, Legend))
        return kept

    text = sources.text
    findings = parts(ReportPart.TUMOUR_SLICE, ReportPart.VOLUME, ReportPart.MEASUREMENTS)
    for title, blocks in (
        ("Clinical information", _written(text.clinical)),
        ("Images", parts(ReportPart.SEQUENCES)),
        ("Findings", [*_written(text.findings), *findings]),
        ("Change since the prior", parts(ReportPart.CHANGE)),
        ("Key images", parts(ReportPart.KEY_IMAGES)),
        ("Prediction by a model", parts(ReportPart.PREDICTION, ReportPart.FEEDBACK)),
        ("Impression", _written(text.impression)),
        ("Signature", parts(ReportPart.SIGNATURE)),
        ("Models and their limits", parts(ReportPart.MODELS)),
        ("Notes", _notes(sources, options)),
    ):
        if blocks:
            yield Section(title, tuple(blocks))


def _written(text: str) -> list[Block]:
    return [Words(text)] if text.strip() else []


def _sequences(sources: ReportSources, options: ReportOptions) -> list[Block]:
    return [sequences(sources.study, options.identity)]


def _tumour_slice(sources: ReportSources, _: ReportOptions) -> list[Block]:
    shown = tumour_pictures(sources)
    scene = shown.items[0].scene
    assert isinstance(scene, SliceScene)
    place = wording.place_text(scene.view, scene.index)
    convention = wording.convention_text(sources.study.grid, sources.convention)
    said = ". ".join(filter(None, (place[:1].upper() + place[1:], convention)))
    return [shown, *legend_of([shown]), Words(f"{said}.", Tone.QUIET)]


def _volume(sources: ReportSources, _: ReportOptions) -> list[Block]:
    if sources.volume_note:
        return [Words(sources.volume_note, Tone.QUIET)]
    return [] if sources.volume is None else volume_blocks(sources.study, *sources.volume)


def _measurements(sources: ReportSources, _: ReportOptions) -> list[Block]:
    lesion = () if sources.study.is_image2d else lesion_blocks(sources)
    return [*lesion, *drawn_blocks(sources)]


def _change(sources: ReportSources, options: ReportOptions) -> list[Block]:
    note: list[Block] = []
    if sources.compared_note:
        note = [Words(sources.compared_note, Tone.CAUTION)]
    if sources.compared is None:
        return note
    return [*note, *change_blocks(sources.compared, options.identity)]


def _key_images(sources: ReportSources, _: ReportOptions) -> list[Block]:
    shown = key_pictures(sources)
    return [*shown, *legend_of(shown)]


def _prediction(sources: ReportSources, _: ReportOptions) -> list[Block]:
    return list(prediction_blocks(sources))


def _feedback(sources: ReportSources, _: ReportOptions) -> list[Block]:
    if sources.feedback is None or sources.result is None:
        return []
    return [Words(feedback_text(sources.feedback, sources.result))]


def _models(sources: ReportSources, _: ReportOptions) -> list[Block]:
    return list(model_blocks(sources))


def _signature(_: ReportSources, options: ReportOptions) -> list[Block]:
    return [Signature(options.reader)]


def _notes(sources: ReportSources, options: ReportOptions) -> list[Block]:
    """What opening and searching said; without what may name the patient, unless that is wanted."""
    study, finding = sources.study, sources.finding
    named = options.identity is Identity.FULL
    kept = [note for note in study.notices if named or not may_name(study, note)]
    left = len(study.notices) - len(kept)
    kept += finding.notices if finding is not None else ()
    kept = list(dict.fromkeys(kept))
    if left:
        kept.append(f"Left out: {counted(left, 'note')} with names of files or series.")
    return [Points(tuple(kept))] if kept else []


_PARTS: dict[ReportPart, Callable[[ReportSources, ReportOptions], list[Block]]] = {
    ReportPart.SEQUENCES: _sequences,
    ReportPart.TUMOUR_SLICE: _tumour_slice,
    ReportPart.VOLUME: _volume,
    ReportPart.MEASUREMENTS: _measurements,
    ReportPart.CHANGE: _change,
    ReportPart.KEY_IMAGES: _key_images,
    ReportPart.PREDICTION: _prediction,
    ReportPart.FEEDBACK: _feedback,
    ReportPart.MODELS: _models,
    ReportPart.SIGNATURE: _signature,
}
