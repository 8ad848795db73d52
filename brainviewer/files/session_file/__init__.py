"""Sessions on disk: a study as it was worked on, without its images."""
