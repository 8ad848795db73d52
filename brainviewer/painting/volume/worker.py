"""A thread that owns the 3D scene, so that drawing it never holds up the window.

VTK frees Python's lock while it renders; an image of 200 ms in this thread costs the main thread
nothing. VTK itself is imported here as well, after the first slices are on the screen.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.graphics.choice import GraphicsChoice
from brainviewer.painting.volume.drawing_start import DrawingStart, Graphics
from brainviewer.painting.volume.lesion_surfaces import bare_brain
from brainviewer.painting.volume.looks.blended import SequenceBlocks
from brainviewer.painting.volume.render_order import RenderOrder
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.shown_surfaces import SurfaceMaker
from brainviewer.painting.volume.voxels.picking import Seen

if TYPE_CHECKING:
    from brainviewer.painting.volume.scene import VolumeScene

log = logging.getLogger(__name__)
RenderedImage = NDArray[np.uint8]
_SETTLE_SECONDS = 0.15
_ASK_SECONDS = 0.1


class VolumeWorker:
    """Draws the newest request: at once and coarsely, then finely when nothing new comes.

    drawn : called in the worker's thread with every image, (height, width, 3) uint8.
    failed : called in the worker's thread with a sentence when there will be no image.
    delivered : the request that the last image shows. seen : for places in that image.
    graphics : chooses what draws; without it the name of the renderer does.
    renderer : what draws, by OpenGL's own words; "" until it has started.
    """

    def __init__(
        self,
        drawn: Callable[[RenderedImage], None],
        failed: Callable[[str], None],
        graphics: Graphics | None = None,
    ) -> None:
        self._drawn, self._failed = drawn, failed
        self._start = DrawingStart(graphics)
        self._news = threading.Condition()
        self._request, self._shown = RenderRequest(), RenderRequest()
        self.delivered = RenderRequest()
        self.seen: Seen | None = None
        self._orders: list[RenderOrder] = []
        self._blocks = SequenceBlocks()
        self._brain: NDArray[np.bool_] | None = None
        self._surfaces = SurfaceMaker()
        self._scene: VolumeScene | None = None
        self._closing = self._may_abort = self._at_rest = False
        self._refiner: threading.Thread | None = None
        self.failure = self.renderer = ""
        self._seconds_a_pixel = 0.0
        self._thread = threading.Thread(target=self._run, name="volume worker", daemon=True)

    @property
    def choice(self) -> GraphicsChoice | None:
        """What was chosen to draw; None until it is known, and without ``graphics``."""
        return self._start.choice

    def start(self) -> None:
        """Start drawing; a second call does nothing."""
        if not self._thread.ident and not self._closing:
            self._thread.start()

    def request(self, **changes: Any) -> None:
        """Change fields of the request; drawing that it makes out of date is given up."""
        with self._news:
            self._request = replace(self._request, **changes)
            self._at_rest = False
            self._interrupt()

    @property
    def requested(self) -> RenderRequest:
        """What shall be on the screen."""
        return self._request

    def rest(self) -> None:
        """Say that no other request will follow soon: the fine image need not be waited for."""
        with self._news:
            self._at_rest = True
            self._news.notify_all()

    def render_image(
        self,
        size: tuple[int, int],
        waiting: Callable[[float], None] = lambda _: None,
        shown: RenderRequest | None = None,
    ) -> RenderedImage:
        """See ``render_seen``."""
        return self.render_seen(size, waiting, shown)[0]

    def render_seen(
        self,
        size: tuple[int, int],
        waiting: Callable[[float], None] = lambda _: None,
        shown: RenderRequest | None = None,
    ) -> tuple[RenderedImage, Seen | None]:
        """A fine image in any size, (height, width, 3) uint8, and what is seen in it.

        Blocks until it is drawn, however long that takes; may be called from any thread but the
        worker's own.
        waiting : called ten times a second with the fraction that is done, from 0 to 1, as far as
            can be told from earlier images; the image is given up when it raises.
        shown : what it shows, whatever is on the screen meanwhile; the present request without.
        Raises BrainViewerError if there is no 3D view.
        """
        self.start()
        order = RenderOrder(size, shown)
        with self._news:
            if not self._closing:
                self._orders.append(order)
                self._interrupt()
            else:
                order.done.set()
        try:
            while not order.done.wait(_ASK_SECONDS):
                waiting(order.fraction_done(self._seconds_a_pixel))
        except BaseException:
            self._give_back(order)
            raise
        if order.image is None:
            if self.failure:  # says what can be done
                raise BrainViewerError(self.failure)
            raise BrainViewerError("The 3D view could not be drawn.", "Try again, or leave it out.")
        return order.image, order.seen

    def _give_back(self, order: RenderOrder) -> None:
        """Nobody waits for an image any more; if it is being drawn, that ends."""
        with self._news:
            if order in self._orders:
                self._orders.remove(order)
            elif order.began is not None and not order.done.is_set() and self._scene is not None:
                self._scene.abort()

    def close(self) -> None:
        """Stop and wait for the thread; the OpenGL context is released in it."""
        with self._news:
            self._closing = True
            self._interrupt()
        if self._thread.ident and self._thread is not threading.current_thread():
            self._thread.join()
        if (refiner := self._refiner) is not None:
            refiner.join()

    def _interrupt(self) -> None:
        if self._scene is not None and self._may_abort:
            self._scene.abort()
        self._news.notify_all()

    # In the worker's thread

    def _run(self) -> None:
        try:
            # Slow to import, so here and now rather than when a study waits for them.
            import SimpleITK  # noqa: F401 - opening a study on several grids needs it

            import brainviewer.core.process.scipy_parts  # noqa: F401
            from brainviewer.painting.volume.scene import VolumeScene

            # A first start probes now: the first slices are on the screen.
            self._start.choose()
            if not self._closing:
                with self._start.marked():
                    self._scene = VolumeScene(self.choice)
                self.renderer = self._scene.renderer_name
                self._draw_until_closed(self._scene)
        except Cancelled:
            pass  # the window closes
        except BrainViewerError as error:
            self._give_up(str(error))
        except Exception:
            log.exception("The 3D view failed")
            self._give_up("The 3D view has stopped after an error; the log says which.")
        finally:
            with self._news:
                scene, self._scene = self._scene, None
                self._closing = True
                for order in self._orders:
                    order.done.set()
            if scene is not None:
                scene.close()

    def _give_up(self, reason: str) -> None:
        self.failure = reason
        self._failed(reason)

    def _draw_until_closed(self, scene: "VolumeScene") -> None:
        fine = True
        while True:
            with self._news:
                settled = False
                if self._request is self._shown and not self._orders and not self._closing:
                    done = fine or self._refiner is not None
                    waited = done or not self._at_rest
                    settled = not (waited and self._news.wait(None if done else _SETTLE_SECONDS))
                if self._closing:
                    return
                request, order = self._request, self._orders.pop(0) if self._orders else None
            if order is not None:
                # What is prepared for the order alone is not on the screen yet.
                fine = fine and request is self._shown
                try:
                    self._prepare(scene, order.request or request)
                    order.began = time.monotonic()
                    image = scene.render_image(order.size)
                    order.image, order.seen = image, scene.seen
                    took = time.monotonic() - order.began
                    self._seconds_a_pixel = took / (order.size[0] * order.size[1])
                finally:
                    order.done.set()
                self._prepare(scene, request)
            elif request is not self._shown:
                # The cursor alone is not in a hurry; coarse images in between would flicker.
                calm = request.only_moves_cursor(self._shown)
                self._prepare(scene, request)
                fine = self._draw(scene, request, calm and scene.is_refined)
            elif settled and scene.is_refined:
                fine = self._draw(scene, request, True)
            elif settled:
                # Beside this thread, so that the head can be turned meanwhile.
                self._refiner = threading.Thread(
                    target=self._refine, args=(scene,), name="volume refiner", daemon=True
                )
                self._refiner.start()

    def _refine(self, scene: "VolumeScene") -> None:
        """Make what a fine image needs, then have it drawn."""
        try:
            scene.refine()
        finally:
            with self._news:
                self._refiner, self._at_rest = None, True
                self._news.notify_all()

    def _draw(self, scene: "VolumeScene", request: RenderRequest, fine: bool) -> bool:
        """Draw and deliver an image; whether it was a fine one that nothing interrupted."""
        with self._news:
            self._may_abort = fine
        with self._start.marked(request.study is not None):
            image = scene.render_image(request.size, fine, request.ratio)
        with self._news:
            self._may_abort = False
            whole = not fine or (request is self._request and not self._orders)
        if whole and not self._closing:
            self.seen, self.delivered = scene.seen, request  # whoever sees the second has the first
            self._drawn(image)
        return fine and whole

    def _prepare(self, scene: "VolumeScene", request: RenderRequest) -> None:
        """Bring the scene to a request, doing only what has changed."""
        shown, self._shown = self._shown, request
        brain = bare_brain(request.study, request.finding, request.skull)
        anew = request.study is not shown.study or brain is not self._brain
        if anew:
            self._blocks.clear()
            self._brain = brain
        if anew or request.modality is not shown.modality or request.second != shown.second:
            block, finer = self._blocks.of(request, brain)
            oriented = request.study is None or request.study.grid.oriented
            scene.set_head(block, oriented, finer)
        if any(
            getattr(request, name) is not getattr(shown, name)
            for name in ("study", "finding", "prior", "parts", "surfaces")
        ):
            of = request.study, request.finding, request.prior
            scene.set_surfaces(self._surfaces.surfaces(*of, request.surfaces, request.parts))
        if anew or any(
            getattr(request, name) is not getattr(shown, name)
            for name in ("modality", "slices", "finding")
        ):
            scene.set_slices(request.volume, request.slices, request.finding)
        scene.set_cursor(request.cursor)
        scene.view = request.view
