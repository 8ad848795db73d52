"""Recipes for networks of single images, read from TOML files."""
