"""The report of a study: what the user writes, and what is put together from all results."""
