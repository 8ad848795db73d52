"""From a study as it was stored to arrays on one grid, brain and mid-sagittal plane."""
