"""The lesions of several studies of one patient: matched, measured, compared."""
