"""Multiplanar reformation: turned displays, oblique planes, slabs."""
