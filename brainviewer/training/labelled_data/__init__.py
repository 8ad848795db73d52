"""Labelled collections on disk: studies and lists of single images."""
