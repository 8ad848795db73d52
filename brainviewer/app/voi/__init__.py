"""Presets of the user: kept, offered, carried to other computers."""
