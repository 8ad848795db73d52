"""Two panes of one place: the study with the difference, and the prior as it was."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from brainviewer.app.original_grids import Seen
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.slice_scene import SliceScene

NO_PRIOR = "No prior yet: choose it by File, Compare with a prior study"


class _Side(SlicePane):
    """A pane of two studies at one place, which is on the grid that they have in common."""

    @property
    def seen(self) -> Seen:
        """Never on the grid of a file."""
        assert self.state.study is not None  # as of every pane that is not ``missing``
        return Seen(self.state.study, self.state.finding)


class StudySide(_Side):
    """The open study; the prior's lesion is outlined on it, or the difference filled."""

    difference = True

    def dressed(self, scene: SliceScene) -> SliceScene:
        """The slice of the study with both lesions."""
        beside = self.session.prior.beside
        if beside is None:
            return scene
        marked = scene.overlays.lesion
        filled = marked and self.difference and beside.has_difference
        lines = marked and not filled
        shown = replace(
            scene.overlays, parts=False, segmentation=lines, segmentation_filled=False,
            difference=filled, lesion=lines,
        )  # fmt: skip
        return replace(
            scene, study=beside.marked, finding=beside.finding, overlays=shown, heatmap=None
        )


class PriorSide(_Side):
    """The prior on the grid of the study, at the same cursor; it has no annotations."""

    edits = False

    @property
    def missing(self) -> bool:
        """Whether the prior has no such sequence, or was not registered."""
        beside = self.session.prior.beside
        if beside is None or beside.prior is None or self.empty:
            return True
        return super().missing or self.modality not in beside.prior.volumes

    @property
    def why_missing(self) -> str:
        """What stands in place of the image."""
        beside = self.session.prior.beside
        if beside is None:
            return NO_PRIOR
        if beside.prior is None:
            return "The prior could not be laid over the study"
        return f"The prior has no {self.modality}"

    def dressed(self, scene: SliceScene) -> SliceScene:
        """The slice of the prior with its lesion."""
        beside = self.session.prior.beside
        if beside is None or beside.prior is None:
            return scene
        shown = replace(scene.overlays, parts=False, segmentation=False, difference=False)
        return replace(
            scene,
            study=beside.prior,
            finding=beside.prior_finding,
            window=self.session.prior.window_of(self.modality),
            prior=beside.said,
            overlays=replace(shown, diameters=False),
            heatmap=None,
        )

    def annotations(self) -> tuple[Annotation, ...]:
        """None: those of the state lie on the study."""
        return ()


def both_sides(session: Session, parent: QWidget) -> tuple[StudySide, PriorSide]:
    """The panes, which share what is painted, and zoom and pan together."""
    shared = SharedLayers(session.state)
    study = StudySide(session, Modality.FLAIR, Plane.AXIAL, shared, parent)
    prior = PriorSide(session, Modality.FLAIR, Plane.AXIAL, shared, parent)
    study.camera_changed.connect(prior.set_camera)
    prior.camera_changed.connect(study.set_camera)
    return study, prior
