"""How a study is looked at when it comes on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.core.voi.voi_window import AUTOMATIC, Window, preset_window


@dataclass(frozen=True, eq=False)
class FirstView:
    """The view that a study opens with; see ``ViewState`` for what the fields mean.

    kept : it is the view of a part of the same study that was shown before.
    """

    windows: Mapping[Modality, Window]
    presets: Mapping[Modality, str]
    colour_maps: Mapping[Modality, str]
    cursor: NDArray[np.float64]
    kept: bool = False

    @classmethod
    def of(
        cls,
        study: Study,
        windows: Mapping[Modality, Window],
        preset: str = AUTOMATIC,
        own: Mapping[Modality, OwnPreset] | None = None,
    ) -> "FirstView":
        """In its middle, grey, through the windows that it opens with.

        windows : the automatic ones.
        preset : one that every sequence has; a study of volumes opens with it.
        own : presets of the user that sequences open with instead.
        """
        cursor = study.grid.centre
        if study.is_image2d:  # of an even number of frames, the centre is between two
            view = SliceView.of(study.grid, Plane.AXIAL)
            cursor = view.move(cursor, study.frame_index())
            preset = AUTOMATIC
        own = own or {}
        automatic, names = windows, {m: own[m].name if m in own else preset for m in windows}
        if preset != AUTOMATIC:
            windows = {m: preset_window(study.volumes[m], preset) for m in windows}
        windows = {**windows, **{m: own[m].window(automatic[m]) for m in windows if m in own}}
        return cls(windows, names, dict.fromkeys(study.volumes, "grey"), cursor)

    def as_before(self, now: "FirstView", part: Study, whole: Study) -> "FirstView":
        """This view of the whole study, with what the user has made of the view of a part of it.

        now : of the part. Windows and colours stay with the series that both of them show.
        """
        same = part.same_series(whole)
        voxel = np.clip(whole.grid.to_voxel(now.cursor), 0, np.array(whole.grid.shape) - 1)
        return replace(
            self,
            windows={**self.windows, **{m: now.windows[m] for m in same}},
            presets={**self.presets, **{m: now.presets[m] for m in same}},
            colour_maps={**self.colour_maps, **{m: now.colour_maps[m] for m in same}},
            cursor=whole.grid.to_world(voxel),
            kept=True,
        )
