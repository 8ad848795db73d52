"""Settings of the user: one table, the file they are kept in, and files that carry them."""
