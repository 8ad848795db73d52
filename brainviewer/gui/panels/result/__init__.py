"""The result panel: the answer, what it rests on, and the occlusion test."""
