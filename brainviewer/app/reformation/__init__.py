"""Turns displays and planes of the open study, and thickens its slices."""
