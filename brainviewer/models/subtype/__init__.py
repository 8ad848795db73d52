"""Models of the molecular subtype: eligibility, input, fusion head, out-of-distribution scores."""
