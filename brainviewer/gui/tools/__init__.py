"""Mouse and keys on a pane."""
