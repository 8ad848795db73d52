"""The probe that holds: the one that is kept, or a new one where that says too little."""

from dataclasses import replace

from brainviewer.app.graphics.probing import Probing
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.conditions import graphics_conditions
from brainviewer.files.graphics.kept_probe import keep_probe, kept_probe
from brainviewer.files.graphics.start_mark import left_marks, remove_marks

_MOST_ENDS = 2
_ENDED_ONCE = "BrainViewer ended while the 3D view started, and then: {}"
_ENDED_OFTEN = "BrainViewer ended {} times while the 3D view started."


def find_graphics(probing: Probing, anew: bool = False) -> GraphicsProbe:
    """Read what is kept, or probe and keep that; waits for it.

    anew : probe in any case, and forget how earlier starts ended.

    A kept probe does not hold after a start that ended the program. Where a new one then fails, or
    where it succeeds and the program has ended so twice, the 3D view is not started any more.
    Raises Cancelled when the probing is stopped.
    """
    conditions = graphics_conditions()
    left = left_marks()
    if anew:
        remove_marks(left)
        left = []
    if not left and not anew and (kept := kept_probe(conditions)):
        return kept
    probe = probing.run()
    if left and (probe.problem or len(left) >= _MOST_ENDS):
        said = (
            _ENDED_ONCE.format(probe.problem) if probe.problem else _ENDED_OFTEN.format(len(left))
        )
        probe = replace(probe, outcome=Outcome.ENDED_PROGRAM, problem=said)
        remove_marks(left)
    keep_probe(probe, conditions)
    return probe
