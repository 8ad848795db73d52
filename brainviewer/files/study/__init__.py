"""Which files make up a study, and which of them is which sequence."""
