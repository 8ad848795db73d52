"""From an open study or image to a prediction."""
