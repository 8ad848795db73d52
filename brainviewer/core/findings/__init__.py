"""What was found out about a study, each with where it came from."""
