"""A part of a study hidden under normal-appearing tissue, for occlusion tests."""
