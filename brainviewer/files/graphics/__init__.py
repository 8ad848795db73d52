"""What is remembered of the graphics between starts: the last probe, and starts that failed."""
