"""Results of research commands as tables on a terminal."""
