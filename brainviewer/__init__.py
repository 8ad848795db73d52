"""A viewer for brain-tumour MR that finds the tumour, types it and says how sure it is."""

__version__ = "0.1.0"
