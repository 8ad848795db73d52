"""What is odd about the headers of a study, and what was done about it."""
