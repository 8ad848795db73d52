"""Looks of the 3D view that the user has made: kept and offered."""
