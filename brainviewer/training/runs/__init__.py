"""What is done with any kind of run: other settings, other seeds, heatmaps."""
