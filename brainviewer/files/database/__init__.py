"""SQLite files: one that is used whole or refused, and one that always lets work go on."""
