"""Windows of grey levels: the histogram, and the presets of the user."""
