"""What a user makes for a study: one file a study, found again by what the study holds."""
