"""Sessions: a study kept as it was worked on, and brought back so."""
