"""Accounts on the disk: one SQLite file for all readers of this computer, and files with tokens."""
