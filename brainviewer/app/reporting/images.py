"""The images of a report: the tumour slice in all sequences, and key images with annotations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from brainviewer.app.report.study_figures import tumour_index, window_of
from brainviewer.app.reporting.options import ReportSources
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.counting import counted
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.tilted_plane import TiltedPlane
from brainviewer.core.shown_text import shown_text
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import Fusion
from brainviewer.painting.footer import legend
from brainviewer.painting.geometry import head_viewport
from brainviewer.painting.report.blocks import Legend, Picture, Pictures, Tone, Words
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording

SMALL, LARGE = 230, 360
"""Sides of panes, in points as on a screen: four or two in a row."""
MOST_KEY_IMAGES = 24
MOST_ANNOTATED = 6
_Place = tuple[Plane, TiltedPlane | None, int, Modality]


def tumour_pictures(sources: ReportSources) -> Pictures:
    """Every sequence at the tumour slice, the middle one without a lesion; of an image, its frame.

    Annotations are left to the key images.
    """
    study, finding = sources.study, sources.finding
    if study.is_image2d:
        index = study.frame_index(sources.frame)
        plane = SliceView.of(study.grid, Plane.AXIAL, sources.convention).plane
        scene = _scene(sources, Modality.IMAGE, plane, index, LARGE, sources.annotations)
        return Pictures((Picture(scene, _place_text(scene)),), 2, LARGE, captioned=False)
    plane = Plane.AXIAL if finding is None else finding.plane
    view = SliceView.of(study.grid, plane, sources.convention)
    found = finding is not None and finding.found
    index = tumour_index(view, finding) if found else view.count // 2
    shown = [_scene(sources, modality, plane, index, SMALL, ()) for modality in study.modalities]
    items = tuple(Picture(one, _place_text(one)) for one in shown)
    return Pictures(items, 4, SMALL, captioned=False)


def legend_of(pictures: Iterable[Pictures | Words]) -> list[Legend]:
    """What the colours over images mean; nothing where there are none."""
    items = [one for of in pictures if isinstance(of, Pictures) for one in of.items]
    shown = [one.scene for one in items if isinstance(one.scene, SliceScene)]
    entries = tuple(legend(shown)) if shown else ()
    return [Legend(entries)] if entries else []


def key_pictures(sources: ReportSources) -> tuple[Pictures | Words, ...]:
    """Slices with a star; without one, those that have annotations. What is left out is said."""
    study = sources.study
    if study.is_image2d:
        return ()  # the image itself is shown with its annotations
    visible = [a for a in sources.annotations if not a.style.hidden and _drawable(a, sources)]
    starred = [a for a in visible if a.kind is Kind.KEY_IMAGE]
    places = _places(starred or visible, sources)
    most = MOST_KEY_IMAGES if starred else MOST_ANNOTATED
    if not places:
        return ()
    made = [
        Picture(
            scene := _scene(sources, m, plane, index, LARGE, visible, tilt), _caption(scene, words)
        )
        for (plane, tilt, index, m), words in list(places.items())[:most]
    ]
    shown: list[Pictures | Words] = [Pictures(tuple(made), 2, LARGE)]
    if left := len(places) - len(made):
        said = f"{counted(left, 'further image')} of the study not shown."
        shown.append(Words(said, Tone.QUIET))
    return tuple(shown)


def _places(annotations: Sequence[Annotation], sources: ReportSources) -> dict[_Place, list[str]]:
    """Slices in the order in which they were annotated, each with the names given there."""
    found: dict[_Place, list[str]] = {}
    tilts: dict[object, TiltedPlane] = {}
    for one in annotations:
        tilt, view = one.tilt, one.view(sources.study.grid)
        if tilt is not None:  # as it was met first, so that one plane makes one image
            tilt = tilts.setdefault((one.plane, tilt.place), tilt)
            view = tilt.view(sources.study.grid, one.plane)
        place = one.plane, tilt, view.index_of(one.points[0]), one.modality
        words = found.setdefault(place, [])
        if one.kind is Kind.KEY_IMAGE and one.text.strip():
            words.append(shown_text(one.text))
    return found


def _drawable(annotation: Annotation, sources: ReportSources) -> bool:
    return annotation.modality in sources.study.volumes


def _scene(
    sources: ReportSources,
    modality: Modality,
    plane: Plane,
    index: int,
    side: int,
    annotations: Iterable[Annotation],
    tilt: TiltedPlane | None = None,
) -> SliceScene:
    study, shown, reformation = sources.study, tuple(annotations), PLAIN
    if tilt is not None:
        reformation = Reformation(obliquity=tilt.obliquity(study.grid, plane))
    view = reformation.view(study.grid, plane, sources.convention)
    overlays = replace(
        sources.overlays, crosshair=False, annotations=True, text=True, heatmap=False,
        difference=False, fusion=Fusion(),
    )  # fmt: skip
    return SliceScene(
        study,
        modality,
        plane,
        index,
        window_of(study, modality, sources.windows),
        sources.colour_maps.get(modality, "gray"),
        sources.convention,
        overlays,
        shown,
        sources.finding,
        viewport=head_viewport(study, view, index, (side, side), shown),
        all_labels=True,
        reformation=reformation,
    )


def _place_text(scene: SliceScene) -> str:
    return ", ".join(filter(None, (_sequence_name(scene), _where(scene))))


def _caption(scene: SliceScene, words: Sequence[str]) -> str:
    told = _place_text(scene)
    return f"{told}: {'; '.join(words)}" if words else told


def _sequence_name(scene: SliceScene) -> str:
    return "Image" if scene.study.is_image2d else scene.modality.value


def _where(scene: SliceScene) -> str:
    place = wording.place_text(scene.view, scene.index)
    position = wording.position_text(scene.view, scene.index)
    return f"{place}, {position}" if position else place
