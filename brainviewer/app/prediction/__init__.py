"""Predictions of frames, of edited images and of a whole study; heatmaps as files."""
