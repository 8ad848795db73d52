"""Windows that the user has named, and what is needed to set one."""
