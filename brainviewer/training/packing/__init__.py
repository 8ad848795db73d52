"""Packs trained networks into small files."""
