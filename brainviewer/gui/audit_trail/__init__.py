"""The window of the audit trail."""
