"""Exporting from the window: many slices, and what exports have in common."""
