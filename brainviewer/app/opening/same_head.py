"""Brings the sequences of an open study over each other where the head moved between the scans."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from brainviewer.core.counting import listed
from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Modality, Study, Volume


def is_by_position(study: Study) -> bool:
    """Whether sequences lie where the scanner says, and nobody has looked whether the head does."""
    return any(volume.scan is not None and volume.by_position for volume in study.volumes.values())


def over_each_other(study: Study, report: Report = silent) -> Study:
    """The study with the motion of the head between its scans taken back.

    Each sequence is resampled once, from the voxels of its file. Raises Cancelled if ``report``
    does.
    """
    if not is_by_position(study):
        return study
    from brainviewer.imaging.preprocess.alignment import resample
    from brainviewer.imaging.preprocess.registration.frame_registration import (
        place_nearby,
        place_scan,
    )
    from brainviewer.imaging.preprocess.sequence_check import doubtful_names

    # The sequence that gave the study its grid.
    reference = next(v for v in study.volumes.values() if v.scan is None)

    unknown = sum(volume.by_position for volume in study.volumes.values())
    looked_at: list[Modality] = []
    telling = threading.Lock()

    def tell(*done: Modality) -> None:
        with telling:
            looked_at.extend(done)
            report(len(looked_at) / unknown, "Bringing the sequences over each other")

    def placed(volume: Volume) -> Volume:
        scan = volume.scan
        if scan is None or not volume.by_position:
            return volume
        tell()
        find = place_scan if volume.other_frame else place_nearby
        motion = find(scan.data, volume.file_grid, reference.data, reference.grid)
        tell(volume.modality)
        if motion is None:
            return replace(volume, by_position=False, unplaced=True)
        volume = replace(volume, by_position=False, other_frame=False)
        if not motion.distance_mm:
            return volume
        return replace(
            volume,
            data=resample(scan.data, motion.grid, reference.grid),
            scan=replace(scan, grid=motion.grid),
            moved_mm=motion.distance_mm,
            shift_mm=motion.shift_mm,
            rotation_degrees=motion.rotation_degrees,
        )

    # Two at a time: each takes a thread, and coarse copies of both volumes.
    with ThreadPoolExecutor(2, thread_name_prefix="register") as pool:
        volumes = dict(zip(study.volumes, pool.map(placed, study.volumes.values()), strict=True))
    frames = [m for m, volume in study.volumes.items() if volume.other_frame]
    said = _unplaced_notice([v.modality for v in volumes.values() if v.unplaced], reference)
    said += _motion_notice([v for m, v in volumes.items() if m not in frames])
    said += _frame_notices([volumes[m] for m in frames], reference)
    together = replace(study, volumes=volumes)
    said += doubtful_names(together.together.volumes).values()
    return replace(together, notices=(*study.notices, *said))


def _unplaced_notice(names: Sequence[Modality], reference: Volume) -> list[str]:
    """One sentence about the sequences that do not lie over the others, wherever they are laid."""
    if not names:
        return []
    one = len(names) == 1
    return [
        f"{listed(names)} could not be laid over {reference.modality}: a place on "
        f"{'it' if one else 'them'} is not the same place on the other. "
        f"{'It is' if one else 'They are'} shown, but left out of detection, measurements and "
        f"classification. Check that {'it is' if one else 'they are'} of this patient, upright and "
        f"complete, or open {'it' if one else 'them'} alone."
    ]


def _motion_notice(volumes: Iterable[Volume]) -> list[str]:
    """One sentence about the sequences that were moved."""
    moved = [volume for volume in volumes if volume.moved_mm]
    if not moved:
        return []
    names, farthest = listed(v.modality for v in moved), max(v.moved_mm for v in moved)
    return [
        f"Between the scans the head moved by up to {farthest:.0f} mm ({names}), which was "
        "corrected: check that the sequences fit."
    ]


def _frame_notices(volumes: Sequence[Volume], reference: Volume) -> list[str]:
    """Sentences about the sequences that had other frames of reference."""
    said = []
    for one in volumes:
        if one.moved_mm:
            shift = np.linalg.norm(one.shift_mm)
            turn = np.linalg.norm(one.rotation_degrees)
            said.append(
                f"{one.modality} was registered to {reference.modality}, {shift:.0f} mm and "
                f"{turn:.0f}° from where it lay: check that they fit."
            )
    fits = [one.modality for one in volumes if not one.unplaced and not one.moved_mm]
    if fits:
        verb = "fits" if len(fits) == 1 else "fit"
        said.append(f"{listed(fits)} {verb} {reference.modality} where the positions say.")
    return said
