"""Small pictures of a head in many looks, made beside the 3D view and without OpenGL."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid, voxel_to_world
from brainviewer.core.study import Modality, Study
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.block import Block, canonical, coarsened, cropped
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.lesion_surfaces import bare_brain, lesion_bodies
from brainviewer.painting.volume.view import VolumeView, first_view
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST
from brainviewer.painting.volume.voxels.coded_block import CodedBlock
from brainviewer.painting.volume.voxels.head_block import head_block
from brainviewer.painting.volume.voxels.look import BACKGROUND, VolumeLook
from brainviewer.painting.volume.voxels.processor_volume import ProcessorVolume
from brainviewer.painting.volume.voxels.shear_warp import ShearWarp
from brainviewer.painting.volume.voxels.solid_image import SolidImage

Picture = NDArray[np.uint8]
_VOXEL_MM = 3.0
_BODY_MM = 1.5
"""Of the lesion: an enhancing rim is thin."""
_SIZE = 1.1
"""Of the view: the head fills the picture."""
_FINER = 2
"""Pixels that are drawn for each along a side."""


@dataclass(frozen=True, eq=False)
class PictureSubject:
    """What pictures of looks show: a head as its study opens, with the lesion where it is known.

    skull : see ``bare_brain``. parts : show those of the lesion, where they were told apart.
    """

    study: Study
    modality: Modality
    finding: TumourFinding | None = None
    skull: bool = False
    parts: bool = True

    def shows_same_head(self, other: "PictureSubject") -> bool:
        """Whether another subject is the same but for the sequence."""
        return all(
            getattr(self, name) is getattr(other, name)
            for name in ("study", "finding", "skull", "parts")
        )


def look_pictures(
    subject: PictureSubject,
    looks: Iterable[VolumeLook],
    side: int,
    wanted: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[VolumeLook, Picture]]:
    """Each look with its picture (side, side, 3), one after another.

    side : in pixels. wanted : asked before each step; nothing more is made once it says no.
    """
    study, finding = subject.study, subject.finding
    volume = study.volumes[subject.modality]
    brain = bare_brain(study, finding, subject.skull)
    block = head_block(volume.data, volume.grid, brain, _VOXEL_MM)
    if not wanted():
        return
    view = first_view(study, finding).shown(size=_SIZE)
    camera = camera_of(view, block, (_FINER * side, _FINER * side))
    solid = _lesion_image(subject, camera)
    drawing = ProcessorVolume(BACKGROUND)
    drawing.set_block(block)
    for look in looks:
        if not wanted():
            return
        picture = _drawn(drawing, camera, replace(view, own=look), solid)
        yield look, np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))


def _drawn(
    drawing: ProcessorVolume, camera: Camera, view: VolumeView, solid: SolidImage | None
) -> Picture:
    return drawing.picture(camera, view, True, lambda *_: solid)


def _solid(colour: str) -> VolumeLook:
    red, green, blue = rgb_of(colour)
    return VolumeLook(
        colours=((red / 255, green / 255, blue / 255),),
        opacity=((0.0, 0.0), (0.3, 0.0), (0.5, 6.0), (1.0, 6.0)),
        edges=((0.0, 1.0), (1.0, 1.0)),
    )


def _lesion_image(subject: PictureSubject, camera: Camera) -> SolidImage | None:
    """The lesion, or its parts, as solid bodies without the steps of their voxels."""
    seen: SolidImage | None = None
    for mask, colour, hollow in lesion_bodies(subject.study, subject.finding, subject.parts):
        if mask.any():
            body = _body_image(mask, subject.study.grid, colour, hollow, camera)
            seen = body if seen is None else _together(seen, body)
    return seen


def _body_image(
    mask: NDArray[np.bool_], grid: Grid, colour: str, hollow: bool, camera: Camera
) -> SolidImage:
    """One body. hollow : it is where its far side is, so that what lies in it is seen."""
    box, affine = canonical(mask, grid)
    room = 2 + round(_BODY_MM / min(grid.spacing))
    part, affine = coarsened(*cropped(box, affine, box, room), _BODY_MM)
    block = Block(np.asfortranarray(part * BRIGHTEST, dtype=np.uint16), affine)
    planes = ShearWarp(CodedBlock.of(block), _solid(colour)).draw(camera, 1.0, 0.5)
    image = cv2.warpPerspective(planes.whole, planes.to_screen, camera.size)
    near = -_near(block, camera, -1) if hollow else _near(block, camera)
    near[np.isposinf(near)] = -np.inf
    return SolidImage(cv2.convertScaleAbs(image, alpha=255), near)


def _together(one: SolidImage, other: SolidImage) -> SolidImage:
    """Two bodies: in each pixel the nearer one before the other."""
    before = (one.near > other.near)[..., None]
    front = np.where(before, one.colour, other.colour)
    behind = np.where(before, other.colour, one.colour).astype(float)
    seen = front + behind * (1 - front[..., 3:] / 255)
    return SolidImage(
        np.rint(np.minimum(seen, 255)).astype(np.uint8), np.maximum(one.near, other.near)
    )


def _near(block: Block, camera: Camera, side: int = 1) -> NDArray[np.float32]:
    """How far before the focus, in mm, the voxels of a mask are first seen; see ``SolidImage``.

    side : -1 to look from behind.
    """
    there = voxel_to_world(block.affine, np.argwhere(block.values > BRIGHTEST // 2))
    near = np.full(camera.size[::-1], -np.inf, np.float32)
    columns, rows = np.rint(camera.pixels(there)).astype(int).T
    inside = (columns >= 0) & (columns < near.shape[1]) & (rows >= 0) & (rows < near.shape[0])
    depth = (side * ((there - camera.focus) @ camera.rotation[2])).astype(np.float32)
    np.maximum.at(near, (rows[inside], columns[inside]), depth[inside])
    # As wide as a voxel is seen, and the soft rim round the outermost.
    width = 2 * round(camera.scale * max(block.spacing)) + 1
    return np.asarray(cv2.dilate(near, np.ones((width, width), np.uint8)), np.float32)
