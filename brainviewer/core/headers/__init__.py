"""What the header of a source said, beside what was taken from it."""
