"""What the state tells of."""

from brainviewer.app.signals import Signal


class ViewSignals:
    """One signal per thing a view may have to redraw."""

    study_leaving = Signal()
    """Another study is about to be shown: what is being entered still belongs to this one."""
    study_changed = Signal()
    volumes_changed = Signal()
    """The sequences of the open study were brought together anew, on the same grid."""
    series_changed = Signal()
    cursor_changed = Signal()
    place_sought = Signal()
    """A place (3,) in mm that must come into sight, whatever part of a slice is shown."""
    looks_sought = Signal()
    """With the ``SavedLooks`` that panes must take."""
    layout_changed = Signal()
    """Layout, plane, or convention."""
    reformation_changed = Signal()
    playing_changed = Signal()
    active_changed = Signal()
    tool_changed = Signal()
    display_changed = Signal()
    """Windows or colour maps."""
    overlays_changed = Signal()
    finding_changed = Signal()
    location_changed = Signal()
    """Where the lesion lies, and how that stands."""
    labels_changed = Signal()
    correction_changed = Signal()
    """How labels are edited; ``labels_changed`` tells of the labels, which the finding follows."""
    classification_changed = Signal()
    feedback_changed = Signal()
    report_text_changed = Signal()
    occlusion_changed = Signal()
    annotations_changed = Signal()
    """Annotations, selection, undo and redo."""
    progress_changed = Signal()
    engine_changed = Signal()
    engine_replaced = Signal()
    """Another engine was chosen: what is being computed is for the one before."""
    noticed = Signal()
    """With a ``Notice``."""
    notice_settled = Signal()
    """With a ``Notice`` that need not be read any more: what it said is no longer so."""
    facts_changed = Signal()
