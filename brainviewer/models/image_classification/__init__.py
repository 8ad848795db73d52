"""Models that classify single images: eligibility and input."""
