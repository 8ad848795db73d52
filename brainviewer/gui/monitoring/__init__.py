"""The page of what models said here, and the entry of histology."""
