"""What nobody expected: described without names, counted, and told once."""
