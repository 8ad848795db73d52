"""Everything known about networks, and the process that runs them."""
