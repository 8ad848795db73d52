"""Waiting for a large 3D image: as long as it takes, with a word meanwhile, and a way out."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from brainviewer.core.errors import Cancelled
from brainviewer.painting.volume import worker as volume_worker
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.worker import VolumeWorker

LATE = 30


class SlowScene:
    """Draws large images only when it is let, or until it is aborted."""

    def __init__(self) -> None:
        self.view, self.renderer_name = VolumeView(), "none"
        self.may_draw, self.drawing = threading.Event(), threading.Event()
        self.aborted, self.is_refined, self.seen = False, True, None

    def render_image(
        self, size: tuple[int, int], fine: bool = True, ratio: float = 1
    ) -> np.ndarray:
        if size[0] > 500:
            self.drawing.set()
            assert self.may_draw.wait(LATE)
        return np.zeros((size[1], size[0], 3), np.uint8)

    def abort(self) -> None:
        self.aborted = True
        self.may_draw.set()

    def set_head(self, *_: object) -> None: ...
    def set_surfaces(self, *_: object) -> None: ...
    def set_cursor(self, *_: object) -> None: ...
    def close(self) -> None: ...


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> SlowScene:
    made = SlowScene()
    monkeypatch.setattr("brainviewer.painting.volume.scene.VolumeScene", lambda *_: made)
    return made


@pytest.fixture
def worker(scene: SlowScene) -> Iterator[VolumeWorker]:
    worker = VolumeWorker(lambda _: None, lambda _: None)
    yield worker
    scene.may_draw.set()
    worker.close()


def test_an_image_is_waited_for_as_long_as_it_takes(
    worker: VolumeWorker, scene: SlowScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_worker, "_ASK_SECONDS", 0.001)
    told: list[float] = []

    def waiting(fraction: float) -> None:
        told.append(fraction)
        if len(told) == 200:
            scene.may_draw.set()

    assert worker.render_image((600, 400), waiting).shape == (400, 600, 3)
    assert len(told) >= 200
    # What the first took tells how far the second is.
    scene.may_draw.clear()
    told.clear()
    worker.render_image((600, 400), waiting)
    assert told == sorted(told)
    assert 0 < told[-1] < 1


def test_an_image_can_be_given_up_while_it_is_drawn(worker: VolumeWorker, scene: SlowScene) -> None:
    def waiting(_: float) -> None:
        if scene.drawing.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        worker.render_image((600, 400), waiting)
    assert scene.aborted
    # The worker is there for the next one.
    assert worker.render_image((100, 80)).shape == (80, 100, 3)


def test_an_image_can_be_given_up_before_it_is_drawn(
    worker: VolumeWorker, scene: SlowScene
) -> None:
    def give_up(_: float) -> None:
        raise Cancelled

    first = threading.Thread(target=lambda: worker.render_image((600, 400)))
    first.start()
    assert scene.drawing.wait(LATE)
    with pytest.raises(Cancelled):
        worker.render_image((700, 400), give_up)
    assert not scene.aborted
    scene.may_draw.set()
    first.join(LATE)
    assert not first.is_alive()
