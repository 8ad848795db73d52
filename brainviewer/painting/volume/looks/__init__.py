"""Looks of the 3D view as values: small pictures of them, and those of the user's own."""
