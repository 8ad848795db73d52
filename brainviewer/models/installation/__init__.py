"""Models that users bring along: their files checked, brought into one form, and installed."""
