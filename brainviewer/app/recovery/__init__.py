"""What windows left that were not closed: told, and brought back if that is wanted."""
