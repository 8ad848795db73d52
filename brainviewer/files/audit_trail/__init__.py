"""The audit trail on the disk: its files, its key, and the marks of its end outside it."""
