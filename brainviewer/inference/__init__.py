"""Everything known about models, and the child process that runs them."""
