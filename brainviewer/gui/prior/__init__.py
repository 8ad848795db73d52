"""The prior beside the open study: two panes, a table, and a curve."""
