"""Models of the molecular subtype: eligibility, input, fusion head, prediction, OOD."""
