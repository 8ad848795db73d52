"""The process that tries the graphics: asks OpenGL what it is, draws a little, and ends.

A driver that crashes or hangs does so here. Each step is one JSON object in a line of the standard
output: ``started``, then ``found`` and ``drawn``, or ``no OpenGL``, or ``failed``.
"""

import json
import os
import signal
import statistics
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from brainviewer.core.geometry import voxel_to_world
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.graphics.probe import (
    FRAME_SIDE,
    is_software,
    opengl_words,
    version_number,
)
from brainviewer.core.process.network import close_network

if TYPE_CHECKING:
    from brainviewer.core.surface_mesh import SurfaceMesh

STARTED, FOUND, DRAWN, NO_OPENGL, FAILED = "started", "found", "drawn", "no OpenGL", "failed"
_LONGEST_SECONDS = 90
"""After which the process ends, whoever has forgotten it."""
_NICE = 2
"""Gives way to the window, which is opening a study."""
_VOXELS = 96
_RADIUS_MM = 30.0
_FRAMES = 3
_ENOUGH_SECONDS = 0.5
"""Spent on images: a slow card is known by its first."""


def main() -> None:
    """Probe, say what was found, and end without what libraries do at the end of a program."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # drivers print there
        os.dup2(nowhere, stream)
    close_network()
    _limit()
    # What the driver is not to wait for.
    import brainviewer.painting.volume.scene
    import brainviewer.painting.volume.solids
    import brainviewer.painting.volume.voxels.card_volume  # noqa: F401

    _say(answers, STARTED)
    try:
        _probe(answers)
    except Exception as error:
        _say(answers, FAILED, kind=type(error).__name__)
    os._exit(0)


def _limit() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "win32":
        os.nice(_NICE)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that asks
        signal.alarm(_LONGEST_SECONDS)


def _probe(answers: BinaryIO) -> None:
    from brainviewer.core.errors import BrainViewerError
    from brainviewer.painting.volume import scene_window

    try:
        window = scene_window.open_window()
    except BrainViewerError:
        _say(answers, NO_OPENGL, number=list(scene_window.refused_version()))
        return
    window.Initialize()
    words = opengl_words(window.ReportCapabilities() or "")
    _say(
        answers,
        FOUND,
        **words,
        number=list(version_number(words["version"])),
        largest_3d_texture=scene_window.largest_3d_texture(window),
        software=is_software(words["renderer"]),
    )
    window.Finalize()
    # On a processor OpenGL takes seconds for a volume, and is not what draws one.
    by = DrawnBy.PROCESSOR if is_software(words["renderer"]) else DrawnBy.GRAPHICS_CARD
    _say(answers, DRAWN, seconds=round(_seconds_of_an_image(by), 4))


def _seconds_of_an_image(by: DrawnBy) -> float:
    """Draw an octahedron in a cloud; the first image, which compiles shaders, is not measured."""
    from brainviewer.painting.volume.block import Block
    from brainviewer.painting.volume.lesion_surfaces import Surface
    from brainviewer.painting.volume.scene import VolumeScene
    from brainviewer.painting.volume.view import VolumeView
    from brainviewer.painting.volume.voxels.block_values import BRIGHTEST

    scene = VolumeScene(GraphicsChoice(by, ""))
    axis = np.linspace(-1, 1, _VOXELS, dtype=np.float32)
    distance = np.sqrt(axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2)
    cloud = np.asfortranarray(np.clip(1 - distance, 0, 1) * BRIGHTEST, np.uint16)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -voxel_to_world(affine, [(_VOXELS - 1) / 2] * 3)
    scene.set_head(Block(cloud, affine))
    scene.set_surfaces([Surface(_octahedron())])
    scene.render_image((FRAME_SIDE, FRAME_SIDE))
    view, took = VolumeView(), list[float]()
    while len(took) < _FRAMES and sum(took) < _ENOUGH_SECONDS:
        view = view.turned(4, 0)
        scene.view = view
        began = time.perf_counter()
        scene.render_image((FRAME_SIDE, FRAME_SIDE))
        took.append(time.perf_counter() - began)
    scene.close()
    return statistics.median(took)


def _octahedron() -> "SurfaceMesh":
    from brainviewer.core.surface_mesh import SurfaceMesh

    corners = np.concatenate([np.eye(3), -np.eye(3)]) * _RADIUS_MM
    front = [(0, 1, 2), (1, 3, 2), (3, 4, 2), (4, 0, 2)]
    return SurfaceMesh.of(corners, [*front, *((b, a, 5) for a, b, _ in front)])


def _say(answers: BinaryIO, step: str, **what: Any) -> None:
    answers.write(json.dumps({"step": step, **what}).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
